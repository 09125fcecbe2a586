//! A server in this process, on an embedded store in memory, and a store that can be made to misbehave.
#![allow(dead_code, unreachable_pub)]

pub mod findings;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use findings::FakeFindings;
use http_body_util::BodyExt;
use onepane_domain::{
    AccountId, ApiCall, ErrorKind, EventItem, FeedPage, FeedPosition, Organization, PortError, PortResult, Region,
    Stored, Timestamp, Transition, TriageStore, Unrecognised, WorkloadHistory, WorkloadId, WorkloadStore,
};
use onepane_embedded::{EmbeddedDynamo, EmbeddedMetrics};
use server::http::{HttpOptions, Services, SiteDir, router};
use server::services::{
    ChartService, FeedFollower, FindingsPaneService, FollowerTimes, IngestService, MetricIngestService,
    MetricPaneService, PaneService, ReadModel,
};
use server::settings::Secret;
use server::{Clock, DeadLetters, Metrics};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub const KEY: &str = "a-key-for-these-tests";

/// The embedded store, which can be told to be slow, to throttle and to be away; it notes what was asked of the feed.
pub struct Moody {
    pub inner: Arc<dyn WorkloadStore>,
    /// Decisions, in the same table.
    pub triages: Arc<dyn TriageStore>,
    pub put_delay_ms: AtomicU64,
    pub throttles: AtomicBool,
    pub is_away: AtomicBool,
    pub pages_before: AtomicU64,
    /// Cuts pages of the feed to this many items.
    pub page: u32,
}

impl Moody {
    fn answer(&self) -> PortResult<()> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(PortError::new(ErrorKind::Unavailable, "ask the test store"));
        }
        Ok(())
    }
}

