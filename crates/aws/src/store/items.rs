//! Items of the table: from records, and back.

use super::keys::{self, Key};
use aws_sdk_dynamodb::types::AttributeValue;
use onepane_domain::{ErrorKind, EventItem, PortError, PortResult, Record, Timestamp, Transition};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// An item as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) mod attribute {
    pub(crate) const PK: &str = "pk";
    pub(crate) const SK: &str = "sk";
    pub(crate) const FEED: &str = "feed";
    pub(crate) const FED_AT: &str = "fed_at";
    pub(crate) const VERSION: &str = "version";
    pub(crate) const RECORD: &str = "record";
    pub(crate) const RECORD_TRUNCATED: &str = "record_truncated";
    pub(crate) const RAW: &str = "raw";
    pub(crate) const RAW_TRUNCATED: &str = "raw_truncated";
    pub(crate) const EXPIRES_AT: &str = "expires_at";
    pub(crate) const QUERY: &str = "query";
    pub(crate) const FEED_SHARDS: &str = "feed_shards";
}

/// DynamoDB takes 400 KB an item, names of attributes and keys included. What is left for `record` and `raw`.
const BODY_LIMIT: usize = 390_000;
/// A record beyond this size is shortened, so that its event can be kept.
const RECORD_LIMIT: usize = 200_000;
/// What is left of each text of a record that is shortened, bytes. A name is never longer: it stands in a key.
const SHORT_TEXT: usize = 2_048;
/// How many tags a shortened record keeps.
const SHORT_TAGS: usize = 20;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// Cuts at a character boundary.
fn cut(value: &str, limit: usize) -> &str {
    let mut end = limit.min(value.len());
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    &value[..end]
}

/// An item that is put once and never overwritten, with its size.
#[derive(Debug, Clone)]
pub(crate) struct NewItem {
    pub(crate) key: Key,
    pub(crate) item: Item,
    pub(crate) bytes: usize,
}

/// A workload's state that is to be, unless a newer one is there.
#[derive(Debug, Clone)]
pub(crate) struct NewState {
    pub(crate) key: Key,
    pub(crate) feed: String,
    pub(crate) fed_at: String,
    pub(crate) version: String,
    pub(crate) record: String,
    /// Epoch seconds; none for a lasting thing that is still there.
    pub(crate) expires_at: Option<i64>,
}

/// What one event writes.
#[derive(Debug)]
pub(crate) struct Writes {
    /// The first says whether the event is new; there is at least one.
    pub(crate) first: NewItem,
    pub(crate) second: Option<NewItem>,
    pub(crate) state: Option<NewState>,
}

/// How to write items: the feed's shards and the time of writing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ItemWriter {
    pub(crate) shards: u16,
    pub(crate) now: Timestamp,
    pub(crate) retention_days: u32,
}

impl ItemWriter {
    /// What keeping this event writes; an error for an event that can be kept nowhere.
    pub(crate) fn writes(&self, event: &EventItem) -> PortResult<Writes> {
        match &event.record {
            Record::Workload(transition) => {
                let body = Body::of(transition.as_ref(), &event.raw)?;
                let first = self.new_item(Key::event(transition)?, &body, None);
                let state = (!transition.occurrence).then(|| self.state(transition, &body)).transpose()?;
                Ok(Writes { first, second: None, state })
            }
            Record::ApiCall(call) => {
                let body = Body::of(call.as_ref(), &event.raw)?;
                let key = Key::call(call)?;
                let feed_key = format!("{}#{}", key.pk, key.sk);
                let first = self.new_item(key, &body, Some(&feed_key));
                let second = Key::call_link(call)?.map(|link| self.new_item(link, &body, None));
                Ok(Writes { first, second, state: None })
            }
            Record::Unrecognised(unrecognised) => {
                let body = Body::of(unrecognised.as_ref(), &event.raw)?;
                let first = self.new_item(Key::unrecognised(unrecognised)?, &body, None);
                Ok(Writes { first, second: None, state: None })
            }
            Record::Rejected(rejected) => {
                let context = format!("a rejected event (line {}) has no identity to be kept under", rejected.line);
                Err(PortError::new(ErrorKind::Invalid, context))
            }
        }
    }

    /// Counted from the writing, not from the event: an archive of old events can be read in and looked at.
    fn expires_at(&self) -> i64 {
        self.now.plus_days(i64::from(self.retention_days)).millis().div_euclid(1_000)
    }

