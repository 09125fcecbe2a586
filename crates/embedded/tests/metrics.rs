//! What users of the embedded metric store rely on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use onepane_domain::{
    DimensionFilter, ListedMetric, MetricAnswer, MetricFilter, MetricId, MetricPoint, MetricQuery, MetricRequest,
    MetricSeries, MetricSink, MetricSource, Period, QuerySource, Statistic, StatisticSet, Timestamp,
};
use onepane_embedded::EmbeddedMetrics;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const MINUTE: i64 = 60_000;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-22T10:00:30Z")
}

fn open(folder: &Path) -> EmbeddedMetrics {
    EmbeddedMetrics::open(&folder.join("metrics.sqlite"), Arc::new(now)).unwrap()
}

fn metric(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> MetricId {
    let pairs = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    MetricId::new(namespace, name, pairs).unwrap()
}

fn latency(endpoint: &str) -> MetricId {
    metric("AWS/SageMaker", "ModelLatency", &[("EndpointName", endpoint), ("VariantName", "AllTraffic")])
}

fn listed(account: &str, region: &str, metric: MetricId) -> ListedMetric {
    ListedMetric { account: account.parse().unwrap(), region: region.parse().unwrap(), metric }
}

fn series(metric: ListedMetric, points: impl IntoIterator<Item = (Timestamp, StatisticSet)>) -> MetricSeries {
    let points = points.into_iter().map(|(time, statistics)| MetricPoint { time, statistics, more: Vec::new() });
    MetricSeries { metric, unit: Some("Microseconds".to_owned()), points: points.collect() }
}

fn query(id: &str, metric: &ListedMetric, statistic: &str) -> MetricQuery {
    MetricQuery {
        id: id.to_owned(),
        region: Some(metric.region.clone()),
        source: QuerySource::Metric {
            metric: metric.metric.clone(),
            account: Some(metric.account),
            statistic: statistic.parse().unwrap(),
        },
        label: None,
        wanted: true,
    }
}

async fn ask(store: &EmbeddedMetrics, queries: Vec<MetricQuery>, from: &str, to: &str, period: u32) -> MetricAnswer {
    let period = Period::new(period).unwrap();
    store.data(&MetricRequest { queries, from: at(from), to: at(to), period }).await.unwrap()
}

fn values(answer: &MetricAnswer) -> Vec<(String, f64)> {
    let all = answer.series.iter().flat_map(|series| &series.values);
    all.map(|(time, value)| (time.to_string()[11..16].to_owned(), *value)).collect()
}

fn pairs(expected: &[(&str, f64)]) -> Vec<(String, f64)> {
    expected.iter().map(|(time, value)| ((*time).to_owned(), *value)).collect()
}

#[tokio::test]
async fn what_was_put_is_told_by_any_period_and_statistic() {
    let folder = tempfile::tempdir().unwrap();
    let chat = listed("111122223333", "us-east-1", latency("chat"));
    {
        let store = open(folder.path());
        let start = at("2026-11-22T09:00:00Z");
        let minute = |minute: i64, set| (start.plus_millis(minute * MINUTE + 12_345), set);
        let set = |count: f64, sum: f64| StatisticSet { count, sum, minimum: 1.0, maximum: sum };
        let points = [minute(0, set(2.0, 10.0)), minute(1, set(3.0, 5.0)), minute(7, set(1.0, 4.0))];
        store.put(vec![series(chat.clone(), points)], Period::MINUTE).await.unwrap();
    }
    // Another process, later.
    let store = open(folder.path());
    assert_eq!(store.regions(), ["us-east-1".parse().unwrap()]);
    let told = async |statistic: &str, period: u32| {
        let window = ("2026-11-22T08:59:30Z", "2026-11-22T10:00:00Z");
        values(&ask(&store, vec![query("a", &chat, statistic)], window.0, window.1, period).await)
    };
    assert_eq!(told("Sum", 60).await, pairs(&[("09:00", 10.0), ("09:01", 5.0), ("09:07", 4.0)]));
    assert_eq!(told("Average", 300).await, pairs(&[("09:00", 3.0), ("09:05", 4.0)]));
    assert_eq!(told("SampleCount", 3_600).await, pairs(&[("09:00", 6.0)]));
    assert_eq!(told("Maximum", 86_400).await, pairs(&[("00:00", 10.0)]));
    let nothing = ask(&store, vec![query("a", &chat, "Sum")], "2026-11-22T09:02:00Z", "2026-11-22T09:07:00Z", 60).await;
    assert!(nothing.series.len() == 1 && nothing.series[0].values.is_empty() && nothing.notes.is_empty());
    assert_eq!(nothing.series[0].unit.as_deref(), Some("Microseconds"));
    let unknown = listed("111122223333", "us-east-1", latency("nobody"));
    let answer =
        ask(&store, vec![query("a", &unknown, "Sum")], "2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z", 60).await;
    assert!(answer.series.len() == 1 && answer.series[0].values.is_empty());
}

#[tokio::test]
async fn percentiles_are_told_as_the_stream_carried_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let chat = listed("111122223333", "us-east-1", latency("chat"));
    let start = at("2026-11-22T09:00:00Z");
    let mut with_p99 = series(chat.clone(), []);
    for (minute, p99) in [(0, 70.0), (1, 90.0)] {
        let statistics = StatisticSet { count: 10.0, sum: 300.0, minimum: 1.0, maximum: 99.0 };
        let more = vec![("p99".parse().unwrap(), p99), ("TM(10%:90%)".parse().unwrap(), 30.0)];
        with_p99.points.push(MetricPoint { time: start.plus_millis(minute * MINUTE), statistics, more });
    }
    store.put(vec![with_p99], Period::MINUTE).await.unwrap();
    let told = async |statistic: &str, period| {
        ask(&store, vec![query("a", &chat, statistic)], "2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z", period).await
    };
    let exact = told("p99", 60).await;
    assert_eq!((values(&exact), exact.notes.len()), (pairs(&[("09:00", 70.0), ("09:01", 90.0)]), 0));
    let mean = told("p99", 300).await;
    assert_eq!(values(&mean), pairs(&[("09:00", 80.0)]));
    assert!(mean.notes[0].contains("mean"), "{:?}", mean.notes);
    let missing = told("p50", 60).await;
    assert!(missing.series[0].values.is_empty() && missing.notes[0].contains("p50"), "{:?}", missing.notes);
    assert_eq!(values(&told("TM(10%:90%)", 60).await).len(), 2);
}

