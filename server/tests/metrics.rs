//! What the *Metrics* page is told, from a real metric store and a real read model.
// Helpers are test code too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::StatusCode;
use onepane_domain::{
    ListedMetric, MetricAnswer, MetricFilter, MetricId, MetricList, MetricPoint, MetricRequest, MetricSeries,
    MetricSink, MetricSource, MetricsPage, MetricsPane, MetricsPanel, MetricsQuery, Period, PortResult, Region,
    SeriesStatus, StatisticSet, WasteResource,
};
use onepane_embedded::EmbeddedMetrics;
use server::services::MetricPaneService;
use std::sync::Arc;
use support::{Server, clock, server, text};

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

fn metric(account: &str, namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> ListedMetric {
    let dimensions = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    ListedMetric {
        account: account.parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        metric: MetricId::new(namespace, name, dimensions).unwrap(),
    }
}

/// The last hour, minute by minute: `count` samples of `value` in each.
fn series(metric: ListedMetric, count: f64, value: f64) -> MetricSeries {
    let now = clock().now().floor_to(60_000);
    let point = |minute: i64| MetricPoint {
        time: now.plus_millis(-60_000 * minute),
        statistics: StatisticSet { count, sum: count * value, minimum: value, maximum: value },
        more: Vec::new(),
    };
    MetricSeries { metric, unit: None, points: (1..=90).map(point).collect() }
}

struct Stage {
    server: Server,
    pane: MetricPaneService,
    _folder: tempfile::TempDir,
}

/// A server with some metrics; `wrap` may put something between the store and the page.
async fn stage(wrap: impl FnOnce(EmbeddedMetrics) -> Arc<dyn MetricSource>) -> Stage {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedMetrics::open(&folder.path().join("metrics.sqlite"), Arc::new(|| clock().now())).unwrap();
    let endpoint = |account: &str, name: &str| {
        let dimensions = [("EndpointName", name), ("VariantName", "blue")];
        metric(account, "AWS/SageMaker", "ModelLatency", &dimensions)
    };
    let host = |name: &str, number: u32| {
        let host = format!("xgb/algo-{number}");
        metric(ACCOUNTS[0], "/aws/sagemaker/TrainingJobs", name, &[("Host", &host)])
    };
    let all = vec![
        series(endpoint(ACCOUNTS[0], "chat"), 1.0, 1_000.0),
        series(endpoint(ACCOUNTS[1], "rank"), 3.0, 2_000.0),
        series(host("GPUUtilization", 1), 1.0, 40.0),
        series(host("CPUUtilization", 1), 1.0, 100.0),
    ];
    store.put(all, Period::MINUTE).await.unwrap();
    let services = &server.services;
    let pane = MetricPaneService::new(
        wrap(store),
        services.pane.clone(),
        services.model.clone(),
        services.charts.clone(),
        clock(),
    );
    Stage { server, pane, _folder: folder }
}

async fn page(pane: &MetricPaneService, query: &str) -> MetricsPage {
    pane.metrics(MetricsQuery::from_query_string(query).unwrap(), false).await.unwrap()
}

fn panel<'a>(page: &'a MetricsPage, id: &str) -> &'a MetricsPanel {
    page.panels.iter().find(|panel| panel.id == id).unwrap_or_else(|| panic!("no panel {id}"))
}

/// The cell of a chart's table in its last row, by the column's name.
fn newest(panel: &MetricsPanel, column: &str) -> String {
    let place = panel.chart.columns.iter().position(|name| name.contains(column));
    let place = place.unwrap_or_else(|| panic!("no column {column} among {:?}", panel.chart.columns));
    panel.chart.rows.last().unwrap()[place].clone()
}

const LATENCY: &str = "view=explore&range=1h&period=300&namespace=AWS/SageMaker&metric=ModelLatency";

#[tokio::test]
async fn each_metric_is_a_line_with_its_account_and_region() {
    let stage = stage(|store| Arc::new(store)).await;
    let page = page(&stage.pane, LATENCY).await;
    let picked = panel(&page, "picked");
    assert_eq!(newest(picked, "chat blue · 111122223333 · us-east-1"), "1 ms");
    assert_eq!(newest(picked, "rank blue · 444455556666 · us-east-1"), "2 ms");
    assert!(picked.notes.is_empty(), "{:?}", picked.notes);
}

#[tokio::test]
async fn a_mean_over_metrics_weighs_by_samples() {
    let stage = stage(|store| Arc::new(store)).await;
    let page = page(&stage.pane, &format!("{LATENCY}&group=all")).await;
    // Three samples of 2 ms for one of 1 ms.
    assert_eq!(newest(panel(&page, "picked"), "All"), "1.75 ms");
}

#[tokio::test]
async fn choices_follow_what_is_picked() {
    let stage = stage(|store| Arc::new(store)).await;
    let choices = |query: &str| {
        let query = MetricsQuery::from_query_string(query).unwrap();
        let pane = &stage.pane;
        async move { pane.metrics(query, false).await.unwrap().choices }
    };
    let first = choices("view=explore").await;
    assert_eq!(first.namespaces, ["/aws/sagemaker/TrainingJobs", "AWS/SageMaker"]);
    let narrowed = choices(&format!("{LATENCY}&dim=EndpointName=chat")).await;
    assert_eq!((narrowed.names.as_slice(), narrowed.matching), (["ModelLatency".to_owned()].as_slice(), 1));
    let values = |name: &str| narrowed.dimensions.iter().find(|d| d.name == name).unwrap().values.clone();
    // The other endpoint is still offered; its variant goes with what is picked.
    assert_eq!(values("EndpointName"), ["chat", "rank"]);
    assert_eq!(values("VariantName"), ["blue"]);
}

