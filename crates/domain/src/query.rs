//! Questions about workloads, and their answers.

use crate::{AccountId, Phase, Region, Timestamp, Transition, WorkloadId, WorkloadKind};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which of a workload's instants a window or histogram goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeField {
    /// When it was asked for.
    Created,
    /// When it ended.
    Ended,
    /// When its newest event happened.
    #[default]
    Updated,
}

/// A window of time, with both ends in the same instant field. A workload without that instant is outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum TimeWindow {
    /// No bound.
    #[default]
    All,
    /// The last so many milliseconds before now.
    Last(i64),
    /// From the first (inclusive) to the second (exclusive).
    Between(Timestamp, Timestamp),
}

impl TimeWindow {
    /// The bounds of the window at `now`: from (inclusive), to (exclusive).
    pub fn bounds(self, now: Timestamp) -> (Timestamp, Timestamp) {
        match self {
            Self::All => (Timestamp::MIN, Timestamp::MAX),
            Self::Last(millis) => (now.plus_millis(-millis.max(0)), Timestamp::MAX),
            Self::Between(from, to) => (from, to),
        }
    }
}

/// Which workloads are wanted. Empty lists ask for nothing in particular; values of one list are alternatives, and
/// different lists must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Any of these accounts.
    pub accounts: Vec<AccountId>,
    /// Any account in or below one of these OU paths.
    pub ous: Vec<String>,
    /// Any of these Regions.
    pub regions: Vec<Region>,
    /// Any of these kinds.
    pub kinds: Vec<WorkloadKind>,
    /// Any of these phases.
    pub phases: Vec<Phase>,
    /// Any of these status words.
    pub statuses: Vec<String>,
    /// Any of these instance types.
    pub instance_types: Vec<String>,
    /// Any of these tags, as key and value.
    pub tags: Vec<(String, String)>,
    /// Any of these normalised failure reasons (see [`FailureGroup`]).
    pub failure_groups: Vec<String>,
    /// Text that the name or the failure reason contains, without regard to case.
    pub text: String,
    /// The instant that `window` speaks of.
    pub time_field: TimeField,
    /// When.
    pub window: TimeWindow,
}

/// What rows are sorted by. Ties are broken by the workload's identity, so that every order is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum SortKey {
    #[default]
    Updated,
    Created,
    Started,
    Ended,
    Duration,
    Name,
    Kind,
    Phase,
    Status,
    Account,
    Region,
    Instance,
    Instances,
    Reason,
}

impl SortKey {
    /// Every key.
    pub const ALL: [Self; 14] = [
        Self::Updated,
        Self::Created,
        Self::Started,
        Self::Ended,
        Self::Duration,
        Self::Name,
        Self::Kind,
        Self::Phase,
        Self::Status,
        Self::Account,
        Self::Region,
        Self::Instance,
        Self::Instances,
        Self::Reason,
    ];

    /// The word in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Updated => "updated",
            Self::Created => "created",
            Self::Started => "started",
            Self::Ended => "ended",
            Self::Duration => "duration",
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Phase => "phase",
            Self::Status => "status",
            Self::Account => "account",
            Self::Region => "region",
            Self::Instance => "instance",
            Self::Instances => "instances",
            Self::Reason => "reason",
        }
    }
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SortOrder {
    /// Smallest first.
    Ascending,
    /// Greatest first. Rows without a value come last in both orders.
    #[default]
    Descending,
}

/// A filter with an order: what the *Jobs* page shows, and what its address says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkloadQuery {
    /// Which workloads.
    pub filter: Filter,
    /// Sorted by.
    pub sort: SortKey,
    /// In which order.
    pub order: SortOrder,
}

/// The place just after a row in an order: the row's sort value and its identity. Opaque to those who carry it.
/// Rows that come or change while someone pages neither repeat nor hide the ones that stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    /// The row's value of the sort key, in the index's own text form; none where the row has none.
    pub value: Option<String>,
    /// The row's identity.
    pub id: WorkloadId,
}

/// What a search brings besides its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryPart {
    /// Counts of every value of every dimension.
    Facets,
    /// Counts over time by phase.
    Histogram,
    /// Percentiles of the durations.
    Percentiles,
    /// Failures by normalised reason.
    FailureGroups,
}

