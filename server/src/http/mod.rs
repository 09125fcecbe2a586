//! The router and what stands before it.

mod cells;
mod export;
mod findings_csv;
mod firehose;
mod guard;
mod health;
mod ingest;
mod live;
mod metrics_csv;
mod pages;
mod site;

pub use site::{Manifest, SiteDir};

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::services::{
    ChartService, FindingsPaneService, GalleryService, IngestService, MetricIngestService, MetricPaneService,
    PaneService, ReadModel,
};
use crate::settings::Secret;
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use onepane_domain::WorkloadStore;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

/// How long a page or an answer of the API may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// The largest body of anything but ingest.
const BODY_BYTES: usize = 256 * 1024;

/// What answers the requests.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Services {
    pub store: Arc<dyn WorkloadStore>,
    pub model: Arc<ReadModel>,
    pub pane: Arc<PaneService>,
    pub metric_pane: Arc<MetricPaneService>,
    pub findings_pane: FindingsPaneService,
    pub ingest: Arc<IngestService>,
    pub metric_ingest: Arc<MetricIngestService>,
    pub charts: ChartService,
    pub metrics: Arc<Metrics>,
    pub clock: Clock,
}

/// How requests are answered.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// The port that requests must name in their `Host`.
    pub port: u16,
    /// What `x-api-key` and `X-Amz-Firehose-Access-Key` must be.
    pub ingest_key: Secret,
    /// The largest body of events or metrics, in bytes.
    pub ingest_max_body: usize,
    /// Bodies of events and metrics that are worked on at once.
    pub ingest_queue: usize,
    /// The built pages.
    pub site: SiteDir,
    /// Ends the streams to open pages.
    pub stop: CancellationToken,
}

#[derive(Clone)]
struct App {
    services: Services,
    ingest_key: Secret,
    ingest_max_body: usize,
    ingest_room: Arc<Semaphore>,
    stop: CancellationToken,
}

/// Everything that is served.
pub fn router(services: Services, options: &HttpOptions) -> Router {
    let app = App {
        ingest_key: options.ingest_key.clone(),
        ingest_max_body: options.ingest_max_body,
        ingest_room: Arc::new(Semaphore::new(options.ingest_queue)),
        stop: options.stop.clone(),
        services: services.clone(),
    };
    let gallery = Arc::new(GalleryService::new(services.charts.clone()));
    let timeout = || TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, ANSWER_WITHIN);
    let answers = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(app.clone())
        .nest("/pkg", site::packages(&options.site))
        .merge(pages::routes(&services, gallery, &options.site))
        .layer(from_fn_with_state(app.clone(), health::metrics_for_scrapers))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        .layer(timeout());
    let ingest = Router::new()
        .route("/ingest/events", post(ingest::events))
        .route("/ingest/metrics", post(firehose::metrics))
        .with_state(app.clone())
        .layer(DefaultBodyLimit::max(options.ingest_max_body))
        .layer(timeout());
    let streams = Router::new()
        .route("/live", get(live::changes))
        .route("/export/workloads.csv", get(export::csv))
        .route("/export/workloads.json", get(export::json))
        .route("/export/metrics.csv", get(metrics_csv::csv))
        .route("/export/insights.csv", get(findings_csv::insights))
        .route("/export/findings.csv", get(findings_csv::findings))
        .with_state(app);
    let compression = CompressionLayer::new().quality(CompressionLevel::Fastest);
    answers
        .merge(streams)
        .layer(compression)
        // Firehose takes no compressed answers.
        .merge(ingest)
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a request made the server panic");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "Something broke here; it is in the log.")
        }))
        .layer(from_fn_with_state(guard::Hosts::of_port(options.port), guard::same_site_only))
        .layer(from_fn_with_state(services.metrics, count))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(from_fn(no_cache_unless_said))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::REFERRER_POLICY, "same-origin"))
        .layer(always(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        .layer(always(
            header::CONTENT_SECURITY_POLICY,
            "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'",
        ))
}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// A span with the path and no query, header or body: none of them can leak a secret into the log.
fn span(request: &Request) -> tracing::Span {
    tracing::debug_span!("request", method = %request.method(), path = request.uri().path())
}

async fn count(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "other",
    };
    let started = Instant::now();
    let response = next.run(request).await;
    metrics.count_request(&route, method, response.status().as_u16(), started.elapsed());
    response
}

/// Answers change by the second: nobody keeps one unless it says that it may be kept.
async fn no_cache_unless_said(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(no_store);
    response
}

/// An answer of one line for people.
fn plain(status: StatusCode, text: impl Into<String>) -> Response {
    let mut text: String = text.into();
    text.push('\n');
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
