//! Whatever the bytes: no panic, and no event lost.

#![allow(clippy::panic, clippy::unwrap_used, reason = "helpers of tests are tests")]

use onepane_domain::Record;
use onepane_events::{EventReader, Parsed, api_spelling, parse_all, parse_event, phase_of, step_job};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use std::io::BufReader;

const EVENTS: &str = include_str!("../fixtures/events.jsonl");

fn samples() -> Vec<&'static str> {
    EVENTS.lines().collect()
}

fn sample() -> impl Strategy<Value = String> {
    any::<Index>().prop_map(|index| (*index.get(&samples())).to_owned())
}

/// A change of a sample's bytes.
#[derive(Debug, Clone)]
enum Mutation {
    Flip(Index, u8),
    Truncate(Index),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Repeat(Index, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Flip(at, byte)),
        any::<Index>().prop_map(Mutation::Truncate),
        (any::<Index>(), 1_usize..40).prop_map(|(at, count)| Mutation::Remove(at, count)),
        (any::<Index>(), prop::collection::vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        (any::<Index>(), 1_usize..60).prop_map(|(at, count)| Mutation::Repeat(at, count)),
    ]
}

fn mutate(bytes: &mut Vec<u8>, mutation: &Mutation) {
    if bytes.is_empty() {
        return;
    }
    match mutation {
        Mutation::Flip(at, byte) => *at.get_mut(bytes) = *byte,
        Mutation::Truncate(at) => bytes.truncate(at.index(bytes.len())),
        Mutation::Remove(at, count) => {
            let at = at.index(bytes.len());
            bytes.drain(at..bytes.len().min(at + count));
        }
        Mutation::Insert(at, inserted) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, inserted.iter().copied());
        }
        Mutation::Repeat(at, count) => {
            let at = at.index(bytes.len());
            let repeated = bytes[at..bytes.len().min(at + count)].to_vec();
            bytes.splice(at..at, repeated);
        }
    }
}

/// Values that no event should have in that place.
fn strange_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,20}".prop_map(Value::from),
        Just(json!("")),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null, 1, {"Key": null}])),
        Just(json!({"arn": 7, "InstanceCount": -1})),
        Just(json!("arn:aws:sagemaker:::/")),
        Just(json!("arn:aws:sagemaker:us-east-1:1:pipeline/p/execution/")),
    ]
}

/// The number of members and elements within a value.
fn places(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(|member| 1 + places(member)).sum(),
        Value::Array(items) => items.iter().map(|item| 1 + places(item)).sum(),
        _ => 0,
    }
}

/// Replaces (or removes, without a replacement) the member or element at a place; true once it is done.
fn replace(value: &mut Value, place: &mut usize, replacement: Option<&Value>) -> bool {
    match value {
        Value::Object(members) => {
            for key in members.keys().cloned().collect::<Vec<_>>() {
                if *place == 0 {
                    match replacement {
                        Some(new) => members.insert(key, new.clone()),
                        None => members.remove(&key),
                    };
                    return true;
                }
                *place -= 1;
                if members.get_mut(&key).is_some_and(|member| replace(member, place, replacement)) {
                    return true;
                }
            }
            false
        }
        Value::Array(items) => items.iter_mut().any(|item| {
            if *place == 0 {
                *item = replacement.cloned().unwrap_or(Value::Null);
                return true;
            }
            *place -= 1;
            replace(item, place, replacement)
        }),
        _ => false,
    }
}

fn is_rejected(parsed: &Parsed) -> bool {
    matches!(parsed.record, Record::Rejected(_))
}

proptest! {
    // PROPTEST_CASES=200000 makes a soak of it.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(1_500)))]

    /// Events beside a damaged one are read as if nothing had been there, and the damaged one leaves a trace.
    #[test]
    fn damage_to_one_line_is_damage_to_one_line(
        before in sample(),
        damaged in sample(),
        after in sample(),
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        let mut damaged = damaged.into_bytes();
        mutations.iter().for_each(|mutation| mutate(&mut damaged, mutation));
        // A new line is not damage to a line.
        damaged.retain(|byte| *byte != b'\n');
        let input = [before.as_bytes(), b"\n", &damaged, b"\n", after.as_bytes(), b"\n"].concat();
        let parsed = parse_all(&input);
        let of_line = |line: u64| parsed.iter().filter(move |parsed| parsed.line == line).collect::<Vec<_>>();
        let alone = |event: &str| parse_all(event.as_bytes()).remove(0).record;
        prop_assert_eq!(of_line(1).len(), 1);
        prop_assert_eq!(&of_line(1)[0].record, &alone(&before));
        prop_assert_eq!(of_line(3).len(), 1);
        prop_assert_eq!(&of_line(3)[0].record, &alone(&after));
        let blank = damaged.iter().all(|byte| b" \t\r".contains(byte));
        prop_assert!(blank || !of_line(2).is_empty(), "lost: {:?}", String::from_utf8_lossy(&damaged));
        for rejected in parsed.iter().filter(|parsed| is_rejected(parsed)) {
            prop_assert_eq!(rejected.line, 2);
        }
    }

    /// Members that are missing, null or of another type never panic, and each event has exactly one outcome.
    #[test]
    fn any_member_may_be_anything(event in sample(), changes in prop::collection::vec((any::<Index>(), prop::option::of(strange_value())), 1..4)) {
        let mut event: Value = serde_json::from_str(&event).unwrap();
        for (place, replacement) in &changes {
            let places = places(&event);
            if places > 0 {
                replace(&mut event, &mut place.index(places), replacement.as_ref());
            }
        }
        let _ = step_job(&event);
        if let Ok(record) = parse_event(&event) {
            prop_assert!(!matches!(record, Record::Rejected(_)));
            let json = serde_json::to_string(&record).unwrap();
            prop_assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record);
        }
        prop_assert_eq!(parse_all(event.to_string().as_bytes()).len(), 1);
        prop_assert_eq!(parse_all(serde_json::to_string_pretty(&event).unwrap().as_bytes()).len(), 1);
    }

    /// How the bytes are cut into reads does not matter.
    #[test]
    fn reads_of_any_size_give_the_same(
        events in prop::collection::vec(sample(), 1..4),
        mutations in prop::collection::vec(mutation(), 0..3),
        capacity in 1_usize..2_000,
    ) {
        let mut input = events.join("\n").into_bytes();
        mutations.iter().for_each(|mutation| mutate(&mut input, mutation));
        let whole = parse_all(&input);
        let reader = EventReader::new(BufReader::with_capacity(capacity, input.as_slice()));
        prop_assert_eq!(reader.collect::<Result<Vec<_>, _>>().unwrap(), whole);
    }

    #[test]
    fn random_bytes_never_panic(input in prop::collection::vec(any::<u8>(), 0..400)) {
        let blank = input.iter().all(|byte| b" \t\r\n".contains(byte));
        prop_assert!(blank || input.starts_with(b"\xEF\xBB\xBF") || !parse_all(&input).is_empty());
    }

    #[test]
    fn random_json_punctuation_never_panics(input in r#"[\[\]{},:"\\a1 \n]{0,60}"#) {
        for parsed in parse_all(input.as_bytes()) {
            prop_assert!(is_rejected(&parsed));
            prop_assert!(parsed.line <= 1 + input.matches('\n').count() as u64);
        }
    }

    #[test]
    fn any_status_word_has_a_phase(word in ".{0,20}") {
        let _ = phase_of(&"endpoint".into(), &api_spelling(&word));
    }
}
