//! What queries come to, and what goes wrong on the way.

use serde_json::Value;

/// How one query goes.
#[derive(Debug, Clone)]
pub struct Run {
    /// The states that are told before the last one; the last of them for ever if the query never ends.
    pub before: Vec<&'static str>,
    /// True if it never ends by itself.
    pub endless: bool,
    /// `SUCCEEDED`, `FAILED` or `CANCELLED`.
    pub end: &'static str,
    pub reason: Option<&'static str>,
    /// Category, type and whether it may be run again.
    pub error: Option<(i32, i32, bool)>,
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<Option<String>>>,
    /// Rows of a page of results.
    pub page: usize,
    pub scanned: i64,
    pub reused: bool,
}

impl Run {
    /// Succeeds with these rows.
    pub fn rows(columns: &[&'static str], rows: Vec<Vec<Option<String>>>) -> Self {
        Self {
            before: vec!["QUEUED", "RUNNING"],
            endless: false,
            end: "SUCCEEDED",
            reason: None,
            error: None,
            columns: columns.to_vec(),
            rows,
            page: 1_000,
            scanned: 10_485_760,
            reused: false,
        }
    }

    pub fn fails(reason: &'static str, error: Option<(i32, i32, bool)>) -> Self {
        Self { end: "FAILED", reason: Some(reason), error, ..Self::rows(&[], Vec::new()) }
    }

    pub fn cancelled(reason: &'static str) -> Self {
        Self { end: "CANCELLED", reason: Some(reason), ..Self::rows(&[], Vec::new()) }
    }

    pub fn endless() -> Self {
        Self { endless: true, ..Self::rows(&[], Vec::new()) }
    }
}

/// A query under way.
#[derive(Debug)]
pub struct Execution {
    pub run: Run,
    /// How often it was asked for.
    pub asked: usize,
    pub is_stopped: bool,
}

impl Execution {
    pub fn state(&self) -> &'static str {
        match (self.is_stopped, self.run.before.get(self.asked)) {
            (true, _) => "CANCELLED",
            (_, Some(state)) => state,
            (_, None) if self.run.endless => "RUNNING",
            (_, None) => self.run.end,
        }
    }
}

/// What takes an answer's place.
#[derive(Debug, Clone)]
pub enum Fault {
    /// An error by its status, code and words.
    Refused { status: u16, code: &'static str, message: &'static str },
    /// Any body.
    Body { status: u16, content_type: &'static str, body: &'static str },
    /// An answer of this form.
    Json(Value),
    /// The answer waits for `StandIn::release`.
    Held,
}
