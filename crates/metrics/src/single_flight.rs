//! Equal questions that are under way together are asked once.

use async_trait::async_trait;
use futures::FutureExt;
use onepane_asking::Flights;
use onepane_domain::{MetricAnswer, MetricFilter, MetricList, MetricRequest, MetricSource, PortResult, Region};
use std::fmt;
use std::sync::Arc;

/// A source that asks another, but never the same question twice at the same time: who asks what is being asked gets
/// that answer. A question goes on while anyone waits for it, and is given up with the last who did.
pub struct SingleFlight<S> {
    source: Arc<S>,
    lists: Flights<(MetricFilter, usize), MetricList>,
    data: Flights<MetricRequest, MetricAnswer>,
}

impl<S> fmt::Debug for SingleFlight<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleFlight").finish_non_exhaustive()
    }
}

impl<S: MetricSource + 'static> SingleFlight<S> {
    /// Before `source`.
    pub fn new(source: S) -> Self {
        Self { source: Arc::new(source), lists: Flights::default(), data: Flights::default() }
    }
}

#[async_trait]
impl<S: MetricSource + 'static> MetricSource for SingleFlight<S> {
    async fn list(&self, filter: &MetricFilter, limit: usize) -> PortResult<MetricList> {
        let (source, filter) = (Arc::clone(&self.source), filter.clone());
        let key = (filter.clone(), limit);
        self.lists.join(key, move || async move { source.list(&filter, limit).await }.boxed()).await
    }

    async fn data(&self, request: &MetricRequest) -> PortResult<MetricAnswer> {
        let (source, request) = (Arc::clone(&self.source), request.clone());
        self.data.join(request.clone(), move || async move { source.data(&request).await }.boxed()).await
    }

    fn regions(&self) -> Vec<Region> {
        self.source.regions()
    }
}