#[tokio::test]
async fn lists_are_filtered_sorted_cut_and_of_late() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let (recent, old) = (at("2026-11-22T09:00:00Z"), at("2026-11-07T09:00:00Z"));
    let one = |listed: ListedMetric, time| series(listed, [(time, StatisticSet::single(1.0))]);
    let host = |job: &str| metric("/aws/sagemaker/TrainingJobs", "CPUUtilization", &[("Host", job)]);
    let all = vec![
        one(listed("222222222222", "us-east-1", latency("chat")), recent),
        one(listed("111122223333", "us-east-1", latency("chat")), recent),
        one(listed("111122223333", "eu-west-1", latency("chat")), recent),
        one(listed("111122223333", "us-east-1", latency("bot")), recent),
        one(listed("111122223333", "us-east-1", host("a/algo-1")), recent),
        one(listed("111122223333", "us-east-1", host("b/algo-1")), old),
    ];
    store.put(all, Period::MINUTE).await.unwrap();
    let list = async |filter: MetricFilter, limit| store.list(&filter, limit).await.unwrap();
    let everything = list(MetricFilter::default(), 100).await;
    let names: Vec<String> = everything
        .metrics
        .iter()
        .map(|listed| format!("{} {} {}", listed.metric, listed.account, listed.region))
        .collect();
    assert_eq!(
        names,
        [
            "/aws/sagemaker/TrainingJobs CPUUtilization {Host=a/algo-1} 111122223333 us-east-1",
            "AWS/SageMaker ModelLatency {EndpointName=bot, VariantName=AllTraffic} 111122223333 us-east-1",
            "AWS/SageMaker ModelLatency {EndpointName=chat, VariantName=AllTraffic} 111122223333 eu-west-1",
            "AWS/SageMaker ModelLatency {EndpointName=chat, VariantName=AllTraffic} 111122223333 us-east-1",
            "AWS/SageMaker ModelLatency {EndpointName=chat, VariantName=AllTraffic} 222222222222 us-east-1",
        ]
    );
    assert!(everything.notes.is_empty());
    let cut = list(MetricFilter::default(), 2).await;
    assert_eq!(cut.metrics, everything.metrics[..2]);
    assert!(cut.notes[0].contains('5'), "{:?}", cut.notes);
    let dimension = |value: Option<&str>| {
        let wanted = DimensionFilter { name: "EndpointName".to_owned(), value: value.map(str::to_owned) };
        MetricFilter { dimensions: vec![wanted], ..MetricFilter::default() }
    };
    assert_eq!(list(dimension(None), 100).await.metrics.len(), 4);
    assert_eq!(list(dimension(Some("chat")), 100).await.metrics.len(), 3);
    let accounts = vec!["222222222222".parse().unwrap()];
    assert_eq!(list(MetricFilter { accounts, ..dimension(Some("chat")) }, 100).await.metrics.len(), 1);
    let regions = vec!["eu-west-1".parse().unwrap(), "nowhere-1".parse().unwrap()];
    assert_eq!(list(MetricFilter { regions, ..MetricFilter::default() }, 100).await.metrics.len(), 1);
    let nobody = MetricFilter { namespace: Some("AWS/Nothing".to_owned()), ..MetricFilter::default() };
    assert!(list(nobody, 100).await.metrics.is_empty());
}

