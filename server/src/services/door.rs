//! The one door for events: what was parsed goes into the store, and every event gets an outcome.

use onepane_domain::{EventItem, PortError, Record, Stored, Timestamp, WorkloadStore};
use onepane_events::Parsed;
use serde::Serialize;
use std::time::Duration;

/// What became of one event.
#[derive(Debug)]
pub enum Outcome {
    /// Kept, and new.
    New,
    /// Kept before.
    Duplicate,
    /// Kept, and new, though its detail-type is not known.
    Unrecognised,
    /// No event.
    Rejected(String),
    /// The store did not keep it; it may be offered again.
    Failed(PortError),
}

/// How many events had which outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[allow(missing_docs)]
pub struct Counts {
    pub new: u64,
    pub duplicate: u64,
    pub unrecognised: u64,
    pub rejected: u64,
    pub failed: u64,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, outcome: &Outcome) {
        let count = match outcome {
            Outcome::New => &mut self.new,
            Outcome::Duplicate => &mut self.duplicate,
            Outcome::Unrecognised => &mut self.unrecognised,
            Outcome::Rejected(_) => &mut self.rejected,
            Outcome::Failed(_) => &mut self.failed,
        };
        *count += 1;
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: Self) {
        self.new += other.new;
        self.duplicate += other.duplicate;
        self.unrecognised += other.unrecognised;
        self.rejected += other.rejected;
        self.failed += other.failed;
    }

    /// Each outcome's word with its count.
    pub fn pairs(&self) -> [(&'static str, u64); 5] {
        [
            ("new", self.new),
            ("duplicate", self.duplicate),
            ("unrecognised", self.unrecognised),
            ("rejected", self.rejected),
            ("failed", self.failed),
        ]
    }
}

/// Keeps events; one outcome each, in order. Those that fail for a passing reason are offered again, up to `retries`
/// times with growing pauses. `now` tells the time of writing.
pub async fn keep(
    store: &dyn WorkloadStore,
    parsed: &[Parsed],
    retries: u32,
    now: impl Fn() -> Timestamp + Send + Sync,
) -> Vec<Outcome> {
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(parsed.len());
    let mut waiting: Vec<usize> = Vec::with_capacity(parsed.len());
    for (place, event) in parsed.iter().enumerate() {
        outcomes.push(match &event.record {
            Record::Rejected(rejected) => Some(Outcome::Rejected(rejected.reason.clone())),
            Record::Workload(_) | Record::ApiCall(_) | Record::Unrecognised(_) => {
                waiting.push(place);
                None
            }
        });
    }
    for attempt in 0..=retries {
        if waiting.is_empty() {
            break;
        }
        let items: Vec<EventItem> = waiting.iter().map(|place| item(&parsed[*place])).collect();
        let answers = store.put(&items, now()).await;
        let mut again = Vec::new();
        let mut wait = Duration::from_millis(100 << attempt.min(6));
        for (place, answer) in waiting.iter().zip(answers) {
            let unrecognised = matches!(parsed[*place].record, Record::Unrecognised(_));
            outcomes[*place] = Some(match answer {
                Ok(Stored::New) if unrecognised => Outcome::Unrecognised,
                Ok(Stored::New) => Outcome::New,
                Ok(Stored::Duplicate) => Outcome::Duplicate,
                Err(error) => {
                    if error.kind.is_transient() {
                        again.push(*place);
                        wait = wait.max(error.retry_after.unwrap_or_default().min(Duration::from_secs(30)));
                    }
                    Outcome::Failed(error)
                }
            });
        }
        waiting = again;
        if !waiting.is_empty() && attempt < retries {
            tokio::time::sleep(wait).await;
        }
    }
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(unanswered)).collect()
}

/// A store that answers for fewer events than it was given has not kept the rest, as far as we know.
fn unanswered() -> Outcome {
    Outcome::Failed(PortError::new(onepane_domain::ErrorKind::Corrupt, "the store did not answer for this event"))
}

fn item(parsed: &Parsed) -> EventItem {
    EventItem { record: parsed.record.clone(), raw: parsed.raw.clone() }
}