#[tokio::test]
async fn the_time_before_is_drawn_beside() {
    let stage = stage(|store| Arc::new(store)).await;
    let page = page(&stage.pane, &format!("{LATENCY}&compare=previous")).await;
    let columns = &panel(&page, "picked").chart.columns;
    assert_eq!(columns.iter().filter(|column| column.ends_with("(before)")).count(), 2, "{columns:?}");
}

#[tokio::test]
async fn idle_is_told_with_the_number_behind_it() {
    let stage = stage(|store| Arc::new(store)).await;
    let now = clock().now();
    let mut event: serde_json::Value = serde_json::from_str(&support::event("xgb", "Completed", now)).unwrap();
    event["detail"]["TrainingStartTime"] = now.plus_millis(-30 * 60_000).millis().into();
    event["detail"]["TrainingEndTime"] = now.millis().into();
    event["detail"]["ResourceConfig"] = serde_json::json!({ "InstanceType": "ml.g4dn.12xlarge", "InstanceCount": 1 });
    assert_eq!(stage.server.ingest(event.to_string()).await.0, StatusCode::ACCEPTED);
    stage.server.until_known(1).await;
    let id = onepane_domain::WorkloadId {
        account: ACCOUNTS[0].parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        kind: onepane_domain::WorkloadKind::TrainingJob,
        name: "xgb".to_owned(),
    };
    let told = stage.pane.workload_metrics(id, false).await.unwrap();
    let gpu = told.waste.iter().find(|waste| waste.resource == WasteResource::Gpu).unwrap();
    // 40 % of the 400 % that four GPUs have.
    assert!((gpu.idle - 0.9).abs() < 1e-9 && gpu.devices == 4 && gpu.hosts == 1, "{gpu:?}");
    let cpu = told.waste.iter().find(|waste| waste.resource == WasteResource::Cpu).unwrap();
    assert!((cpu.idle - (1.0 - 100.0 / 4_800.0)).abs() < 1e-9, "{cpu:?}");
}

/// A source of which one account refuses.
struct OneRefuses(EmbeddedMetrics);

#[async_trait]
impl MetricSource for OneRefuses {
    async fn list(&self, filter: &MetricFilter, limit: usize) -> PortResult<MetricList> {
        self.0.list(filter, limit).await
    }

    async fn data(&self, request: &MetricRequest) -> PortResult<MetricAnswer> {
        let mut answer = self.0.data(request).await?;
        for data in &mut answer.series {
            if data.account.is_some_and(|account| account.to_string() == ACCOUNTS[0]) {
                data.values.clear();
                data.status = SeriesStatus::Forbidden;
                answer.notes.push(format!("{}: Access denied", data.query));
            }
        }
        Ok(answer)
    }

    fn regions(&self) -> Vec<Region> {
        self.0.regions()
    }
}

#[tokio::test]
async fn a_refused_account_is_a_note_and_blanks_nothing() {
    let stage = stage(|store| Arc::new(OneRefuses(store))).await;
    let page = page(&stage.pane, LATENCY).await;
    let picked = panel(&page, "picked");
    assert_eq!(newest(picked, "rank"), "2 ms");
    let notes = picked.notes.join("\n");
    assert!(notes.contains("chat blue · 111122223333 · us-east-1: Access denied"), "{notes}");
    assert!(notes.contains("chat blue · 111122223333 · us-east-1: refused"), "{notes}");
}

#[tokio::test]
async fn one_path_serves_browsers_and_scrapers() {
    let server = server().await;
    let ask = |accept: &'static str| {
        let request = support::request("GET", "/metrics").header("accept", accept).body(Body::empty()).unwrap();
        let server = &server;
        async move { text(server.send(request).await).await }
    };
    let (status, scraped) = ask("application/openmetrics-text;version=1.0.0,text/plain;q=0.5,*/*;q=0.1").await;
    assert_eq!(status, StatusCode::OK);
    assert!(scraped.contains("onepane_index_workloads"), "{scraped}");
    // No pages are built in this test: the page's own answer says so.
    let (_, page) = ask("text/html,application/xhtml+xml,*/*;q=0.8").await;
    assert!(page.contains("pages are not built"), "{page}");
}

#[tokio::test]
async fn what_an_export_cannot_read_is_named() {
    let server = server().await;
    let (status, why) = server.get("/export/metrics.csv?period=61").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(why.contains("period"), "{why}");
    let (status, csv) = server.get("/export/metrics.csv?view=fleet").await;
    assert_eq!(status, StatusCode::OK);
    assert!(csv.starts_with("time,panel,series,unit,value\r\n"), "{csv}");
}

#[tokio::test]
async fn a_failure_without_a_reason_is_named_and_one_that_looks_like_a_formula_is_none() {
    let stage = stage(|store| Arc::new(store)).await;
    let time = clock().now().plus_millis(-3_600_000);
    let told = support::event("told", "Failed", time);
    let mut untold: serde_json::Value = serde_json::from_str(&support::event("untold", "Failed", time)).unwrap();
    untold["detail"]["FailureReason"] = serde_json::Value::Null;
    for event in [told, untold.to_string()] {
        assert_eq!(stage.server.ingest(event).await.0, StatusCode::ACCEPTED);
    }
    stage.server.until_known(2).await;
    let page = page(&stage.pane, "view=failures").await;
    let reasons: Vec<&str> = panel(&page, "reasons").chart.rows.iter().map(|row| row[0].as_str()).collect();
    assert!(reasons.contains(&"No reason given"), "{reasons:?}");
    // The other's reason begins with an equal sign, and anyone who may start a job can write one.
    let (_, csv) = stage.server.get("/export/metrics.csv?view=failures").await;
    assert!(csv.contains("\"'=cmd"), "{csv}");
}
