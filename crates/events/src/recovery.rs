//! One JSON value at a time out of a window, and the way past a broken one.

use crate::cloudtrail::is_record;
use crate::json_reader::{MAX_EVENT_BYTES, MAX_REJECTED_BYTES, cut};
use crate::window::{Window, is_blank};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::io::{self, BufRead};

/// Above this length an unfinished value is tried again only when it has doubled.
const EAGER_BYTES: usize = 256 * 1024;

/// The outcome of reading a value.
pub(crate) enum Scan {
    /// A value, and how many bytes it takes.
    Complete(Value, usize),
    /// No value.
    Broken(Damage),
}

/// What is wrong with a value.
#[derive(Debug)]
pub(crate) struct Damage {
    problem: String,
    /// Where, from the value's first byte; line and column count from 1.
    line: u64,
    column: u64,
}

impl Scan {
    /// Reads the value that starts `offset` bytes into the window, reading on as far as it goes.
    pub(crate) fn value<R: BufRead>(window: &mut Window<R>, offset: usize) -> io::Result<Self> {
        let mut tried = 0;
        loop {
            let text = window.rest().get(offset..).unwrap_or(&[]);
            let length = text.len();
            if length < EAGER_BYTES || length >= 2 * tried || length >= MAX_EVENT_BYTES || window.ended() {
                tried = length;
                let mut values = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
                match values.next() {
                    Some(Ok(value)) => {
                        let taken = values.byte_offset();
                        // A number at the end of what was read may go on.
                        let may_go_on = taken == length && value.is_number() && !window.ended();
                        if !may_go_on {
                            return Ok(Self::Complete(value, taken));
                        }
                    }
                    Some(Err(error)) if !error.is_eof() || window.ended() => return Ok(Self::Broken(error.into())),
                    Some(Err(_)) if length >= MAX_EVENT_BYTES => return Ok(Self::Broken(Damage::too_long())),
                    None if window.ended() => {
                        return Ok(Self::Broken(Damage::new("not JSON: nothing is here", 1, 1)));
                    }
                    Some(Err(_)) | None => {}
                }
            }
            window.pull()?;
        }
    }
}

impl From<serde_json::Error> for Damage {
    fn from(error: serde_json::Error) -> Self {
        let told = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let problem = told.strip_suffix(&place).unwrap_or(&told);
        Self::new(&format!("not JSON: {problem}"), error.line() as u64, error.column() as u64)
    }
}

impl Damage {
    pub(crate) fn new(problem: &str, line: u64, column: u64) -> Self {
        Self { problem: problem.to_owned(), line, column }
    }

    fn too_long() -> Self {
        Self::new(&format!("longer than {MAX_EVENT_BYTES} bytes"), 1, 1)
    }

    /// The reason, with the place in the input.
    fn reason<R: BufRead>(&self, window: &Window<R>) -> String {
        let line = window.line() + self.line.saturating_sub(1);
        let column = if self.line <= 1 { window.column() + self.column.saturating_sub(1) } else { self.column };
        format!("{} (line {line}, column {column})", self.problem)
    }

    /// Goes past the broken value at the window's front: to the next event on its line, else to the next line; where
    /// the value was pretty-printed, past its other lines too. Gives the reason, and the text that was skipped.
    pub(crate) fn skip<R: BufRead>(&self, window: &mut Window<R>, in_container: bool) -> io::Result<(String, String)> {
        let line_end = window.line_end(0, MAX_EVENT_BYTES)?;
        let end = line_end.unwrap_or(window.rest().len());
        let line = window.rest().get(..end).unwrap_or(&[]);
        let next_event = next_event_in(window.rest(), end);
        if line_end.is_none() && next_event.is_none() {
            return skip_long_line(window);
        }
        let cut_off = serde_json::from_slice::<IgnoredAny>(line).err().filter(serde_json::Error::is_eof);
        let first_line_open = cut_off.is_some() && next_event.is_none();
        let extent = next_event.unwrap_or(end);
        let mut skipped = cut(window.rest().get(..extent).unwrap_or(&[])).to_vec();
        let whole_reason = self.reason(window);
        let line_reason = cut_off.map(|error| Self::from(error).reason(window));
        window.consume(extent);
        let pretty = first_line_open && skip_continuation(window, in_container, &mut skipped)?;
        // What is wrong with a pretty-printed value stands on a later line; a line of JSON Lines is judged alone.
        let reason = line_reason.filter(|_| !pretty && first_line_open).unwrap_or(whole_reason);
        while skipped.last().is_some_and(|b| is_blank(*b)) {
            skipped.pop();
        }
        Ok((reason, String::from_utf8_lossy(&skipped).into_owned()))
    }
}

/// Goes past a line that is too long to be held.
fn skip_long_line<R: BufRead>(window: &mut Window<R>) -> io::Result<(String, String)> {
    let reason = Damage::new(&format!("the line is longer than {MAX_EVENT_BYTES} bytes"), 1, 1).reason(window);
    let kept = String::from_utf8_lossy(cut(window.rest())).into_owned();
    loop {
        if let Some(newline) = memchr::memchr(b'\n', window.rest()) {
            window.consume(newline);
            return Ok((reason, kept));
        }
        window.consume(window.rest().len());
        if !window.pull()? {
            return Ok((reason, kept));
        }
    }
}

/// Goes past the lines that only make sense as the inside of a value that began before: indented ones, and those that
/// begin with a closing bracket. Stops at an event. True if there was such a line.
fn skip_continuation<R: BufRead>(
    window: &mut Window<R>,
    in_container: bool,
    skipped: &mut Vec<u8>,
) -> io::Result<bool> {
    let mut any = false;
    // The window stands at the newline that ended the line before.
    while window.first()? == Some(b'\n') {
        let Some(end) = window.line_end(1, MAX_EVENT_BYTES)? else { return Ok(any) };
        let line = window.rest().get(1..end).unwrap_or(&[]);
        let indent = line.iter().take_while(|b| is_blank(**b)).count();
        match line.get(indent) {
            None => return Ok(any),
            Some(b'{') if indent > 0 => {
                if let Scan::Complete(value, _) = Scan::value(window, 1 + indent)?
                    && is_event(&value)
                {
                    return Ok(any);
                }
            }
            Some(b']' | b'}') if indent == 0 && in_container => return Ok(any),
            Some(b']' | b'}') => {}
            Some(_) if indent > 0 => {}
            Some(_) => return Ok(any),
        }
        any = true;
        let room = MAX_REJECTED_BYTES.saturating_sub(skipped.len());
        let line = window.rest().get(..end).unwrap_or(&[]);
        skipped.extend_from_slice(line.get(..room).unwrap_or(line));
        window.consume(end);
    }
    Ok(any)
}

/// Where in the first `end` bytes, after the first one, a whole event starts.
fn next_event_in(text: &[u8], end: usize) -> Option<usize> {
    let line = text.get(..end)?;
    let braces = memchr::memchr_iter(b'{', line).filter(|at| *at > 0);
    braces
        .filter(|at| {
            // After a colon it is a member of the broken value.
            let before = line.get(..*at).unwrap_or(&[]).iter().rfind(|b| !is_blank(**b));
            before.is_some_and(|b| matches!(b, b',' | b'[' | b'}'))
        })
        .find(|at| {
            let text = text.get(*at..).unwrap_or(&[]);
            let mut values = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
            values.next().is_some_and(|value| value.is_ok_and(|value| is_event(&value)))
        })
}

/// True for what looks like an event, and not like a part of one.
fn is_event(value: &Value) -> bool {
    value.get("detail-type").is_some() || is_record(value)
}
