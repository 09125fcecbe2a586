//! Series as people have them: CSV with a row a point, or JSON with a list a series.

use anyhow::{Context, bail, ensure};
use onepane_domain::Timestamp;
use onepane_insights::Series;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// Reads `timestamp,value[,key]` (with or without a header), `{"timestamps":[…],"values":[…]}`, or a list or lines of
/// such objects. Null, empty and NaN are missing values. An error names the line or the series, and what stood there.
pub(super) fn read(text: &str) -> anyhow::Result<Vec<Series>> {
    // Spreadsheets begin their files with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        None => bail!("is empty: want CSV (timestamp,value[,key]) or JSON"),
        Some('{' | '[') => json(text),
        Some(_) => csv(text),
    }
}

/// Which column holds what.
#[derive(Debug, Clone, Copy)]
struct Columns {
    timestamp: usize,
    value: usize,
    key: Option<usize>,
}

const TIMESTAMP_NAMES: [&str; 5] = ["timestamp", "time", "date", "datetime", "ds"];
const VALUE_NAMES: [&str; 4] = ["value", "count", "y", "values"];
const KEY_NAMES: [&str; 4] = ["key", "series", "name", "id"];

impl Columns {
    /// From a header; none if the row is a point already.
    fn of_header(row: &csv::StringRecord) -> anyhow::Result<Option<Self>> {
        let place = |names: &[&str]| row.iter().position(|cell| names.contains(&cell.to_ascii_lowercase().as_str()));
        if row.get(0).is_some_and(|cell| instant(cell).is_ok()) {
            return Ok(None);
        }
        match (place(&TIMESTAMP_NAMES), place(&VALUE_NAMES)) {
            (Some(timestamp), Some(value)) => Ok(Some(Self { timestamp, value, key: place(&KEY_NAMES) })),
            _ => bail!("line 1: want the columns timestamp,value[,key], found {:?}", row.iter().collect::<Vec<_>>()),
        }
    }
}

