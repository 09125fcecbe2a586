//! A sliding view over a stream of bytes, that knows line and column.

use std::io::{self, BufRead};

/// Bytes taken from the source at a time.
const CHUNK: usize = 64 * 1024;
/// Consumed bytes are dropped when they are this many.
const SLACK: usize = 256 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The part of the input that has been read and not yet consumed.
pub(crate) struct Window<R> {
    source: R,
    bytes: Vec<u8>,
    start: usize,
    ended: bool,
    line: u64,
    column: u64,
}

impl<R: BufRead> Window<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, bytes: Vec::new(), start: 0, ended: false, line: 1, column: 1 }
    }

    /// What has been read and not consumed.
    pub(crate) fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or(&[])
    }

    /// True when the source has no more bytes.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// The line of the first byte of [`Self::rest`], counted from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The column, in bytes, of the first byte of [`Self::rest`], counted from 1.
    pub(crate) fn column(&self) -> u64 {
        self.column
    }

    /// Reads more; false at the end of the source.
    pub(crate) fn pull(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let taken = loop {
            match self.source.fill_buf() {
                Ok(buffer) => {
                    let chunk = buffer.get(..CHUNK).unwrap_or(buffer);
                    self.bytes.extend_from_slice(chunk);
                    break chunk.len();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        self.source.consume(taken);
        self.ended = taken == 0;
        Ok(taken > 0)
    }

    /// Drops `count` bytes from the front.
    pub(crate) fn consume(&mut self, count: usize) {
        let count = count.min(self.rest().len());
        let consumed = self.rest().get(..count).unwrap_or(&[]);
        let newlines = memchr::memchr_iter(b'\n', consumed).count() as u64;
        let on_last_line = memchr::memrchr(b'\n', consumed).map_or(count, |at| count - at - 1) as u64;
        self.column = if newlines > 0 { 1 + on_last_line } else { self.column + on_last_line };
        self.line += newlines;
        self.start += count;
        if self.start >= SLACK {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
    }

    /// The first byte, if the input has one left.
    pub(crate) fn first(&mut self) -> io::Result<Option<u8>> {
        if self.rest().is_empty() && !self.pull()? {
            return Ok(None);
        }
        Ok(self.rest().first().copied())
    }

    /// Consumes white space and byte order marks; true if that crossed the end of a line.
    pub(crate) fn skip_blank(&mut self) -> io::Result<bool> {
        let line = self.line;
        loop {
            let blank = self.rest().iter().take_while(|b| is_blank(**b)).count();
            self.consume(blank);
            if self.rest().starts_with(BYTE_ORDER_MARK) {
                self.consume(BYTE_ORDER_MARK.len());
                continue;
            }
            // Nothing left, or a byte order mark that stands across two reads.
            let undecided = BYTE_ORDER_MARK.starts_with(self.rest());
            if !(undecided && self.pull()?) {
                return Ok(self.line > line);
            }
        }
    }

    /// Where the line that holds byte `from` ends (its newline, or the end of the input); none if it goes on for
    /// `limit` bytes or more.
    pub(crate) fn line_end(&mut self, from: usize, limit: usize) -> io::Result<Option<usize>> {
        let mut searched = from;
        loop {
            let found = self.rest().get(searched..).and_then(|bytes| memchr::memchr(b'\n', bytes));
            if let Some(at) = found {
                return Ok(Some(searched + at));
            }
            searched = self.rest().len().max(from);
            if searched - from >= limit {
                return Ok(None);
            }
            if !self.pull()? {
                return Ok(Some(self.rest().len()));
            }
        }
    }
}

/// JSON's white space.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
