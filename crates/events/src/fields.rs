//! Lenient look-ups in an event's JSON: an explicit null, an empty text and a wrong type all count as absent.

use onepane_domain::Timestamp;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Numbers below this are epoch seconds, from it on epoch milliseconds (as milliseconds: 1973; as seconds: year 5138).
const FIRST_MILLIS: f64 = 1e11;

/// A member that is not null, under its name or under the name with its first letter in the other case: pipelines and
/// human loops write lowerCamel, the other kinds PascalCase.
pub(crate) fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let present = |name: &str| object.get(name).filter(|value| !value.is_null());
    present(name).or_else(|| present(&other_case(name)))
}

fn other_case(name: &str) -> String {
    let mut letters = name.chars();
    let Some(first) = letters.next() else { return String::new() };
    let first = if first.is_ascii_uppercase() { first.to_ascii_lowercase() } else { first.to_ascii_uppercase() };
    let mut flipped = String::with_capacity(name.len());
    flipped.push(first);
    flipped.push_str(letters.as_str());
    flipped
}

/// A member's text, unless it is blank.
pub(crate) fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    member(object, name)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The first of several members that has a text.
pub(crate) fn first_text<'a>(object: &'a Value, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| text(object, name))
}

/// A text, or a whole number written without quotes.
pub(crate) fn text_or_number<'a>(object: &'a Value, name: &str) -> Option<Cow<'a, str>> {
    match member(object, name)? {
        Value::String(text) if !text.trim().is_empty() => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(whole(number).map_or_else(|| number.to_string(), |n| n.to_string()))),
        _ => None,
    }
}

fn whole(number: &serde_json::Number) -> Option<u64> {
    number
        .as_u64()
        .or_else(|| number.as_f64().filter(|n| n.fract() == 0.0 && (0.0..9e15).contains(n)).map(|n| n as u64))
}

/// The first of several members that is a time.
pub(crate) fn first_time(object: &Value, names: &[&str]) -> Option<Timestamp> {
    names.iter().find_map(|name| time(member(object, name)?))
}

/// A time in any form that events use: ISO 8601, or epoch seconds or milliseconds as integer, float or text.
pub(crate) fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => epoch(number.as_f64()?),
        Value::String(text) => {
            let text = text.trim();
            text.parse::<f64>().map_or_else(|_| text.parse().ok(), epoch)
        }
        _ => None,
    }
}

/// A float holds every millisecond of years 0000 to 9999 exactly.
fn epoch(number: f64) -> Option<Timestamp> {
    if !number.is_finite() {
        return None;
    }
    let millis = if number.abs() < FIRST_MILLIS { number * 1_000.0 } else { number };
    Timestamp::from_millis(millis.round() as i64).ok()
}

/// A count: an integer, a whole float, or either as text.
pub(crate) fn count(object: &Value, name: &str) -> Option<u32> {
    let number = match member(object, name)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number)).then_some(number as u32)
}

/// The members of an array, or nothing.
pub(crate) fn items<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    member(object, name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Tags: a map in real events, a list of `{Key, Value}` in EventBridge's schema registry.
pub(crate) fn tags(detail: &Value) -> BTreeMap<String, String> {
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match member(detail, "Tags") {
        Some(Value::Object(map)) => map.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(|tag| {
                let value = member(tag, "Value").map(plain).unwrap_or_default();
                Some((text(tag, "Key")?.to_owned(), value))
            })
            .collect(),
        _ => BTreeMap::new(),
    }
}

/// True if the event tells its tags, and there are none.
pub(crate) fn has_empty_tags(detail: &Value) -> bool {
    match member(detail, "Tags") {
        Some(Value::Object(map)) => map.is_empty(),
        Some(Value::Array(list)) => list.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_form_of_time_gives_the_same_instant() {
        let expected = "2020-03-10T09:18:09.050Z";
        for value in [
            json!("1583831889050"),
            json!(1583831889050_i64),
            json!(1583831889050.0),
            json!(1583831889.05),
            json!("1583831889.05"),
            json!("2020-03-10T09:18:09.050Z"),
            json!("2020-03-10T09:18:09.050999999Z"),
            json!(" 2020-03-10T10:18:09.05+01:00 "),
        ] {
            assert_eq!(time(&value).unwrap().to_string(), expected, "{value}");
        }
        for value in [json!("soon"), json!(""), json!("NaN"), json!("inf"), json!(1e300), json!(true), json!({})] {
            assert_eq!(time(&value), None, "{value}");
        }
    }

    #[test]
    fn tags_come_as_map_or_list() {
        let expected = BTreeMap::from([("team".to_owned(), "vision".to_owned())]);
        assert_eq!(tags(&json!({"Tags": {"team": "vision"}})), expected);
        assert_eq!(tags(&json!({"Tags": [{"Key": "team", "Value": "vision"}, null, {"Value": "no key"}]})), expected);
        assert_eq!(tags(&json!({"Tags": null})), BTreeMap::new());
        assert!(has_empty_tags(&json!({"Tags": []})) && has_empty_tags(&json!({"Tags": {}})));
        assert!(!has_empty_tags(&json!({})) && !has_empty_tags(&json!({"Tags": null})));
    }

    #[test]
    fn counts_are_whole_and_not_negative() {
        assert_eq!(count(&json!({"n": 1.0}), "n"), Some(1));
        assert_eq!(count(&json!({"n": "3"}), "n"), Some(3));
        for bad in [json!(-1), json!(1.5), json!(1e12), json!(null), json!("many")] {
            assert_eq!(count(&json!({ "n": bad }), "n"), None);
        }
    }
}