    fn new_item(&self, key: Key, body: &Body<'_>, feed_key: Option<&str>) -> NewItem {
        let mut item = Item::with_capacity(8);
        item.insert(attribute::PK.into(), text(&key.pk));
        item.insert(attribute::SK.into(), text(&key.sk));
        item.insert(attribute::RECORD.into(), text(&body.record));
        item.insert(attribute::RAW.into(), text(body.raw));
        item.insert(attribute::EXPIRES_AT.into(), AttributeValue::N(self.expires_at().to_string()));
        if body.record_truncated {
            item.insert(attribute::RECORD_TRUNCATED.into(), AttributeValue::Bool(true));
        }
        if body.raw_truncated {
            item.insert(attribute::RAW_TRUNCATED.into(), AttributeValue::Bool(true));
        }
        if let Some(feed_key) = feed_key {
            let shard = keys::shard_of(feed_key, self.shards);
            item.insert(attribute::FEED.into(), text(keys::feed_shard(shard)));
            item.insert(attribute::FED_AT.into(), text(keys::fed_at(self.now, feed_key)));
        }
        let bytes = body.record.len() + body.raw.len() + 2 * (key.pk.len() + key.sk.len()) + 200;
        NewItem { key, item, bytes }
    }

    fn state(&self, transition: &Transition, body: &Body<'_>) -> PortResult<NewState> {
        let key = Key::new(transition.id.partition_key(), keys::STATE.to_owned())?;
        // An endpoint in service may send nothing for years: it is there until its deletion is told.
        let over = transition.id.kind.is_job() || transition.phase == onepane_domain::Phase::Deleted;
        Ok(NewState {
            feed: keys::feed_shard(keys::shard_of(&key.pk, self.shards)),
            fed_at: keys::fed_at(self.now, &key.pk),
            version: transition.version(),
            record: body.record.clone(),
            expires_at: over.then(|| self.expires_at()),
            key,
        })
    }
}

/// The two texts of an item, within DynamoDB's limit.
struct Body<'a> {
    record: String,
    record_truncated: bool,
    raw: &'a str,
    raw_truncated: bool,
}

impl<'a> Body<'a> {
    fn of<T: Serialize>(record: &T, raw: &'a str) -> PortResult<Self> {
        let whole = serde_json::to_string(record)
            .map_err(|error| PortError::with_source(ErrorKind::Invalid, "write a record as JSON", error))?;
        let record_truncated = whole.len() > RECORD_LIMIT;
        let record = if record_truncated { shortened(&whole)? } else { whole };
        let kept = cut(raw, BODY_LIMIT.saturating_sub(record.len()));
        Ok(Self { record, record_truncated, raw: kept, raw_truncated: kept.len() < raw.len() })
    }
}

/// A record with long texts and many tags cut; `raw` beside it still tells them, as far as it fits.
fn shortened(record: &str) -> PortResult<String> {
    let unwritable = |error| PortError::with_source(ErrorKind::Invalid, "shorten a record", error);
    let mut value: serde_json::Value = serde_json::from_str(record).map_err(unwritable)?;
    if let Some(tags) = value.get_mut("tags").and_then(serde_json::Value::as_object_mut) {
        let fits =
            |key: &String, value: &serde_json::Value| key.len() + value.as_str().map_or(0, str::len) <= SHORT_TEXT;
        *tags = std::mem::take(tags).into_iter().filter(|(key, value)| fits(key, value)).take(SHORT_TAGS).collect();
    }
    shorten_texts(&mut value);
    serde_json::to_string(&value).map_err(unwritable)
}

fn shorten_texts(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(long) => long.truncate(cut(long, SHORT_TEXT).len()),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(shorten_texts),
        _ => {}
    }
}

/// The text of an attribute; none if it is missing or no text.
pub(crate) fn text_of<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

/// The key of an item, for messages.
pub(crate) fn key_text(item: &Item) -> String {
    let part = |name| text_of(item, name).unwrap_or("?");
    format!("{} {}", part(attribute::PK), part(attribute::SK))
}

/// An item's `record`; [`ErrorKind::Corrupt`] with the item's key if it cannot be read.
pub(crate) fn record_of<T: DeserializeOwned>(item: &Item) -> PortResult<T> {
    let Some(record) = text_of(item, attribute::RECORD) else {
        return Err(PortError::new(ErrorKind::Corrupt, format!("item {}: it has no record", key_text(item))));
    };
    serde_json::from_str(record).map_err(|error| {
        let context = format!("item {}: its record cannot be read: {error}", key_text(item));
        PortError::with_source(ErrorKind::Corrupt, context, error)
    })
}

/// An item's `raw`, taken out of it.
pub(crate) fn take_raw(item: &mut Item) -> String {
    match item.remove(attribute::RAW) {
        Some(AttributeValue::S(raw)) => raw,
        _ => String::new(),
    }
}
