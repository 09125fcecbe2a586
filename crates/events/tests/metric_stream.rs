//! Records of Metric Streams, as they come and as they should not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use onepane_events::metric_stream::{MetricStreamReader, ParsedMetric, by_metric, parse_metrics};
use proptest::prelude::*;
use std::io::BufReader;

fn record(name: &str, minute: i64) -> String {
    format!(
        r#"{{"metric_stream_name":"all","account_id":"111122223333","region":"us-east-1","namespace":"AWS/SageMaker","metric_name":"{name}","dimensions":{{"VariantName":"AllTraffic","EndpointName":"chat"}},"timestamp":{},"value":{{"max":18.5,"min":0.0,"sum":20.0,"count":3.0,"p99":17.56,"p99.9":17.9,"TM(25%:75%)":16.43,"new thing":1,"p50":null}},"unit":"Microseconds"}}"#,
        1_764_000_000_000 + minute * 60_000
    )
}

fn reasons(parsed: &[ParsedMetric]) -> Vec<(u64, String)> {
    parsed.iter().filter_map(|parsed| Some((parsed.line, parsed.record.clone().err()?))).collect()
}

fn kept(parsed: &[ParsedMetric]) -> usize {
    parsed.iter().filter(|parsed| parsed.record.is_ok()).count()
}

#[test]
fn a_record_is_read_with_its_further_statistics() {
    let parsed = parse_metrics(record("ModelLatency", 0).as_bytes());
    let read = parsed[0].record.clone().unwrap();
    assert_eq!(
        read.metric.metric.to_string(),
        "AWS/SageMaker ModelLatency {EndpointName=chat, VariantName=AllTraffic}"
    );
    assert_eq!((read.metric.account.to_string().as_str(), read.metric.region.as_str()), ("111122223333", "us-east-1"));
    assert_eq!(read.unit.as_deref(), Some("Microseconds"));
    assert_eq!(read.point.time.millis(), 1_764_000_000_000);
    let set = read.point.statistics;
    assert_eq!((set.count, set.sum, set.minimum, set.maximum), (3.0, 20.0, 0.0, 18.5));
    let more: Vec<_> = read.point.more.iter().map(|(name, value)| (name.to_string(), *value)).collect();
    assert_eq!(more, [("p99".to_owned(), 17.56), ("p99.9".to_owned(), 17.9), ("TM(25%:75%)".to_owned(), 16.43)]);
}

#[test]
fn records_come_in_lines_joined_printed_and_in_arrays() {
    let (one, two) = (record("a", 0), record("b", 1));
    let pretty = one.replace(",\"", ",\n  \"").replace('{', "{\n  ");
    for text in [
        format!("{one}\n{two}\n"),
        format!("{one}\r\n\r\n{two}"),
        format!("{one}{two}"),
        format!("[{one},\n{two}]"),
        format!("\u{feff}{pretty}\n{two}"),
    ] {
        let parsed = parse_metrics(text.as_bytes());
        assert_eq!((parsed.len(), kept(&parsed)), (2, 2), "{text}");
    }
    assert!(parse_metrics(b" \n[]\n").is_empty());
}

#[test]
fn what_is_no_record_is_rejected_with_line_and_reason_and_the_others_are_kept() {
    let good = record("good", 0);
    let with = |from: &str, to: &str| {
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        bad
    };
    for (bad, reason) in [
        (with("\"account_id\":\"111122223333\",", ""), "missing field `account_id`"),
        (with("111122223333", "1234567890"), "account_id: account id \"1234567890\": 12 digits"),
        (with("us-east-1", "US"), "region: "),
        (with("\"good\"", "\"\""), "metric name: is empty"),
        (with("1764000000000", "\"yesterday\""), "invalid type: string"),
        (with("1764000000000", "9999999999999999"), "timestamp: "),
        (with("\"count\":3.0", "\"count\":null"), "value: count is missing"),
        (with("\"count\":3.0", "\"count\":-3.0"), "value: count is -3"),
        (with("\"min\":0.0", "\"min\":99"), "value: min, 99, is above max, 18.5"),
        (with("{\"VariantName\"", "[{\"VariantName\"").replace("chat\"}", "chat\"}]"), "invalid type: sequence"),
        ("{}".to_owned(), "missing field"),
        ("17".to_owned(), "no object starts here"),
        ("{\"a\":".to_owned(), "not JSON"),
        ("nonsense".to_owned(), "not JSON"),
        (good[..200].to_owned(), "not JSON"),
    ] {
        let parsed = parse_metrics(format!("{good}\n{bad}\n{good}\n").as_bytes());
        assert_eq!(kept(&parsed), 2, "{bad}");
        let told = reasons(&parsed);
        assert!(told.len() == 1 && told[0].0 == 2 && told[0].1.contains(reason), "{bad}: {told:?}");
        let raw = &parsed.iter().find(|parsed| parsed.record.is_err()).unwrap().raw;
        assert_eq!(raw, &bad);
    }
    let cut_in_the_middle = parse_metrics(format!("{}{good}", &good[..100]).as_bytes());
    assert_eq!((kept(&cut_in_the_middle), cut_in_the_middle.len()), (1, 2));
    let broken_print = "{\n  \"metric_stream_name\": \"all\",\n  \"oops\n}\n";
    let parsed = parse_metrics(format!("{broken_print}{good}").as_bytes());
    assert_eq!((kept(&parsed), reasons(&parsed).len()), (1, 1));
    let long = format!("{{\"metric_stream_name\":\"{}\"}}\n{good}", "x".repeat(2_000_000));
    let parsed = parse_metrics(long.as_bytes());
    assert_eq!((kept(&parsed), parsed.len()), (1, 2));
    assert!(parsed[0].raw.len() <= onepane_events::MAX_REJECTED_BYTES);
}

#[test]
fn records_are_put_together_by_metric() {
    let text = [record("a", 0), record("b", 0), record("a", 1)].join("\n");
    let series = by_metric(parse_metrics(text.as_bytes()).into_iter().filter_map(|parsed| parsed.record.ok()));
    let told: Vec<_> = series.iter().map(|series| (series.metric.metric.name.as_str(), series.points.len())).collect();
    assert_eq!(told, [("a", 2), ("b", 1)]);
}

proptest! {
    #[test]
    fn no_bytes_panic_or_hang(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse_metrics(&bytes).len() <= bytes.len());
    }

    /// However the source hands the bytes out, and whatever stands between them, good records are found.
    #[test]
    fn good_records_survive_their_neighbours(
        rubbish in proptest::collection::vec("[a-z{}\":, 0-9]{0,20}", 1..5), chunk in 1_usize..400,
    ) {
        let good = record("good", 3);
        let text: String = rubbish.iter().map(|line| format!("{line}\n{good}\n")).collect();
        let reader = MetricStreamReader::new(BufReader::with_capacity(chunk, text.as_bytes()));
        let parsed: Vec<ParsedMetric> = reader.map(Result::unwrap).collect();
        let alone = parse_metrics(text.as_bytes());
        prop_assert_eq!(&parsed, &alone);
        prop_assert_eq!(kept(&parsed), rubbish.len(), "{:?}", parsed);
    }
}
