//! Is it alive, is it ready, how is it doing.

use super::{App, plain};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use onepane_domain::{ErrorKind, Pane, PortError};
use serde_json::json;
use std::time::Duration;

/// How long the store may take to say that it is there.
const CHECK_WITHIN: Duration = Duration::from_secs(3);

/// The process is alive.
#[allow(clippy::unused_async)]
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The store answers. True before the read model is full: it is useful from its first page on.
pub(super) async fn ready(State(app): State<App>) -> Response {
    let check = tokio::time::timeout(CHECK_WITHIN, app.services.store.check()).await;
    let check = check.unwrap_or_else(|_| Err(PortError::new(ErrorKind::TimedOut, "ask the store")));
    let fill = app.services.pane.fill().await;
    match (check, fill) {
        (Ok(()), Ok(fill)) => Json(json!({ "ready": true, "fill": fill })).into_response(),
        (Err(error), _) | (Ok(()), Err(error)) => {
            tracing::warn!(%error, cause = ?error.source, "not ready");
            let body = Json(json!({ "ready": false, "reason": error.to_string() }));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}

/// `/metrics` is two things by one name: to a browser, which asks for HTML, the *Metrics* page; to anybody else the
/// counters and gauges of this server, where every scraper looks for them.
pub(super) async fn metrics_for_scrapers(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.uri().path() != "/metrics" {
        return next.run(request).await;
    }
    let accepted = request.headers().get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let is_browser = accepted.flat_map(|list| list.split(',')).any(|kind| kind.trim().starts_with("text/html"));
    let mut response = if is_browser { next.run(request).await } else { counters(app).await };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// Counters and gauges for Prometheus.
async fn counters(app: App) -> Response {
    let (metrics, model, now) = (app.services.metrics, app.services.model, app.services.clock.now());
    // The index may be locked for a moment.
    let text = tokio::task::spawn_blocking(move || metrics.text(now, model.size())).await;
    match text {
        Ok(Ok(text)) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        _ => plain(StatusCode::INTERNAL_SERVER_ERROR, "The metrics could not be written."),
    }
}
