//! Questions to a source of findings.

use super::{Dimension, SourceName};
use crate::Timestamp;
use crate::metrics::InvalidRequest;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Most rows that one request may ask for.
pub const MOST_FINDING_ROWS: u32 = 1_000;
/// Most dimensions that findings are grouped by at once.
const MOST_DIMENSIONS: usize = 4;
/// Most values of all filters together.
const MOST_VALUES: usize = 500;
/// The longest window: ten years.
const LONGEST_MS: i64 = 3_660 * 86_400_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// The first Monday after the epoch, which was a Thursday.
const FIRST_MONDAY_MS: i64 = 4 * DAY_MS;

/// How much time one count stands for. All are UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bucket {
    /// An hour.
    Hour,
    /// A day.
    #[default]
    Day,
    /// A week, from Monday on (ISO 8601).
    Week,
}

impl Bucket {
    /// All, shortest first.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// The word in addresses and in SQL's `date_trunc`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// Its length in milliseconds.
    pub fn millis(self) -> i64 {
        match self {
            Self::Hour => HOUR_MS,
            Self::Day => DAY_MS,
            Self::Week => 7 * DAY_MS,
        }
    }

    /// The start of the bucket that holds `at`.
    pub fn start_of(self, at: Timestamp) -> Timestamp {
        match self {
            Self::Week => at.plus_millis(-FIRST_MONDAY_MS).floor_to(self.millis()).plus_millis(FIRST_MONDAY_MS),
            Self::Hour | Self::Day => at.floor_to(self.millis()),
        }
    }
}

/// What is counted. A source keeps one record for every time that a product imports or updates a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountingRule {
    /// Records: each import and each update counts, in the bucket of the record's time. As the notebooks count.
    #[default]
    Updates,
    /// Findings by uid: in each bucket (and group), a finding counts once, however many records it has there. A record
    /// without a uid counts as a finding of its own.
    Distinct,
    /// New findings by uid: in each group, a finding counts once, in the bucket of its first record within the window that
    /// passes the filters; one whose own time of creation lies before the window does not count. A record without a uid
    /// counts as a finding of its own.
    FirstSeen,
    /// As [`Self::Distinct`], of those records alone that show the finding as open: OCSF status New or In Progress.
    Active,
}

impl CountingRule {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Updates, Self::Distinct, Self::FirstSeen, Self::Active];

    /// The word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Updates => "updates",
            Self::Distinct => "distinct",
            Self::FirstSeen => "first_seen",
            Self::Active => "active",
        }
    }

    /// The name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Updates => "Updates",
            Self::Distinct => "Distinct findings",
            Self::FirstSeen => "First seen",
            Self::Active => "Active findings",
        }
    }
}

/// Whether the values of a filter are wanted or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterRule {
    /// One of them.
    #[default]
    Any,
    /// None of them.
    Not,
}

/// One condition on the records. Values are compared exactly, as they are; the empty text stands for "no value".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FindingFilter {
    /// Of this property.
    pub dimension: Dimension,
    /// Whether it must be, or must not be, one of the values.
    #[serde(default)]
    pub rule: FilterRule,
    /// The values; a filter without values asks for nothing.
    pub values: Vec<String>,
}

/// Asks for counts by group and time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FindingRequest {
    /// Of this source.
    pub source: SourceName,
    /// One series for each combination of values of these; one series of all if empty.
    pub group_by: Vec<Dimension>,
    /// How much time a count stands for.
    pub bucket: Bucket,
    /// The beginning of the window (inclusive), by the records' time.
    pub from: Timestamp,
    /// Its end (exclusive).
    pub to: Timestamp,
    /// What all records must pass.
    pub filters: Vec<FindingFilter>,
    /// What is counted.
    pub count: CountingRule,
    /// At most so many series: those with the largest totals (ties by key). A note tells how many were left out.
    pub most_series: usize,
}

/// Asks for records, newest first (ties by uid, then in no promised order).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FindingRowsRequest {
    /// Of this source.
    pub source: SourceName,
    /// The beginning of the window (inclusive), by the records' time.
    pub from: Timestamp,
    /// Its end (exclusive).
    pub to: Timestamp,
    /// What all records must pass.
    pub filters: Vec<FindingFilter>,
    /// So many are skipped.
    pub offset: u32,
    /// At most so many are given: 1 to [`MOST_FINDING_ROWS`].
    pub limit: u32,
}

