//! What an analysis gives: results with their evidence, as `onepane analyze` writes them.

use onepane_domain::{Detector, Profile, Timestamp};
use serde::Serialize;

/// Results for many series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Analysis {
    /// Whose numbers these are.
    pub profile: Profile,
    /// One report a series, in the order given.
    pub series: Vec<SeriesReport>,
    /// Every finding of every detector on one scale, strongest first.
    pub insights: Vec<Insight>,
}

/// What could be said of a series, or of one detector's view of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The detectors asked for have run; a note names each that could not.
    Analysed,
    /// Too few values.
    Insufficient {
        /// How many are needed.
        need: usize,
        /// How many there are.
        have: usize,
    },
    /// All values are the same: nothing rises, stands out or changes.
    Constant {
        /// The value.
        value: f64,
    },
    /// The detector cannot be applied, and why.
    Unsupported {
        /// One sentence.
        reason: String,
    },
}

/// The results for one series. Indices count the points of the prepared series: sorted by time and, where the profile
/// asks for it, on a regular grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeriesReport {
    /// The series' key.
    pub key: String,
    /// Points of the prepared series.
    pub n: usize,
    /// Points a season; null where there is none or it was not looked for.
    pub period: Option<usize>,
    /// What could be said of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What a reader should know: points that were missing, merged or out of order, detectors that could not run.
    pub notes: Vec<String>,
    /// Trend, season and rest, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decomposition: Option<Decomposition>,
    /// What was expected at each point, where the decomposition was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expectation: Option<Expectation>,
    /// The trend, where asked for and possible.
    pub trend: Option<Trend>,
    /// The points that stand out, in order of time.
    pub outliers: Vec<Outlier>,
    /// The changes of level, in order of time.
    pub changepoints: Vec<ChangePoint>,
}

impl SeriesReport {
    /// A report with nothing in it yet.
    pub fn new(key: &str, n: usize) -> Self {
        Self {
            key: key.to_owned(),
            n,
            period: None,
            outcome: Outcome::Analysed,
            notes: Vec::new(),
            decomposition: None,
            expectation: None,
            trend: None,
            outliers: Vec::new(),
            changepoints: Vec::new(),
        }
    }
}

/// Trend, season and rest of a series, each as long as it; null (NaN) where undefined.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decomposition {
    /// The slow part.
    pub trend: Vec<f64>,
    /// The part that repeats.
    pub seasonal: Vec<f64>,
    /// What remains.
    pub resid: Vec<f64>,
}

/// The points that outliers were looked for among, and what was expected there. All lists are equally long; null (NaN)
/// where undefined.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expectation {
    /// The instants.
    pub timestamps: Vec<Timestamp>,
    /// The values.
    pub values: Vec<f64>,
    /// What trend and season give.
    pub expected: Vec<f64>,
    /// The lower fence, in the units of the values.
    pub lower: Vec<f64>,
    /// The upper fence.
    pub upper: Vec<f64>,
}

/// Which way a series goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TrendDirection {
    /// It rises.
    Up,
    /// It falls.
    Down,
    /// Neither can be claimed.
    None,
}

/// The trend of a series. Slopes are in units of the values per step of the grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trend {
    /// Which way.
    pub direction: TrendDirection,
    /// Change per step.
    pub slope: f64,
    /// Lower end of the slope's 95 % interval.
    pub slope_low: Option<f64>,
    /// Upper end of the slope's 95 % interval.
    pub slope_high: Option<f64>,
    /// The fitted value at the first point.
    pub intercept: Option<f64>,
    /// Probability of a trend as strong under none, two-sided.
    pub p_value: Option<f64>,
    /// `p_value` adjusted for the false discovery rate over all series of the analysis.
    pub q_value: Option<f64>,
    /// Kendall's tau.
    pub tau: Option<f64>,
    /// `slope` over the series' typical level: 0.01 is 1 % of it a step.
    pub relative_slope: Option<f64>,
    /// How it was found, such as `ols` or `theil-sen, hamed-rao`.
    pub method: &'static str,
}

/// Above or below what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OutlierDirection {
    /// Above.
    High,
    /// Below.
    Low,
}

/// A point that stands out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlier {
    /// Its place in the prepared series.
    pub index: usize,
    /// Its instant.
    pub timestamp: Timestamp,
    /// Its value.
    pub value: f64,
    /// What trend and season give there.
    pub expected: Option<f64>,
    /// The lower fence, in the units of the values.
    pub lower: Option<f64>,
    /// The upper fence.
    pub upper: Option<f64>,
    /// How far out, on the profile's own scale.
    pub score: f64,
    /// Above or below.
    pub direction: OutlierDirection,
    /// Which group of neighbouring outliers it belongs to, counted from 0; null where the profile has no groups.
    pub incident: Option<usize>,
}

/// Which way the level went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeDirection {
    /// Up.
    Increase,
    /// Down.
    Decrease,
}

/// How the level went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// From one point to the next.
    Step,
    /// Over many points.
    Ramp,
}

/// A change of level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangePoint {
    /// The first point of the new level.
    pub index: usize,
    /// The last point of the old level: `sample` and `kats` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cp_index: Option<usize>,
    /// The instant of `index`.
    pub timestamp: Timestamp,
    /// Which way.
    pub direction: ChangeDirection,
    /// How; null where the profile cannot tell.
    pub kind: Option<ChangeKind>,
    /// Mean of the level before.
    pub mean_before: f64,
    /// Mean of the level after.
    pub mean_after: f64,
    /// 1 − `p_value` (`sample`, `kats`), or how sure the profile is, 0 to 1.
    pub confidence: Option<f64>,
    /// Probability of such a change under none.
    pub p_value: Option<f64>,
    /// Log likelihood ratio of change against none.
    pub llr: Option<f64>,
}

/// One finding of any detector, on the scale that all share.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Insight {
    /// Place of the series in the analysis.
    pub series: usize,
    /// The series' key.
    pub key: String,
    /// Who found it.
    pub detector: Detector,
    /// The instant that it points at: the outlier, the first point of the new level, the last point of a trend.
    pub timestamp: Timestamp,
    /// How much it deserves a look, 0 to 100.
    pub score: f64,
    /// One plain sentence.
    pub sentence: String,
}
