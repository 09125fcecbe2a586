//! Values as they are kept: statistic sets on a grid of time, and the door to where they are kept.

use super::{ListedMetric, Period, Statistic};
use crate::{PortResult, Timestamp};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What is known of the samples of one metric within one period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StatisticSet {
    /// How many samples.
    pub count: f64,
    /// Their sum, in the metric's unit.
    pub sum: f64,
    /// The least of them.
    pub minimum: f64,
    /// The greatest of them.
    pub maximum: f64,
}

impl StatisticSet {
    /// The set of a single sample.
    pub fn single(value: f64) -> Self {
        Self { count: 1.0, sum: value, minimum: value, maximum: value }
    }

    /// The set of the samples of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            minimum: self.minimum.min(other.minimum),
            maximum: self.maximum.max(other.maximum),
        }
    }

    /// A statistic that follows from the set; none for those that do not, and for the mean of no samples.
    pub fn statistic(&self, statistic: &Statistic) -> Option<f64> {
        match statistic {
            Statistic::SampleCount => Some(self.count),
            Statistic::Sum => Some(self.sum),
            Statistic::Average => (self.count > 0.0).then(|| self.sum / self.count),
            Statistic::Minimum | Statistic::Percentile(0) => Some(self.minimum),
            Statistic::Maximum | Statistic::Percentile(10_000) => Some(self.maximum),
            Statistic::Percentile(_) if self.minimum == self.maximum => Some(self.minimum),
            Statistic::Percentile(_) | Statistic::Other(_) => None,
        }
    }

    /// Which of two sets of the same metric and period is the better one: more samples, since one that was told before
    /// all samples were in is told again; among as many any order does, if only it is always the same.
    pub fn rank(&self, other: &Self) -> Ordering {
        let fields = |set: &Self| [set.count, set.sum, set.maximum, set.minimum];
        let pairs = fields(self).into_iter().zip(fields(other));
        pairs.map(|(one, two)| one.total_cmp(&two)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// One period of a metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricPoint {
    /// The start of the period.
    pub time: Timestamp,
    /// What is known of the samples.
    pub statistics: StatisticSet,
    /// Statistics that do not follow from the set, such as percentiles, each once.
    pub more: Vec<(Statistic, f64)>,
}

/// Periods of one metric, to be kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricSeries {
    /// The metric, and where it is.
    pub metric: ListedMetric,
    /// The unit, in CloudWatch's words.
    pub unit: Option<String>,
    /// The periods, in any order.
    pub points: Vec<MetricPoint>,
}

/// Keeps metrics.
#[async_trait]
pub trait MetricSink: Send + Sync {
    /// Keeps all of the series, whose points are `period` long, or none of them. Times are cut to the start of their
    /// period. Repeats do no harm: of two points of one metric and period the better one stays ([`StatisticSet::rank`]).
    async fn put(&self, series: Vec<MetricSeries>, period: Period) -> PortResult<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_a_set_and_what_does_not() {
        let set = StatisticSet::single(2.0).and(StatisticSet::single(6.0));
        let value = |text: &str| set.statistic(&text.parse().unwrap());
        assert_eq!(value("SampleCount"), Some(2.0));
        assert_eq!(value("Average"), Some(4.0));
        assert_eq!((value("Minimum"), value("p100")), (Some(2.0), Some(6.0)));
        assert_eq!((value("p50"), value("tm90")), (None, None));
        assert_eq!(StatisticSet::single(3.0).statistic(&Statistic::Percentile(9_900)), Some(3.0));
        assert_eq!(StatisticSet { count: 0.0, ..set }.statistic(&Statistic::Average), None);
        assert_eq!(set.rank(&StatisticSet::single(99.0)), Ordering::Greater);
    }
}
