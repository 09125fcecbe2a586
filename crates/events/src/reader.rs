//! Events out of a stream of bytes, one at a time.

use crate::json_reader::{JsonItem, JsonReader, MAX_REJECTED_BYTES, cut};
use crate::parse_event;
use onepane_domain::{Record, Rejected};
use std::io::{self, BufRead};

/// One event of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What it was read as.
    pub record: Record,
    /// The event's own JSON without insignificant white space, members in their order, numbers in their spelling. Of a
    /// rejected event the text as it came, cut to [`MAX_REJECTED_BYTES`], invalid UTF-8 replaced.
    pub raw: String,
    /// The line of the input at which it starts, counted from 1.
    pub line: u64,
}

/// Reads all events of an input that is at hand.
pub fn parse_all(input: &[u8]) -> Vec<Parsed> {
    // A slice gives no errors.
    EventReader::new(input).map_while(Result::ok).collect()
}

/// Reads events from a stream, as [`JsonReader`] reads values; the array of a CloudTrail log file (`{"Records": […]}`) holds
/// events too.
pub struct EventReader<R>(JsonReader<R>);

impl<R: BufRead> EventReader<R> {
    /// A reader of events from `source`.
    pub fn new(source: R) -> Self {
        Self(JsonReader::new(source, &["Records"]))
    }
}

impl<R: BufRead> Iterator for EventReader<R> {
    type Item = io::Result<Parsed>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map(parsed))
    }
}

fn parsed(item: JsonItem) -> Parsed {
    let JsonItem { value, mut raw, line } = item;
    let record = value.and_then(|value| parse_event(&value)).unwrap_or_else(|reason| {
        if raw.len() > MAX_REJECTED_BYTES {
            raw = String::from_utf8_lossy(cut(raw.as_bytes())).into_owned();
        }
        Record::Rejected(Rejected { reason, line })
    });
    Parsed { record, raw, line }
}
