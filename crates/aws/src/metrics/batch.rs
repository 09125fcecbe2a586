//! Which queries go into which call.
//!
//! CloudWatch takes 500 queries a call, answers 100,800 values, allows one Metrics Insights query, and refuses a call as
//! a whole for one wrong expression. So metrics and expressions go separately: what an expression needs is sent along
//! hidden, even if it is also asked for by itself.

use onepane_domain::{MetricQuery, QuerySource};
use onepane_metrics::{is_insights_query, names, needed};
use std::collections::BTreeSet;

/// Most queries of a call.
pub(super) const MOST_QUERIES: usize = 500;
/// Most values of an answer.
pub(super) const MOST_VALUES: i32 = 100_800;

/// The queries of one call, as positions in the list that was split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// What is sent, in the list's order.
    pub sent: BTreeSet<usize>,
    /// What of it is to be answered; the rest is hidden.
    pub wanted: BTreeSet<usize>,
    /// Smaller calls that together ask the same, for when this one is refused as wrong. Empty if there are none.
    pub parts: Vec<Call>,
}

/// A list of queries, split into calls, and what cannot be asked at all: the query's position and why.
#[derive(Debug, Default)]
pub(super) struct Split {
    pub calls: Vec<Call>,
    pub refused: Vec<(usize, String)>,
}

/// Splits the queries of one Region; `steps` is how many values a series can have.
pub(super) fn split(queries: &[&MetricQuery], steps: u64) -> Split {
    let room = usize::try_from(u64::from(MOST_VALUES.unsigned_abs()) / steps.max(1)).unwrap_or(MOST_QUERIES);
    let room = room.clamp(1, MOST_QUERIES);
    let mut split = Split::default();
    let (mut metrics, mut expressions) = (Vec::new(), Vec::new());
    for (number, query) in queries.iter().enumerate().filter(|(_, query)| query.wanted) {
        match query.source {
            QuerySource::Metric { .. } => metrics.push(number),
            QuerySource::Expression(_) => expressions.push(number),
        }
    }
    for chunk in metrics.chunks(room) {
        let sent: BTreeSet<usize> = chunk.iter().copied().collect();
        split.calls.push(Call { wanted: sent.clone(), sent, parts: Vec::new() });
    }
    let together = needed(queries);
    let mut packed: Vec<Call> = Vec::new();
    for root in expressions {
        let sent = together[root].clone();
        let count = |is: fn(&str) -> bool| sent.iter().filter(|number| is(text(queries[**number]))).count();
        if sent.len() > MOST_QUERIES {
            split
                .refused
                .push((root, format!("needs {} queries at once; CloudWatch takes {MOST_QUERIES}", sent.len())));
            continue;
        }
        if count(is_insights_query) > 1 {
            split.refused.push((root, "needs two Metrics Insights queries at once; CloudWatch takes one".to_owned()));
            continue;
        }
        // SEARCH and SELECT may give 500 series each; METRICS() takes whatever is in the call.
        let alone = count(is_insights_query) + count(|text| has_word(text, "SEARCH") || has_word(text, "METRICS")) > 0;
        let call = Call { sent, wanted: BTreeSet::from([root]), parts: Vec::new() };
        if alone {
            split.calls.push(call);
        } else if let Some(last) = packed.last_mut().filter(|last| last.sent.union(&call.sent).count() <= room) {
            if last.parts.is_empty() {
                last.parts.push(last.clone());
            }
            last.sent.extend(&call.sent);
            last.wanted.extend(&call.wanted);
            last.parts.push(call);
        } else {
            packed.push(call);
        }
    }
    split.calls.extend(packed);
    split
}

fn text(query: &MetricQuery) -> &str {
    match &query.source {
        QuerySource::Metric { .. } => "",
        QuerySource::Expression(text) => text,
    }
}

