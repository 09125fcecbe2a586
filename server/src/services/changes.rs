//! Tells open pages that something changed.

use onepane_domain::{PaneChange, WorkloadId};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::broadcast;

/// How many workloads one change names at most.
pub(crate) const NAMED_AT_MOST: usize = 100;

/// Changes that a listener may lag behind before it is told only that it missed some.
const BACKLOG: usize = 256;

/// The channel on which changes are told.
#[derive(Debug)]
pub struct Changes {
    sender: broadcast::Sender<Arc<PaneChange>>,
    generation: AtomicU64,
}

impl Default for Changes {
    fn default() -> Self {
        Self { sender: broadcast::channel(BACKLOG).0, generation: AtomicU64::new(0) }
    }
}

impl Changes {
    /// Tells that `total` workloads changed, of which `changed` are named (cut to a hundred).
    pub fn publish(&self, mut changed: Vec<WorkloadId>, total: u64) {
        changed.truncate(NAMED_AT_MOST);
        let generation = self.generation.fetch_add(1, Ordering::AcqRel) + 1;
        // Nobody listening is no error.
        let _ = self.sender.send(Arc::new(PaneChange { generation, changed, total }));
    }

    /// How many changes there have been.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Hears every change from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<PaneChange>> {
        self.sender.subscribe()
    }
}
