//! What expressions give over the embedded metric store.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use onepane_domain::{
    ListedMetric, MetricAnswer, MetricId, MetricPoint, MetricQuery, MetricRequest, MetricSeries, MetricSink,
    MetricSource, Period, QuerySource, Region, StatisticSet, Timestamp,
};
use onepane_embedded::EmbeddedMetrics;
use proptest::prelude::*;
use std::sync::Arc;

fn now() -> Timestamp {
    "2026-11-22T10:00:30Z".parse().unwrap()
}

fn start() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn metric(name: &str, endpoint: &str) -> MetricId {
    let dimensions = [("EndpointName", endpoint), ("VariantName", "AllTraffic")];
    MetricId::new("AWS/SageMaker", name, dimensions.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap()
}

/// `calls` and `errors` of two endpoints in one account, of one of them in another account too, and `calls` elsewhere.
async fn store(folder: &tempfile::TempDir) -> EmbeddedMetrics {
    let store = EmbeddedMetrics::open(&folder.path().join("metrics.sqlite"), Arc::new(now)).unwrap();
    let one = |account: &str, region: &str, metric: MetricId, values: &[(i64, f64)]| {
        let point = |(minute, value): &(i64, f64)| MetricPoint {
            time: start().plus_millis(minute * 60_000),
            statistics: StatisticSet::single(*value),
            more: Vec::new(),
        };
        let metric = ListedMetric { account: account.parse().unwrap(), region: region.parse().unwrap(), metric };
        MetricSeries { metric, unit: Some("Count".to_owned()), points: values.iter().map(point).collect() }
    };
    let (first, second) = ("111122223333", "222222222222");
    let all = vec![
        one(first, "us-east-1", metric("Invocations", "chat"), &[(0, 10.0), (1, 20.0), (3, 40.0)]),
        one(first, "us-east-1", metric("Invocation5XXErrors", "chat"), &[(0, 1.0), (1, 0.0), (3, 4.0)]),
        one(first, "us-east-1", metric("Invocations", "rank"), &[(0, 5.0), (2, 7.0)]),
        one(second, "us-east-1", metric("Invocations", "chat"), &[(0, 100.0)]),
        one(first, "eu-west-1", metric("Invocations", "chat"), &[(0, 1_000.0)]),
    ];
    store.put(all, Period::MINUTE).await.unwrap();
    store
}

fn region(name: &str) -> Option<Region> {
    Some(name.parse().unwrap())
}

fn asked(id: &str, name: &str, endpoint: &str) -> MetricQuery {
    let account = Some("111122223333".parse().unwrap());
    let source = QuerySource::Metric { metric: metric(name, endpoint), account, statistic: "Sum".parse().unwrap() };
    MetricQuery { id: id.to_owned(), region: region("us-east-1"), source, label: None, wanted: false }
}

fn expression(id: &str, text: &str) -> MetricQuery {
    let source = QuerySource::Expression(text.to_owned());
    MetricQuery { id: id.to_owned(), region: region("us-east-1"), source, label: None, wanted: true }
}

async fn ask(store: &EmbeddedMetrics, expressions: Vec<MetricQuery>) -> MetricAnswer {
    let mut queries = vec![
        asked("calls", "Invocations", "chat"),
        asked("errors", "Invocation5XXErrors", "chat"),
        asked("calls_rank", "Invocations", "rank"),
        asked("nothing", "Invocations", "nobody"),
    ];
    queries.extend(expressions);
    let to = start().plus_millis(5 * 60_000);
    store.data(&MetricRequest { queries, from: start(), to, period: Period::MINUTE }).await.unwrap()
}

/// Minutes and values of each series.
fn told(answer: &MetricAnswer) -> Vec<Vec<(i64, f64)>> {
    let minutes = |(time, value): &(Timestamp, f64)| (time.millis_since(start()) / 60_000, *value);
    answer.series.iter().map(|series| series.values.iter().map(minutes).collect()).collect()
}

#[tokio::test]
async fn arithmetic_and_functions_work_value_by_value() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    for (text, expected) in [
        ("errors / calls * 100", vec![(0, 10.0), (1, 0.0), (3, 10.0)]),
        ("calls + calls_rank", vec![(0, 15.0), (1, 20.0), (2, 7.0), (3, 40.0)]),
        ("calls / errors", vec![(0, 10.0), (3, 10.0)]),
        ("-calls ^ 2 + 1", vec![(0, -99.0), (1, -399.0), (3, -1_599.0)]),
        ("FILL(calls, 0) + FILL(calls_rank, 0)", vec![(0, 15.0), (1, 20.0), (2, 7.0), (3, 40.0), (4, 0.0)]),
        ("FILL(calls, REPEAT)", vec![(0, 10.0), (1, 20.0), (2, 20.0), (3, 40.0), (4, 40.0)]),
        ("FILL(calls, LINEAR)", vec![(0, 10.0), (1, 20.0), (2, 30.0), (3, 40.0)]),
        ("FILL(nothing, 7)", vec![(0, 7.0), (1, 7.0), (2, 7.0), (3, 7.0), (4, 7.0)]),
        ("RATE(calls) * 60", vec![(1, 10.0), (3, 10.0)]),
        ("DIFF(calls)", vec![(1, 10.0), (3, 20.0)]),
        ("RUNNING_SUM(calls)", vec![(0, 10.0), (1, 30.0), (3, 70.0)]),
        ("calls / PERIOD(calls) * 60", vec![(0, 10.0), (1, 20.0), (3, 40.0)]),
        ("SUM([calls, calls_rank])", vec![(0, 15.0), (1, 20.0), (2, 7.0), (3, 40.0)]),
        ("MAX([calls, calls_rank, 12])", vec![(0, 12.0), (1, 20.0), (2, 12.0), (3, 40.0), (4, 12.0)]),
        ("SUM(METRICS(\"calls\"))", vec![(0, 15.0), (1, 20.0), (2, 7.0), (3, 40.0)]),
        ("AVG(METRICS())", vec![(0, 4.0), (1, 5.0), (2, 1.75), (3, 11.0)]),
        ("calls - AVG(calls)", vec![(0, 10.0 - 70.0 / 3.0), (1, 20.0 - 70.0 / 3.0), (3, 40.0 - 70.0 / 3.0)]),
        ("CEIL(ABS(0 - calls) / 3)", vec![(0, 4.0), (1, 7.0), (3, 14.0)]),
        ("IF(calls > 15 AND errors < 1, calls, 0)", vec![(0, 0.0), (1, 20.0), (3, 0.0)]),
        ("IF(calls > 15, calls)", vec![(1, 20.0), (3, 40.0)]),
        ("TIME_SERIES(METRIC_COUNT(METRICS()))", vec![(0, 4.0), (1, 4.0), (2, 4.0), (3, 4.0), (4, 4.0)]),
        ("LAST(SORT([calls, calls_rank], MAX, DESC))", vec![(0, 5.0), (2, 7.0)]),
        ("calls + MAX(nothing)", vec![]),
    ] {
        let answer = ask(&store, vec![expression("e", text)]).await;
        assert_eq!(told(&answer), [expected], "{text}");
        assert!(answer.notes.is_empty(), "{text}: {:?}", answer.notes);
    }
}

