//! A query as an address says it: `?q=xgb&phase=failed&account=111122223333&range=7d&sort=-updated`.
//!
//! The same text serves the page's address, the export, the API and saved views. Every value is a parameter of its own
//! (`phase=failed&phase=stopped`), so that no value needs escaping beyond percent-encoding.

use crate::{Filter, SortKey, SortOrder, TimeField, TimeWindow, Timestamp, WorkloadKind, WorkloadQuery};
use std::fmt::Write;

/// A parameter of a query that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parameter {name}: {reason}")]
pub struct InvalidQuery {
    /// The parameter.
    pub name: String,
    /// What is wrong with its value.
    pub reason: String,
}

/// Encodes everything but letters, digits and `-_.~` as `%XX`.
pub fn percent_encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Decodes `%XX` and `+`; a broken escape stays as it is, and bytes that are no UTF-8 become U+FFFD.
pub fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |offset: usize| bytes.get(at + offset).and_then(|b| char::from(*b).to_digit(16));
        match (bytes[at], hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                // Two hexadecimal digits fit a byte.
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            (b'+', ..) => {
                out.push(b' ');
                at += 1;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl WorkloadQuery {
    /// Reads the text after `?`. Parameters that are not a query's are left to others; a query's own parameter with a
    /// value that cannot be is an error that names it.
    pub fn from_query_string(text: &str) -> Result<Self, InvalidQuery> {
        let mut query = Self::default();
        let mut from = None;
        let mut to = None;
        for pair in text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (percent_decode(name), percent_decode(value));
            let wrong = |reason: String| InvalidQuery { name: name.clone(), reason };
            let filter = &mut query.filter;
            match name.as_str() {
                "q" => filter.text = value,
                "account" => filter.accounts.push(value.parse().map_err(|e| wrong(format!("{e}")))?),
                "ou" => filter.ous.push(value),
                "region" => filter.regions.push(value.parse().map_err(|e| wrong(format!("{e}")))?),
                "kind" => filter.kinds.push(WorkloadKind::from(value)),
                "phase" => filter.phases.push(value.parse().map_err(|e| wrong(format!("{e}")))?),
                "status" => filter.statuses.push(value),
                "instance" => filter.instance_types.push(value),
                "tag" => {
                    let (key, value) = value.split_once('=').ok_or_else(|| wrong("want key=value".into()))?;
                    filter.tags.push((key.to_owned(), value.to_owned()));
                }
                "reason" => filter.failure_groups.push(value),
                "on" => {
                    filter.time_field =
                        time_field(&value).ok_or_else(|| wrong(format!("unknown instant {value:?}")))?;
                }
                "range" => {
                    let millis = range_millis(&value).ok_or_else(|| wrong(format!("{value:?} is no range like 7d")))?;
                    filter.window = TimeWindow::Last(millis);
                }
                "from" => from = Some(value.parse().map_err(|e| wrong(format!("{e}")))?),
                "to" => to = Some(value.parse().map_err(|e| wrong(format!("{e}")))?),
                "sort" => {
                    let (order, key) = match value.strip_prefix('-') {
                        Some(key) => (SortOrder::Descending, key),
                        None => (SortOrder::Ascending, value.as_str()),
                    };
                    query.order = order;
                    query.sort = SortKey::ALL
                        .into_iter()
                        .find(|candidate| candidate.as_str() == key)
                        .ok_or_else(|| wrong(format!("unknown column {key:?}")))?;
                }
                _ => {}
            }
        }
        if from.is_some() || to.is_some() {
            query.filter.window =
                TimeWindow::Between(from.unwrap_or(crate::Timestamp::MIN), to.unwrap_or(crate::Timestamp::MAX));
        }
        Ok(query)
    }

    /// The text after `?`; empty for the default query. Reading it again gives the same query.
    pub fn to_query_string(&self) -> String {
        let mut pairs = self.filter.to_pairs();
        if self.sort != SortKey::default() || self.order != SortOrder::default() {
            let sign = if self.order == SortOrder::Descending { "-" } else { "" };
            pairs.push(("sort", format!("{sign}{}", self.sort)));
        }
        let encoded: Vec<String> =
            pairs.into_iter().map(|(name, value)| format!("{name}={}", percent_encode(&value))).collect();
        encoded.join("&")
    }
}

impl Filter {
    fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.text.is_empty() {
            pairs.push(("q", self.text.clone()));
        }
        pairs.extend(self.phases.iter().map(|v| ("phase", v.to_string())));
        pairs.extend(self.kinds.iter().map(|v| ("kind", v.to_string())));
        pairs.extend(self.statuses.iter().map(|v| ("status", v.clone())));
        pairs.extend(self.accounts.iter().map(|v| ("account", v.to_string())));
        pairs.extend(self.ous.iter().map(|v| ("ou", v.clone())));
        pairs.extend(self.regions.iter().map(|v| ("region", v.to_string())));
        pairs.extend(self.instance_types.iter().map(|v| ("instance", v.clone())));
        pairs.extend(self.tags.iter().map(|(key, value)| ("tag", format!("{key}={value}"))));
        pairs.extend(self.failure_groups.iter().map(|v| ("reason", v.clone())));
        match self.window {
            TimeWindow::All => {}
            TimeWindow::Last(millis) => pairs.push(("range", range_text(millis))),
            TimeWindow::Between(from, to) => {
                pairs.push(("from", from.to_string()));
                pairs.push(("to", to.to_string()));
            }
        }
        if self.time_field != TimeField::default() {
            pairs.push(("on", time_field_text(self.time_field).to_owned()));
        }
        pairs
    }
}