fn has_word(text: &str, wanted: &str) -> bool {
    names(text).contains(&wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use onepane_domain::{MetricId, Statistic};
    use proptest::prelude::*;

    fn query(id: &str, source: QuerySource, wanted: bool) -> MetricQuery {
        MetricQuery { id: id.to_owned(), region: None, source, label: None, wanted }
    }

    fn metric(id: &str, wanted: bool) -> MetricQuery {
        let metric = MetricId::new("N", id, []).unwrap();
        query(id, QuerySource::Metric { metric, account: None, statistic: Statistic::Sum }, wanted)
    }

    fn expression(id: &str, text: &str) -> MetricQuery {
        query(id, QuerySource::Expression(text.to_owned()), true)
    }

    fn calls(queries: &[MetricQuery]) -> Vec<Vec<&str>> {
        let borrowed: Vec<&MetricQuery> = queries.iter().collect();
        let split = split(&borrowed, 10);
        assert_eq!(split.refused, []);
        split.calls.iter().map(|call| call.sent.iter().map(|number| queries[*number].id.as_str()).collect()).collect()
    }

    #[test]
    fn what_an_expression_names_goes_with_it() {
        let queries = [
            metric("a", false),
            metric("b", true),
            expression("c", "a + d"),
            expression("d", "b * 2"),
            metric("e", false),
        ];
        assert_eq!(calls(&queries), [vec!["b"], vec!["a", "b", "c", "d"]]);
        let quoted = [metric("a", false), expression("s", "SEARCH('{N,a} b \"a\"', 'Sum')")];
        assert_eq!(calls(&quoted), [["s"]], "words in quotes are no ids");
        let all = [metric("a", false), metric("b", false), expression("m", "SUM(METRICS())"), expression("n", "1 + 1")];
        assert_eq!(calls(&all), [vec!["a", "b", "m"], vec!["n"]]);
        let circle = [expression("a", "b"), expression("b", "a")];
        assert_eq!(calls(&circle), [["a", "b"]]);
    }

    #[test]
    fn a_refused_call_can_be_asked_in_parts() {
        let queries = [metric("a", false), expression("x", "a + 1"), expression("y", "a + 2"), expression("z", "?")];
        let borrowed: Vec<&MetricQuery> = queries.iter().collect();
        let split = split(&borrowed, 10);
        assert_eq!(split.calls.len(), 1);
        let parts: Vec<_> = split.calls[0].parts.iter().map(|part| part.wanted.clone()).collect();
        assert_eq!(parts, [BTreeSet::from([1]), BTreeSet::from([2]), BTreeSet::from([3])]);
    }

    #[test]
    fn selects_are_known_and_stand_alone() {
        assert!(is_insights_query(" select AVG(a) FROM b") && is_insights_query("SELECT\nMAX(a) FROM b"));
        assert!(
            !is_insights_query("selected + 1")
                && !is_insights_query("SELECT(a)")
                && !is_insights_query("é")
                && !is_insights_query("")
        );
        let queries = [
            expression("q", "SELECT AVG(q2) FROM q2"),
            expression("q2", "SELECT 1"),
            expression("both", "q + q2"),
            expression("twice", "q * 2"),
        ];
        let borrowed: Vec<&MetricQuery> = queries.iter().collect();
        let split = split(&borrowed, 10);
        assert_eq!(split.refused.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2]);
        assert_eq!(split.calls.len(), 3);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_call_is_too_much(
            kinds in proptest::collection::vec((0_u8..6, any::<bool>(), any::<u16>(), any::<u16>()), 0..1_400),
            steps in 0_u64..200_000,
        ) {
            let queries: Vec<MetricQuery> = kinds.iter().enumerate().map(|(number, (kind, wanted, one, other))| {
                let name = |pick: &u16| format!("q{}", usize::from(*pick) % kinds.len());
                let id = format!("q{number}");
                let text = match kind {
                    0 => format!("{} + {} * 2", name(one), name(other)),
                    1 => "SELECT AVG(x) FROM y".to_owned(),
                    2 => format!("SEARCH('{} ', \"Sum\")", name(one)),
                    _ => return metric(&id, *wanted),
                };
                query(&id, QuerySource::Expression(text), *wanted)
            }).collect();
            let borrowed: Vec<&MetricQuery> = queries.iter().collect();
            let split = split(&borrowed, steps);
            let mut seen: Vec<usize> = split.refused.iter().map(|(number, _)| *number).collect();
            for call in &split.calls {
                seen.extend(&call.wanted);
                for call in call.parts.iter().chain([call]) {
                    prop_assert!(call.sent.len() <= MOST_QUERIES && call.wanted.is_subset(&call.sent));
                    prop_assert!(call.sent.iter().filter(|number| is_insights_query(text(&queries[**number]))).count() <= 1);
                    for number in &call.sent {
                        let text = text(&queries[*number]);
                        for word in names(text).into_iter().filter(|word| word.starts_with('q')) {
                            let named = queries.iter().position(|query| query.id == word).unwrap();
                            prop_assert!(call.sent.contains(&named), "{text} without {word}");
                        }
                    }
                }
                let parts: BTreeSet<usize> = call.parts.iter().flat_map(|part| part.wanted.clone()).collect();
                prop_assert!(call.parts.is_empty() || parts == call.wanted);
                let metrics = call.wanted.iter().all(|number| text(&queries[*number]).is_empty());
                prop_assert!(!metrics || call.sent.len() == 1 || call.sent.len() as u64 * steps <= 100_800);
            }
            seen.sort_unstable();
            let wanted = queries.iter().enumerate().filter(|(_, query)| query.wanted).map(|(number, _)| number);
            prop_assert_eq!(seen, wanted.collect::<Vec<_>>(), "each once");
        }
    }
}
