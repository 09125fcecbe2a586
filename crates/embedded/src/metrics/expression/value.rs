//! What an expression gives.

use onepane_domain::{AccountId, SeriesStatus, Timestamp};
use std::collections::BTreeMap;

/// One series on its way through an expression.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Line {
    /// The account it is from; none where several were joined.
    pub(in super::super) account: Option<AccountId>,
    pub(in super::super) label: String,
    pub(in super::super) unit: Option<String>,
    /// Time and value, oldest first.
    pub(in super::super) values: Vec<(Timestamp, f64)>,
    pub(in super::super) status: SeriesStatus,
}

/// What an expression, or a part of it, gives.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Value {
    Number(f64),
    Line(Line),
    Lines(Vec<Line>),
}

impl Value {
    /// What it is, for people.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Line(_) => "a series",
            Self::Lines(_) => "several series",
        }
    }

    /// Its series; none if it is a number.
    pub(super) fn into_lines(self) -> Option<Vec<Line>> {
        match self {
            Self::Number(_) => None,
            Self::Line(line) => Some(vec![line]),
            Self::Lines(lines) => Some(lines),
        }
    }

    /// The same with every series changed, and numbers as they are.
    pub(super) fn each_line(self, mut change: impl FnMut(Line) -> Line) -> Self {
        match self {
            Self::Number(number) => Self::Number(number),
            Self::Line(line) => Self::Line(change(line)),
            Self::Lines(lines) => Self::Lines(lines.into_iter().map(change).collect()),
        }
    }

    /// The same with every number and every value changed; values without a result are left out.
    pub(super) fn each_value(self, change: impl Fn(f64) -> Option<f64>) -> Self {
        match self {
            Self::Number(number) => Self::Number(change(number).unwrap_or(f64::NAN)),
            lines => lines.each_line(|line| line.map(&change)),
        }
    }
}

impl Line {
    /// The same with every value changed; values without a result are left out.
    pub(super) fn map(mut self, change: impl Fn(f64) -> Option<f64>) -> Self {
        self.values = self.values.iter().filter_map(|(time, value)| Some((*time, change(*value)?))).collect();
        self
    }

    /// Joined with another where either has a value; what the other lacks counts as 0, as in CloudWatch. What they agree
    /// in is kept.
    pub(super) fn join(mut self, other: &Self, join: impl Fn(f64, f64) -> Option<f64>) -> Self {
        let mut pairs: BTreeMap<Timestamp, (f64, f64)> =
            self.values.iter().map(|(time, value)| (*time, (*value, 0.0))).collect();
        for (time, value) in &other.values {
            pairs.entry(*time).or_default().1 = *value;
        }
        let joined = pairs.into_iter().filter_map(|(time, (one, two))| Some((time, join(one, two)?)));
        self.values = joined.collect();
        self.account = self.account.filter(|account| other.account == Some(*account));
        self.unit = self.unit.filter(|unit| other.unit.as_ref() == Some(unit));
        self.status = worse(self.status, other.status);
        self
    }
}

/// What is joined of a part is a part.
pub(super) fn worse(one: SeriesStatus, two: SeriesStatus) -> SeriesStatus {
    if one == SeriesStatus::Complete { two } else { one }
}
