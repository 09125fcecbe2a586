//! The embedded store under the suite that every source of metrics must pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

#[path = "../../aws/tests/metrics_contract/mod.rs"]
mod metrics_contract;

use async_trait::async_trait;
use metrics_contract::{Abilities, Bench, Feed, metric};
use onepane_domain::{
    AccountId, ListedMetric, MetricId, MetricPoint, MetricSeries, MetricSink, MetricSource, Period, Region,
    StatisticSet, Timestamp,
};
use onepane_embedded::EmbeddedMetrics;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Does what CloudWatch does before a stream is written: adds up the samples of each minute.
struct Minutes<'a> {
    store: &'a EmbeddedMetrics,
    so_far: Mutex<HashMap<(ListedMetric, Timestamp), StatisticSet>>,
}

#[async_trait]
impl Feed for Minutes<'_> {
    async fn put(&self, account: AccountId, region: &Region, metric: &MetricId, samples: &[(Timestamp, f64)]) {
        let metric = ListedMetric { account, region: region.clone(), metric: metric.clone() };
        let mut points = Vec::new();
        for (time, value) in samples {
            let time = time.floor_to(60_000);
            let mut so_far = self.so_far.lock().unwrap();
            let sample = StatisticSet::single(*value);
            let set = so_far.entry((metric.clone(), time)).and_modify(|set| *set = set.and(sample)).or_insert(sample);
            points.push(MetricPoint { time, statistics: *set, more: Vec::new() });
        }
        self.store.put(vec![MetricSeries { metric, unit: None, points }], Period::MINUTE).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_store_is_a_source_of_metrics() {
    let now: Timestamp = "2026-11-22T10:20:30Z".parse().unwrap();
    let (home, other): (AccountId, AccountId) = ("111122223333".parse().unwrap(), "222233334444".parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedMetrics::open(&folder.path().join("metrics.sqlite"), Arc::new(move || now)).unwrap();
    let store = store.with_home(home);
    let feed = Minutes { store: &store, so_far: Mutex::default() };
    // A store has the Regions that something came from.
    for region in ["us-east-1", "eu-west-1"] {
        feed.put(home, &region.parse().unwrap(), &metric("Contract/Seed", "Value", &[]), &[(now, 1.0)]).await;
    }
    assert_eq!(store.regions().len(), 2);
    let abilities = Abilities::ALL;
    metrics_contract::run(&Bench { name: "embedded", source: &store, feed: &feed, now, home, other, abilities }).await;
}
