//! Ingest by HTTP: a body of events, answered only when they are stored.

use super::door::{self, Counts, Outcome};
use crate::clock::Clock;
use crate::metrics::Metrics;
use bytes::Bytes;
use onepane_domain::{ErrorKind, PortError, PortResult, WorkloadStore};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Events that go to the store in one call.
const BATCH: usize = 500;

/// Takes events that come while serving.
pub struct IngestService {
    store: Arc<dyn WorkloadStore>,
    wake: Arc<Notify>,
    metrics: Arc<Metrics>,
    clock: Clock,
}

/// One event that was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventFault {
    /// Its place in the body, from 0.
    pub index: usize,
    /// The line of the body at which it starts, from 1.
    pub line: u64,
    /// Why not.
    pub reason: String,
}

/// What became of a body of events.
#[derive(Debug, Default, Serialize)]
pub struct IngestReport {
    /// By outcome.
    #[serde(flatten)]
    pub counts: Counts,
    /// Those that are no events; sending them again will not help.
    pub rejected_events: Vec<EventFault>,
    /// Those that the store did not keep; send the body again (repeats do no harm).
    pub failed_events: Vec<EventFault>,
    /// The kind of the first failure.
    #[serde(skip)]
    pub failure: Option<ErrorKind>,
    /// How long the store asked us to wait.
    #[serde(skip)]
    pub retry_after: Option<Duration>,
}

impl IngestService {
    /// A door to `store` that wakes the feed's follower after every put.
    pub fn new(store: Arc<dyn WorkloadStore>, wake: Arc<Notify>, metrics: Arc<Metrics>, clock: Clock) -> Self {
        Self { store, wake, metrics, clock }
    }

    /// Parses and keeps the events of a body. The work goes on even if the caller goes away. An error only if the work
    /// itself broke down.
    pub async fn ingest(self: &Arc<Self>, body: Bytes) -> PortResult<IngestReport> {
        let service = Arc::clone(self);
        let work = tokio::spawn(async move { service.ingest_whole(body).await });
        work.await.unwrap_or_else(|error| Err(PortError::with_source(ErrorKind::Unavailable, "ingest events", error)))
    }

    async fn ingest_whole(&self, body: Bytes) -> PortResult<IngestReport> {
        let parsed = tokio::task::spawn_blocking(move || onepane_events::parse_all(&body))
            .await
            .map_err(|error| PortError::with_source(ErrorKind::Unavailable, "parse events", error))?;
        let mut report = IngestReport::default();
        for (number, batch) in parsed.chunks(BATCH).enumerate() {
            let outcomes = door::keep(&*self.store, batch, 0, || self.clock.now()).await;
            self.wake.notify_one();
            for (place, (event, outcome)) in batch.iter().zip(outcomes).enumerate() {
                report.count(number * BATCH + place, event.line, outcome);
            }
        }
        self.metrics.count_events(&report.counts);
        Ok(report)
    }
}

impl IngestReport {
    fn count(&mut self, index: usize, line: u64, outcome: Outcome) {
        self.counts.add(&outcome);
        match outcome {
            Outcome::New | Outcome::Duplicate | Outcome::Unrecognised => {}
            Outcome::Rejected(reason) => self.rejected_events.push(EventFault { index, line, reason }),
            Outcome::Failed(error) => {
                self.failure.get_or_insert(error.kind);
                self.retry_after = self.retry_after.max(error.retry_after);
                self.failed_events.push(EventFault { index, line, reason: error.to_string() });
            }
        }
    }
}
