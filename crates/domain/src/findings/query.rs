//! What the *Security* pages ask.

use super::{
    Bucket, CountingRule, DecompositionModel, Detector, Dimension, FilterRule, FindingFilter, Profile, SourceName,
};
use crate::{TimeWindow, Timestamp};
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 86_400_000;

/// Which insights a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InsightShow {
    /// Those that nobody muted (as expected or false positive).
    #[default]
    Open,
    /// Those of them that were not there at the last visit.
    New,
    /// The muted ones.
    Muted,
    /// All series, those without insights too.
    All,
}

impl InsightShow {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::New, Self::Muted, Self::All];

    /// The word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::New => "new",
            Self::Muted => "muted",
            Self::All => "all",
        }
    }
}

/// What the list shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SecurityQuery {
    /// Of this source.
    pub source: SourceName,
    /// Over this time.
    pub window: TimeWindow,
    /// How much time a count stands for.
    pub bucket: Bucket,
    /// One row for each combination of values of these.
    pub group_by: Vec<Dimension>,
    /// Of these records alone.
    pub filters: Vec<FindingFilter>,
    /// What is counted.
    pub count: CountingRule,
    /// True if the time of the same length just before stands beside.
    pub compare: bool,
    /// Whose numbers.
    pub profile: Profile,
    /// Insights of this detector alone.
    pub detector: Option<Detector>,
    /// Which insights.
    pub show: InsightShow,
    /// Series alone whose key contains this text, without regard to case.
    pub text: String,
    /// What was seen before counts as old.
    pub since: Option<Timestamp>,
}

impl SecurityQuery {
    /// The window that is shown if none is asked for: 180 days.
    pub const USUAL_WINDOW: TimeWindow = TimeWindow::Last(180 * DAY_MS);

    /// As the notebooks group: by product and type.
    pub fn usual_grouping() -> Vec<Dimension> {
        vec![Dimension::PRODUCT, Dimension::TYPE]
    }
}

impl Default for SecurityQuery {
    fn default() -> Self {
        Self {
            source: SourceName::SECURITY_HUB,
            window: Self::USUAL_WINDOW,
            bucket: Bucket::default(),
            group_by: Self::usual_grouping(),
            filters: Vec::new(),
            count: CountingRule::default(),
            compare: false,
            profile: Profile::default(),
            detector: None,
            show: InsightShow::default(),
            text: String::new(),
            since: None,
        }
    }
}

/// The parameters of one series' analysis, and the layers of its chart. None is the profile's default.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeriesSettings {
    /// Whose numbers.
    pub profile: Profile,
    /// Fences of the outlier detector, in interquartile ranges: 3 in every profile.
    pub iqr_mult: Option<f64>,
    /// How trend, season and rest make up a value.
    pub decomp: DecompositionModel,
    /// Points a season; found or inferred if none, 1 for no season.
    pub period: Option<usize>,
    /// Significance of a change point (`sample`, `kats`: 0.01), or the false discovery rate (`robust`: 0.05).
    pub threshold: Option<f64>,
    /// Draws the trend.
    pub trend: bool,
    /// Draws the season.
    pub season: bool,
    /// Draws the expected band.
    pub band: bool,
    /// Marks outliers.
    pub outliers: bool,
    /// Draws change points with the levels between them.
    pub changes: bool,
}

impl Default for SeriesSettings {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            iqr_mult: None,
            decomp: DecompositionModel::default(),
            period: None,
            threshold: None,
            trend: true,
            season: false,
            band: true,
            outliers: true,
            changes: true,
        }
    }
}

/// What the page of one series shows.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesQuery {
    /// The list that it is from; its profile is the one in force.
    pub security: SecurityQuery,
    /// The values of `security.group_by`.
    pub key: Vec<String>,
    /// The parameters.
    pub settings: SeriesSettings,
    /// The point under investigation.
    pub at: Option<Timestamp>,
    /// Days looked at on either side of it.
    pub days: u32,
}

impl SeriesQuery {
    /// Days on either side if none are asked for, as in the notebooks.
    pub const USUAL_DAYS: u32 = 3;

    /// The first look at a series of the list.
    pub fn of(security: SecurityQuery, key: Vec<String>) -> Self {
        let settings = SeriesSettings { profile: security.profile, ..SeriesSettings::default() };
        Self { security, key, settings, at: None, days: Self::USUAL_DAYS }
    }

    /// The filters that pass the records of this series alone.
    pub fn filters(&self) -> Vec<FindingFilter> {
        let own = self.security.group_by.iter().zip(&self.key).map(|(dimension, value)| FindingFilter {
            dimension: dimension.clone(),
            rule: FilterRule::Any,
            values: vec![value.clone()],
        });
        self.security.filters.iter().cloned().chain(own).collect()
    }

    /// The investigation of a point.
    pub fn investigation(&self, at: Timestamp) -> InvestigationQuery {
        let days = i64::from(self.days);
        let start = self.security.bucket.start_of(at);
        InvestigationQuery {
            source: self.security.source.clone(),
            filters: self.filters(),
            bucket: self.security.bucket,
            from: start.plus_days(-days),
            to: start.plus_millis(self.security.bucket.millis()).plus_days(days),
            at,
            offset: 0,
        }
    }
}

/// Asks for what lies behind a point.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InvestigationQuery {
    /// Of this source.
    pub source: SourceName,
    /// The records of the series.
    pub filters: Vec<FindingFilter>,
    /// How much time the point stands for.
    pub bucket: Bucket,
    /// From here (inclusive).
    pub from: Timestamp,
    /// To here (exclusive).
    pub to: Timestamp,
    /// The point itself.
    pub at: Timestamp,
    /// Rows that are skipped: the page of the list.
    pub offset: u32,
}
