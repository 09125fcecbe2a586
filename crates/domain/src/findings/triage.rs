//! What people decided about insights.

use super::Detector;
use crate::{PortResult, Timestamp};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A decision about an insight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Seen, and somebody is at it.
    Acknowledged,
    /// It was to be expected.
    Expected,
    /// There is nothing to it.
    FalsePositive,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Acknowledged, Self::Expected, Self::FalsePositive];

    /// The name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Acknowledged => "Acknowledged",
            Self::Expected => "Expected",
            Self::FalsePositive => "False positive",
        }
    }
}

/// Which insight a decision is about. Evaluations find the same insight again a bucket or two beside: two are one if all
/// else agrees and their instants lie within three buckets of each other, and trends of one series always are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TriagedInsight {
    /// The series, as the query string of its page without window and parameters: source, counting rule, bucket, grouping,
    /// filters and key.
    pub series: String,
    /// Who found it.
    pub detector: Detector,
    /// The instant that it points at.
    pub at: Timestamp,
}

/// A decision, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Triage {
    /// About this insight.
    pub insight: TriagedInsight,
    /// The decision.
    pub verdict: Verdict,
    /// In the decider's words; may be empty.
    pub note: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub decided_at: Timestamp,
}

/// Keeps decisions, and records of evaluations, in the store.
#[async_trait]
pub trait TriageStore: Send + Sync {
    /// Every decision that stands, newest first.
    async fn triages(&self) -> PortResult<Vec<Triage>>;
    /// Keeps a decision, in place of one about the same series, detector and instant.
    async fn put_triage(&self, triage: &Triage) -> PortResult<()>;
    /// Takes a decision back; no error if it is not there.
    async fn delete_triage(&self, insight: &TriagedInsight) -> PortResult<()>;
    /// The newest `limit` evaluations, newest first.
    async fn runs(&self, limit: u32) -> PortResult<Vec<super::EvaluationRun>>;
    /// Keeps a record of an evaluation.
    async fn put_run(&self, run: &super::EvaluationRun) -> PortResult<()>;
}
