//! Which queries an expression calls by their ids.

use onepane_domain::{MetricQuery, QuerySource};
use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};

/// True for a Metrics Insights query (`SELECT …`), in whatever case.
pub fn is_insights_query(expression: &str) -> bool {
    let mut characters = expression.trim_start().chars();
    let word: String = characters.by_ref().take("SELECT".len()).collect();
    word.eq_ignore_ascii_case("SELECT") && characters.next().is_none_or(char::is_whitespace)
}

/// For each query the places of all queries that must be asked together with it: itself, those that its expression
/// calls, those that their expressions call, and so on; with `METRICS()`, all that are no expressions.
pub fn needed<Q: Borrow<MetricQuery>>(queries: &[Q]) -> Vec<BTreeSet<usize>> {
    let queries: Vec<&MetricQuery> = queries.iter().map(Borrow::borrow).collect();
    let places: HashMap<&str, usize> =
        queries.iter().enumerate().map(|(place, query)| (query.id.as_str(), place)).collect();
    let metrics = || {
        let is_metric = |query: &&MetricQuery| matches!(query.source, QuerySource::Metric { .. });
        queries.iter().enumerate().filter(move |(_, query)| is_metric(query)).map(|(place, _)| place)
    };
    let direct: Vec<Vec<usize>> = queries
        .iter()
        .map(|query| {
            let QuerySource::Expression(expression) = &query.source else { return Vec::new() };
            if is_insights_query(expression) {
                return Vec::new();
            }
            let mut called = Vec::new();
            for word in names(expression) {
                match word {
                    // A text between the parentheses picks some of them; asking for all is right, if dearer.
                    "METRICS" => called.extend(metrics()),
                    _ => called.extend(places.get(word)),
                }
            }
            called
        })
        .collect();
    let all_from = |start: usize| {
        let mut found = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(place) = open.pop() {
            open.extend(direct[place].iter().filter(|called| found.insert(**called)));
        }
        found
    };
    (0..queries.len()).map(all_from).collect()
}

/// The names in an expression: ids of queries and words of the language, outside of quotation marks.
pub fn names(expression: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => quoted(rest, first),
            _ if first.is_ascii_alphanumeric() || first == '_' => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                words.push(&rest[..end]);
                end
            }
            _ => first.len_utf8(),
        };
        rest = &rest[length..];
    }
    words
}

/// The length of a quoted text, marks included. A backslash takes the meaning from the next character.
fn quoted(text: &str, mark: char) -> usize {
    let mut escaped = false;
    for (place, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == mark => return place + mark.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use onepane_domain::{MetricId, Statistic};
    use proptest::prelude::*;

    fn query(id: &str, expression: Option<&str>) -> MetricQuery {
        let source = match expression {
            Some(text) => QuerySource::Expression(text.to_owned()),
            None => {
                let metric = MetricId::new("N", "M", []).unwrap();
                QuerySource::Metric { metric, account: None, statistic: Statistic::Sum }
            }
        };
        MetricQuery { id: id.to_owned(), region: None, source, label: None, wanted: true }
    }

    fn called(expression: &str) -> Vec<usize> {
        let queries = [query("a", None), query("b1", None), query("e", Some("a * 2")), query("it", Some(expression))];
        needed(&queries)[3].iter().copied().collect()
    }

    #[test]
    fn names_are_found_outside_of_quotes_and_through_other_expressions() {
        assert_eq!(called("a + b1"), [0, 1, 3]);
        assert_eq!(called("SUM([e, 3])/PERIOD(b1)"), [0, 1, 2, 3]);
        assert_eq!(called("ab1 + b12 + _a + A"), [3]);
        assert_eq!(called(r#"SEARCH('{N,a} b1="e" \' a', 'Sum', 60) - b1"#), [1, 3]);
        assert_eq!(called("SUM(METRICS())"), [0, 1, 3]);
        assert_eq!(called(r#"METRICS("a")"#), [0, 1, 3]);
        assert_eq!(called("SELECT AVG(a) FROM b1"), [3]);
        assert_eq!(called("it + a"), [0, 3], "a circle ends");
    }

    #[test]
    fn a_select_is_known_in_any_case() {
        assert!(is_insights_query(" select AVG(x) FROM y") && is_insights_query("SELECT\nMAX(x)"));
        assert!(!is_insights_query("selected + 1") && !is_insights_query("a + SELECT"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = called(&text);
        }
    }
}