fn time_field(text: &str) -> Option<TimeField> {
    [TimeField::Created, TimeField::Ended, TimeField::Updated].into_iter().find(|f| time_field_text(*f) == text)
}

fn time_field_text(field: TimeField) -> &'static str {
    match field {
        TimeField::Created => "created",
        TimeField::Ended => "ended",
        TimeField::Updated => "updated",
    }
}

const UNITS: [(char, i64); 5] =
    [('w', 7 * 86_400_000), ('d', 86_400_000), ('h', 3_600_000), ('m', 60_000), ('s', 1_000)];

/// `7d`, `90m`: a positive whole number of weeks, days, hours, minutes or seconds, a hundred years at most.
pub(crate) fn range_millis(text: &str) -> Option<i64> {
    let unit = text.chars().next_back()?;
    let (_, millis) = UNITS.into_iter().find(|(letter, _)| *letter == unit)?;
    let count: i64 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let total = count.checked_mul(millis)?;
    (count > 0 && total <= 36_500 * 86_400_000).then_some(total)
}

pub(crate) fn range_text(millis: i64) -> String {
    let seconds = millis.max(1_000) / 1_000 * 1_000;
    UNITS
        .into_iter()
        // Weeks read worse than days until they are many.
        .filter(|(letter, _)| *letter != 'w')
        .find(|(_, unit)| seconds % unit == 0)
        .map_or_else(|| "1s".to_owned(), |(letter, unit)| format!("{}{letter}", seconds / unit))
}

/// An absolute window; both ends are needed, in order, and no further apart than `longest_ms`.
pub(crate) fn absolute_window(
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    longest_ms: i64,
) -> Result<Option<TimeWindow>, InvalidQuery> {
    let wrong = |name: &str, reason: String| Err(InvalidQuery { name: name.to_owned(), reason });
    match (from, to) {
        (None, None) => Ok(None),
        (Some(_), None) => wrong("from", "stands alone; want to as well".to_owned()),
        (None, Some(_)) => wrong("to", "stands alone; want from as well".to_owned()),
        (Some(from), Some(to)) if to <= from => wrong("to", "is not after from".to_owned()),
        (Some(from), Some(to)) if to.millis_since(from) > longest_ms => {
            wrong("from", format!("is more than {} days before to", longest_ms / 86_400_000))
        }
        (Some(from), Some(to)) => Ok(Some(TimeWindow::Between(from, to))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Phase;
    use proptest::prelude::*;

    #[test]
    fn reads_an_address() {
        let query = WorkloadQuery::from_query_string(
            "?q=xg%20b&phase=failed&phase=stopped&account=111122223333&range=7d&sort=name&cols=a,b&tag=team%3Da%3Db",
        )
        .unwrap();
        assert_eq!(query.filter.text, "xg b");
        assert_eq!(query.filter.phases, [Phase::Failed, Phase::Stopped]);
        assert_eq!(query.filter.window, TimeWindow::Last(7 * 86_400_000));
        assert_eq!(query.filter.tags, [("team".to_owned(), "a=b".to_owned())]);
        assert_eq!((query.sort, query.order), (SortKey::Name, SortOrder::Ascending));
    }

    #[test]
    fn names_what_is_wrong() {
        for (text, name) in [
            ("account=12", "account"),
            ("phase=done", "phase"),
            ("range=7", "range"),
            ("from=x", "from"),
            ("sort=-x", "sort"),
            ("range=é", "range"),
        ] {
            assert_eq!(WorkloadQuery::from_query_string(text).unwrap_err().name, name);
        }
    }

    prop_compose! {
        fn any_query()(
            text in ".{0,12}",
            reasons in prop::collection::vec(".{0,12}", 0..3),
            tags in prop::collection::vec(("[^=]{1,6}", ".{0,6}"), 0..3),
            phases in prop::collection::vec(prop::sample::select(Phase::ALL.to_vec()), 0..3),
            sort in prop::sample::select(SortKey::ALL.to_vec()),
            ascending in any::<bool>(),
            seconds in 1i64..10_000_000,
            kind in 0..3,
        ) -> WorkloadQuery {
            let window = match kind {
                0 => TimeWindow::All,
                1 => TimeWindow::Last(seconds * 1_000),
                _ => TimeWindow::Between(Timestamp::EPOCH, Timestamp::from_millis(seconds).unwrap()),
            };
            let filter = Filter { text, failure_groups: reasons, tags, phases, window, ..Filter::default() };
            let order = if ascending { SortOrder::Ascending } else { SortOrder::Descending };
            WorkloadQuery { filter, sort, order }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(query in any_query()) {
            prop_assert_eq!(WorkloadQuery::from_query_string(&query.to_query_string()).unwrap(), query);
        }

        #[test]
        fn no_address_panics(text in "\\PC{0,60}") {
            let _ = WorkloadQuery::from_query_string(&text);
        }
    }
}
