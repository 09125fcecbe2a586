//! What the *Security* pages are told.

use super::{
    Bucket, Detector, Dimension, DimensionInfo, FindingRow, QueryCost, SeriesInput, SeriesView, SourceName, Triage,
    TriagedInsight,
};
use crate::{ApiCall, ChartView, Notes, Timestamp, Transition};
use serde::{Deserialize, Serialize};

/// The trend of a series.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrendCell {
    /// Change a week, in percent of the series' typical level; where that is 0, in counts.
    pub per_week: f64,
    /// The ends of its 95 % interval, where the profile gives one.
    pub interval: Option<(f64, f64)>,
    /// True if the three above are percent.
    pub is_percent: bool,
    /// Probability of a trend as strong under none, adjusted for all series looked at; none where it was not tested.
    pub q_value: Option<f64>,
}

/// An incident: outliers next to each other, told by the farthest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OutlierCell {
    /// When the farthest was.
    pub at: Timestamp,
    /// Its value.
    pub value: f64,
    /// What was expected.
    pub expected: Option<f64>,
    /// How far out, on the profile's own scale.
    pub score: f64,
    /// Outliers of the incident.
    pub points: u32,
}

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ChangeCell {
    /// The first bucket of the new level.
    pub at: Timestamp,
    /// The level before.
    pub before: f64,
    /// The level after.
    pub after: f64,
    /// True for one over many points, false for a step.
    pub is_ramp: bool,
    /// How sure the profile is, 0 to 1.
    pub confidence: Option<f64>,
}

/// One series of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InsightRow {
    /// The group's values.
    pub key: Vec<String>,
    /// The counts, one a bucket of the window (0 where there were none); joined to at most 120 by their sums.
    pub sparkline: Vec<u64>,
    /// The sum over the window.
    pub total: u64,
    /// The sum over the time of the same length just before, where asked for.
    pub previous: Option<u64>,
    /// The typical count of a bucket (the median).
    pub level: f64,
    /// The trend, if one can be claimed.
    pub trend: Option<TrendCell>,
    /// The newest incident.
    pub outlier: Option<OutlierCell>,
    /// The newest change of level.
    pub change: Option<ChangeCell>,
    /// How much the series deserves a look, 0 to 100: its strongest insight that the list shows; 0 without one.
    pub score: f64,
    /// The strongest insight, for decisions about it; none for a series without insights.
    pub insight: Option<TriagedInsight>,
    /// Why: the strongest insight in one sentence, or why nothing could be said.
    pub why: String,
    /// What was decided about it.
    pub triage: Option<Triage>,
    /// True if it was not there at the last visit.
    pub is_new: bool,
}

/// A series that counts much more, or much less, than in the time before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mover {
    /// The group's values.
    pub key: Vec<String>,
    /// The sum over the window's last seven days.
    pub now: u64,
    /// The sum over the seven days before.
    pub before: u64,
}

/// The values of one dimension, to filter by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingFacet {
    /// The dimension.
    pub dimension: Dimension,
    /// Its values with their counts, largest first; cut to some dozens.
    pub values: Vec<(String, u64)>,
}

/// One evaluation of the list as it comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationRun {
    /// When.
    pub at: Timestamp,
    /// Milliseconds it took.
    pub elapsed_ms: u64,
    /// Series looked at.
    pub series: u64,
    /// Insights found.
    pub insights: u64,
    /// Those of them that no run of the last seven days had found.
    pub new: u64,
    /// What it read.
    pub cost: QueryCost,
    /// Why it failed, if it did.
    pub trouble: Option<String>,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecurityPage {
    /// The sources that can be picked.
    pub sources: Vec<SourceName>,
    /// What can be grouped and filtered by.
    pub dimensions: Vec<DimensionInfo>,
    /// The values of each dimension within the window.
    pub facets: Vec<FindingFacet>,
    /// The beginning of the window (inclusive), on the grid of the bucket.
    pub from: Timestamp,
    /// Its end (exclusive).
    pub to: Timestamp,
    /// How much time a count stands for.
    pub bucket: Bucket,
    /// All records over time, by severity.
    pub overview: ChartView,
    /// The series, strongest first; cut to some hundreds.
    pub rows: Vec<InsightRow>,
    /// Rows that there are, cut or not.
    pub rows_total: u64,
    /// Series looked at.
    pub series: u64,
    /// Those that could not be analysed (too short, constant).
    pub not_analysed: u64,
    /// Insights that people muted.
    pub muted: u64,
    /// Insights that were not there at the last visit.
    pub new: u64,
    /// The share of false ones among the trends that is promised; none for profiles that promise nothing.
    pub false_discovery_rate: Option<f64>,
    /// What changed most in the last week.
    pub movers: Vec<Mover>,
    /// When the numbers were computed.
    pub evaluated_at: Timestamp,
    /// The newest evaluations, newest first.
    pub runs: Vec<EvaluationRun>,
    /// What the answer took.
    pub cost: QueryCost,
    /// What is missing, and why.
    pub notes: Notes,
}

/// One series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesPage {
    /// The beginning of the window (inclusive), on the grid of the bucket.
    pub from: Timestamp,
    /// Its end (exclusive).
    pub to: Timestamp,
    /// What can be grouped by.
    pub dimensions: Vec<DimensionInfo>,
    /// Its counts.
    pub series: SeriesInput,
    /// The same, analysed and drawn with the query's parameters.
    pub view: SeriesView,
    /// Decisions about its insights.
    pub triages: Vec<Triage>,
    /// What the answer took.
    pub cost: QueryCost,
    /// What is missing, and why.
    pub notes: Notes,
}

/// One value of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakdownRow {
    /// The value.
    pub value: String,
    /// Records in the bucket of the point.
    pub at_point: u64,
    /// Records a bucket, on average, in the days before it.
    pub usual: String,
}

/// How the records spread over one dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakdown {
    /// The dimension.
    pub dimension: Dimension,
    /// Its values, most at the point first; cut to a dozen.
    pub rows: Vec<BreakdownRow>,
    /// Values that there are.
    pub total: u64,
}

/// What lies behind a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Investigation {
    /// The records, newest first.
    pub rows: Vec<FindingRow>,
    /// True if there are more.
    pub more: bool,
    /// The SQL that finds them.
    pub sql: String,
    /// By account, resource and severity.
    pub breakdowns: Vec<Breakdown>,
    /// SageMaker workloads of the accounts concerned that changed in that time, newest first; cut to some dozens.
    pub workloads: Vec<Transition>,
    /// How many there are.
    pub workloads_total: u64,
    /// API calls of those accounts in that time, newest first; cut to some dozens.
    pub calls: Vec<ApiCall>,
    /// What the answer took.
    pub cost: QueryCost,
    /// What is missing, and why.
    pub notes: Notes,
}

impl InsightRow {
    /// The detector of its strongest insight.
    pub fn detector(&self) -> Option<Detector> {
        self.insight.as_ref().map(|insight| insight.detector)
    }
}
