//! Every form of input is read, and nothing in it is lost.

#![allow(clippy::panic, clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use common::{training_job, with};
use onepane_domain::Record;
use onepane_events::{EventReader, MAX_EVENT_BYTES, MAX_REJECTED_BYTES, Parsed, parse_all};
use serde_json::{Value, json};
use std::io::BufReader;

fn numbered(id: usize) -> Value {
    let detail =
        json!({"TrainingJobName": format!("job {id}"), "TrainingJobStatus": "Completed", "Nested": [{"a": 1}]});
    with(&training_job(&detail), "id", json!(format!("e-{id}")))
}

/// Line and event id, or line and "rejected".
fn outcomes(input: impl AsRef<[u8]>) -> Vec<(u64, String)> {
    let parsed = parse_all(input.as_ref());
    // However the bytes come in, the outcome is the same.
    for capacity in [1, 7] {
        let dripping = BufReader::with_capacity(capacity, input.as_ref());
        assert_eq!(EventReader::new(dripping).collect::<Result<Vec<_>, _>>().unwrap(), parsed);
    }
    parsed.iter().map(outcome).collect()
}

fn outcome(parsed: &Parsed) -> (u64, String) {
    let what = match &parsed.record {
        Record::Workload(transition) => transition.event_id.clone(),
        Record::ApiCall(call) => call.event_id.clone(),
        Record::Unrecognised(kept) => kept.event_id.clone(),
        Record::Rejected(rejected) => {
            assert_eq!(rejected.line, parsed.line);
            "rejected".to_owned()
        }
    };
    (parsed.line, what)
}

fn reason(parsed: &Parsed) -> &str {
    match &parsed.record {
        Record::Rejected(rejected) => &rejected.reason,
        other => panic!("{other:?}"),
    }
}

