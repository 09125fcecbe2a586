//! Questions for values, and their answers.

use super::{MetricId, Period, Statistic};
use crate::{AccountId, Notes, Region, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Most queries of one request.
const MOST_QUERIES: usize = 5_000;
/// Most characters of an expression, as in CloudWatch.
const MOST_EXPRESSION: usize = 2_048;

/// Where the values of a query come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuerySource {
    /// One metric of one account.
    Metric {
        /// The metric.
        metric: MetricId,
        /// The account that owns it; the monitoring account's own if none.
        account: Option<AccountId>,
        /// What is told of each period.
        statistic: Statistic,
    },
    /// Metric math, `SEARCH(…)`, or a Metrics Insights query (`SELECT …`), in CloudWatch's language. It may name other
    /// queries of the same Region by their ids. A search gives any number of series, from all linked accounts.
    Expression(String),
}

/// One query of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MetricQuery {
    /// Its name within the request: a lower-case letter, then letters, digits and `_`. Expressions call it so.
    pub id: String,
    /// The Region it is asked in. None: in each Region of the source. Expressions cannot reach into another Region.
    pub region: Option<Region>,
    /// Where the values come from.
    pub source: QuerySource,
    /// What people call it; the source finds a name if none.
    pub label: Option<String>,
    /// False for what only other queries' expressions need.
    pub wanted: bool,
}

/// A question for values over one window, all of one period.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MetricRequest {
    /// What is asked.
    pub queries: Vec<MetricQuery>,
    /// From (inclusive).
    pub from: Timestamp,
    /// To (exclusive).
    pub to: Timestamp,
    /// How much time a value stands for.
    pub period: Period,
}

/// A request that no source can answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct InvalidRequest {
    /// The part of the request: `queries[2].id`.
    pub place: String,
    /// What is wrong with it.
    pub why: String,
}

impl MetricRequest {
    /// Checks what every source may rely on: ids well formed and unique, expressions not empty and not too long, a
    /// window that does not end before it begins, at most 5,000 queries.
    ///
    /// # Errors
    /// [`InvalidRequest`] with the place.
    pub fn check(&self) -> Result<(), InvalidRequest> {
        let wrong = |place: String, why: String| Err(InvalidRequest { place, why });
        if self.to < self.from {
            return wrong("to".to_owned(), format!("{} is before from, {}", self.to, self.from));
        }
        if self.queries.len() > MOST_QUERIES {
            return wrong("queries".to_owned(), format!("{} of them; at most {MOST_QUERIES}", self.queries.len()));
        }
        let mut seen = HashSet::with_capacity(self.queries.len());
        for (number, query) in self.queries.iter().enumerate() {
            if !is_id(&query.id) {
                let why = format!("{:?}: want a lower-case letter, then letters, digits or _", query.id);
                return wrong(format!("queries[{number}].id"), why);
            }
            if !seen.insert(&query.id) {
                return wrong(format!("queries[{number}].id"), format!("{:?} stands twice", query.id));
            }
            if let QuerySource::Expression(expression) = &query.source {
                let length = expression.chars().count();
                if expression.trim().is_empty() || length > MOST_EXPRESSION {
                    let why = format!("has {length} characters; want 1 to {MOST_EXPRESSION}");
                    return wrong(format!("queries[{number}].expression"), why);
                }
            }
        }
        Ok(())
    }
}

fn is_id(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_lowercase())
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
        && text.len() <= 255
}

/// How whole a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesStatus {
    /// All that there is.
    #[default]
    Complete,
    /// A part; the rest could not be had.
    Partial,
    /// The account or the metric is refused.
    Forbidden,
    /// The source broke on it.
    Failed,
}

/// One series of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricData {
    /// The query that it answers.
    pub query: String,
    /// The account it is from; none where an expression joins several.
    pub account: Option<AccountId>,
    /// The Region it is from.
    pub region: Region,
    /// What it is called: tells it from its siblings, without account and Region.
    pub label: String,
    /// The unit, in CloudWatch's words, where the source knows it.
    pub unit: Option<String>,
    /// Time and value, oldest first; each time is the start of a period. Periods without samples are absent.
    pub values: Vec<(Timestamp, f64)>,
    /// How whole it is.
    pub status: SeriesStatus,
}

/// An answer: all series that could be had, and what is missing and why.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MetricAnswer {
    /// The series, in the order of the queries.
    pub series: Vec<MetricData>,
    /// What is missing and why, for readers: names account, Region and query. Empty when the answer is whole.
    pub notes: Notes,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(id: &str, expression: &str) -> MetricQuery {
        let source = QuerySource::Expression(expression.to_owned());
        MetricQuery { id: id.to_owned(), region: None, source, label: None, wanted: true }
    }

    #[test]
    fn a_request_that_nobody_can_answer_names_the_place() {
        let place = |queries: Vec<MetricQuery>| {
            let request = MetricRequest { queries, from: Timestamp::EPOCH, to: Timestamp::MAX, period: Period::MINUTE };
            request.check().err().map(|error| error.place)
        };
        assert_eq!(place(vec![query("a", "b + 1"), query("b", "1")]), None);
        assert_eq!(place(vec![query("A", "1")]).unwrap(), "queries[0].id");
        assert_eq!(place(vec![query("a", "1"), query("a", "1")]).unwrap(), "queries[1].id");
        assert_eq!(place(vec![query("a", " ")]).unwrap(), "queries[0].expression");
        assert_eq!(place(vec![query("a", &"x".repeat(2_049))]).unwrap(), "queries[0].expression");
        let backwards =
            MetricRequest { queries: Vec::new(), from: Timestamp::MAX, to: Timestamp::EPOCH, period: Period::MINUTE };
        assert_eq!(backwards.check().unwrap_err().place, "to");
    }
}
