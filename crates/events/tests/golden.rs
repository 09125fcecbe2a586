//! Every published event becomes exactly the record that it should.

use serde_json::Value;

const EVENTS: &str = include_str!("../fixtures/events.jsonl");
const RECORDS: &str = include_str!("../fixtures/records.jsonl");

#[test]
fn published_events_become_their_records() {
    let parsed = onepane_events::parse_all(EVENTS.as_bytes());
    if std::env::var_os("PRINT_RECORDS").is_some() {
        for parsed in &parsed {
            println!("{}", serde_json::to_string(&parsed.record).unwrap());
        }
    }
    assert_eq!(parsed.len(), 27);
    assert_eq!(parsed.len(), RECORDS.lines().count());
    for ((parsed, expected), event) in parsed.iter().zip(RECORDS.lines()).zip(EVENTS.lines()) {
        let record: Value = serde_json::to_value(&parsed.record).unwrap();
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(record, expected, "line {}", parsed.line);
        assert_eq!(parsed.raw, event, "what is kept is the event as it came");
    }
}
