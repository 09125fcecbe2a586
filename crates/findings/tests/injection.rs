//! Values change nothing of a statement but its values.

#![allow(clippy::unwrap_used, clippy::panic)]

use onepane_domain::{
    Bucket, CountingRule, Dimension, FilterRule, FindingFilter, FindingRequest, FindingRowsRequest, OcsfVersion,
    SourceName,
};
use onepane_findings::{FindingSql, MOST_BYTES, SqlError};
use proptest::prelude::*;

const DIMENSIONS: [Dimension; 11] = [
    Dimension::PRODUCT,
    Dimension::FEATURE,
    Dimension::TYPE,
    Dimension::TITLE,
    Dimension::SEVERITY,
    Dimension::STATUS,
    Dimension::ACCOUNT,
    Dimension::REGION,
    Dimension::RESOURCE,
    Dimension::RESOURCE_TYPE,
    Dimension::UID,
];

fn lake() -> FindingSql {
    FindingSql::security_lake(&"us-east-1".parse().unwrap(), &[OcsfVersion::V1, OcsfVersion::V2])
}

/// The values in a filter of every dimension.
fn filters(values: &[String]) -> Vec<FindingFilter> {
    let filter = |dimension: &Dimension| FindingFilter {
        dimension: dimension.clone(),
        rule: FilterRule::Any,
        values: values.to_vec(),
    };
    DIMENSIONS.iter().map(filter).collect()
}

fn series(values: &[String]) -> FindingRequest {
    FindingRequest {
        source: SourceName::SECURITY_HUB,
        group_by: vec![Dimension::PRODUCT],
        bucket: Bucket::Day,
        from: "2026-01-01T00:00:00Z".parse().unwrap(),
        to: "2026-02-01T00:00:00Z".parse().unwrap(),
        filters: filters(values),
        count: CountingRule::FirstSeen,
        most_series: 10,
    }
}

fn rows(values: &[String]) -> FindingRowsRequest {
    let FindingRequest { source, from, to, filters, .. } = series(values);
    FindingRowsRequest { source, from, to, filters, offset: 0, limit: 100 }
}

/// A scanner of SQL's literals and names of its own: the text with each text literal as `?`, and what they say.
fn scanned(text: &str) -> (String, Vec<String>) {
    let characters: Vec<char> = text.chars().collect();
    let (mut skeleton, mut literals, mut at) = (String::new(), Vec::new(), 0);
    // From an opening quote to the place after the closing one, which is the first that no other follows.
    let end_of = |start: usize, quote: char| {
        let mut at = start + 1;
        loop {
            match (characters[at] == quote, characters.get(at + 1) == Some(&quote)) {
                (true, true) => at += 2,
                (true, false) => return at + 1,
                _ => at += 1,
            }
        }
    };
    while at < characters.len() {
        let unicode = characters[at..].starts_with(&['U', '&', '\'']);
        match characters[at] {
            '"' => {
                let end = end_of(at, '"');
                skeleton.extend(&characters[at..end]);
                at = end;
            }
            '\'' | 'U' if unicode || characters[at] == '\'' => {
                let start = if unicode { at + 2 } else { at };
                let end = end_of(start, '\'');
                let inside: String = characters[start + 1..end - 1].iter().collect::<String>().replace("''", "'");
                literals.push(if unicode { unescaped(&inside) } else { inside });
                skeleton.push('?');
                at = end;
            }
            other => {
                skeleton.push(other);
                at += 1;
            }
        }
    }
    (skeleton, literals)
}

fn unescaped(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let (digits, skip) = match after.as_bytes()[0] {
            b'\\' => ("5C", 1),
            b'+' => (&after[1..7], 7),
            _ => (&after[..4], 4),
        };
        plain.push(char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap());
        rest = &after[skip..];
    }
    plain.push_str(rest);
    plain
}

fn hostile() -> impl Strategy<Value = String> {
    let known = [
        "'",
        "''",
        "'; DROP TABLE findings; --",
        "' OR '1'='1",
        "/* */",
        "-- x\n",
        "\\",
        "\\'",
        "?",
        "\"",
        "U&'\\0027'",
        "\u{0}",
        "\u{202E}",
        "ʼ＇'",
        "😀",
        "",
        "%_",
        "\r\n\t",
        "${x}",
        "{{x}}",
    ];
    prop_oneof![
        proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        ".{0,40}",
        "['\"\\\\;?&U\u{0}\n-]{0,12}",
        // As JSON's and SQL's escapes: any character at all.
        proptest::collection::vec(any::<char>(), 0..12).prop_map(|all| all.into_iter().collect::<String>()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_bound_statement_never_shows_a_value(values in proptest::collection::vec(hostile(), 1..5)) {
        let plain: Vec<String> = values.iter().map(|_| "x".to_owned()).collect();
        for (sql, same) in [
            (lake().series(&series(&values)).unwrap(), lake().series(&series(&plain)).unwrap()),
            (lake().rows(&rows(&values)).unwrap(), lake().rows(&rows(&plain)).unwrap()),
        ] {
            // The empty text stands for "no value", which is another question.
            if !values.iter().any(String::is_empty) {
                prop_assert_eq!(&sql.text, &same.text);
            }
            prop_assert_eq!(sql.text.matches('?').count(), sql.parameters.len());
            for parameter in sql.parameters.iter().filter(|parameter| parameter.starts_with('\'')) {
                let (skeleton, literals) = scanned(parameter);
                prop_assert_eq!((skeleton.as_str(), literals.len()), ("?", 1), "one literal: {}", parameter);
            }
            let told: Vec<String> = sql.parameters.iter().flat_map(|parameter| scanned(parameter).1).collect();
            prop_assert!(values.iter().all(|value| told.contains(value)));
        }
    }

    #[test]
    fn a_copied_statement_has_values_as_literals_and_nothing_unseen(
        values in proptest::collection::vec(hostile(), 1..5)
    ) {
        let plain: Vec<String> = values.iter().map(|value| if value.is_empty() { "" } else { "x" }.to_owned()).collect();
        let text = lake().rows_sql(&rows(&values)).unwrap();
        let (skeleton, literals) = scanned(&text);
        prop_assert_eq!(skeleton, scanned(&lake().rows_sql(&rows(&plain)).unwrap()).0);
        prop_assert!(values.iter().all(|value| literals.contains(value)));
        prop_assert!(text.chars().all(|character| character == '\n' || !character.is_control()));
    }
}

#[test]
fn a_megabyte_is_refused_in_every_filter_and_copied_with_a_warning() {
    for dimension in DIMENSIONS {
        let filters = vec![FindingFilter { dimension, rule: FilterRule::Not, values: vec!["'".repeat(1_048_576)] }];
        let request = FindingRequest { filters: filters.clone(), ..series(&[]) };
        assert!(matches!(lake().series(&request).unwrap_err(), SqlError::TooLong { bytes } if bytes > MOST_BYTES));
        let request = FindingRowsRequest { filters, ..rows(&[]) };
        assert!(matches!(lake().rows(&request).unwrap_err(), SqlError::TooLong { .. }));
        let copied = lake().rows_sql(&request).unwrap();
        assert!(copied.starts_with("-- ") && copied.len() > 2 * 1_048_576);
    }
    // Many that are each short enough.
    let values: Vec<String> = (0..45).map(|number| format!("{number}{}", "x".repeat(990))).collect();
    assert!(matches!(lake().series(&series(&values)).unwrap_err(), SqlError::TooLong { .. }));
}