#[tokio::test]
async fn old_points_are_rolled_up_and_the_oldest_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let chat = listed("111122223333", "us-east-1", latency("chat"));
    let start = at("2026-11-22T08:00:00Z");
    let minutes: Vec<_> = (0..120)
        .map(|minute| (start.plus_millis(minute * MINUTE), StatisticSet::single(f64::from(minute as i32))))
        .collect();
    let put = async |points: &[(Timestamp, StatisticSet)]| {
        store.put(vec![series(chat.clone(), points.iter().copied())], Period::MINUTE).await.unwrap();
    };
    let told = async |period| {
        values(
            &ask(&store, vec![query("a", &chat, "Sum")], "2026-11-22T08:00:00Z", "2026-11-22T10:00:00Z", period).await,
        )
    };
    put(&minutes).await;
    let (five, hours) = (told(300).await, told(3_600).await);
    assert_eq!(store.sweep(start.plus_days(14)).await.unwrap(), 0);
    assert_eq!(told(60).await.len(), 120);
    assert!(store.sweep(start.plus_days(16)).await.unwrap() > 0);
    assert_eq!((told(60).await.len(), told(300).await, told(3_600).await), (0, five.clone(), hours.clone()));
    let note =
        ask(&store, vec![query("a", &chat, "Sum")], "2026-11-22T08:00:00Z", "2026-11-22T10:00:00Z", 60).await.notes;
    assert!(note[0].contains("300 s"), "{note:?}");
    // A part of it comes once more, late: nothing counts twice, then or after the next sweep.
    put(&minutes[3..50]).await;
    assert_eq!(told(300).await, five);
    store.sweep(start.plus_days(16)).await.unwrap();
    assert_eq!((told(300).await, told(3_600).await), (five, hours.clone()));
    store.sweep(start.plus_days(65)).await.unwrap();
    assert_eq!((told(300).await.len(), told(3_600).await), (0, hours));
    store.sweep(start.plus_days(500)).await.unwrap();
    assert!(told(3_600).await.is_empty());
    assert_eq!(store.sweep(start.plus_days(500)).await.unwrap(), 0);
}

#[tokio::test]
async fn two_stores_on_one_file_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let (server, command) = (open(folder.path()), open(folder.path()));
    let (chat, bot) =
        (listed("111122223333", "us-east-1", latency("chat")), listed("111122223333", "eu-west-1", latency("bot")));
    let one = |metric: &ListedMetric| vec![series(metric.clone(), [(now(), StatisticSet::single(1.0))])];
    server.put(one(&chat), Period::MINUTE).await.unwrap();
    command.put(one(&bot), Period::MINUTE).await.unwrap();
    for store in [&server, &command] {
        assert_eq!(store.list(&MetricFilter::default(), 10).await.unwrap().metrics.len(), 2);
        assert_eq!(store.regions().len(), 2);
    }
    let writes = (0..20).flat_map(|_| [server.put(one(&chat), Period::MINUTE), command.put(one(&bot), Period::MINUTE)]);
    for written in futures_of(writes).await {
        written.unwrap();
    }
}

