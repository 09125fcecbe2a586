//! The port to where metrics are kept.

use super::{ListedMetric, MetricAnswer, MetricFilter, MetricRequest};
use crate::{Notes, PortResult, Region};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Metrics that are there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MetricList {
    /// The metrics, by namespace, name, dimensions, account and Region; each once.
    pub metrics: Vec<ListedMetric>,
    /// What is missing and why: a refused Region, more metrics than were asked for.
    pub notes: Notes,
}

/// What metrics are called.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MetricNames {
    /// Namespace and name, each pair once, in order.
    pub names: Vec<(String, String)>,
    /// What is missing and why.
    pub notes: Notes,
}

/// Gives metrics of many accounts and Regions.
///
/// Both answers are partial by design: what one account or Region refuses becomes a note, and the rest is told. An
/// error is left for what concerns all of it: a request that is wrong, every Region unreachable.
#[async_trait]
pub trait MetricSource: Send + Sync {
    /// At most `limit` metrics that fit the filter and had values of late (CloudWatch: within two weeks); a note if there
    /// are more.
    async fn list(&self, filter: &MetricFilter, limit: usize) -> PortResult<MetricList>;

    /// The names of metrics that fit the filter: namespace and name, each pair once, in order. A source that can tell
    /// them without listing every metric does so.
    async fn names(&self, filter: &MetricFilter) -> PortResult<MetricNames> {
        const LOOKED_AT: usize = 20_000;
        let MetricList { metrics, notes } = self.list(filter, LOOKED_AT).await?;
        let names: BTreeSet<(String, String)> =
            metrics.into_iter().map(|listed| (listed.metric.namespace, listed.metric.name)).collect();
        Ok(MetricNames { names: names.into_iter().collect(), notes })
    }

    /// The values of all wanted queries. A metric without values in the window gives a series without values; an
    /// expression that finds nothing gives no series. A request that [`MetricRequest::check`] refuses is
    /// [`crate::ErrorKind::Invalid`].
    async fn data(&self, request: &MetricRequest) -> PortResult<MetricAnswer>;

    /// The Regions it looks into.
    fn regions(&self) -> Vec<Region>;
}
