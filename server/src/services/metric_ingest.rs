//! The one door for metrics: records of Metric Streams, by file or delivered by Firehose.

use crate::dead_letters::{DeadLetter, DeadLetters};
use crate::metrics::Metrics;
use onepane_domain::{ErrorKind, MetricSeries, MetricSink, Period, PortError, PortResult};
use onepane_events::metric_stream::{MetricRecord, MetricStreamReader, by_metric};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

/// Records that go to the store in one call.
pub(crate) const METRIC_BATCH: usize = 5_000;
/// The first pause before something is offered again, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(6);

/// What became of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct MetricCounts {
    pub kept: u64,
    pub rejected: u64,
    pub failed: u64,
}

impl MetricCounts {
    /// Each outcome's word with its count.
    pub fn pairs(&self) -> [(&'static str, u64); 3] {
        [("kept", self.kept), ("rejected", self.rejected), ("failed", self.failed)]
    }
}

/// Keeps series; what fails for a passing reason is offered again, up to `retries` times with growing pauses.
pub(crate) async fn keep_metrics(
    sink: &dyn MetricSink,
    series: Vec<MetricSeries>,
    period: Period,
    retries: u32,
) -> PortResult<()> {
    let mut pause = FIRST_PAUSE;
    for _ in 0..retries {
        match sink.put(series.clone(), period).await {
            Err(error) if error.kind.is_transient() => {
                tokio::time::sleep(pause.max(error.retry_after.unwrap_or_default()).min(LONGEST_PAUSE)).await;
            }
            answer => return answer,
        }
        pause *= 2;
    }
    sink.put(series, period).await
}

/// Keeps records, each at its minute.
pub(crate) async fn keep_records(sink: &dyn MetricSink, records: Vec<MetricRecord>, retries: u32) -> PortResult<()> {
    keep_metrics(sink, by_metric(records), Period::MINUTE, retries).await
}

/// Takes records that are delivered while serving. What is no record goes to the dead letters: the sender could only
/// send it again, for ever.
pub struct MetricIngestService {
    sink: Arc<dyn MetricSink>,
    dead_letters: Arc<Mutex<DeadLetters>>,
    metrics: Arc<Metrics>,
}

impl MetricIngestService {
    /// A door to `sink`, with its dead letters.
    pub fn new(sink: Arc<dyn MetricSink>, dead_letters: DeadLetters, metrics: Arc<Metrics>) -> Self {
        Self { sink, dead_letters: Arc::new(Mutex::new(dead_letters)), metrics }
    }

    /// Keeps what a delivery holds: every record is in the store, or in the dead letters with its reason, once this
    /// gives no error. `source` names the delivery in dead letters, the same in every attempt. The work goes on even if
    /// the caller goes away.
    pub async fn deliver(self: &Arc<Self>, source: String, data: Vec<Vec<u8>>) -> PortResult<MetricCounts> {
        let service = Arc::clone(self);
        let work = tokio::spawn(async move { service.deliver_whole(source, data).await });
        work.await.unwrap_or_else(|error| Err(broke(error)))
    }

    async fn deliver_whole(&self, source: String, data: Vec<Vec<u8>>) -> PortResult<MetricCounts> {
        let reading = tokio::task::spawn_blocking(move || read(&source, &data));
        let (records, letters) = reading.await.map_err(broke)?;
        let mut counts = MetricCounts { rejected: letters.len() as u64, ..MetricCounts::default() };
        let mut records = records.into_iter();
        loop {
            let batch: Vec<MetricRecord> = records.by_ref().take(METRIC_BATCH).collect();
            if batch.is_empty() {
                break;
            }
            let count = batch.len() as u64;
            if let Err(error) = keep_records(&*self.sink, batch, 0).await {
                counts.failed = count + records.len() as u64;
                self.metrics.count_metric_records(&counts);
                return Err(error);
            }
            counts.kept += count;
        }
        if !letters.is_empty() {
            let file = Arc::clone(&self.dead_letters);
            let writing = tokio::task::spawn_blocking(move || {
                let mut file = file.lock();
                letters.iter().try_for_each(|letter| file.write(letter))
            });
            let written = writing.await.map_err(broke)?;
            written.map_err(|error| PortError::with_source(ErrorKind::Unavailable, "write dead letters", error))?;
        }
        self.metrics.count_metric_records(&counts);
        Ok(counts)
    }
}

/// The records of a delivery, and a dead letter for each that is none.
fn read(source: &str, data: &[Vec<u8>]) -> (Vec<MetricRecord>, Vec<DeadLetter>) {
    let (mut records, mut letters) = (Vec::new(), Vec::new());
    for (number, data) in data.iter().enumerate() {
        // A slice gives no errors.
        for parsed in MetricStreamReader::new(data.as_slice()).map_while(Result::ok) {
            match parsed.record {
                Ok(record) => records.push(record),
                Err(reason) => {
                    let source = format!("{source} record {number}");
                    letters.push(DeadLetter { reason, line: parsed.line, source, event: parsed.raw });
                }
            }
        }
    }
    (records, letters)
}

fn broke(error: tokio::task::JoinError) -> PortError {
    PortError::with_source(ErrorKind::Unavailable, "ingest metrics", error)
}