/// One request for a page of workloads.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SearchRequest {
    /// Which, and in what order.
    pub query: WorkloadQuery,
    /// Start just after this place; from the beginning if none.
    pub cursor: Option<Cursor>,
    /// Then skip this many rows.
    pub offset: u32,
    /// And give at most this many; zero is allowed (counts alone).
    pub limit: u32,
    /// What else is wanted.
    pub parts: Vec<QueryPart>,
}

/// The answer to a [`SearchRequest`]. Parts that were not asked for are empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SearchResult {
    /// How many workloads match.
    pub total: u64,
    /// The page, in order.
    pub rows: Vec<Transition>,
    /// Where the next page starts; none at the end.
    pub next: Option<Cursor>,
    /// Counts a dimension; each takes no notice of its own dimension's filter.
    pub facets: Vec<Facet>,
    /// Counts over time.
    pub histogram: Option<Aggregate>,
    /// Durations of the matching workloads.
    pub percentiles: Option<DurationPercentiles>,
    /// Failures among the matching workloads, most frequent first.
    pub failure_groups: Vec<FailureGroup>,
}

/// A dimension by which workloads are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Grouping {
    Account,
    Ou,
    Region,
    Kind,
    Phase,
    Status,
    InstanceType,
    /// Values are `key=value`.
    Tag,
    /// Normalised failure reason.
    FailureGroup,
}

impl Grouping {
    /// The dimensions that a search counts, in the order of the page.
    pub const FACETS: [Self; 8] =
        [Self::Phase, Self::Kind, Self::Status, Self::Account, Self::Ou, Self::Region, Self::InstanceType, Self::Tag];
}

/// One dimension's counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// The dimension.
    pub dimension: Grouping,
    /// Its values, most frequent first; selected values are always among them.
    pub values: Vec<FacetValue>,
    /// How many further values there are.
    pub more: u32,
}

/// How many workloads have one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetValue {
    /// The value, as a filter takes it (`key=value` for a tag).
    pub value: String,
    /// How many.
    pub count: u64,
    /// True if the filter names it.
    pub selected: bool,
}

/// A request for counts by group and time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AggregateQuery {
    /// Of which workloads.
    pub filter: Filter,
    /// By which dimension; none for all together. [`Grouping::Ou`] and [`Grouping::Tag`] do not partition workloads
    /// and are not supported here.
    pub group_by: Option<Grouping>,
    /// By time cells of this many milliseconds of `filter.time_field`, counted from the epoch; none for no cells.
    pub bucket_ms: Option<i64>,
}

/// Counts by group and time. Cells without workloads are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Aggregate {
    /// The first instant covered.
    pub from: Timestamp,
    /// The end of the last cell.
    pub to: Timestamp,
    /// A cell's width in milliseconds; zero where there are no time cells.
    pub bucket_ms: i64,
    /// The counts, sorted by group, then start.
    pub cells: Vec<AggregateCell>,
}

/// One count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AggregateCell {
    /// The group's value; empty where nothing was grouped or the workload has no value.
    pub group: String,
    /// The start of the time cell.
    pub start: Timestamp,
    /// Counts by phase, in the order of [`Phase::ALL`].
    pub by_phase: [u32; 8],
}

impl AggregateCell {
    /// The count of one phase.
    pub fn count(&self, phase: Phase) -> u32 {
        self.by_phase[phase.index()]
    }

    /// The count of all phases.
    pub fn total(&self) -> u32 {
        self.by_phase.iter().sum()
    }
}

/// How long workloads took, in seconds, over those with a start and an end. Percentiles by nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct DurationPercentiles {
    /// How many durations.
    pub count: u64,
    /// Half took no longer.
    pub p50: f64,
    /// Nine of ten took no longer.
    pub p90: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

/// Failures that share a reason once numbers, ids and ARNs are folded out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureGroup {
    /// The reason with `<n>`, `<id>`, `<arn>` and the like in place of what differs; what a filter takes.
    pub reason: String,
    /// The newest failure's reason in full.
    pub example: String,
    /// How many failures.
    pub count: u64,
    /// In how many accounts.
    pub accounts: u32,
    /// The earliest among them, by last update.
    pub first_seen: Timestamp,
    /// The newest among them, by last update.
    pub last_seen: Timestamp,
}

impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
