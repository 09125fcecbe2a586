//! Answers that were given are not asked for again, and equal questions that are under way together are asked once.

use crate::sql::is_left_out_note;
use async_trait::async_trait;
use futures::FutureExt;
use onepane_asking::{Flights, Kept};
use onepane_domain::{
    FindingRequest, FindingRows, FindingRowsRequest, FindingSchema, FindingSeriesAnswer, FindingSource, PortResult,
    QueryCost, SourceName, Timestamp,
};
use parking_lot::Mutex;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

/// How much is kept, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberConfig {
    /// How long after its time a record may still come in.
    pub settles_after: Duration,
    /// How long an answer may be used whose window is older than that.
    pub settled_for: Duration,
    /// How long any other answer may be used, and one with notes.
    pub open_for: Duration,
    /// Most numbers and rows that are kept, of each kind of answer.
    pub most: usize,
}

impl Default for RememberConfig {
    /// An hour to settle, an hour if settled, a minute if not; a million numbers (16 MB).
    fn default() -> Self {
        Self {
            settles_after: Duration::from_secs(3_600),
            settled_for: Duration::from_secs(3_600),
            open_for: Duration::from_secs(60),
            most: 1_000_000,
        }
    }
}

/// A source that asks another, never the same question twice at the same time, and not again what it was told lately.
/// What it remembers is told with a cost of nothing.
pub struct Remembered<C> {
    source: Arc<dyn FindingSource>,
    clock: C,
    config: RememberConfig,
    schemas: Memory<SourceName, FindingSchema>,
    series: Memory<FindingRequest, FindingSeriesAnswer>,
    rows: Memory<FindingRowsRequest, FindingRows>,
}

impl<C> fmt::Debug for Remembered<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remembered").field("config", &self.config).finish_non_exhaustive()
    }
}

/// The answers of one kind: on their way, and kept with the time until which they may be used.
struct Memory<K, T> {
    flights: Flights<K, T>,
    kept: Mutex<Kept<K, (T, Timestamp)>>,
}

impl<K: Hash + Eq + Clone, T: Clone + Send + Sync + 'static> Memory<K, T> {
    fn new(most: usize) -> Self {
        Self { flights: Flights::default(), kept: Mutex::new(Kept::new(most)) }
    }

    fn known(&self, key: &K, now: Timestamp) -> Option<T> {
        self.kept.lock().get(key).filter(|(_, until)| now < *until).map(|(answer, _)| answer.clone())
    }

    fn keep(&self, key: K, answer: T, until: Timestamp, weight: usize) {
        self.kept.lock().put(key, (answer, until), weight);
    }
}

impl<C: Fn() -> Timestamp + Send + Sync> Remembered<C> {
    /// Before `source`; `clock` tells the present.
    pub fn new(source: Arc<dyn FindingSource>, clock: C, config: RememberConfig) -> Self {
        let most = config.most;
        Self { source, clock, schemas: Memory::new(most), series: Memory::new(most), rows: Memory::new(most), config }
    }

    /// Until when an answer about a window that ends there may be used.
    fn until(&self, now: Timestamp, to: Timestamp, is_whole: bool) -> Timestamp {
        let is_settled = to.plus_millis(millis(self.config.settles_after)) <= now;
        let usable = if is_settled && is_whole { self.config.settled_for } else { self.config.open_for };
        now.plus_millis(millis(usable))
    }
}

#[async_trait]
impl<C: Fn() -> Timestamp + Send + Sync> FindingSource for Remembered<C> {
    fn sources(&self) -> Vec<SourceName> {
        self.source.sources()
    }

    async fn schema(&self, source: &SourceName) -> PortResult<FindingSchema> {
        let now = (self.clock)();
        if let Some(known) = self.schemas.known(source, now) {
            return Ok(known);
        }
        let (asked, name) = (Arc::clone(&self.source), source.clone());
        let ask = move || async move { asked.schema(&name).await }.boxed();
        let schema = self.schemas.flights.join(source.clone(), ask).await?;
        // Until when a source has records changes all the time.
        self.schemas.keep(source.clone(), schema.clone(), self.until(now, now, false), schema.dimensions.len() + 8);
        Ok(schema)
    }

    async fn series(&self, request: &FindingRequest) -> PortResult<FindingSeriesAnswer> {
        let now = (self.clock)();
        if let Some(known) = self.series.known(request, now) {
            return Ok(FindingSeriesAnswer { cost: nothing(), ..known });
        }
        let (asked, question) = (Arc::clone(&self.source), request.clone());
        let ask = move || async move { asked.series(&question).await }.boxed();
        let answer = self.series.flights.join(request.clone(), ask).await?;
        let is_whole = answer.notes.iter().all(|note| is_left_out_note(note));
        let until = self.until(now, request.to, is_whole);
        let weight = answer.series.iter().map(|series| series.counts.len() + 4 * series.key.len() + 4).sum::<usize>();
        self.series.keep(request.clone(), answer.clone(), until, weight + 16);
        Ok(answer)
    }

    async fn rows(&self, request: &FindingRowsRequest) -> PortResult<FindingRows> {
        let now = (self.clock)();
        if let Some(known) = self.rows.known(request, now) {
            return Ok(FindingRows { cost: nothing(), ..known });
        }
        let (asked, question) = (Arc::clone(&self.source), request.clone());
        let ask = move || async move { asked.rows(&question).await }.boxed();
        let answer = self.rows.flights.join(request.clone(), ask).await?;
        let until = self.until(now, request.to, answer.notes.is_empty());
        // A row is about a kilobyte of texts: as much as 64 numbers.
        let weight = answer.rows.len() * 64 + 16;
        self.rows.keep(request.clone(), answer.clone(), until, weight);
        Ok(answer)
    }

    async fn sql(&self, request: &FindingRowsRequest) -> PortResult<String> {
        self.source.sql(request).await
    }
}

fn nothing() -> QueryCost {
    QueryCost { reused: true, ..QueryCost::default() }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
