//! Metrics on a SQLite file: what a Metric Stream sends is kept by the minute, rolled up as CloudWatch does it, and
//! answered through the port that CloudWatch's adapter answers too.

mod block;
mod cell;
mod expression;
mod file;
mod list;
mod names;
mod query;
mod read;
mod tier;
mod write;

use async_trait::async_trait;
use file::{File, FileResult};
use names::{Words, region_of};
use onepane_domain::{
    AccountId, ErrorKind, MetricAnswer, MetricFilter, MetricList, MetricNames, MetricRequest, MetricSeries, MetricSink,
    MetricSource, Period, PortError, PortResult, Region, Timestamp,
};
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tier::Tier;

/// Readers that are kept for the next question.
const READERS: usize = 2;

/// Tells the present time.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A store of metrics on one SQLite file.
///
/// Several processes may have the same file open, and write in turn. What [`MetricSink::put`] has answered for is on the
/// disk. Points of 60 s are kept for 15 days, of 300 s for 63, of 3,600 s for 455; [`Self::sweep`] rolls them up from
/// tier to tier.
#[derive(Clone)]
pub struct EmbeddedMetrics {
    shared: Arc<Shared>,
    home: Option<AccountId>,
}

struct Shared {
    file: File,
    now: Now,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    words: RwLock<Words>,
    regions: RwLock<Vec<Region>>,
}

impl std::fmt::Debug for EmbeddedMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedMetrics").field("file", &self.shared.file).finish_non_exhaustive()
    }
}

impl EmbeddedMetrics {
    /// Opens the SQLite file at `path`, making it and the folders above it where they are missing. Blocks while it
    /// opens. `now` decides what is of late. [`ErrorKind::Misconfigured`] if the path cannot be used; the context names
    /// it.
    pub fn open(path: &Path, now: Now) -> PortResult<Self> {
        let (file, writer) = File::at(path)?;
        let shared = Shared {
            file,
            now,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            words: RwLock::default(),
            regions: RwLock::default(),
        };
        let opened = Self { shared: Arc::new(shared), home: None };
        opened.shared.read("read the metric store", |_, _| Ok(()))?;
        Ok(opened)
    }

    /// The same store, in which a query that names no account means this one. Without it, such a query means every
    /// account that has the metric.
    #[must_use]
    pub fn with_home(self, account: AccountId) -> Self {
        Self { home: Some(account), ..self }
    }

    /// Rolls up what is too old for its tier and drops what is too old for all; how many blocks that were. Others
    /// write in between. At the end the log of writes is emptied and memory is given back.
    pub async fn sweep(&self, now: Timestamp) -> PortResult<usize> {
        let mut swept = 0;
        loop {
            let some = self.blocking(move |shared| {
                let work = write::sweep_some(&mut lock(&shared.writer), now);
                work.map_err(|error| error.into_port("roll up old metrics"))
            });
            match some.await? {
                0 => {
                    self.settle().await?;
                    return Ok(swept);
                }
                some => swept += some,
            }
        }
    }

    async fn settle(&self) -> PortResult<()> {
        self.blocking(|shared| {
            let writer = lock(&shared.writer);
            let settled = writer.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA shrink_memory;");
            settled.map_err(|error| file::FileError::from(error).into_port("settle the metric store"))
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> PortResult<T> + Send + 'static,
    ) -> PortResult<T> {
        let shared = Arc::clone(&self.shared);
        let broke = |error| PortError::with_source(ErrorKind::Unavailable, "work on the metric store", error);
        tokio::task::spawn_blocking(move || work(&shared)).await.map_err(broke)?
    }
}

impl Shared {
    /// Reads with a connection of its own and with all words that the file has at the beginning.
    fn read<T>(&self, doing: &str, work: impl FnOnce(&Connection, &Words) -> FileResult<T>) -> PortResult<T> {
        let kept = lock(&self.readers).pop();
        let answer = (|| {
            let connection = match kept {
                Some(connection) => connection,
                None => self.file.connect()?,
            };
            // One view of the file for all that is asked of it.
            connection.execute_batch("BEGIN")?;
            let answer = self.look(&connection, work);
            connection.execute_batch("COMMIT")?;
            let mut readers = lock(&self.readers);
            if readers.len() < READERS {
                readers.push(connection);
            }
            answer
        })();
        answer.map_err(|error| error.into_port(doing))
    }

    fn look<T>(
        &self,
        connection: &Connection,
        work: impl FnOnce(&Connection, &Words) -> FileResult<T>,
    ) -> FileResult<T> {
        let known: i64 = connection.prepare_cached("SELECT count(*) FROM word")?.query_row([], |row| row.get(0))?;
        let words = || self.words.read().unwrap_or_else(PoisonError::into_inner);
        if usize::try_from(known).ok() != Some(words().count()) {
            let mut words = self.words.write().unwrap_or_else(PoisonError::into_inner);
            words.learn(connection)?;
            let mut statement = connection.prepare_cached("SELECT DISTINCT region FROM subject")?;
            let numbers: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            let mut regions =
                numbers.into_iter().map(|number| region_of(&words, number)).collect::<FileResult<Vec<_>>>()?;
            regions.sort();
            *self.regions.write().unwrap_or_else(PoisonError::into_inner) = regions;
        }
        work(connection, &words())
    }

    fn regions(&self) -> Vec<Region> {
        self.regions.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A lock whose holder panicked guards nothing that could be half done: SQLite rolls back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl MetricSink for EmbeddedMetrics {
    async fn put(&self, series: Vec<MetricSeries>, period: Period) -> PortResult<()> {
        let Some(tier) = Tier::of(period) else {
            let context = format!("keep metrics of {} s: want 60, 300 or 3600", period.seconds());
            return Err(PortError::new(ErrorKind::Invalid, context));
        };
        self.blocking(move |shared| {
            let kept = write::put(&mut lock(&shared.writer), &series, tier);
            kept.map_err(|error| error.into_port("keep metrics"))?;
            // Learns what Regions came in.
            shared.read("read the metric store", |_, _| Ok(()))
        })
        .await
    }
}

#[async_trait]
impl MetricSource for EmbeddedMetrics {
    async fn list(&self, filter: &MetricFilter, limit: usize) -> PortResult<MetricList> {
        let filter = filter.clone();
        self.blocking(move |shared| {
            let now = (shared.now)();
            shared.read("list metrics", |connection, words| list::list(connection, words, &filter, limit, now))
        })
        .await
    }

    async fn names(&self, filter: &MetricFilter) -> PortResult<MetricNames> {
        let filter = filter.clone();
        self.blocking(move |shared| {
            let now = (shared.now)();
            shared.read("list names of metrics", |connection, words| list::names(connection, words, &filter, now))
        })
        .await
    }

    async fn data(&self, request: &MetricRequest) -> PortResult<MetricAnswer> {
        request.check().map_err(|wrong| PortError::new(ErrorKind::Invalid, format!("ask for metrics: {wrong}")))?;
        let (request, home) = (request.clone(), self.home);
        self.blocking(move |shared| {
            let now = (shared.now)();
            shared.read("read metrics", |connection, words| {
                query::answer(connection, words, &request, &shared.regions(), home, now)
            })
        })
        .await
    }

    fn regions(&self) -> Vec<Region> {
        self.shared.regions()
    }
}
