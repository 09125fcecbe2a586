//! The port between the pages and what answers them.

use crate::{
    AccountId, Aggregate, AggregateQuery, FailureGroup, Organization, Phase, PortResult, Region, SearchRequest,
    SearchResult, Timestamp, Transition, WorkloadHistory, WorkloadId, WorkloadKind,
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Things a reader should know about an answer: what is missing from it and why. Empty when it is whole.
pub type Notes = Vec<String>;

/// How far the read model is filled.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FillState {
    /// True once everything in the retention window has been read.
    pub complete: bool,
    /// Workloads read so far.
    pub workloads: u64,
    /// Everything written since this instant is in.
    pub reaches_back_to: Option<Timestamp>,
    /// Why filling or following is held up, if it is.
    pub trouble: Option<String>,
}

/// This day against what is usual for the hour.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct HourUsual {
    /// Since midnight UTC.
    pub today: u64,
    /// The median, over the last four weeks, of the same day of the week up to the same time; none with less than one
    /// week of data.
    pub usual: Option<f64>,
}

/// One account on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCell {
    /// The account.
    pub account: AccountId,
    /// Midnight UTC of the day.
    pub day: Timestamp,
    /// Jobs that ended well.
    pub succeeded: u32,
    /// Jobs that failed.
    pub failed: u32,
    /// All jobs that changed that day.
    pub total: u32,
}

/// What one account sends from one Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionSource {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// The newest event seen.
    pub last_event: Timestamp,
    /// Workloads known from there.
    pub workloads: u64,
}

/// How well events are coming in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CollectionState {
    /// By account and Region, longest silent first.
    pub sources: Vec<CollectionSource>,
    /// Detail-types that were not recognised today, with counts.
    pub unrecognised: Vec<(String, u64)>,
    /// Events accepted by this server since it started.
    pub accepted: u64,
    /// Events refused by this server since it started.
    pub rejected: u64,
    /// The read model.
    pub fill: FillState,
}

/// The first page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Overview {
    /// When it was made.
    pub now: Timestamp,
    /// What is at work (running or stopping), by kind: most first.
    pub active: Vec<(WorkloadKind, u64)>,
    /// Active by phase: running, pending, stopping.
    pub active_by_phase: Vec<(Phase, u64)>,
    /// Jobs that ended well today.
    pub succeeded: HourUsual,
    /// Jobs that failed today.
    pub failed: HourUsual,
    /// Ended jobs an hour over the last 48 hours, by phase.
    pub recent: Aggregate,
    /// Account by day, over the last 30 days.
    pub days: Vec<DayCell>,
    /// Failures of the last 7 days, most frequent first.
    pub failures: Vec<FailureGroup>,
    /// Active jobs, longest first.
    pub longest: Vec<Transition>,
    /// What changed in the last hour, newest first.
    pub changed: Vec<Transition>,
    /// How many changed in the last hour.
    pub changed_total: u64,
    /// How events come in.
    pub collection: CollectionState,
    /// What is missing here.
    pub notes: Notes,
}

/// One workload, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkloadDetail {
    /// Its newest state.
    pub state: Transition,
    /// Its events and calls.
    pub history: WorkloadHistory,
    /// The chain of workloads it belongs to, nearest first.
    pub parents: Vec<Transition>,
    /// Workloads that belong to it, by start.
    pub children: Vec<Transition>,
    /// How many there are, if more than are listed.
    pub children_total: u64,
    /// What is missing here.
    pub notes: Notes,
}

/// What an open page hears when something changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaneChange {
    /// Counts up with every change.
    pub generation: u64,
    /// Workloads that changed; cut to a hundred.
    pub changed: Vec<WorkloadId>,
    /// How many changed.
    pub total: u64,
}

/// Answers the pages. One implementation serves the server functions, the export and the API.
#[async_trait]
pub trait Pane: Send + Sync {
    /// A page of workloads with its counts.
    async fn search(&self, request: SearchRequest) -> PortResult<SearchResult>;
    /// Counts by group and time.
    async fn aggregate(&self, query: AggregateQuery) -> PortResult<Aggregate>;
    /// The first page.
    async fn overview(&self) -> PortResult<Overview>;
    /// One workload; [`crate::ErrorKind::NotFound`] if nothing is known of it.
    async fn workload(&self, id: WorkloadId) -> PortResult<WorkloadDetail>;
    /// The accounts known by name.
    async fn organization(&self) -> PortResult<Organization>;
    /// How far the read model is filled.
    async fn fill(&self) -> PortResult<FillState>;
    /// The saved views: name and query string.
    async fn views(&self) -> PortResult<Vec<(String, String)>>;
    /// Saves a view under a name of 1 to 80 characters.
    async fn save_view(&self, name: String, query: String) -> PortResult<()>;
    /// Removes a view.
    async fn delete_view(&self, name: String) -> PortResult<()>;
}
