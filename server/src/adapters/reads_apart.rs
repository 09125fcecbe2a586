//! Reads and writes over connections of their own.
//!
//! The embedded engine does one thing at a time on a connection: while a big ingest runs, pages and the feed would wait
//! for it. SQLite's write-ahead log lets a second connection read meanwhile, and it sees every commit at once.

use async_trait::async_trait;
use onepane_domain::{
    AccountId, ApiCall, EvaluationRun, EventItem, FeedPage, FeedPosition, KnownInsight, PortResult, Region, Stored,
    Timestamp, Transition, Triage, TriageStore, TriagedInsight, Unrecognised, WorkloadHistory, WorkloadId,
    WorkloadStore,
};

/// Two stores on the same data.
pub(super) struct ReadsApart<S> {
    pub(super) reads: S,
    pub(super) writes: S,
}

#[async_trait]
impl<S: WorkloadStore> WorkloadStore for ReadsApart<S> {
    async fn put(&self, items: &[EventItem], now: Timestamp) -> Vec<PortResult<Stored>> {
        self.writes.put(items, now).await
    }

    async fn state(&self, id: &WorkloadId) -> PortResult<Option<Transition>> {
        self.reads.state(id).await
    }

    async fn history(&self, id: &WorkloadId, limit: u32) -> PortResult<WorkloadHistory> {
        self.reads.history(id, limit).await
    }

    async fn calls(
        &self,
        account: AccountId,
        region: &Region,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> PortResult<Vec<ApiCall>> {
        self.reads.calls(account, region, from, to, limit).await
    }

    async fn unrecognised(&self, day: Timestamp, limit: u32) -> PortResult<Vec<(Unrecognised, String)>> {
        self.reads.unrecognised(day, limit).await
    }

    fn feed_shards(&self) -> u16 {
        self.reads.feed_shards()
    }

    async fn feed_after(&self, shard: u16, position: &FeedPosition, limit: u32) -> PortResult<FeedPage> {
        self.reads.feed_after(shard, position, limit).await
    }

    async fn feed_before(&self, shard: u16, position: Option<&FeedPosition>, limit: u32) -> PortResult<FeedPage> {
        self.reads.feed_before(shard, position, limit).await
    }

    async fn views(&self) -> PortResult<Vec<(String, String)>> {
        self.reads.views().await
    }

    async fn put_view(&self, name: &str, query: &str) -> PortResult<()> {
        self.writes.put_view(name, query).await
    }

    async fn delete_view(&self, name: &str) -> PortResult<()> {
        self.writes.delete_view(name).await
    }

    async fn check(&self) -> PortResult<()> {
        self.reads.check().await
    }
}

#[async_trait]
impl<S: TriageStore> TriageStore for ReadsApart<S> {
    async fn triages(&self) -> PortResult<Vec<Triage>> {
        self.reads.triages().await
    }

    async fn put_triage(&self, triage: &Triage) -> PortResult<()> {
        self.writes.put_triage(triage).await
    }

    async fn delete_triage(&self, insight: &TriagedInsight) -> PortResult<()> {
        self.writes.delete_triage(insight).await
    }

    async fn runs(&self, limit: u32) -> PortResult<Vec<EvaluationRun>> {
        self.reads.runs(limit).await
    }

    async fn put_run(&self, run: &EvaluationRun) -> PortResult<()> {
        self.writes.put_run(run).await
    }

    async fn known_insights(&self) -> PortResult<Vec<KnownInsight>> {
        self.reads.known_insights().await
    }

    async fn put_known_insights(&self, known: &[KnownInsight]) -> PortResult<()> {
        self.writes.put_known_insights(known).await
    }
}
