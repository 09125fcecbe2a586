//! The statements themselves, for reading. `ONEPANE_GOLDEN=write` writes them anew after a meant change.

#![allow(clippy::unwrap_used, clippy::panic)]

use onepane_domain::{
    Bucket, CountingRule, Dimension, FilterRule, FindingFilter, FindingRequest, FindingRowsRequest, OcsfVersion,
    SourceName, Timestamp,
};
use onepane_findings::{CustomTable, FindingSql, SqlTable, Statement};
use std::fmt::Write as _;
use std::path::Path;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn filter(dimension: Dimension, rule: FilterRule, values: &[&str]) -> FindingFilter {
    FindingFilter { dimension, rule, values: values.iter().map(|value| (*value).to_owned()).collect() }
}

fn series(count: CountingRule, bucket: Bucket, group_by: Vec<Dimension>) -> FindingRequest {
    FindingRequest {
        source: SourceName::SECURITY_HUB,
        group_by,
        bucket,
        from: at("2026-01-01T00:00:00Z"),
        to: at("2026-02-01T00:00:00Z"),
        filters: vec![
            filter(Dimension::SEVERITY, FilterRule::Any, &["High", "Critical"]),
            filter(Dimension::PRODUCT, FilterRule::Not, &["O'Brien's", ""]),
        ],
        count,
        most_series: 100,
    }
}

fn rows() -> FindingRowsRequest {
    FindingRowsRequest {
        source: SourceName::SECURITY_HUB,
        from: at("2026-01-14T00:00:00Z"),
        to: at("2026-01-18T12:30:00.500Z"),
        filters: vec![
            filter(Dimension::TYPE, FilterRule::Any, &["", "TTPs/Impact"]),
            filter(Dimension::ACCOUNT, FilterRule::Not, &["111122223333"]),
            filter(Dimension::TITLE, FilterRule::Any, &[]),
        ],
        offset: 200,
        limit: 100,
    }
}

fn lake(versions: &[OcsfVersion]) -> FindingSql {
    FindingSql::security_lake(&"us-east-1".parse().unwrap(), versions)
}

fn bound(statement: &Statement) -> String {
    let mut text = statement.text.clone();
    for (number, value) in statement.parameters.iter().enumerate() {
        writeln!(text, "-- ? {}: {value}", number + 1).unwrap();
    }
    text
}

fn check(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.sql"));
    if std::env::var("ONEPANE_GOLDEN").is_ok_and(|what| what == "write") {
        std::fs::write(&file, text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(text, known, "{name}");
}

#[test]
fn updates_a_day_in_version_2() {
    let request = series(CountingRule::Updates, Bucket::Day, vec![Dimension::PRODUCT, Dimension::TYPE]);
    check("updates_v2", &bound(&lake(&[OcsfVersion::V2]).series(&request).unwrap()));
}

#[test]
fn first_seen_a_week_in_version_1() {
    let request = series(CountingRule::FirstSeen, Bucket::Week, vec![Dimension::ACCOUNT]);
    check("first_seen_v1", &bound(&lake(&[OcsfVersion::V1]).series(&request).unwrap()));
}

#[test]
fn active_an_hour_in_both_versions() {
    let request = series(CountingRule::Active, Bucket::Hour, Vec::new());
    check("active_v1_v2", &bound(&lake(&[OcsfVersion::V1, OcsfVersion::V2]).series(&request).unwrap()));
}

#[test]
fn rows_in_version_2() {
    check("rows_v2", &bound(&lake(&[OcsfVersion::V2]).rows(&rows()).unwrap()));
}

#[test]
fn rows_to_copy_in_version_1() {
    check("rows_to_copy_v1", &lake(&[OcsfVersion::V1]).rows_sql(&rows()).unwrap());
}

#[test]
fn a_table_that_configuration_describes() {
    let described = CustomTable {
        database: "logs".to_owned(),
        table: "cloudtrail".to_owned(),
        time: "eventtime".to_owned(),
        time_form: "iso8601".to_owned(),
        day: None,
        uid: Some("eventid".to_owned()),
        dimensions: [("service", "eventsource"), ("caller", "useridentity.arn")]
            .map(|(name, path)| (name.to_owned(), path.to_owned()))
            .into(),
    };
    let sql = FindingSql::new(vec![SqlTable::custom(&described).unwrap()]);
    let request = FindingRequest {
        filters: vec![filter("caller".parse().unwrap(), FilterRule::Not, &["arn:aws:iam::111122223333:root"])],
        ..series(CountingRule::Distinct, Bucket::Day, vec!["service".parse().unwrap()])
    };
    check("distinct_custom", &bound(&sql.series(&request).unwrap()));
}
