//! Is it alive, is it ready, how is it doing.

use super::{App, plain};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
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

/// Counters and gauges for Prometheus.
pub(super) async fn metrics(State(app): State<App>) -> Response {
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
