//! Members of JSON objects, as the types that they should have.

use onepane_domain::{AccountId, Timestamp};
use serde_json::Value;

/// The value at a path of members; none for null.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| value.get(name)).filter(|value| !value.is_null())
}

/// A text; empty if it is not there.
pub(super) fn text(value: &Value, path: &str) -> Result<String, String> {
    match at(value, path) {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(format!("{path}: is no text")),
    }
}

/// The first of some texts that is there.
pub(super) fn first_text(value: &Value, paths: &[&str]) -> Result<String, String> {
    for path in paths {
        let text = text(value, path)?;
        if !text.is_empty() {
            return Ok(text);
        }
    }
    Ok(String::new())
}

pub(super) fn number(value: &Value, path: &str) -> Result<Option<i64>, String> {
    match at(value, path) {
        None => Ok(None),
        Some(number) => number.as_i64().map(Some).ok_or_else(|| format!("{path}: is no whole number")),
    }
}

/// A list of texts; empty if it is not there.
pub(super) fn texts(value: &Value, path: &str) -> Result<Vec<String>, String> {
    let is_wrong = || format!("{path}: is no list of texts");
    match at(value, path) {
        None => Ok(Vec::new()),
        Some(Value::Array(texts)) => {
            texts.iter().map(|text| text.as_str().map(str::to_owned).ok_or_else(is_wrong)).collect()
        }
        Some(_) => Err(is_wrong()),
    }
}

/// An instant: epoch milliseconds, or a text.
pub(super) fn instant(value: &Value, path: &str) -> Result<Option<Timestamp>, String> {
    let read = match at(value, path) {
        None => return Ok(None),
        Some(Value::String(text)) => text.parse::<Timestamp>().map_err(|error| error.to_string()),
        Some(number) => {
            let millis = number.as_i64().ok_or_else(|| "is no time".to_owned());
            millis.and_then(|millis| Timestamp::from_millis(millis).map_err(|error| error.to_string()))
        }
    };
    read.map(Some).map_err(|why| format!("{path}: {why}"))
}

/// The first of some instants that is there.
pub(super) fn first_instant(value: &Value, paths: &[&str]) -> Result<Option<Timestamp>, String> {
    for path in paths {
        if let Some(instant) = instant(value, path)? {
            return Ok(Some(instant));
        }
    }
    Ok(None)
}

/// An account; none if no member tells one.
pub(super) fn account(value: &Value, paths: &[&str]) -> Result<Option<AccountId>, String> {
    for path in paths {
        let text = text(value, path)?;
        if !text.is_empty() {
            return text.parse().map(Some).map_err(|error| format!("{path}: {error}"));
        }
    }
    Ok(None)
}
