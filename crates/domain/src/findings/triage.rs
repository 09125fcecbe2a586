//! What people decided about insights.

use super::{Bucket, Detector};
use crate::{PortResult, Timestamp};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Buckets between two insights that are one.
const SAME_WITHIN: i64 = 3;
/// Most insights that evaluations remember.
pub const MOST_KNOWN_INSIGHTS: usize = 4_000;

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

impl TriagedInsight {
    /// True if `other` is the same insight, in series of this bucket.
    pub fn is_same_as(&self, other: &Self, bucket: Bucket) -> bool {
        self.series == other.series
            && self.detector == other.detector
            && same_instant(self.detector, self.at, other.at, bucket)
    }
}

fn same_instant(detector: Detector, one: Timestamp, other: Timestamp, bucket: Bucket) -> bool {
    detector == Detector::Trend || one.millis_since(other).abs() <= SAME_WITHIN * bucket.millis()
}

/// An insight that an evaluation found: enough to know it again, and little to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownInsight {
    /// [`crate::fnv1a`] of its series, as [`TriagedInsight::series`] names it.
    pub series: u64,
    /// Who found it.
    pub detector: Detector,
    /// The instant that it points at.
    pub at: Timestamp,
    /// When an evaluation first found it.
    pub first_found: Timestamp,
    /// When one last did.
    pub last_found: Timestamp,
}

impl KnownInsight {
    /// True if it is this insight, in series of this bucket.
    pub fn is(&self, series: u64, detector: Detector, at: Timestamp, bucket: Bucket) -> bool {
        self.series == series && self.detector == detector && same_instant(detector, self.at, at, bucket)
    }
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
    /// What evaluations have found, as it was last kept.
    async fn known_insights(&self) -> PortResult<Vec<KnownInsight>>;
    /// Keeps what evaluations have found, in place of what was kept; at most [`MOST_KNOWN_INSIGHTS`], the rest is left out.
    async fn put_known_insights(&self, known: &[KnownInsight]) -> PortResult<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insight_is_known_again_a_bucket_or_two_beside() {
        let insight = |detector, day: &str| {
            let at = day.parse::<Timestamp>().unwrap();
            TriagedInsight { series: "key=GuardDuty".to_owned(), detector, at }
        };
        let spike = insight(Detector::Outlier, "2026-11-10");
        assert!(spike.is_same_as(&insight(Detector::Outlier, "2026-11-13"), Bucket::Day));
        assert!(!spike.is_same_as(&insight(Detector::Outlier, "2026-11-14"), Bucket::Day));
        assert!(spike.is_same_as(&insight(Detector::Outlier, "2026-11-01"), Bucket::Week));
        assert!(!spike.is_same_as(&insight(Detector::Changepoint, "2026-11-10"), Bucket::Day));
        let trend = insight(Detector::Trend, "2026-01-01");
        assert!(trend.is_same_as(&insight(Detector::Trend, "2026-11-10"), Bucket::Hour), "the last point moves on");
        assert!(!trend.is_same_as(&TriagedInsight { series: String::new(), ..trend.clone() }, Bucket::Day));
    }
}
