//! `POST /ingest/metrics`: what a Firehose stream with an HTTP endpoint destination calls.
//!
//! Shapes: "HTTP endpoint delivery request and response specifications" in the Firehose developer guide. Firehose takes
//! an answer for a success only if it is a 200 with the request's id, as uncompressed JSON.

use super::App;
use super::ingest::same_key;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use onepane_domain::ErrorKind;
use serde::Deserialize;
use serde_json::json;
use std::borrow::Cow;
use std::io::Read;

const REQUEST_ID: &str = "x-amz-firehose-request-id";
const ACCESS_KEY: &str = "x-amz-firehose-access-key";
/// How many times larger than the largest body an inflated one may be.
const INFLATED: usize = 4;
/// The longest request id that is given back; Firehose's have 36 characters.
const LONGEST_ID: usize = 128;

/// A request's body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow, default)]
    request_id: Cow<'a, str>,
    #[serde(borrow)]
    records: Vec<Record<'a>>,
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    data: Cow<'a, str>,
}

/// A delivery: its id and the data of its records.
#[derive(Debug, PartialEq)]
struct Delivery {
    id: String,
    data: Vec<Vec<u8>>,
}

/// Why a request is refused.
#[derive(Debug, PartialEq)]
struct Refused(StatusCode, String);

/// Takes a delivery. 200 only when every record is stored, or a dead letter.
pub(super) async fn metrics(State(app): State<App>, request: Request) -> Response {
    let id = id_of(request.headers());
    let now = app.services.clock.now().millis();
    match taken(&app, &id, request).await {
        Ok(id) => (StatusCode::OK, Json(json!({ "requestId": id, "timestamp": now }))).into_response(),
        Err(Refused(status, why)) => {
            let answer = Json(json!({ "requestId": id, "timestamp": now, "errorMessage": why }));
            let mut response = (status, answer).into_response();
            if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
                response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
            }
            response
        }
    }
}

/// The id to answer with, once the delivery is taken.
async fn taken(app: &App, id: &str, request: Request) -> Result<String, Refused> {
    let refused = |status, why: &str| Err(Refused(status, why.to_owned()));
    let key = request.headers().get(ACCESS_KEY).map(header::HeaderValue::as_bytes).unwrap_or_default();
    if !same_key(key, app.ingest_key.expose()) {
        return refused(StatusCode::UNAUTHORIZED, "the header X-Amz-Firehose-Access-Key is missing or wrong");
    }
    let encoding = request.headers().get(header::CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase());
    let inflated = match encoding.as_deref() {
        None | Some(b"" | b"identity") => false,
        Some(b"gzip") => true,
        Some(_) => return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "want no Content-Encoding, or gzip"),
    };
    // Asked for before the body is read, so that an overloaded server holds no bodies.
    let Ok(_room) = app.ingest_room.clone().try_acquire_owned() else {
        return refused(StatusCode::TOO_MANY_REQUESTS, "too many requests at once");
    };
    let body = match Bytes::from_request(request, &()).await {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let why = "the body is larger than ingest_max_body allows: give Firehose a smaller buffer size";
            return refused(StatusCode::PAYLOAD_TOO_LARGE, why);
        }
        Err(rejection) => return refused(rejection.status(), "the body could not be read"),
    };
    let most = app.ingest_max_body.saturating_mul(INFLATED);
    let reading =
        tokio::task::spawn_blocking(move || if inflated { read(&inflate(&body, most)?) } else { read(&body) });
    let Ok(read) = reading.await else { return refused(StatusCode::SERVICE_UNAVAILABLE, "the body could not be read") };
    let delivery = read?;
    let id = if id.is_empty() { delivery.id } else { id.to_owned() };
    match app.services.metric_ingest.deliver(format!("firehose {id}"), delivery.data).await {
        Ok(_) => Ok(id),
        Err(error) => {
            tracing::error!(%error, cause = ?error.source, request = id, "metrics were not kept");
            let throttled = error.kind == ErrorKind::Throttled;
            let status = if throttled { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::SERVICE_UNAVAILABLE };
            Err(Refused(status, error.to_string()))
        }
    }
}

/// The id of the header, as far as it is one.
fn id_of(headers: &HeaderMap) -> String {
    let id = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).unwrap_or_default();
    id.chars().take(LONGEST_ID).collect()
}

fn inflate(body: &[u8], most: usize) -> Result<Vec<u8>, Refused> {
    let mut inflated = Vec::new();
    // One byte more than is allowed tells that there are more.
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let read = MultiGzDecoder::new(body).take(limit).read_to_end(&mut inflated);
    match read {
        Ok(_) if inflated.len() > most => {
            Err(Refused(StatusCode::PAYLOAD_TOO_LARGE, format!("the inflated body is larger than {most} bytes")))
        }
        Ok(_) => Ok(inflated),
        Err(error) => Err(Refused(StatusCode::BAD_REQUEST, format!("the body is no gzip: {error}"))),
    }
}

fn read(body: &[u8]) -> Result<Delivery, Refused> {
    let wrong = |why: String| Refused(StatusCode::BAD_REQUEST, why);
    let body: Body<'_> = serde_json::from_slice(body).map_err(|error| wrong(format!("no delivery: {error}")))?;
    let mut data = Vec::with_capacity(body.records.len());
    for (number, record) in body.records.iter().enumerate() {
        let decoded = STANDARD.decode(record.data.as_bytes());
        data.push(decoded.map_err(|error| wrong(format!("records[{number}].data is no base64: {error}")))?);
    }
    Ok(Delivery { id: body.request_id.chars().take(LONGEST_ID).collect(), data })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    #[test]
    fn a_delivery_is_read_and_what_is_none_is_told() {
        let body = br#"{"requestId":"a-b","timestamp":1578090901599,"records":[{"data":"aGVsbG8K"},{"data":""}]}"#;
        assert_eq!(read(body), Ok(Delivery { id: "a-b".to_owned(), data: vec![b"hello\n".to_vec(), Vec::new()] }));
        for (body, why) in [
            (&b"{}"[..], "records"),
            (b"[", "no delivery"),
            (br#"{"records":[{"data":"AAAA"},{"data":"*"}]}"#, "records[1].data"),
        ] {
            let Refused(status, told) = read(body).unwrap_err();
            assert!(status == StatusCode::BAD_REQUEST && told.contains(why), "{told}");
        }
    }

    #[test]
    fn a_small_body_that_inflates_without_end_is_cut_off() {
        let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        zip.write_all(&vec![b' '; 1_000_000]).unwrap();
        let body = zip.finish().unwrap();
        assert_eq!(inflate(&body, 1_000_000).unwrap().len(), 1_000_000);
        assert_eq!(inflate(&body, 999_999).unwrap_err().0, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(inflate(&body[..50], 1_000_000).unwrap_err().0, StatusCode::BAD_REQUEST);
    }

    proptest! {
        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = (read(&body), inflate(&body, 1_000));
        }
    }
}
