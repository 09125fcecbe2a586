//! The embedded metric store keeps the contract of every source of metrics.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "../../aws/tests/metrics_contract/mod.rs"]
mod metrics_contract;

use async_trait::async_trait;
use metrics_contract::{Abilities, Bench, Feed};
use onepane_domain::{
    AccountId, ListedMetric, MetricId, MetricPoint, MetricSeries, MetricSink, MetricSource, Period, Region,
    StatisticSet, Timestamp,
};
use onepane_embedded::EmbeddedMetrics;
use std::sync::Arc;

const HOME: &str = "111122223333";
const OTHER: &str = "444455556666";

/// Feeds as the stream of metrics does.
struct Stream(EmbeddedMetrics);

#[async_trait]
impl Feed for Stream {
    async fn put(&self, account: AccountId, region: &Region, metric: &MetricId, points: &[(Timestamp, StatisticSet)]) {
        let metric = ListedMetric { account, region: region.clone(), metric: metric.clone() };
        let point = |(time, statistics): &(Timestamp, StatisticSet)| MetricPoint {
            time: *time,
            statistics: *statistics,
            more: Vec::new(),
        };
        let series = MetricSeries { metric, unit: None, points: points.iter().map(point).collect() };
        self.0.put(vec![series], Period::MINUTE).await.unwrap();
    }
}

fn now() -> Timestamp {
    "2026-11-22T10:00:30Z".parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_store_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedMetrics::open(&folder.path().join("metrics.sqlite"), Arc::new(now)).unwrap();
    let store = store.with_home(HOME.parse().unwrap());
    let stream = Stream(store.clone());
    // The store looks into the Regions that it has been sent something of.
    let first = metrics_contract::metric("Contract/First", "Value", &[]);
    for region in ["eu-central-1", "us-east-1"] {
        let points = [(now().floor_to(60_000), StatisticSet::single(1.0))];
        stream.put(HOME.parse().unwrap(), &region.parse().unwrap(), &first, &points).await;
    }
    store.list(&Default::default(), 1).await.unwrap();
    assert_eq!(store.regions().len(), 2);
    let bench = Bench {
        name: "embedded",
        source: &store,
        feed: &stream,
        now: now(),
        home: HOME.parse().unwrap(),
        other: OTHER.parse().unwrap(),
        abilities: Abilities::ALL,
    };
    metrics_contract::run(&bench).await;
}