#[tokio::test]
async fn a_search_looks_into_all_accounts_of_its_region() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let text = r#"SEARCH('{AWS/SageMaker,EndpointName,VariantName} MetricName="Invocations"', 'Sum', 60)"#;
    let answer = ask(&store, vec![expression("all", text)]).await;
    assert_eq!(told(&answer), [vec![(0, 10.0), (1, 20.0), (3, 40.0)], vec![(0, 100.0)], vec![(0, 5.0), (2, 7.0)]]);
    let names: Vec<(String, &str)> =
        answer.series.iter().map(|series| (series.account.unwrap().to_string(), series.label.as_str())).collect();
    assert_eq!(
        names.iter().map(|(account, label)| (account.as_str(), *label)).collect::<Vec<_>>(),
        [("111122223333", "chat AllTraffic"), ("222222222222", "chat AllTraffic"), ("111122223333", "rank AllTraffic"),]
    );
    let mut everywhere = expression("all", text);
    everywhere.region = None;
    let answer = ask(&store, vec![everywhere]).await;
    assert_eq!(answer.series.iter().map(|series| series.region.to_string()).collect::<Vec<_>>()[0], "eu-west-1");
    assert_eq!(answer.series.len(), 4);
    let sum = ask(&store, vec![expression("sum", &format!("SUM({text})"))]).await;
    assert_eq!(told(&sum), [vec![(0, 115.0), (1, 20.0), (2, 7.0), (3, 40.0)]]);
    assert_eq!(
        (sum.series[0].account, sum.series[0].unit.as_deref(), sum.series[0].label.as_str()),
        (None, Some("Count"), "sum")
    );
    let longer = ask(&store, vec![expression("e", &text.replace("60", "300"))]).await;
    assert_eq!(told(&longer), [vec![(0, 70.0)], vec![(0, 100.0)], vec![(0, 12.0)]]);
    let nobody = ask(&store, vec![expression("e", "SEARCH('MetricName=\"Nothing\"', 'Sum')")]).await;
    assert!(nobody.series.is_empty() && nobody.notes.is_empty());
}

