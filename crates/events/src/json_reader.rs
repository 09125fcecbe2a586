//! JSON values out of a stream of bytes, one at a time.

use crate::recovery::{Damage, Scan};
use crate::window::{Window, is_blank};
use serde_json::Value;
use std::io::{self, BufRead};

/// The longest event that is read, in bytes; EventBridge's own limit is 1 MiB. A longer one is rejected, not held.
pub const MAX_EVENT_BYTES: usize = 4 * 1024 * 1024;
/// How much of a rejected text is kept in [`Parsed::raw`], in bytes.
pub const MAX_REJECTED_BYTES: usize = 64 * 1024;

/// One value of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonItem {
    /// The object; or why what stands there is none.
    pub value: Result<Value, String>,
    /// Its own JSON without insignificant white space, members in their order, numbers in their spelling. Of what is broken
    /// the text as it came, cut to [`MAX_REJECTED_BYTES`], invalid UTF-8 replaced.
    pub raw: String,
    /// The line of the input at which it starts, counted from 1.
    pub line: u64,
}

/// Reads JSON values from a stream, holding no more than one (at most [`MAX_EVENT_BYTES`]) at a time.
///
/// The form of the input is found out as it comes: objects one after another (so JSON Lines, and pretty-printed ones),
/// arrays of objects, objects that hold the array in a member (such as `{"Records": […]}`), in any mixture. After a
/// broken value the reading goes on with the next line; a broken value that is pretty-printed is one item, not one for
/// each of its lines; and among values on one line those after the broken one are found again. Byte order marks, blank
/// lines and CRLF are skipped.
///
/// Give it a reader with a buffer of 64 KiB or more. An error of the source ends nothing: the next call tries again.
pub struct JsonReader<R> {
    window: Window<R>,
    /// The members that hold the array, where an object has nothing else before it.
    members: &'static [&'static str],
    container: Container,
    /// The line at which the container opened, until it is known that something in it was broken.
    opened_at: Option<u64>,
    /// True right after a value: a comma may follow on the same line.
    after_value: bool,
}

/// What the reader is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    /// Nothing: objects stand one after another.
    None,
    /// An array of values.
    Array,
    /// The array in an object.
    Records,
    /// Behind that array, before the object's closing brace.
    RecordsTail,
}

