//! Equal questions that are under way together are asked once.

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use onepane_domain::{
    MetricAnswer, MetricFilter, MetricList, MetricRequest, MetricSource, PortError, PortResult, Region,
};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Weak};

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

type Flight<T> = Shared<BoxFuture<'static, Arc<PortResult<T>>>>;

struct Flights<K, T>(Mutex<HashMap<K, Weak<Flight<T>>>>);

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Hash + Eq, T: Clone + Send + Sync + 'static> Flights<K, T> {
    async fn join(&self, key: K, ask: impl FnOnce() -> BoxFuture<'static, PortResult<T>>) -> PortResult<T> {
        let flight = {
            let mut flights = self.0.lock();
            let known = flights.get(&key).and_then(Weak::upgrade);
            // One that has landed may still be held by others who are about to read it; its answer is of the past.
            match known.filter(|flight| flight.peek().is_none()) {
                Some(flight) => flight,
                None => {
                    flights.retain(|_, flight| flight.strong_count() > 0);
                    let flight = Arc::new(ask().map(Arc::new).boxed().shared());
                    flights.insert(key, Arc::downgrade(&flight));
                    flight
                }
            }
        };
        let answer = Flight::clone(&flight).await;
        drop(flight);
        match Arc::try_unwrap(answer) {
            Ok(answer) => answer,
            Err(shared) => match shared.as_ref() {
                Ok(answer) => Ok(answer.clone()),
                Err(error) => Err(copy(error)),
            },
        }
    }
}

/// The same error for another caller; its cause as a text.
fn copy(error: &PortError) -> PortError {
    PortError {
        kind: error.kind,
        context: error.context.clone(),
        retry_after: error.retry_after,
        source: error.source.as_ref().map(|cause| cause.to_string().into()),
    }
}
