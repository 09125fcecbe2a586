//! Smithy's RPC v2 CBOR: fields of maps, timestamps, errors.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use ciborium::Value;
use onepane_domain::Timestamp;

/// CBOR's tag of a number of seconds since 1970.
const EPOCH: u64 = 1;

/// A refused call.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub status: StatusCode,
    pub code: String,
    pub message: String,
}

impl Refusal {
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }

    /// What `GetMetricData` says of a request that is wrong.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ValidationError", message)
    }
}

pub fn get<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let fields = value.as_map()?;
    fields.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value).filter(|value| !value.is_null())
}

pub fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    get(value, name)?.as_text()
}

pub fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    get(value, name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub fn integer(value: &Value, name: &str) -> Option<i64> {
    i64::try_from(get(value, name)?.as_integer()?).ok()
}

pub fn boolean(value: &Value, name: &str) -> Option<bool> {
    get(value, name)?.as_bool()
}

/// A tagged time: whole or broken seconds.
pub fn time(value: &Value, name: &str) -> Option<Timestamp> {
    let (tag, seconds) = get(value, name)?.as_tag()?;
    let whole = seconds.as_integer().and_then(|whole| i64::try_from(whole).ok()).map(|whole| whole * 1_000);
    #[allow(clippy::cast_possible_truncation)]
    let millis = whole.or_else(|| seconds.as_float().map(|seconds| (seconds * 1_000.0).round() as i64))?;
    (tag == EPOCH).then(|| Timestamp::from_millis(millis).ok()).flatten()
}

pub fn map(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Map(fields.into_iter().map(|(name, value)| (Value::from(name), value)).collect())
}

/// Seconds as a float, which is what AWS's services send.
pub fn time_value(time: Timestamp) -> Value {
    #[allow(clippy::cast_precision_loss)]
    let seconds = time.millis() as f64 / 1_000.0;
    Value::Tag(EPOCH, Box::new(Value::from(seconds)))
}

pub fn encode(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

pub fn told(body: impl Into<Body>) -> Response {
    respond(StatusCode::OK, "application/cbor", body)
}

pub fn respond(status: StatusCode, content_type: &str, body: impl Into<Body>) -> Response {
    let response = Response::builder()
        .status(status)
        .header("smithy-protocol", "rpc-v2-cbor")
        .header("x-amzn-requestid", "00000000-0000-0000-0000-000000000000")
        .header("content-type", content_type);
    response.body(body.into()).unwrap()
}

/// An error's body names its shape; the header carries the code that the service's older protocol had.
pub fn refuse(refusal: &Refusal) -> Response {
    let shape = format!("com.amazonaws.cloudwatch#{}", refusal.code);
    let body = map([("__type", Value::from(shape)), ("message", Value::from(refusal.message.as_str()))]);
    let mut response = respond(refusal.status, "application/cbor", encode(&body));
    let side = if refusal.status.is_server_error() { "Receiver" } else { "Sender" };
    let value = format!("{};{side}", refusal.code).parse().unwrap();
    response.headers_mut().insert("x-amzn-query-error", value);
    response
}