fn csv(text: &str) -> anyhow::Result<Vec<Series>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut series: Vec<Series> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut columns = None;
    for row in reader.records() {
        let row = row?;
        let line = row.position().map_or(0, csv::Position::line);
        let columns = match columns {
            Some(columns) => columns,
            None => {
                let header = Columns::of_header(&row)?;
                let key = (row.len() > 2).then_some(2);
                let found = *columns.insert(header.unwrap_or(Columns { timestamp: 0, value: 1, key }));
                if header.is_some() {
                    continue;
                }
                found
            }
        };
        let cell = |place: usize| row.get(place).with_context(|| format!("line {line}: has no column {}", place + 1));
        let timestamp = instant(cell(columns.timestamp)?).with_context(|| format!("line {line}"))?;
        let value = number(cell(columns.value)?).with_context(|| format!("line {line}"))?;
        let key = columns.key.and_then(|place| row.get(place)).unwrap_or_default();
        let place = match places.get(key) {
            Some(place) => *place,
            None => {
                places.insert(key.to_owned(), series.len());
                series.push(Series { key: key.to_owned(), ..Series::default() });
                series.len() - 1
            }
        };
        if let Some(series) = series.get_mut(place) {
            series.timestamps.push(timestamp);
            series.values.push(value);
        }
    }
    ensure!(!series.is_empty(), "has a header and no rows");
    Ok(series)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonSeries {
    #[serde(default)]
    key: String,
    timestamps: Vec<Value>,
    values: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum JsonInput {
    Many(Vec<Value>),
    One(Value),
}

fn json(text: &str) -> anyhow::Result<Vec<Series>> {
    let mut found = Vec::new();
    for input in serde_json::Deserializer::from_str(text).into_iter() {
        match input.context("JSON")? {
            JsonInput::Many(many) => found.extend(many),
            JsonInput::One(one) => found.push(one),
        }
    }
    found.into_iter().enumerate().map(|(place, value)| json_series(place, value)).collect()
}

fn json_series(place: usize, value: Value) -> anyhow::Result<Series> {
    let JsonSeries { key, timestamps, values } =
        serde_json::from_value(value).with_context(|| format!("series {}", place + 1))?;
    let name = if key.is_empty() { format!("series {}", place + 1) } else { format!("series {key:?}") };
    ensure!(timestamps.len() == values.len(), "{name}: {} timestamps and {} values", timestamps.len(), values.len());
    let at = |index: usize| format!("{name}, point {}", index + 1);
    let timestamps = timestamps.iter().enumerate().map(|(index, stamp)| json_instant(stamp).with_context(|| at(index)));
    let values = values.iter().enumerate().map(|(index, value)| json_number(value).with_context(|| at(index)));
    Ok(Series {
        timestamps: timestamps.collect::<anyhow::Result<_>>()?,
        values: values.collect::<anyhow::Result<_>>()?,
        key,
    })
}

fn json_instant(value: &Value) -> anyhow::Result<Timestamp> {
    match value {
        Value::String(text) => instant(text),
        Value::Number(number) => instant(&number.to_string()),
        other => bail!("timestamp: want a text or a number, found {other}"),
    }
}

fn json_number(value: &Value) -> anyhow::Result<f64> {
    match value {
        Value::Null => Ok(f64::NAN),
        Value::Number(given) => number(&given.to_string()),
        Value::String(text) => number(text),
        other => bail!("value: want a number or null, found {other}"),
    }
}

/// Epoch numbers below this are seconds, others milliseconds: it is the year 5138 in seconds, March 1973 in milliseconds.
const FIRST_MILLIS: f64 = 1e11;

/// Any form that [`Timestamp`] reads, or epoch seconds or milliseconds.
fn instant(text: &str) -> anyhow::Result<Timestamp> {
    match text.parse::<f64>() {
        Ok(epoch) if epoch.is_finite() => {
            let millis = if epoch.abs() < FIRST_MILLIS { epoch * 1_000.0 } else { epoch };
            Timestamp::from_millis(millis.round() as i64).with_context(|| format!("timestamp: {text:?}"))
        }
        _ => text.parse().context("timestamp"),
    }
}

/// A number; empty and the usual words for "missing" are NaN.
fn number(text: &str) -> anyhow::Result<f64> {
    match text.trim() {
        "" | "null" | "NULL" | "NA" | "None" => Ok(f64::NAN),
        text => text.parse().map_err(|_| anyhow::anyhow!("value: not a number: {text:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str) -> String {
        format!("{:#}", read(text).unwrap_err())
    }

    #[test]
    fn csv_with_and_without_a_header_and_with_keys() {
        let plain = read("2026-01-01,1\n2026-01-02,\n2026-01-03 12:00:00,2.5\n").unwrap();
        assert_eq!(plain.len(), 1);
        assert_eq!(plain[0].timestamps[2].to_string(), "2026-01-03T12:00:00.000Z");
        assert_eq!((plain[0].values[0], plain[0].values[2]), (1.0, 2.5));
        assert!(plain[0].values[1].is_nan());

        let keyed =
            read("\u{feff}Key, Value, Timestamp\r\nb,1,1700000000\r\na,2,1700000000000\r\nb,3,2026-01-01\r\n").unwrap();
        let keys: Vec<_> = keyed.iter().map(|series| (series.key.as_str(), series.values.clone())).collect();
        assert_eq!(keys, [("b", vec![1.0, 3.0]), ("a", vec![2.0])]);
        assert_eq!(keyed[0].timestamps[0], keyed[1].timestamps[0], "seconds and milliseconds");
    }

    #[test]
    fn json_one_many_and_lines() {
        let one = r#"{"timestamps":["2026-01-01",1767312000],"values":[1,null],"key":"a"}"#;
        let two = one.replace("\"a\"", "\"b\"");
        for (text, keys) in [
            (one.to_owned(), vec!["a"]),
            (format!("[{one},{two}]"), vec!["a", "b"]),
            (format!("{one}\n{two}\n"), vec!["a", "b"]),
        ] {
            let series = read(&text).unwrap();
            assert_eq!(series.iter().map(|series| series.key.as_str()).collect::<Vec<_>>(), keys);
            assert_eq!(series[0].values[0], 1.0);
            assert!(series[0].values[1].is_nan());
            assert_eq!(series[0].timestamps[1].day(), "2026-01-02");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        assert!(refused("  \n").contains("is empty"));
        assert!(refused("timestamp,value\n").contains("no rows"));
        assert!(refused("when,what\n2026-01-01,1\n").contains("timestamp,value[,key]"), "{}", refused("when,what\n"));
        assert_eq!(refused("2026-01-01,1\n2026-01-02,abc\n"), "line 2: value: not a number: \"abc\"");
        assert!(refused("2026-01-01,1\nyesterday,2\n").starts_with("line 2: timestamp: not a time"));
        assert_eq!(refused("2026-01-01,1\n2026-01-02\n"), "line 2: has no column 2");
        assert_eq!(refused(r#"{"timestamps":[1,2],"values":[1]}"#), "series 1: 2 timestamps and 1 values");
        assert!(
            refused(r#"[{"key":"k","timestamps":[true],"values":[1]}]"#)
                .starts_with("series \"k\", point 1: timestamp")
        );
        assert!(refused(r#"{"timestamps":[1],"value":[1]}"#).contains("unknown field `value`"));
        assert!(refused("{\"timestamps\":[").contains("EOF"));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "(\\PC|[\n,\"{}\\[\\]0-9:-]){0,80}") {
            let _ = read(&text);
        }
    }
}