#[tokio::test]
async fn what_is_wrong_is_a_note_and_the_rest_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    for (text, what) in [
        ("calls +", "the end (at character 8)"),
        ("calls + clals", "no query clals in this Region (at character 9)"),
        ("ANOMALY_DETECTION_BAND(calls)", "ANOMALY_DETECTION_BAND is not known here"),
        ("wrong", "wrong needs itself"),
        ("1 + 1", "it gives a number (2)"),
        ("SELECT AVG(x) FROM y", "Metrics Insights"),
        ("SEARCH('{AWS/SageMaker', 'Sum')", "want } (at character 15)"),
        ("SEARCH('a', 'Median')", "not a statistic"),
        ("SEARCH('a', 'Sum', 61)", "61 s is no period"),
        ("[calls, errors] + [calls]", "2 series on the left and 1 on the right"),
        ("RATE(4)", "wants a series"),
        ("SUM(calls, errors)", "wants one value"),
    ] {
        let answer = ask(&store, vec![expression("wrong", text), expression("right", "calls * 1")]).await;
        assert_eq!(told(&answer), [vec![(0, 10.0), (1, 20.0), (3, 40.0)]], "{text}");
        assert!(
            answer.notes.len() == 1 && answer.notes[0].starts_with("wrong: ") && answer.notes[0].contains(what),
            "{text}: {:?}",
            answer.notes
        );
    }
    let circle = ask(&store, vec![expression("a", "b + 1"), expression("b", "a + 1")]).await;
    assert!(circle.series.is_empty() && circle.notes.len() == 2, "{:?}", circle.notes);
    // A window without end is no reason to run out of memory.
    let queries =
        vec![asked("calls", "Invocations", "chat"), expression("e", "FILL(calls, 0)"), expression("f", "calls")];
    let request = MetricRequest { queries, from: Timestamp::MIN, to: Timestamp::MAX, period: Period::MINUTE };
    let answer = store.data(&request).await.unwrap();
    assert!(answer.notes[0].contains("periods") && answer.series.len() == 1, "{answer:?}");
}

#[tokio::test]
async fn labels_tell_series_apart() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let label = async |text: &str, label: Option<&str>| {
        let query = MetricQuery { label: label.map(str::to_owned), ..expression("e", text) };
        ask(&store, vec![query]).await.series.into_iter().map(|series| series.label).collect::<Vec<_>>()
    };
    assert_eq!(label("calls * 2", None).await, ["e"]);
    assert_eq!(label("calls * 2", Some("twice")).await, ["twice"]);
    assert_eq!(
        label("[calls, errors]", None).await,
        ["Invocations chat AllTraffic", "Invocation5XXErrors chat AllTraffic"]
    );
    assert_eq!(label("[calls]", Some("all")).await, ["all Invocations chat AllTraffic"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_expression_panics(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "calls", "errors", "nothing", "e", "1", "0", "2.5", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "<", "AND",
            "SUM(", "AVG(", "FILL(", "REPEAT", "LINEAR", "RATE(", "IF(", "METRICS()", "PERIOD(", "TIME_SERIES(", "SORT(", "DESC",
            "SEARCH('Invocations', 'Sum')", "FIRST(", "LAST(", "STDDEV(", "DATAPOINT_COUNT(", "METRIC_COUNT(",
        ]), 1..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = store(&folder).await;
            ask(&store, vec![expression("e", &parts.join(" "))]).await;
        });
    }
}
