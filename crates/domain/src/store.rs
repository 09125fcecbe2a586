//! The port to where events are kept.

use crate::{AccountId, ApiCall, PortResult, Record, Region, Timestamp, Transition, WorkloadId};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// One event to keep: what it was read as, and the whole of it as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct EventItem {
    /// What it was read as. A [`Record::Rejected`] is refused by a store: it has no identity to be kept under.
    pub record: Record,
    /// The event's JSON.
    pub raw: String,
}

/// What keeping an event did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stored {
    /// It was new.
    New,
    /// It had been kept before; nothing was overwritten.
    Duplicate,
}

/// A workload's past, oldest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct WorkloadHistory {
    /// Its events, each with its JSON as it came.
    pub events: Vec<(Transition, String)>,
    /// API calls about it, each with its JSON as it came.
    pub calls: Vec<(ApiCall, String)>,
    /// True if older ones were left out.
    pub truncated: bool,
}

/// A place in one shard of the feed: the text of `fed_at`. Places sort as the feed does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedPosition(pub String);

impl FeedPosition {
    /// The place before everything that was written at or after `time`.
    pub fn at(time: Timestamp) -> Self {
        Self(time.to_string())
    }

    /// When the item at this place was written.
    pub fn time(&self) -> Option<Timestamp> {
        self.0.get(..24)?.parse().ok()
    }
}

/// What the feed carries.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedItem {
    /// A workload's newest state.
    State(Box<Transition>),
    /// An API call.
    Call(Box<ApiCall>),
}

/// One item of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedEntry {
    /// Its place.
    pub position: FeedPosition,
    /// The item.
    pub item: FeedItem,
}

/// Part of one shard of the feed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeedPage {
    /// The items, in the order asked for.
    pub entries: Vec<FeedEntry>,
    /// Items that could not be read, each with its key and why; they are skipped, not fatal.
    pub unreadable: Vec<String>,
    /// Where to go on; none at the end.
    pub next: Option<FeedPosition>,
}

/// Keeps every event, the newest state of every workload, and a feed of what changed.
///
/// All writes may be repeated and may come in any order: the states and histories end the same.
#[async_trait]
pub trait WorkloadStore: Send + Sync {
    /// Keeps events; one outcome each, in order. `now` is the time of writing. An event counts as kept only when both
    /// its own item and the workload's state are in place; after an error the same event may be offered again.
    async fn put(&self, items: &[EventItem], now: Timestamp) -> Vec<PortResult<Stored>>;

    /// The newest state of a workload; none if none of its events changed its state.
    async fn state(&self, id: &WorkloadId) -> PortResult<Option<Transition>>;

    /// A workload's newest `limit` events and calls, oldest first.
    async fn history(&self, id: &WorkloadId, limit: u32) -> PortResult<WorkloadHistory>;

    /// The newest `limit` API calls of an account in a Region, from `from` (inclusive) to `to` (exclusive), newest first.
    /// Each day is a request of its own.
    async fn calls(
        &self,
        account: AccountId,
        region: &Region,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> PortResult<Vec<ApiCall>>;

    /// The newest `limit` unrecognised events of the day (UTC) that holds `day`, with their JSON, newest first.
    async fn unrecognised(&self, day: Timestamp, limit: u32) -> PortResult<Vec<(crate::Unrecognised, String)>>;

    /// The number of shards of the feed; at least one and the same for the life of a table.
    fn feed_shards(&self) -> u16;

    /// At most `limit` items of a shard after `position`, oldest first.
    async fn feed_after(&self, shard: u16, position: &FeedPosition, limit: u32) -> PortResult<FeedPage>;

    /// At most `limit` items of a shard before `position` (from the newest if none), newest first.
    async fn feed_before(&self, shard: u16, position: Option<&FeedPosition>, limit: u32) -> PortResult<FeedPage>;

    /// The saved views: name and query string, by name.
    async fn views(&self) -> PortResult<Vec<(String, String)>>;

    /// Saves a view, in place of one of the same name.
    async fn put_view(&self, name: &str, query: &str) -> PortResult<()>;

    /// Removes a view; no error if it is not there.
    async fn delete_view(&self, name: &str) -> PortResult<()>;

    /// An error that says why, unless the store answers and has the table it needs.
    async fn check(&self) -> PortResult<()>;
}
