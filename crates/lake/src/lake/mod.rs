//! The lake as a source of findings.

mod access;
mod schema;
mod sql;

pub(crate) use access::{Access, Opened, Shared, Wants};

use crate::listing::Days;
use crate::rows;
use crate::scan::Stop;
use crate::series;
use crate::source::{Form, read_sources, security_hub};
use async_trait::async_trait;
use onepane_domain::{
    CountingRule, ErrorKind, FindingRequest, FindingRows, FindingRowsRequest, FindingSchema, FindingSeriesAnswer,
    FindingSource, PortError, PortResult, SourceName, Timestamp,
};
use onepane_findings::left_out_note;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Semaphore;

/// Requests that are worked on at once: each uses all cores, and takes memory for what it counts.
const AT_ONCE: usize = 2;
/// Threads of a request at most.
const MOST_THREADS: usize = 16;
const DAY_MS: i64 = 86_400_000;

/// A folder of Parquet files, laid out as Security Lake lays them, as a source of findings.
///
/// A record counts by its own time. Files are found by the day in their folder's name, with a day of slack on either side:
/// a record that lies more than a day away from the day of its folder is not found by a narrow window.
pub struct ParquetLake {
    shared: Arc<Shared>,
    threads: usize,
    turns: Semaphore,
}

impl ParquetLake {
    /// The lake in a folder, which need not exist (yet).
    pub fn open(lake: impl Into<PathBuf>) -> Self {
        let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(MOST_THREADS);
        Self::with_threads(lake, threads)
    }

    /// As [`Self::open`], reading with so many threads.
    pub fn with_threads(lake: impl Into<PathBuf>, threads: usize) -> Self {
        let shared = Shared { lake: lake.into(), ..Shared::default() };
        Self { shared: Arc::new(shared), threads: threads.max(1), turns: Semaphore::new(AT_ONCE) }
    }

    /// Works off the async threads; ends the work when nobody waits for it any more.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Access) -> PortResult<T> + Send + 'static,
    ) -> PortResult<T> {
        let unavailable = |why: &'static str| PortError::new(ErrorKind::Unavailable, why);
        let _turn = self.turns.acquire().await.map_err(|_| unavailable("read the lake: it is closed"))?;
        let stop = Stop::default();
        let access = Access::new(Arc::clone(&self.shared), self.threads, stop.share());
        let _end_with_me = StopOnDrop(stop);
        let done = tokio::task::spawn_blocking(move || work(&access)).await;
        done.map_err(|error| PortError::with_source(ErrorKind::Unavailable, "read the lake", error))?
    }
}

/// Stops the work when the future that waits for it is dropped.
struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// The forms of a source.
pub(crate) fn forms(shared: &Shared, source: &SourceName) -> PortResult<Vec<Form>> {
    if *source == SourceName::SECURITY_HUB {
        return Ok(security_hub());
    }
    let described = read_sources(&shared.lake)
        .map_err(|error| PortError::with_source(ErrorKind::Misconfigured, "read the lake's sources", error))?;
    let forms: Vec<_> = described.into_iter().filter(|form| form.source == *source).collect();
    if forms.is_empty() {
        return Err(PortError::new(ErrorKind::NotFound, format!("the lake has no source {source}")));
    }
    Ok(forms)
}

/// The days of the folders that may have records of a window: one more on either side.
pub(crate) fn days_of(from: Timestamp, to: Timestamp) -> Days {
    let day = |millis: i64| millis.div_euclid(DAY_MS);
    Days {
        first: Some(day(from.millis().saturating_sub(DAY_MS))),
        last: Some(day(to.millis().saturating_sub(1).saturating_add(DAY_MS))),
    }
}

fn invalid(error: impl std::fmt::Display) -> PortError {
    PortError::new(ErrorKind::Invalid, error.to_string())
}

#[async_trait]
impl FindingSource for ParquetLake {
    fn sources(&self) -> Vec<SourceName> {
        // What is wrong with the descriptions, the schema tells.
        let described = read_sources(&self.shared.lake).unwrap_or_default();
        std::iter::once(SourceName::SECURITY_HUB).chain(described.into_iter().map(|form| form.source)).collect()
    }

    async fn schema(&self, source: &SourceName) -> PortResult<FindingSchema> {
        let source = source.clone();
        self.work(move |access| schema::schema(access, &source)).await
    }

    async fn series(&self, request: &FindingRequest) -> PortResult<FindingSeriesAnswer> {
        request.check().map_err(invalid)?;
        let request = request.clone();
        self.work(move |access| {
            let begin = Instant::now();
            let wants = Wants {
                from: request.from,
                to: request.to,
                filters: &request.filters,
                dimensions: &request.group_by,
                uid: request.count != CountingRule::Updates,
                status: request.count == CountingRule::Active,
                created: request.count == CountingRule::FirstSeen,
            };
            let opened = access.open(forms(&access.shared, &request.source)?, &wants)?;
            let (series, left_out) = series::series(access, &opened, &request)?;
            let mut notes = access.trouble.notes();
            notes.extend(left_out_note(series.len(), (left_out + series.len()) as u64));
            Ok(FindingSeriesAnswer { series, cost: access.spent.cost(begin.elapsed()), notes })
        })
        .await
    }

    async fn rows(&self, request: &FindingRowsRequest) -> PortResult<FindingRows> {
        request.check().map_err(invalid)?;
        let request = request.clone();
        self.work(move |access| {
            let begin = Instant::now();
            let wants = Wants {
                from: request.from,
                to: request.to,
                filters: &request.filters,
                dimensions: &[],
                uid: true,
                status: false,
                created: false,
            };
            let opened = access.open(forms(&access.shared, &request.source)?, &wants)?;
            let (rows, more) = rows::rows(access, &opened, &request)?;
            Ok(FindingRows { rows, more, cost: access.spent.cost(begin.elapsed()), notes: access.trouble.notes() })
        })
        .await
    }

    async fn sql(&self, request: &FindingRowsRequest) -> PortResult<String> {
        request.check().map_err(invalid)?;
        let request = request.clone();
        self.work(move |access| sql::sql(access, &request)).await
    }
}
