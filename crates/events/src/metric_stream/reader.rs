//! Records out of a stream of bytes, one at a time.

use super::{MetricRecord, Wire};
use crate::json_reader::cut;
use crate::window::{Window, is_blank};
use serde::de::IgnoredAny;
use std::io::{self, BufRead};

/// The longest record that is read, in bytes; real ones have a few hundred. A longer one is rejected, not held.
pub const MAX_RECORD_BYTES: usize = 1024 * 1024;
/// How every record of a Metric Stream begins: records that lost their line breaks are told apart by it.
const BEGINNING: &[u8] = br#"{"metric_stream_name""#;

/// One record of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedMetric {
    /// The record, or why it is none.
    pub record: Result<MetricRecord, String>,
    /// Of a rejected record the text as it came, cut to [`crate::MAX_REJECTED_BYTES`], invalid UTF-8 replaced; else
    /// empty.
    pub raw: String,
    /// The line of the input at which it starts, counted from 1.
    pub line: u64,
}

/// Reads all records of an input that is at hand.
pub fn parse_metrics(input: &[u8]) -> Vec<ParsedMetric> {
    // A slice gives no errors.
    MetricStreamReader::new(input).map_while(Result::ok).collect()
}

/// Reads records from a stream: JSON Lines, objects one after another (as Firehose joins them), or arrays of them, in any
/// mixture. After a broken record it goes on with the next one that can be told apart. Holds no more than one record and
/// a buffer at a time.
///
/// Give it a reader with a buffer of 64 KiB or more. An error of the source ends nothing: the next call tries again.
pub struct MetricStreamReader<R> {
    window: Window<R>,
}

/// What stands at the front of the window.
enum Front {
    Record(Box<MetricRecord>, usize),
    /// A whole JSON value that is no record, and why.
    NoRecord(String, usize),
    Broken(String),
}

impl<R: BufRead> MetricStreamReader<R> {
    /// A reader of records from `source`.
    pub fn new(source: R) -> Self {
        Self { window: Window::new(source) }
    }

    fn next_record(&mut self) -> io::Result<Option<ParsedMetric>> {
        loop {
            self.window.skip_blank()?;
            match self.window.first()? {
                None => return Ok(None),
                // What may stand around and between records.
                Some(b'[' | b']' | b',') => self.window.consume(1),
                Some(_) => break,
            }
        }
        let line = self.window.line();
        let front = loop {
            if let Some(front) = front(self.window.rest(), self.window.ended()) {
                break front;
            }
            self.window.pull()?;
        };
        let (reason, raw) = match front {
            Front::Record(record, length) => {
                self.window.consume(length);
                return Ok(Some(ParsedMetric { record: Ok(*record), raw: String::new(), line }));
            }
            Front::NoRecord(reason, length) => (reason, self.take(length)),
            Front::Broken(reason) => (reason, self.skip_broken()?),
        };
        Ok(Some(ParsedMetric { record: Err(reason), raw, line }))
    }

    /// Takes so many bytes as text, cut.
    fn take(&mut self, length: usize) -> String {
        let text = self.window.rest().get(..length).unwrap_or(self.window.rest());
        let text = String::from_utf8_lossy(cut(text)).trim_end().to_owned();
        self.window.consume(length);
        text
    }

    /// Goes past what is broken: to the next record on its line, else to the next line that begins with a brace.
    fn skip_broken(&mut self) -> io::Result<String> {
        let end = self.window.line_end(1, MAX_RECORD_BYTES)?.unwrap_or(self.window.rest().len());
        let next = memchr::memmem::find(self.window.rest().get(1..end).unwrap_or(&[]), BEGINNING);
        if let Some(next) = next {
            return Ok(self.take(next + 1));
        }
        let mut text = self.take(end);
        // Lines of a record that was printed over several of them are no records of their own.
        while self.window.first()?.is_some() {
            let end = self.window.line_end(1, MAX_RECORD_BYTES)?.unwrap_or(self.window.rest().len());
            let line = self.window.rest().get(..end).unwrap_or(&[]);
            let first = line.iter().find(|byte| !is_blank(**byte));
            if matches!(first, None | Some(b'{')) {
                break;
            }
            let more = self.take(end);
            if text.len() + more.len() <= crate::MAX_REJECTED_BYTES {
                text.push_str(&more);
            }
        }
        Ok(text)
    }
}

/// What the text begins with; none if that takes more of it. `ended` says that there is no more.
fn front(text: &[u8], ended: bool) -> Option<Front> {
    if text.first() != Some(&b'{') {
        return Some(Front::Broken("not JSON: no object starts here".to_owned()));
    }
    let mut records = serde_json::Deserializer::from_slice(text).into_iter::<Wire<'_>>();
    match records.next() {
        Some(Ok(wire)) => {
            let length = records.byte_offset();
            Some(match wire.read() {
                Ok(record) => Front::Record(Box::new(record), length),
                Err(reason) => Front::NoRecord(reason, length),
            })
        }
        Some(Err(error)) if error.is_eof() && !ended => {
            let too_long = || format!("longer than {MAX_RECORD_BYTES} bytes");
            (text.len() >= MAX_RECORD_BYTES).then(|| Front::Broken(too_long()))
        }
        Some(Err(error)) if error.is_data() => {
            let reason = without_place(&error);
            let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
            match values.next() {
                Some(Ok(_)) => Some(Front::NoRecord(reason, values.byte_offset())),
                Some(Err(error)) if error.is_eof() && !ended && text.len() < MAX_RECORD_BYTES => None,
                _ => Some(Front::Broken(reason)),
            }
        }
        Some(Err(error)) => Some(Front::Broken(format!("not JSON: {error}"))),
        None => Some(Front::Broken("not JSON: no object starts here".to_owned())),
    }
}

/// Where in the record a wrong member stands says less than its name.
fn without_place(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    told.strip_suffix(&place).unwrap_or(&told).to_owned()
}

impl<R: BufRead> Iterator for MetricStreamReader<R> {
    type Item = io::Result<ParsedMetric>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_record().transpose()
    }
}