fn expect(rows: &[(u64, &str)]) -> Vec<(u64, String)> {
    rows.iter().map(|(line, what)| (*line, (*what).to_owned())).collect()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

#[test]
fn json_lines_with_blank_lines_crlf_and_a_byte_order_mark() {
    let input = format!("\u{feff}{}\r\n\r\n  \n{}\n{}", numbered(1), numbered(2), numbered(3));
    assert_eq!(outcomes(input), expect(&[(1, "e-1"), (4, "e-2"), (5, "e-3")]));
    assert_eq!(outcomes(""), []);
    assert_eq!(outcomes("\u{feff}\r\n \t\n"), []);
}

#[test]
fn one_object_and_several_pretty_printed_or_not_separated() {
    let one = pretty(&numbered(1));
    let lines = one.lines().count() as u64;
    assert_eq!(outcomes(&one), expect(&[(1, "e-1")]));
    assert_eq!(outcomes(format!("{one}\n{}", pretty(&numbered(2)))), expect(&[(1, "e-1"), (lines + 1, "e-2")]));
    assert_eq!(
        outcomes(format!("{}{} {},", numbered(1), numbered(2), numbered(3))),
        expect(&[(1, "e-1"), (1, "e-2"), (1, "e-3")])
    );
    // What is kept of a pretty-printed event is compact.
    assert_eq!(parse_all(one.as_bytes())[0].raw, numbered(1).to_string());
}

#[test]
fn arrays_compact_pretty_and_one_element_a_line() {
    let array = json!([numbered(1), numbered(2)]);
    assert_eq!(outcomes(array.to_string()), expect(&[(1, "e-1"), (1, "e-2")]));
    let lines = pretty(&numbered(1)).lines().count() as u64;
    assert_eq!(outcomes(pretty(&array)), expect(&[(2, "e-1"), (2 + lines, "e-2")]));
    assert_eq!(outcomes(format!("[\n{},\n{}\n]\n", numbered(1), numbered(2))), expect(&[(2, "e-1"), (3, "e-2")]));
    assert_eq!(outcomes(format!("[{}]\n[{}]\n[]", numbered(1), numbered(2))), expect(&[(1, "e-1"), (2, "e-2")]));
    assert_eq!(outcomes("[1, \"two\", null, [3]]"), expect(&[(1, "rejected"); 4]));
}

#[test]
fn cloudtrail_log_files_and_bare_records() {
    let record = |id: &str| {
        json!({"eventID": id, "eventName": "CreateModel", "eventSource": "sagemaker.amazonaws.com", "awsRegion": "us-east-1",
            "eventTime": "2026-11-22T02:04:05Z", "recipientAccountId": "111122223333"})
    };
    let file = json!({"Records": [record("a"), record("b")]});
    assert_eq!(outcomes(file.to_string()), expect(&[(1, "a"), (1, "b")]));
    let lines = pretty(&record("a")).lines().count() as u64;
    assert_eq!(outcomes(format!("{}\n{}", pretty(&file), record("c"))), {
        let end = 3 + 2 * lines + 1 + 1;
        expect(&[(3, "a"), (3 + lines, "b"), (end, "c")])
    });
    assert_eq!(outcomes(r#"{"Records":[]}"#), []);
}

#[test]
fn a_broken_line_is_rejected_and_the_next_ones_are_read() {
    let good = numbered(2).to_string();
    for broken in [
        r#"{"id": "e-1", "detail-type": "#,
        r#"{"id": "e-1","#,
        r#"{"id": "e-1", "resources": ["#,
        r#"{"id": "e-1", "resources": [{"a": 1},"#,
        r#"{"id": "e-1", "detail-type": "SageMa"#,
        r#"{"id": e-1}"#,
        "not JSON",
        "\u{0}\u{0}",
        "}",
        "]",
        "null",
        "{}",
        "{\"id\": \"\u{0}\"}",
    ] {
        let input = format!("{}\n{broken}\n{good}\n{broken}\n{good}\n", numbered(1));
        let rows = expect(&[(1, "e-1"), (2, "rejected"), (3, "e-2"), (4, "rejected"), (5, "e-2")]);
        assert_eq!(outcomes(&input), rows, "{broken:?}");
        assert_eq!(parse_all(input.as_bytes())[1].raw, broken.trim_end());
    }
    let invalid_utf8 = [good.as_bytes(), b"\n{\"id\": \"\xff\xfe\"}\n", good.as_bytes()].concat();
    assert_eq!(outcomes(invalid_utf8), expect(&[(1, "e-2"), (2, "rejected"), (3, "e-2")]));
}

#[test]
fn reasons_say_what_and_where() {
    let input = format!("{}\n{{\"id\": \"e-1\", \"time\": tomorrow}}\n{{\"id\":\n", numbered(1));
    let parsed = parse_all(input.as_bytes());
    assert!(reason(&parsed[1]).contains("line 2, column 24"), "{}", reason(&parsed[1]));
    assert!(reason(&parsed[2]).contains("EOF") && reason(&parsed[2]).contains("line 3"), "{}", reason(&parsed[2]));
}

#[test]
fn a_truncated_last_line_is_rejected() {
    let last = numbered(2).to_string();
    for length in 1..last.len() {
        let input = format!("{}\n{}", numbered(1), &last[..length]);
        assert_eq!(
            parse_all(input.as_bytes()).iter().map(outcome).collect::<Vec<_>>(),
            expect(&[(1, "e-1"), (2, "rejected")])
        );
    }
}

#[test]
fn a_broken_pretty_printed_event_is_one_rejection() {
    let broken = pretty(&numbered(1)).replacen("\"time\": ", "\"time\" ", 1);
    let lines = broken.lines().count() as u64;
    let input = format!("{broken}\n{}\n{}", pretty(&numbered(2)), numbered(3));
    let parsed = parse_all(input.as_bytes());
    assert_eq!(outcomes(&input), expect(&[(1, "rejected"), (lines + 1, "e-2"), (2 * lines + 1, "e-3")]));
    assert_eq!(parsed[0].raw, broken);
    let place = broken.lines().position(|line| line.contains("\"time\"")).unwrap() + 1;
    assert!(reason(&parsed[0]).contains(&format!("line {place},")), "{}", reason(&parsed[0]));

    let array = pretty(&json!([numbered(1), numbered(2), numbered(3)])).replacen("\"time\": ", "\"time\" ", 1);
    assert_eq!(outcomes(array), expect(&[(2, "rejected"), (2 + lines, "e-2"), (2 + 2 * lines, "e-3")]));
}

#[test]
fn a_broken_event_among_others_on_one_line_is_one_rejection() {
    let array = json!([numbered(1), numbered(2), numbered(3)]).to_string();
    let broken = array.replacen("\"e-2\"", "e-2", 1);
    assert_eq!(outcomes(broken), expect(&[(1, "e-1"), (1, "rejected"), (1, "e-3")]));
}

#[test]
fn an_array_that_is_cut_off_is_reported() {
    let input = format!("[{},{}", numbered(1), numbered(2));
    assert_eq!(outcomes(input), expect(&[(1, "e-1"), (1, "e-2"), (1, "rejected")]));
}

#[test]
fn deep_nesting_is_rejected() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{{\"detail\":{}1{}}}", open.repeat(100_000), close.repeat(100_000));
        let input = format!("{deep}\n{}\n", numbered(1));
        let parsed = parse_all(input.as_bytes());
        assert_eq!(parsed.iter().map(outcome).collect::<Vec<_>>(), expect(&[(1, "rejected"), (2, "e-1")]));
        assert!(reason(&parsed[0]).contains("recursion limit"), "{}", reason(&parsed[0]));
    }
}

#[test]
fn an_endless_line_is_rejected_and_not_held() {
    let long = format!("{{\"id\": \"{}\"}}", "x".repeat(3 * MAX_EVENT_BYTES));
    let input = format!("{}\n{long}\n{}\n", numbered(1), numbered(2));
    let parsed = parse_all(input.as_bytes());
    assert_eq!(parsed.iter().map(outcome).collect::<Vec<_>>(), expect(&[(1, "e-1"), (2, "rejected"), (3, "e-2")]));
    assert!(parsed[1].raw.len() <= MAX_REJECTED_BYTES);
    assert!(reason(&parsed[1]).contains("longer than"));
}

#[test]
fn an_array_may_be_longer_than_one_event() {
    let events: Vec<Value> = (0..15_000).map(numbered).collect();
    let input = Value::Array(events).to_string();
    assert!(input.len() > MAX_EVENT_BYTES);
    let ids: Vec<String> = parse_all(input.as_bytes()).iter().map(|parsed| outcome(parsed).1).collect();
    assert_eq!(ids, (0..15_000).map(|id| format!("e-{id}")).collect::<Vec<_>>());
}

#[test]
fn a_broken_event_in_a_long_array_on_one_line_costs_no_other() {
    let events: Vec<Value> = (0..15_000).map(numbered).collect();
    let input = Value::Array(events).to_string().replacen("\"e-7\"", "e-7", 1);
    let parsed = parse_all(input.as_bytes());
    assert_eq!(parsed.len(), 15_000);
    assert_eq!(parsed.iter().filter(|parsed| outcome(parsed).1 == "rejected").count(), 1);
}

#[test]
fn duplicate_members_count_by_the_last_and_are_all_kept() {
    let input = numbered(1).to_string().replacen("\"id\"", "\"id\":\"first\",\"id\"", 1);
    let parsed = parse_all(input.as_bytes());
    assert_eq!(outcome(&parsed[0]).1, "e-1");
    assert_eq!(parsed[0].raw, input);
}
