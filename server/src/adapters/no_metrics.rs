//! A metric source without metrics.

use async_trait::async_trait;
use onepane_domain::{MetricAnswer, MetricFilter, MetricList, MetricRequest, MetricSource, PortResult, Region};

/// Knows no metric.
#[derive(Debug, Clone, Copy)]
pub struct NoMetrics;

#[async_trait]
impl MetricSource for NoMetrics {
    async fn list(&self, _: &MetricFilter, _: usize) -> PortResult<MetricList> {
        Ok(MetricList::default())
    }

    async fn data(&self, _: &MetricRequest) -> PortResult<MetricAnswer> {
        Ok(MetricAnswer::default())
    }

    fn regions(&self) -> Vec<Region> {
        Vec::new()
    }
}
