//! Fills the read model from the feed, newest first, and keeps it fresh.

use super::read_model::{Changed, ReadModel};
use crate::clock::Clock;
use crate::metrics::Metrics;
use futures::StreamExt;
use onepane_domain::{FeedPage, FeedPosition, PortResult, Timestamp, WorkloadStore};
use parking_lot::Mutex;
use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Items asked of a shard at once.
const PAGE: u32 = 1_000;
/// Shards read at the same time.
const SHARDS_AT_ONCE: usize = 8;
/// Unreadable items that are remembered, so that each is logged once.
const UNREADABLE_REMEMBERED: usize = 1_000;
/// The shortest and longest pause after an error.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));
/// How often what is older than the retention is dropped.
const DROP_EVERY: Duration = Duration::from_secs(24 * 3_600);

/// How the follower spends its time.
#[derive(Debug, Clone, Copy)]
pub struct FollowerTimes {
    /// How often the feed is asked what is new.
    pub poll: Duration,
    /// How late an item may appear behind others that were written after it.
    pub overlap: Duration,
    /// How often the overlap is read again.
    pub reread: Duration,
    /// How far back the model is filled.
    pub retention: Duration,
}

/// Reads the feed into the read model, for as long as it runs.
pub struct FeedFollower {
    store: Arc<dyn WorkloadStore>,
    model: Arc<ReadModel>,
    wake: Arc<Notify>,
    metrics: Arc<Metrics>,
    clock: Clock,
    times: FollowerTimes,
    unreadable: Mutex<HashSet<String>>,
}

/// Where the reading of one shard stands.
#[derive(Debug, Clone)]
struct Shard {
    number: u16,
    /// The newest item seen.
    newest: FeedPosition,
    /// When it was last asked.
    asked_at: Timestamp,
}

impl FeedFollower {
    /// A follower of `store` that is woken by `wake`.
    pub fn new(
        store: Arc<dyn WorkloadStore>,
        model: Arc<ReadModel>,
        wake: Arc<Notify>,
        metrics: Arc<Metrics>,
        clock: Clock,
        times: FollowerTimes,
    ) -> Self {
        Self { store, model, wake, metrics, clock, times, unreadable: Mutex::default() }
    }

