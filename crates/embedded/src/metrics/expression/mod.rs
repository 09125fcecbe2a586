//! Expressions: the part of CloudWatch's metric math that needs no AWS.
//!
//! | form | gives |
//! |---|---|
//! | `12.5`, `errors`, `[a, b, 3]` | a number, what another query gives, several together |
//! | `+ - * / ^`, `< <= > >= == !=`, `AND OR && \|\|`, `( )` | value by value; a comparison gives 1 or 0. Where one series has a value and another lacks it, the other's counts as 0; a division by 0 gives none |
//! | `SEARCH('{Namespace,Dimension} terms', 'Average', 300)` | every metric that fits and had values of late; the period may be left out |
//! | `METRICS()`, `METRICS("text")` | all queries of this Region that are no expressions, or those whose id has the text |
//! | `SUM AVG MIN MAX STDDEV` | of one series a number; of several, one series (for `AVG`, what one of them lacks counts as 0) |
//! | `FILL(x, 0)`, `FILL(x, REPEAT)`, `FILL(x, LINEAR)` | values where there were none |
//! | `RATE DIFF RUNNING_SUM ABS CEIL FLOOR LOG LOG10` | of each series one |
//! | `PERIOD(x)`, `METRIC_COUNT(x)`, `DATAPOINT_COUNT(x)` | a number |
//! | `TIME_SERIES(1)` | a series of a number |
//! | `IF(condition, a, b)` | `a` where the condition is not 0, else `b` (or nothing) |
//! | `FIRST(x)`, `LAST(x)`, `REMOVE_EMPTY(x)`, `SORT(x, AVG, DESC, 10)` | some of several series |
//!
//! Anything else is told as a fault with its place, and so is what does not fit together.

mod evaluate;
mod functions;
mod lexer;
mod parser;
mod search;
mod value;

pub(super) use evaluate::{Evaluator, Sources, Stop};
pub(super) use parser::{Expression, parse};
pub(super) use search::{Candidate, Search};
pub(super) use value::{Line, Value};

/// What is wrong with an expression, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why} (at character {place})")]
pub(super) struct Fault {
    /// The character, counted from 1.
    pub(super) place: usize,
    pub(super) why: String,
}

impl Fault {
    pub(super) fn at(place: usize, why: impl Into<String>) -> Self {
        Self { place, why: why.into() }
    }
}
