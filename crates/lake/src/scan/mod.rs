//! Records out of files: those of a window that pass the filters, a batch at a time.

mod batch;
mod question;
mod tasks;
mod trouble;
mod work;

pub(crate) use batch::{Batch, scan};
pub(crate) use question::{Filter, Question, Target};
pub(crate) use tasks::{Order, Task, bytes, tasks};
pub(crate) use trouble::{Spent, Trouble};
pub(crate) use work::{Queue, in_parallel};

/// Where the work on a question stands, and whether it is still wanted.
#[derive(Debug, Default)]
pub(crate) struct Stop(std::sync::Arc<std::sync::atomic::AtomicBool>);

impl Stop {
    /// Another handle to the same.
    pub(crate) fn share(&self) -> Self {
        Self(std::sync::Arc::clone(&self.0))
    }

    /// Nobody waits for the answer any more.
    pub(crate) fn stop(&self) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}