async fn futures_of<T: Send + 'static>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut done = Vec::new();
    for one in all {
        done.push(one.await);
    }
    done
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let odd = store.put(Vec::new(), Period::new(120).unwrap()).await.unwrap_err();
    assert!(odd.context.contains("120"), "{odd}");
    let chat = listed("111122223333", "us-east-1", latency("chat"));
    let twice = vec![query("a", &chat, "Sum"), query("a", &chat, "Sum")];
    let request = MetricRequest { queries: twice, from: now(), to: now(), period: Period::MINUTE };
    assert_eq!(store.data(&request).await.unwrap_err().kind, onepane_domain::ErrorKind::Invalid);
    std::fs::write(
        folder.path().join("no.sqlite"),
        "this is no database, though it is long enough to be looked at".repeat(20),
    )
    .unwrap();
    let broken = EmbeddedMetrics::open(&folder.path().join("no.sqlite"), Arc::new(now)).unwrap_err();
    assert_eq!(broken.kind, onepane_domain::ErrorKind::Misconfigured);
    assert!(broken.context.contains("no.sqlite"));
}

/// Values in hundredths, so that sums are exact in any order.
fn set() -> impl Strategy<Value = StatisticSet> {
    let value = (0_i32..1_000).prop_map(|quarters| f64::from(quarters) / 4.0);
    (1_u32..5, value.clone(), value).prop_map(|(count, one, two)| {
        let (minimum, maximum) = (one.min(two), one.max(two));
        StatisticSet { count: f64::from(count), sum: minimum + f64::from(count - 1) * maximum, minimum, maximum }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the order, the repeats and the batches: what is told is what a naive model tells.
    #[test]
    fn the_store_agrees_with_a_naive_model(
        points in proptest::collection::vec((0_i64..2_000, set()), 1..80),
        period in proptest::sample::select(vec![60_u32, 120, 300, 900, 3_600, 7_200]),
        statistic in proptest::sample::select(vec!["Sum", "SampleCount", "Minimum", "Maximum", "Average"]),
        order in any::<u64>(), cut in 1_usize..9, window in (0_i64..2_000, 0_i64..2_000),
    ) {
        let statistic: Statistic = statistic.parse().unwrap();
        let start = at("2026-11-20T00:00:00Z");
        let time = |minute: i64| start.plus_millis(minute * MINUTE);
        let (from, to) = (time(window.0.min(window.1)), time(window.0.max(window.1)));
        let width = i64::from(period) * 1_000;

        let mut minutes: BTreeMap<i64, StatisticSet> = BTreeMap::new();
        for (minute, set) in &points {
            let kept = minutes.entry(*minute).or_insert(*set);
            if set.rank(kept).is_gt() {
                *kept = *set;
            }
        }
        let mut expected: BTreeMap<Timestamp, StatisticSet> = BTreeMap::new();
        for (minute, set) in minutes {
            let cell = time(minute).floor_to(width);
            if cell >= from.floor_to(width) && cell < to {
                expected.entry(cell).and_modify(|all| *all = all.and(set)).or_insert(set);
            }
        }
        let expected: Vec<(Timestamp, f64)> =
            expected.into_iter().filter_map(|(cell, set)| Some((cell, set.statistic(&statistic)?))).collect();

        let mut shuffled: Vec<(usize, (i64, StatisticSet))> = points.iter().chain(&points).copied().enumerate().collect();
        shuffled.sort_by_key(|(place, _)| (*place as u64 + 1).wrapping_mul(order | 1));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let told = runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = open(folder.path());
            let chat = listed("111122223333", "us-east-1", latency("chat"));
            for part in shuffled.chunks(shuffled.len().div_ceil(cut)) {
                let points = part.iter().map(|(_, (minute, set))| (time(*minute), *set));
                store.put(vec![series(chat.clone(), points)], Period::MINUTE).await.unwrap();
            }
            let queries = vec![MetricQuery {
                source: QuerySource::Metric { metric: chat.metric.clone(), account: None, statistic: statistic.clone() },
                ..query("a", &chat, "Sum")
            }];
            let request = MetricRequest { queries, from, to, period: Period::new(period).unwrap() };
            store.data(&request).await.unwrap().series.remove(0).values
        });
        prop_assert_eq!(told, expected);
    }
}
