//! Which metrics there are.

use super::file::FileResult;
use super::names::{Words, listed};
use super::read::select;
use onepane_domain::{ListedMetric, MetricFilter, MetricList, MetricNames, Timestamp};
use rusqlite::Connection;
use std::collections::{BTreeSet, BinaryHeap};

/// Days in which a metric must have had values to be listed, as in CloudWatch.
const LATE_DAYS: i64 = 14;

/// A metric in the order of lists: by namespace, name, dimensions, account and Region.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct InOrder(onepane_domain::MetricId, onepane_domain::AccountId, onepane_domain::Region);

/// The first hour (since 1970) that is of late.
pub(super) fn of_late(now: Timestamp) -> i64 {
    now.plus_days(-LATE_DAYS).millis().div_euclid(3_600_000)
}

/// At most `limit` metrics that fit; a note if there are more. Holds no more than that many at a time.
pub(super) fn list(
    connection: &Connection,
    words: &Words,
    filter: &MetricFilter,
    limit: usize,
    now: Timestamp,
) -> FileResult<MetricList> {
    let mut first: BinaryHeap<InOrder> = BinaryHeap::new();
    let mut total = 0_usize;
    select(connection, words, filter, of_late(now), &mut |found| {
        let ListedMetric { account, region, metric } = listed(words, &found.subject, found.name)?;
        total += 1;
        first.push(InOrder(metric, account, region));
        if first.len() > limit {
            first.pop();
        }
        Ok(true)
    })?;
    let metrics = first.into_sorted_vec().into_iter();
    let metrics = metrics.map(|InOrder(metric, account, region)| ListedMetric { account, region, metric }).collect();
    let notes = if total > limit { vec![format!("{total} metrics fit; the first {limit} are told")] } else { vec![] };
    Ok(MetricList { metrics, notes })
}

/// What the metrics that fit are called, each name once.
pub(super) fn names(
    connection: &Connection,
    words: &Words,
    filter: &MetricFilter,
    now: Timestamp,
) -> FileResult<MetricNames> {
    let mut names: BTreeSet<(String, String)> = BTreeSet::new();
    select(connection, words, filter, of_late(now), &mut |found| {
        let ListedMetric { metric, .. } = listed(words, &found.subject, found.name)?;
        names.insert((metric.namespace, metric.name));
        Ok(true)
    })?;
    Ok(MetricNames { names: names.into_iter().collect(), notes: Vec::new() })
}