impl<R: BufRead> JsonReader<R> {
    /// A reader of values from `source`; an object that begins with one of these members, an array, stands for its elements.
    pub fn new(source: R, members: &'static [&'static str]) -> Self {
        let window = Window::new(source);
        Self { window, members, container: Container::None, opened_at: None, after_value: false }
    }

    fn next_item(&mut self) -> io::Result<Option<JsonItem>> {
        loop {
            let new_line = self.window.skip_blank()?;
            self.after_value &= !new_line;
            let Some(first) = self.window.first()? else { return Ok(self.unclosed()) };
            match (first, self.container) {
                (b',', Container::Array | Container::Records) => self.window.consume(1),
                (b',', _) if self.after_value => self.window.consume(1),
                (b']', Container::Array) | (b'}', Container::RecordsTail) => self.close(),
                (b']', Container::Records) => {
                    self.window.consume(1);
                    self.container = Container::RecordsTail;
                }
                (b'[', Container::None) => self.open(Container::Array, 1),
                (b'{', Container::None) => match self.records_opening()? {
                    Some(length) => self.open(Container::Records, length),
                    None => return self.value().map(Some),
                },
                (_, Container::Array | Container::Records) => return self.value().map(Some),
                (_, Container::RecordsTail) => {
                    self.container = Container::None;
                    self.opened_at = None;
                }
                (_, Container::None) => {
                    let damage = Damage::new("not JSON: neither an object nor an array starts here", 1, 1);
                    return self.reject(&damage).map(Some);
                }
            }
        }
    }

    fn open(&mut self, container: Container, length: usize) {
        self.opened_at = Some(self.window.line());
        self.container = container;
        self.window.consume(length);
        self.after_value = false;
    }

    fn close(&mut self) {
        self.window.consume(1);
        self.container = Container::None;
        self.opened_at = None;
        self.after_value = true;
    }

    /// At the end of the input: an array that was never closed is a sign of a truncated file.
    fn unclosed(&mut self) -> Option<JsonItem> {
        self.container = Container::None;
        let line = self.opened_at.take()?;
        let reason = "the array or object that starts here is not closed: the input seems cut off".to_owned();
        Some(JsonItem { value: Err(reason), raw: String::new(), line })
    }

    /// The length of `{"Records": [` with one of the members, if the input goes on with that.
    fn records_opening(&mut self) -> io::Result<Option<usize>> {
        for member in self.members {
            if let Some(length) = self.opening(&format!("\"{member}\""))? {
                return Ok(Some(length));
            }
        }
        Ok(None)
    }

    fn opening(&mut self, member: &str) -> io::Result<Option<usize>> {
        let mut at = 0;
        for token in [b"{".as_slice(), member.as_bytes(), b":", b"["] {
            loop {
                let rest = self.window.rest();
                at += rest.get(at..).map_or(0, |bytes| bytes.iter().take_while(|b| is_blank(**b)).count());
                let bytes = rest.get(at..).unwrap_or(&[]);
                if bytes.starts_with(token) {
                    at += token.len();
                    break;
                }
                if !token.starts_with(bytes) || at >= MAX_EVENT_BYTES || !self.window.pull()? {
                    return Ok(None);
                }
            }
        }
        Ok(Some(at))
    }

    /// Reads the value that starts here, or says what is wrong with it.
    fn value(&mut self) -> io::Result<JsonItem> {
        let line = self.window.line();
        match Scan::value(&mut self.window, 0)? {
            Scan::Complete(value, length) => {
                let raw = compact(self.window.rest().get(..length).unwrap_or(&[]));
                self.window.consume(length);
                self.after_value = true;
                Ok(JsonItem { value: Ok(value), raw, line })
            }
            Scan::Broken(damage) => self.reject(&damage),
        }
    }

    fn reject(&mut self, damage: &Damage) -> io::Result<JsonItem> {
        let line = self.window.line();
        self.opened_at = None;
        self.after_value = false;
        let in_container = self.container != Container::None;
        let (reason, raw) = damage.skip(&mut self.window, in_container)?;
        Ok(JsonItem { value: Err(reason), raw, line })
    }
}

impl<R: BufRead> Iterator for JsonReader<R> {
    type Item = io::Result<JsonItem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_item().transpose()
    }
}

/// At most [`MAX_REJECTED_BYTES`] of a text.
pub(crate) fn cut(text: &[u8]) -> &[u8] {
    text.get(..MAX_REJECTED_BYTES).unwrap_or(text)
}

/// Valid JSON without insignificant white space.
fn compact(json: &[u8]) -> String {
    let mut compact = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some(quote) = memchr::memchr(b'"', rest) {
        let (outside, text) = rest.split_at(quote);
        push_without_blanks(&mut compact, outside);
        let length = text_length(text);
        compact.extend_from_slice(text.get(..length).unwrap_or(text));
        rest = text.get(length..).unwrap_or(&[]);
    }
    push_without_blanks(&mut compact, rest);
    String::from_utf8(compact).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

fn push_without_blanks(compact: &mut Vec<u8>, json: &[u8]) {
    compact.extend(json.iter().filter(|b| !is_blank(**b)));
}

/// The length of a JSON text with its quotes; `json` starts at the opening one.
fn text_length(json: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = json.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if json.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compacting_leaves_texts_and_numbers_alone() {
        let pretty = b"{\r\n  \"a b\" : [ 1.0 , \"x \\\" y\\\\\" , 1e3 ],\t\"a b\": null }";
        assert_eq!(compact(pretty), r#"{"a b":[1.0,"x \" y\\",1e3],"a b":null}"#);
        assert_eq!(compact(b"[]"), "[]");
    }
}
