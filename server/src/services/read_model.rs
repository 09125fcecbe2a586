//! The index behind its lock, with how far it is filled and the channel that tells its changes.

use super::changes::{Changes, NAMED_AT_MOST};
use onepane_domain::{
    ErrorKind, FeedEntry, FeedItem, FeedPosition, FillState, Organization, PortError, PortResult, Timestamp, WorkloadId,
};
use onepane_index::{Applied, WorkloadIndex};
use parking_lot::{Mutex, RwLock};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Entries applied under one hold of the write lock: a few milliseconds.
const ENTRIES_PER_HOLD: usize = 500;

/// Written this much later than it happened, an event is a late arrival: an import, not a delivery.
const LATE_MS: i64 = 86_400_000;

/// The read model of this process.
pub struct ReadModel {
    index: RwLock<WorkloadIndex>,
    organization: Organization,
    fill: Mutex<FillState>,
    changes: Changes,
    late_arrivals: AtomicBool,
}

/// What a batch of feed entries changed.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    /// Some of the workloads, a hundred at most.
    pub(crate) named: Vec<WorkloadId>,
    /// How many.
    pub(crate) total: u64,
}

impl Changed {
    fn note(&mut self, id: WorkloadId) {
        self.total += 1;
        if self.named.len() < NAMED_AT_MOST {
            self.named.push(id);
        }
    }

    /// Adds another batch's changes.
    pub(crate) fn merge(&mut self, other: Self) {
        self.total += other.total;
        let room = NAMED_AT_MOST - self.named.len().min(NAMED_AT_MOST);
        self.named.extend(other.named.into_iter().take(room));
    }
}

impl ReadModel {
    /// An empty model of this organization.
    pub fn new(organization: Organization) -> Self {
        Self {
            index: RwLock::new(WorkloadIndex::new(organization.clone())),
            organization,
            fill: Mutex::default(),
            changes: Changes::default(),
            late_arrivals: AtomicBool::new(false),
        }
    }

    /// The accounts known by name.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// The channel of changes.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// How far the model is filled.
    pub fn fill(&self) -> FillState {
        let workloads = self.size().0;
        FillState { workloads, ..self.fill.lock().clone() }
    }

    /// How many workloads are known, and the bytes they take.
    pub fn size(&self) -> (u64, u64) {
        let index = self.index.read();
        (as_u64(index.len()), as_u64(index.memory_bytes()))
    }

    /// Asks the index on a thread that may take its time, so that the reactor is not held.
    pub async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&WorkloadIndex) -> T + Send + 'static,
    ) -> PortResult<T> {
        let model = Arc::clone(self);
        let answer = tokio::task::spawn_blocking(move || question(&model.index.read())).await;
        answer.map_err(|error| PortError::with_source(ErrorKind::Unavailable, "ask the read model", error))
    }

    pub(crate) fn update_fill(&self, update: impl FnOnce(&mut FillState)) {
        update(&mut self.fill.lock());
    }

    /// Applies feed entries and says what they changed. Calls change no state; one after `news_after` counts as a
    /// change of its workload, whose page shows it.
    pub(crate) async fn apply(
        self: &Arc<Self>,
        entries: Vec<FeedEntry>,
        news_after: Option<FeedPosition>,
    ) -> PortResult<Changed> {
        let model = Arc::clone(self);
        let work = tokio::task::spawn_blocking(move || model.apply_now(&entries, news_after.as_ref()));
        work.await.map_err(|error| PortError::with_source(ErrorKind::Unavailable, "apply the feed", error))
    }

    fn apply_now(&self, entries: &[FeedEntry], news_after: Option<&FeedPosition>) -> Changed {
        let mut changed = Changed::default();
        for batch in entries.chunks(ENTRIES_PER_HOLD) {
            let mut index = self.index.write();
            for entry in batch {
                match &entry.item {
                    FeedItem::State(state) => {
                        if !matches!(index.apply(state), Applied::Stale) {
                            changed.note(state.id.clone());
                        }
                        let written = entry.position.time().unwrap_or(state.event_time);
                        if written.millis_since(state.event_time) > LATE_MS {
                            self.late_arrivals.store(true, Ordering::Relaxed);
                        }
                    }
                    FeedItem::Call(call) => {
                        let is_news = news_after.is_some_and(|seen| entry.position > *seen);
                        if let Some(id) = call.workload().filter(|_| is_news) {
                            changed.note(id);
                        }
                    }
                }
            }
        }
        changed
    }

    /// Drops what last changed before `cutoff`. True if late arrivals may have gone with it: what was written lately
    /// about older times, which the feed still holds.
    pub(crate) async fn retain_since(self: &Arc<Self>, cutoff: Timestamp) -> PortResult<bool> {
        let model = Arc::clone(self);
        let work = tokio::task::spawn_blocking(move || {
            let mut index = model.index.write();
            let before = index.len();
            index.retain_since(cutoff);
            index.len() < before && model.late_arrivals.load(Ordering::Relaxed)
        });
        work.await.map_err(|error| PortError::with_source(ErrorKind::Unavailable, "drop what is old", error))
    }
}

pub(crate) fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
