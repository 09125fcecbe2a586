//! The workload store on DynamoDB: one table, one code path for AWS, DynamoDB Local and the embedded engine.
//!
//! | item | `pk` | `sk` | beside `record` and `expires_at` |
//! |---|---|---|---|
//! | state | `w#{account}#{region}#{kind}#{name}` | `state` | `version`, feed keys |
//! | event | same | `event#{time}#{event id}` | `raw` |
//! | call about a workload | same | `call#{time}#{event id}` | `raw` |
//! | API call | `call#{account}#{region}#{day}` | `{time}#{event id}` | `raw`, feed keys |
//! | unrecognised event | `unrecognised#{day}` | `{time}#{event id}` | `raw` |
//! | saved view | `views` | the view's name | `query` |
//! | decision about an insight | `triage` | `{detector}#{time}#{series}` | no expiry |
//! | evaluation of insights | `insight-runs` | `{time}` | |
//! | insights that evaluations found | `insights` | `known` | no expiry |
//! | settings | `table` | `settings` | `feed_shards` |
//!
//! The third line is an addition to DESIGN.md's table: a call whose workload is known is kept a second time in that
//! workload's partition, so that a workload's history is read from its own partition alone. The last line keeps the
//! number of feed shards, which must not change during the life of a table.
//!
//! **Feed.** Index [`FEED_INDEX`]: hash `feed` = `f#{shard}`, where the shard is FNV-1a (64 bits, mixed by
//! MurmurHash3's `fmix64`) of the partition key (of a call: `pk#sk`), modulo the number of shards; range `fed_at` = `{time of writing}#{key}`. The
//! index needs `record` only; an index with the projection ALL serves as well and costs more.
//!
//! **Writes.** First the event, if it is not there; then, also when it was there, the state, if its version is greater
//! than the one stored ([`Transition::version`]: time, phase rank, event id; one total order). Both may be repeated and
//! may come in any order. A batch sends at most one state a workload: its greatest version.
//!
//! **Expiry.** `expires_at` counts from the time of writing, so that an archive of old events can be read in. The state
//! of a lasting thing (an endpoint, a model) has none until its deletion is told.
//!
//! **Size.** DynamoDB takes 400 KB an item. `raw` is cut to what fits (`raw_truncated`), a record beyond 200 KB loses
//! the tail of its long texts and tags (`record_truncated`); no event is refused for its size.

mod items;
mod keys;
mod read;
mod table;
mod triage;
mod write;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use onepane_domain::{
    AccountId, ApiCall, EventItem, FeedPage, FeedPosition, PortResult, Region, Stored, Timestamp, Transition,
    Unrecognised, WorkloadHistory, WorkloadId, WorkloadStore,
};
use std::num::NonZeroU16;

/// The name of the feed's index.
pub const FEED_INDEX: &str = "feed";

/// How writes are sent. The outcome is the same; the cost is not. See `docs/decisions/0002-store-writes.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WriteStrategy {
    /// One conditional request an item, many in flight. The cheapest on AWS, where a transaction costs double.
    Single {
        /// Requests in flight at most.
        in_flight: usize,
    },
    /// Transactions of up to 100 conditional writes. The fastest on the embedded engine: one commit for all of them.
    Grouped {
        /// Transactions in flight at most.
        in_flight: usize,
    },
}

/// What a store is told about its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// The table's name.
    pub table: String,
    /// Shards of the feed; the same for the life of the table. One shard takes about 1,000 changes a second on AWS.
    pub feed_shards: NonZeroU16,
    /// Days until an item expires, counted from its writing.
    pub retention_days: u32,
    /// How writes are sent.
    pub writes: WriteStrategy,
}

impl Default for StoreConfig {
    /// Table `onepane`, 4 shards, 90 days, 32 single writes in flight.
    fn default() -> Self {
        Self {
            table: "onepane".to_owned(),
            feed_shards: NonZeroU16::MIN.saturating_add(3),
            retention_days: 90,
            writes: WriteStrategy::Single { in_flight: 32 },
        }
    }
}

/// A [`WorkloadStore`] on DynamoDB. Cheap to clone; clones share the connection.
#[derive(Debug, Clone)]
pub struct DynamoStore {
    client: Client,
    config: StoreConfig,
}

impl DynamoStore {
    /// A store on the table that `config` names, through `client`, whose retry policy and timeouts hold. Sends nothing.
    pub fn new(client: Client, config: StoreConfig) -> Self {
        Self { client, config }
    }

    /// What this store was told about its table.
    pub fn config(&self) -> &StoreConfig {
        &self.config
    }

    /// The same table through another client.
    #[must_use]
    pub fn with_client(&self, client: Client) -> Self {
        Self { client, config: self.config.clone() }
    }

    /// The client that is used.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// `{doing} table {name}`, for error contexts.
    fn context(&self, doing: &str) -> String {
        format!("{doing} table {}", self.config.table)
    }
}

#[async_trait]
impl WorkloadStore for DynamoStore {
    async fn put(&self, items: &[EventItem], now: Timestamp) -> Vec<PortResult<Stored>> {
        self.put_events(items, now).await
    }

    async fn state(&self, id: &WorkloadId) -> PortResult<Option<Transition>> {
        self.read_state(id).await
    }

    async fn history(&self, id: &WorkloadId, limit: u32) -> PortResult<WorkloadHistory> {
        self.read_history(id, limit).await
    }

    async fn calls(
        &self,
        account: AccountId,
        region: &Region,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> PortResult<Vec<ApiCall>> {
        self.read_calls(account, region, from, to, limit).await
    }

    async fn unrecognised(&self, day: Timestamp, limit: u32) -> PortResult<Vec<(Unrecognised, String)>> {
        self.read_unrecognised(day, limit).await
    }

    fn feed_shards(&self) -> u16 {
        self.config.feed_shards.get()
    }

    async fn feed_after(&self, shard: u16, position: &FeedPosition, limit: u32) -> PortResult<FeedPage> {
        self.read_feed(shard, Some((read::Side::After, position)), limit).await
    }

    async fn feed_before(&self, shard: u16, position: Option<&FeedPosition>, limit: u32) -> PortResult<FeedPage> {
        self.read_feed(shard, position.map(|position| (read::Side::Before, position)), limit).await
    }

    async fn views(&self) -> PortResult<Vec<(String, String)>> {
        self.read_views().await
    }

    async fn put_view(&self, name: &str, query: &str) -> PortResult<()> {
        self.write_view(name, query).await
    }

    async fn delete_view(&self, name: &str) -> PortResult<()> {
        self.remove_view(name).await
    }

    async fn check(&self) -> PortResult<()> {
        self.check_table().await
    }
}
