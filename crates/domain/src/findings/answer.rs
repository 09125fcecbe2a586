//! Answers of a source of findings.

use crate::{AccountId, Notes, Timestamp};
use serde::{Deserialize, Serialize};

/// What an answer took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct QueryCost {
    /// Bytes read from storage; what Athena bills. 0 for a result that was used again.
    pub bytes_scanned: u64,
    /// Records looked at, where the source can tell.
    pub records: u64,
    /// Files read, where the source can tell.
    pub files: u64,
    /// Milliseconds it took.
    pub elapsed_ms: u64,
    /// True if an earlier result was used again.
    pub reused: bool,
}

impl QueryCost {
    /// Both together; `reused` only if both were.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            bytes_scanned: self.bytes_scanned.saturating_add(other.bytes_scanned),
            records: self.records.saturating_add(other.records),
            files: self.files.saturating_add(other.files),
            elapsed_ms: self.elapsed_ms.saturating_add(other.elapsed_ms),
            reused: self.reused && other.reused,
        }
    }
}

/// The counts of one group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FindingSeries {
    /// The group's values, in the order of the request's `group_by`; the empty text where records have none.
    pub key: Vec<String>,
    /// Start of the bucket and count, oldest first. Buckets without any are absent. The first may begin before the window.
    pub counts: Vec<(Timestamp, u64)>,
}

impl FindingSeries {
    /// The sum of the counts.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }
}

/// Counts by group and time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FindingSeriesAnswer {
    /// The series, by key.
    pub series: Vec<FindingSeries>,
    /// What it took.
    pub cost: QueryCost,
    /// What is missing and why: a file that cannot be read, series left out. Empty when the answer is whole.
    pub notes: Notes,
}

/// A resource that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ResourceRef {
    /// Its uid: mostly an ARN.
    pub uid: String,
    /// Its type, such as `AwsEc2Instance`.
    pub kind: String,
}

/// One record of a finding. Texts are empty where the record has none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct FindingRow {
    /// The record's time.
    pub time: Timestamp,
    /// What all records of one finding share.
    pub uid: String,
    pub title: String,
    pub description: String,
    pub product: String,
    pub feature: String,
    pub types: Vec<String>,
    pub severity: String,
    pub status: String,
    /// The account it is about; none if the record names none, or no account.
    pub account: Option<AccountId>,
    pub region: String,
    pub resources: Vec<ResourceRef>,
    /// When the finding was created, by its product.
    pub created: Option<Timestamp>,
}

/// Records, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FindingRows {
    /// The records.
    pub rows: Vec<FindingRow>,
    /// True if there are more after these.
    pub more: bool,
    /// What it took.
    pub cost: QueryCost,
    /// What is missing and why.
    pub notes: Notes,
}