    /// Fills and follows until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let work = async {
            let (shards, places) = self.start().await;
            tokio::join!(self.fill_and_drop(places), self.follow(shards))
        };
        tokio::select! {
            () = stop.cancelled() => {}
            _ = work => {}
        }
    }

    /// Reads the newest page of every shard. Gives where to follow on from, and where to go on filling.
    async fn start(&self) -> (Vec<Shard>, Vec<(u16, FeedPosition)>) {
        let asked_at = self.clock.now();
        let numbers = 0..self.store.feed_shards();
        let pages: Vec<(u16, FeedPage)> = futures::stream::iter(numbers)
            .map(|number| async move { (number, self.page_before(number, None).await) })
            .buffer_unordered(SHARDS_AT_ONCE)
            .collect()
            .await;
        let mut shards = Vec::new();
        let mut places = Vec::new();
        for (number, page) in pages {
            let first = page.entries.first().map(|entry| entry.position.clone());
            let newest = first.unwrap_or_else(|| FeedPosition::at(asked_at.plus_millis(-millis(self.times.overlap))));
            shards.push(Shard { number, newest, asked_at });
            places.extend(self.take_older(number, page).await);
        }
        (shards, places)
    }

    async fn fill_and_drop(&self, places: Vec<(u16, FeedPosition)>) {
        self.fill(places).await;
        loop {
            tokio::time::sleep(DROP_EVERY).await;
            let cutoff = self.cutoff();
            match self.model.retain_since(cutoff).await {
                Ok(false) => {}
                // What was written lately about older times went too; the feed has it.
                Ok(true) => {
                    let (_, places) = self.start().await;
                    self.fill(places).await;
                }
                Err(error) => tracing::error!(%error, "could not drop what is older than the retention"),
            }
            self.model.changes().publish(Vec::new(), 0);
        }
    }

    /// Reads every shard back to the retention's start, all at the same pace.
    async fn fill(&self, mut places: Vec<(u16, FeedPosition)>) {
        let started = std::time::Instant::now();
        while !places.is_empty() {
            let reaches_back_to = places.iter().filter_map(|(_, place)| place.time()).max();
            self.model.update_fill(|fill| fill.reaches_back_to = reaches_back_to);
            let pages: Vec<(u16, FeedPage)> = futures::stream::iter(places)
                .map(|(number, place)| async move { (number, self.page_before(number, Some(place)).await) })
                .buffer_unordered(SHARDS_AT_ONCE)
                .collect()
                .await;
            places = Vec::new();
            for (number, page) in pages {
                places.extend(self.take_older(number, page).await);
            }
        }
        let cutoff = self.cutoff();
        self.model.update_fill(|fill| {
            fill.complete = true;
            fill.reaches_back_to = Some(cutoff);
        });
        let workloads = self.model.size().0;
        tracing::info!(workloads, seconds = started.elapsed().as_secs_f64(), "read model is full");
        self.model.changes().publish(Vec::new(), 0);
    }

    /// Applies a page of older items; gives where the shard goes on, if it does.
    async fn take_older(&self, number: u16, page: FeedPage) -> Option<(u16, FeedPosition)> {
        let cutoff = self.cutoff();
        let next = page.next.filter(|place| place.time().is_none_or(|written| written >= cutoff));
        self.note_unreadable(page.unreadable);
        match self.model.apply(page.entries, None).await {
            Ok(changed) if changed.total > 0 => self.model.changes().publish(Vec::new(), changed.total),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "could not apply a page of the feed"),
        }
        next.map(|place| (number, place))
    }

    async fn follow(&self, mut shards: Vec<Shard>) {
        let mut reread_at = tokio::time::Instant::now();
        loop {
            let reread = tokio::time::Instant::now() >= reread_at;
            if reread {
                reread_at = tokio::time::Instant::now() + self.times.reread;
            }
            let caught_up: Vec<(Shard, Changed)> = futures::stream::iter(shards)
                .map(|shard| self.catch_up(shard, reread))
                .buffer_unordered(SHARDS_AT_ONCE)
                .collect()
                .await;
            let mut changed = Changed::default();
            shards = Vec::with_capacity(caught_up.len());
            for (shard, of_shard) in caught_up {
                shards.push(shard);
                changed.merge(of_shard);
            }
            self.metrics.feed_read(self.clock.now());
            if changed.total > 0 {
                self.model.changes().publish(changed.named, changed.total);
            }
            tokio::select! {
                () = tokio::time::sleep(self.times.poll) => {}
                () = self.wake.notified() => {}
            }
        }
    }

    /// Reads what a shard has after its newest item; with `reread`, once more what may have appeared late before it.
    async fn catch_up(&self, mut shard: Shard, reread: bool) -> (Shard, Changed) {
        let asked_at = self.clock.now();
        let news_after = shard.newest.clone();
        let mut place = shard.newest.clone();
        if reread {
            let settled = shard.newest.time().map_or(shard.asked_at, |newest| newest.max(shard.asked_at));
            place = place.min(FeedPosition::at(settled.plus_millis(-millis(self.times.overlap))));
        }
        let mut changed = Changed::default();
        loop {
            let page = self.steadily(|| self.store.feed_after(shard.number, &place, PAGE)).await;
            if let Some(last) = page.entries.last() {
                shard.newest = last.position.clone().max(shard.newest);
            }
            self.note_unreadable(page.unreadable);
            match self.model.apply(page.entries, Some(news_after.clone())).await {
                Ok(of_page) => changed.merge(of_page),
                Err(error) => tracing::error!(%error, "could not apply a page of the feed"),
            }
            match page.next {
                Some(next) if next > place => place = next,
                _ => break,
            }
        }
        shard.asked_at = asked_at;
        (shard, changed)
    }

    async fn page_before(&self, shard: u16, place: Option<FeedPosition>) -> FeedPage {
        self.steadily(|| self.store.feed_before(shard, place.as_ref(), PAGE)).await
    }

    /// Asks until there is an answer, with growing pauses; what holds us up is shown.
    async fn steadily<F: Future<Output = PortResult<FeedPage>>>(&self, ask: impl Fn() -> F) -> FeedPage {
        let mut pause = BACK_OFF.0;
        let mut in_trouble = false;
        loop {
            match ask().await {
                Ok(page) => {
                    if in_trouble {
                        self.model.update_fill(|fill| fill.trouble = None);
                    }
                    return page;
                }
                Err(error) => {
                    in_trouble = true;
                    let wait = pause.max(error.retry_after.unwrap_or_default().min(BACK_OFF.1)).mul_f64(jitter());
                    tracing::warn!(%error, cause = ?error.source, wait_s = wait.as_secs_f64(), "feed cannot be read");
                    self.metrics.feed_error();
                    self.model.update_fill(|fill| fill.trouble = Some(error.to_string()));
                    tokio::time::sleep(wait).await;
                    pause = (pause * 2).min(BACK_OFF.1);
                }
            }
        }
    }

    fn note_unreadable(&self, items: Vec<String>) {
        let mut remembered = self.unreadable.lock();
        for item in items {
            if remembered.len() < UNREADABLE_REMEMBERED && !remembered.contains(&item) {
                tracing::error!(item, "an item of the feed cannot be read and is left out");
                self.metrics.unreadable_item();
                remembered.insert(item);
            }
        }
    }

    fn cutoff(&self) -> Timestamp {
        self.clock.now().plus_millis(-millis(self.times.retention))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Between 0.5 and 1.5, so that several servers do not come back at the same moment.
fn jitter() -> f64 {
    let mut byte = [128u8];
    // Without randomness there is no jitter, and no harm.
    let _ = getrandom::fill(&mut byte);
    0.5 + f64::from(byte[0]) / 255.0
}