impl FindingRequest {
    /// An error that names the place, unless every source can try to answer.
    ///
    /// # Errors
    /// [`InvalidRequest`]: an empty or too long window, too many or repeated dimensions, too many values.
    pub fn check(&self) -> Result<(), InvalidRequest> {
        window(self.from, self.to)?;
        filters(&self.filters)?;
        if self.group_by.len() > MOST_DIMENSIONS {
            let why = format!("{} of them; at most {MOST_DIMENSIONS}", self.group_by.len());
            return wrong("group_by", why);
        }
        let mut seen = HashSet::new();
        if let Some(twice) = self.group_by.iter().find(|dimension| !seen.insert(*dimension)) {
            return wrong("group_by", format!("{twice} stands twice"));
        }
        if self.most_series == 0 {
            return wrong("most_series", "is 0".to_owned());
        }
        Ok(())
    }
}

impl FindingRowsRequest {
    /// An error that names the place, unless every source can try to answer.
    ///
    /// # Errors
    /// [`InvalidRequest`]: an empty or too long window, too many values, a limit out of range.
    pub fn check(&self) -> Result<(), InvalidRequest> {
        window(self.from, self.to)?;
        filters(&self.filters)?;
        match self.limit {
            1..=MOST_FINDING_ROWS => Ok(()),
            limit => wrong("limit", format!("{limit}; want 1 to {MOST_FINDING_ROWS}")),
        }
    }
}

fn wrong<T>(place: &str, why: String) -> Result<T, InvalidRequest> {
    Err(InvalidRequest { place: place.to_owned(), why })
}

fn window(from: Timestamp, to: Timestamp) -> Result<(), InvalidRequest> {
    match to.millis_since(from) {
        ..=0 => wrong("to", format!("{to} is not after {from}")),
        1..=LONGEST_MS => Ok(()),
        _ => wrong("from", format!("{from} is more than ten years before {to}")),
    }
}

fn filters(filters: &[FindingFilter]) -> Result<(), InvalidRequest> {
    match filters.iter().map(|filter| filter.values.len()).sum::<usize>() {
        ..=MOST_VALUES => Ok(()),
        values => wrong("filters", format!("{values} values; at most {MOST_VALUES}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_begin_on_the_hour_at_midnight_and_on_monday() {
        let at: Timestamp = "2026-11-25T13:14:15Z".parse().unwrap();
        let start = |bucket: Bucket| bucket.start_of(at).to_string();
        assert_eq!(start(Bucket::Hour), "2026-11-25T13:00:00.000Z");
        assert_eq!(start(Bucket::Day), "2026-11-25T00:00:00.000Z");
        assert_eq!(start(Bucket::Week), "2026-11-23T00:00:00.000Z");
        let monday: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        assert_eq!(Bucket::Week.start_of(monday), monday);
        let old: Timestamp = "1969-12-31T23:00:00Z".parse().unwrap();
        assert_eq!(Bucket::Week.start_of(old).to_string(), "1969-12-29T00:00:00.000Z");
    }

    #[test]
    fn what_nobody_can_answer_names_the_place() {
        let day = |text: &str| text.parse::<Timestamp>().unwrap();
        let good = FindingRequest {
            source: SourceName::SECURITY_HUB,
            group_by: vec![Dimension::PRODUCT, Dimension::TYPE],
            bucket: Bucket::Day,
            from: day("2026-01-01"),
            to: day("2026-02-01"),
            filters: Vec::new(),
            count: CountingRule::Updates,
            most_series: 10,
        };
        assert_eq!(good.check(), Ok(()));
        let place = |change: fn(&mut FindingRequest)| {
            let mut request = good.clone();
            change(&mut request);
            request.check().unwrap_err().place
        };
        assert_eq!(place(|request| request.to = request.from), "to");
        assert_eq!(place(|request| request.from = Timestamp::EPOCH), "from");
        assert_eq!(place(|request| request.group_by.push(Dimension::TYPE)), "group_by");
        assert_eq!(place(|request| request.most_series = 0), "most_series");
        assert_eq!(
            place(|request| {
                let values = vec![String::new(); 501];
                request.filters.push(FindingFilter { dimension: Dimension::UID, rule: FilterRule::Any, values });
            }),
            "filters"
        );
    }
}