#[async_trait]
impl WorkloadStore for Moody {
    async fn put(&self, items: &[EventItem], now: Timestamp) -> Vec<PortResult<Stored>> {
        tokio::time::sleep(Duration::from_millis(self.put_delay_ms.load(Ordering::SeqCst))).await;
        if self.throttles.load(Ordering::SeqCst) {
            let throttled = |_: &EventItem| {
                let retry_after = Some(Duration::from_millis(2_500));
                Err(PortError { retry_after, ..PortError::new(ErrorKind::Throttled, "put into the test store") })
            };
            return items.iter().map(throttled).collect();
        }
        self.inner.put(items, now).await
    }
    async fn state(&self, id: &WorkloadId) -> PortResult<Option<Transition>> {
        self.answer()?;
        self.inner.state(id).await
    }
    async fn history(&self, id: &WorkloadId, limit: u32) -> PortResult<WorkloadHistory> {
        self.answer()?;
        self.inner.history(id, limit).await
    }
    async fn calls(
        &self,
        account: AccountId,
        region: &Region,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> PortResult<Vec<ApiCall>> {
        self.answer()?;
        self.inner.calls(account, region, from, to, limit).await
    }
    async fn unrecognised(&self, day: Timestamp, limit: u32) -> PortResult<Vec<(Unrecognised, String)>> {
        self.answer()?;
        self.inner.unrecognised(day, limit).await
    }
    fn feed_shards(&self) -> u16 {
        self.inner.feed_shards()
    }
    async fn feed_after(&self, shard: u16, position: &FeedPosition, limit: u32) -> PortResult<FeedPage> {
        self.answer()?;
        self.inner.feed_after(shard, position, limit.min(self.page)).await
    }
    async fn feed_before(&self, shard: u16, position: Option<&FeedPosition>, limit: u32) -> PortResult<FeedPage> {
        self.answer()?;
        self.pages_before.fetch_add(1, Ordering::SeqCst);
        self.inner.feed_before(shard, position, limit.min(self.page)).await
    }
    async fn views(&self) -> PortResult<Vec<(String, String)>> {
        self.inner.views().await
    }
    async fn put_view(&self, name: &str, query: &str) -> PortResult<()> {
        self.inner.put_view(name, query).await
    }
    async fn delete_view(&self, name: &str) -> PortResult<()> {
        self.inner.delete_view(name).await
    }
    async fn check(&self) -> PortResult<()> {
        self.answer()?;
        self.inner.check().await
    }
}

/// A server whose feed is followed in the background.
pub struct Server {
    pub store: Arc<Moody>,
    pub services: Services,
    pub router: Router,
    pub stop: CancellationToken,
    pub wake: Arc<Notify>,
    /// The metric store.
    pub metric_store: EmbeddedMetrics,
    /// The source of findings.
    pub findings: Arc<FakeFindings>,
    /// Where the metric store's file and the dead letters are.
    pub folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub fn clock() -> Clock {
    Clock::system()
}

pub async fn moody_store(page: u32) -> Arc<Moody> {
    let engine = EmbeddedDynamo::in_memory().unwrap();
    let inner = Arc::new(engine.store(onepane_embedded::embedded_store_config()).await.unwrap());
    Arc::new(Moody {
        triages: inner.clone(),
        inner,
        put_delay_ms: AtomicU64::new(0),
        throttles: AtomicBool::new(false),
        is_away: AtomicBool::new(false),
        pages_before: AtomicU64::new(0),
        page,
    })
}

pub async fn server() -> Server {
    server_on(moody_store(1_000).await, Path::new("no-site-here"))
}

pub fn server_on(store: Arc<Moody>, site: &Path) -> Server {
    let as_port: Arc<dyn WorkloadStore> = store.clone();
    let (metrics, wake, stop) = (Arc::new(Metrics::default()), Arc::new(Notify::new()), CancellationToken::new());
    let model = Arc::new(ReadModel::new(Organization::default()));
    let times = FollowerTimes {
        poll: Duration::from_millis(50),
        overlap: Duration::from_secs(2),
        reread: Duration::from_millis(100),
        retention: Duration::from_secs(35 * 86_400),
    };
    let follower = FeedFollower::new(as_port.clone(), model.clone(), wake.clone(), metrics.clone(), clock(), times);
    tokio::spawn(follower.run(stop.clone()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metrics.sqlite");
    let metric_store = EmbeddedMetrics::open(&file, Arc::new(|| clock().now())).unwrap();
    let charts = ChartService::open(&SiteDir::open(site));
    let pane = Arc::new(PaneService::new(as_port.clone(), model.clone(), metrics.clone(), clock()));
    let metric_pane =
        MetricPaneService::new(Arc::new(metric_store.clone()), pane.clone(), model.clone(), charts.clone(), clock());
    let findings = Arc::new(FakeFindings::default());
    let findings_pane = FindingsPaneService::new(
        findings.clone(),
        store.triages.clone(),
        as_port.clone(),
        model.clone(),
        charts.clone(),
        clock(),
    );
    let services = Services {
        charts,
        findings_pane,
        metric_pane: Arc::new(metric_pane),
        metric_ingest: Arc::new(MetricIngestService::new(
            Arc::new(metric_store.clone()),
            DeadLetters::at(folder.path().join("dead-letters.jsonl")),
            metrics.clone(),
        )),
        pane,
        ingest: Arc::new(IngestService::new(as_port.clone(), wake.clone(), metrics.clone(), clock())),
        store: as_port,
        model,
        metrics,
        clock: clock(),
    };
    let options = HttpOptions {
        port: 3000,
        ingest_key: Secret::new(KEY.to_owned()),
        ingest_max_body: 64 * 1024,
        ingest_queue: 1,
        site: SiteDir::open(site),
        stop: stop.clone(),
    };
    let router = router(services.clone(), &options);
    Server { store, services, router, stop, wake, metric_store, findings, folder }
}

impl Server {
    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        text(self.send(request("GET", path).body(Body::empty()).unwrap()).await).await
    }

    pub async fn ingest(&self, body: impl Into<Body>) -> (StatusCode, serde_json::Value) {
        let request = request("POST", "/ingest/events").header("x-api-key", KEY).body(body.into()).unwrap();
        let (status, text) = text(self.send(request).await).await;
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// Waits until the read model knows so many workloads.
    pub async fn until_known(&self, workloads: u64) {
        until(|| self.services.model.fill().workloads == workloads).await;
    }
}

pub async fn until(holds: impl Fn() -> bool) {
    // Long enough for a machine on which everything else runs at the same time.
    for _ in 0..3_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not come true within half a minute");
}

pub fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header("host", "localhost:3000")
}

pub async fn text(response: Response<Body>) -> (StatusCode, String) {
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// A training job's event, as EventBridge sends it.
pub fn event(name: &str, status: &str, time: Timestamp) -> String {
    let arn = format!("arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}");
    serde_json::json!({
        "version": "0",
        "id": format!("{name}-{status}"),
        "detail-type": "SageMaker Training Job State Change",
        "source": "aws.sagemaker",
        "account": "111122223333",
        "time": time.to_string(),
        "region": "us-east-1",
        "resources": [arn],
        "detail": {
            "TrainingJobName": name,
            "TrainingJobArn": arn,
            "TrainingJobStatus": status,
            "CreationTime": time.millis(),
            "FailureReason": if status == "Failed" { Some("=cmd, \"quoted\"") } else { None },
        },
    })
    .to_string()
}
