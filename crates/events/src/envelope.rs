//! The envelope of an EventBridge event: who vouches for it, when and where it happened.

use crate::arn::Arn;
use crate::fields::{first_time, items, member, text, text_or_number};
use onepane_domain::{AccountId, Region, Timestamp};
use serde_json::Value;

/// The longest event id; EventBridge's have 36 characters.
const MAX_EVENT_ID: usize = 256;

/// Times of the detail that stand in for an envelope without one, the latest first.
const DETAIL_TIMES: [&str; 9] = [
    "LastModifiedTime",
    "LastModifiedAt",
    "EventTime",
    "stepEndTime",
    "executionEndTime",
    "stepStartTime",
    "executionStartTime",
    "CreationTime",
    "CreatedAt",
];

/// The parts of an envelope that any event needs.
#[derive(Debug)]
pub(crate) struct Envelope<'a> {
    pub(crate) id: String,
    pub(crate) time: Timestamp,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) detail_type: &'a str,
}

impl<'a> Envelope<'a> {
    /// Reads the envelope. `arn` is the ARN of what the event is about; its account counts only where the envelope's is
    /// not 12 digits long: EventBridge vouches for the envelope, and anybody may write into the detail.
    pub(crate) fn read(event: &'a Value, detail_type: &'a str, arn: Option<&str>) -> Result<Self, String> {
        let id = event_id(event, "id")?.ok_or(r#"no "id""#)?;
        let detail = detail(event);
        let time = first_time(event, &["time"])
            .or_else(|| first_time(detail, &DETAIL_TIMES))
            .ok_or_else(|| missing_or_bad(event, "time", "neither a time nor is there one in the detail"))?;
        Ok(Self { id, time, account: account(event, arn)?, region: region(event, "region")?, detail_type })
    }
}

/// The event's detail, or null.
pub(crate) fn detail(event: &Value) -> &Value {
    event.get("detail").unwrap_or(&Value::Null)
}

/// The ARNs among the envelope's resources.
pub(crate) fn resources(event: &Value) -> impl Iterator<Item = Arn<'_>> {
    items(event, "resources").iter().filter_map(Value::as_str).filter_map(Arn::parse)
}

/// The id under `name`, if there is one.
pub(crate) fn event_id(event: &Value, name: &str) -> Result<Option<String>, String> {
    match text_or_number(event, name) {
        Some(id) if id.len() > MAX_EVENT_ID => Err(format!("{name:?} is longer than {MAX_EVENT_ID} bytes")),
        id => Ok(id.map(std::borrow::Cow::into_owned)),
    }
}

/// The Region under `name`.
pub(crate) fn region(event: &Value, name: &str) -> Result<Region, String> {
    let region = text(event, name).ok_or_else(|| missing_or_bad(event, name, "no text"))?;
    region.parse().map_err(|e| format!("{name:?}: {e}"))
}

fn account(event: &Value, arn: Option<&str>) -> Result<AccountId, String> {
    let given = text_or_number(event, "account").ok_or_else(|| missing_or_bad(event, "account", "no account id"))?;
    given.parse().or_else(|e| {
        let of_arn = arn.and_then(Arn::parse).into_iter().chain(resources(event));
        of_arn
            .filter_map(|arn| arn.account.parse().ok())
            .next()
            .ok_or_else(|| format!(r#""account": {e}, and no ARN tells it"#))
    })
}

fn missing_or_bad(event: &Value, name: &str, problem: &str) -> String {
    match member(event, name) {
        None => format!("no {name:?}"),
        Some(value) => {
            let shown: String = value.to_string().chars().take(64).collect();
            format!("{name:?} is {problem}: {shown}")
        }
    }
}
