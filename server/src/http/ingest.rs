//! `POST /ingest/events`: what an EventBridge API destination calls.

use super::App;
use crate::services::IngestReport;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use onepane_domain::ErrorKind;
use serde_json::json;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// How long a caller should wait where nobody else said.
const COME_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Takes one event, an array of events, or JSON Lines. 202 only when every event is stored.
pub(super) async fn events(State(app): State<App>, request: Request) -> Response {
    if !has_key(request.headers(), app.ingest_key.expose()) {
        return refusal(StatusCode::UNAUTHORIZED, "the header x-api-key is missing or wrong");
    }
    if !is_json(request.headers()) {
        return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "want Content-Type: application/json");
    }
    // Asked for before the body is read, so that an overloaded server holds no bodies.
    let Ok(_room) = app.ingest_room.clone().try_acquire_owned() else {
        return come_again(StatusCode::TOO_MANY_REQUESTS, None, json!({ "error": "too many requests at once" }));
    };
    let body = match Bytes::from_request(request, &()).await {
        Ok(body) => body,
        Err(rejection) => return unreadable(&rejection),
    };
    match app.services.ingest.ingest(body).await {
        Ok(report) => answer(&report),
        Err(error) => {
            tracing::error!(%error, cause = ?error.source, "ingest broke down");
            come_again(StatusCode::SERVICE_UNAVAILABLE, None, json!({ "error": error.to_string() }))
        }
    }
}

fn answer(report: &IngestReport) -> Response {
    let total: u64 = report.counts.pairs().iter().map(|(_, count)| count).sum();
    match report.failure {
        Some(ErrorKind::Throttled) => come_again(StatusCode::TOO_MANY_REQUESTS, report.retry_after, report),
        Some(_) => come_again(StatusCode::SERVICE_UNAVAILABLE, report.retry_after, report),
        None if total == 0 => refusal(StatusCode::BAD_REQUEST, "the body holds no event"),
        None if report.counts.rejected > 0 => (StatusCode::BAD_REQUEST, Json(report)).into_response(),
        None => (StatusCode::ACCEPTED, Json(report)).into_response(),
    }
}

fn has_key(headers: &HeaderMap, key: &str) -> bool {
    same_key(headers.get("x-api-key").map(axum::http::HeaderValue::as_bytes).unwrap_or_default(), key)
}

/// Compares in a time that does not depend on where the texts differ.
pub(super) fn same_key(given: &[u8], key: &str) -> bool {
    given.ct_eq(key.as_bytes()).into()
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let kind = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(kind.as_str(), "application/json" | "application/x-ndjson" | "application/jsonl" | "text/plain")
        || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn unreadable(rejection: &BytesRejection) -> Response {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            refusal(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than ingest_max_body allows")
        }
        status => refusal(status, "the body could not be read"),
    }
}

fn refusal(status: StatusCode, reason: &str) -> Response {
    (status, Json(json!({ "error": reason }))).into_response()
}

fn come_again(status: StatusCode, after: Option<Duration>, body: impl serde::Serialize) -> Response {
    let wait = after.unwrap_or(COME_AGAIN_AFTER);
    // Whole seconds, rounded up: coming too early helps nobody.
    let seconds = (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1);
    (status, [(header::RETRY_AFTER, seconds.to_string())], Json(body)).into_response()
}
