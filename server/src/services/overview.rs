//! The numbers of the first page, from the read model.

use onepane_domain::{
    AggregateQuery, DayCell, Filter, Grouping, HourUsual, Overview, Phase, QueryPart, SearchRequest, SortKey,
    SortOrder, TimeField, TimeWindow, Timestamp, WorkloadKind, WorkloadQuery,
};
use onepane_index::WorkloadIndex;
use std::collections::BTreeMap;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const WEEK_MS: i64 = 7 * DAY_MS;
const LONGEST: u32 = 8;
const CHANGED: u32 = 12;
const FAILURE_GROUPS: usize = 12;
const HEAT_MAP_DAYS: i64 = 30;
const WEEKS_COMPARED: i64 = 4;
const ENDED: [Phase; 4] = [Phase::Succeeded, Phase::Failed, Phase::Stopped, Phase::Deleted];
const ACTIVE: [Phase; 3] = [Phase::Running, Phase::Pending, Phase::Stopping];

/// The overview at `now`, but for how events come in and what is missing, which the index does not know.
///
/// A job counts on the day and hour of its newest event: that is its end once it has ended, also for one that failed
/// before it started and so has no end time.
pub(super) fn overview(index: &WorkloadIndex, now: Timestamp) -> Overview {
    let today = now.start_of_day();
    let days = day_cells(index, now);
    let oldest_day = days.iter().map(|cell| cell.day).min();
    let (succeeded, failed) = against_usual(index, now, oldest_day);
    let jobs_ended = |window| jobs(&ENDED, window);
    let this_hour = now.floor_to(HOUR_MS);
    let last_48_hours = TimeWindow::Between(this_hour.plus_millis(-47 * HOUR_MS), this_hour.plus_millis(HOUR_MS));
    let recent = AggregateQuery { filter: jobs_ended(last_48_hours), group_by: None, bucket_ms: Some(HOUR_MS) };
    let (active, active_by_phase) = active(index, now);
    let failures = SearchRequest {
        query: query(failed_since(now.plus_millis(-WEEK_MS)), SortKey::Updated, SortOrder::Descending),
        parts: vec![QueryPart::FailureGroups],
        ..page(0)
    };
    let mut failures = index.search(&failures, now).failure_groups;
    failures.truncate(FAILURE_GROUPS);
    let longest = query(jobs(&ACTIVE, TimeWindow::All), SortKey::Started, SortOrder::Ascending);
    let last_hour = Filter { window: TimeWindow::Last(HOUR_MS), ..Filter::default() };
    let changed = query(last_hour, SortKey::Updated, SortOrder::Descending);
    let changed = index.search(&SearchRequest { query: changed, ..page(CHANGED) }, now);
    Overview {
        now,
        active,
        active_by_phase,
        succeeded,
        failed,
        recent: index.aggregate(&recent, now),
        days: days.into_iter().filter(|cell| cell.day >= today.plus_days(1 - HEAT_MAP_DAYS)).collect(),
        failures,
        longest: index.search(&SearchRequest { query: longest, ..page(LONGEST) }, now).rows,
        changed: changed.rows,
        changed_total: changed.total,
        ..Overview::default()
    }
}

fn page(limit: u32) -> SearchRequest {
    SearchRequest { query: WorkloadQuery::default(), cursor: None, offset: 0, limit, parts: Vec::new() }
}

fn query(filter: Filter, sort: SortKey, order: SortOrder) -> WorkloadQuery {
    WorkloadQuery { filter, sort, order }
}

/// Jobs in one of these phases that last changed in `window`.
fn jobs(phases: &[Phase], window: TimeWindow) -> Filter {
    let kinds = WorkloadKind::KNOWN.iter().filter(|kind| kind.is_job()).cloned().collect();
    Filter { kinds, phases: phases.to_vec(), time_field: TimeField::Updated, window, ..Filter::default() }
}

/// Anything that failed: also an endpoint.
fn failed_since(from: Timestamp) -> Filter {
    let window = TimeWindow::Between(from, Timestamp::MAX);
    Filter { phases: vec![Phase::Failed], window, ..Filter::default() }
}

type Counted<T> = Vec<(T, u64)>;

/// What is at work (running or stopping) by kind, most first; and everything active by phase.
fn active(index: &WorkloadIndex, now: Timestamp) -> (Counted<WorkloadKind>, Counted<Phase>) {
    let filter = Filter { phases: ACTIVE.to_vec(), ..Filter::default() };
    let counts = index.aggregate(&AggregateQuery { filter, group_by: Some(Grouping::Kind), bucket_ms: None }, now);
    let mut by_kind: BTreeMap<WorkloadKind, u64> = BTreeMap::new();
    let mut by_phase = ACTIVE.map(|phase| (phase, 0));
    for cell in counts.cells {
        let at_work = cell.count(Phase::Running) + cell.count(Phase::Stopping);
        *by_kind.entry(WorkloadKind::from(cell.group.as_str())).or_default() += u64::from(at_work);
        for (phase, count) in &mut by_phase {
            *count += u64::from(cell.count(*phase));
        }
    }
    let mut by_kind: Vec<_> = by_kind.into_iter().filter(|(_, count)| *count > 0).collect();
    by_kind.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    (by_kind, by_phase.to_vec())
}

/// Account by day, as far back as the comparison with earlier weeks reaches.
fn day_cells(index: &WorkloadIndex, now: Timestamp) -> Vec<DayCell> {
    let first = now.start_of_day().plus_days(-WEEKS_COMPARED * 7);
    let from = first.min(now.start_of_day().plus_days(1 - HEAT_MAP_DAYS));
    let filter = jobs(&[], TimeWindow::Between(from, Timestamp::MAX));
    let by_account = AggregateQuery { filter, group_by: Some(Grouping::Account), bucket_ms: Some(DAY_MS) };
    let cells = index.aggregate(&by_account, now).cells.into_iter();
    let mut days: Vec<DayCell> = cells
        .filter_map(|cell| {
            Some(DayCell {
                account: cell.group.parse().ok()?,
                day: cell.start,
                succeeded: cell.count(Phase::Succeeded),
                failed: cell.count(Phase::Failed),
                total: cell.total(),
            })
        })
        .collect();
    days.sort_by_key(|cell| (cell.account, cell.day));
    days
}

/// Jobs that succeeded and failed since midnight, against the median of the same day of the week up to the same time
/// of day, over those of the last four weeks from which there is data. The oldest day may have begun before its first
/// event was kept: it is not compared with.
fn against_usual(index: &WorkloadIndex, now: Timestamp, oldest_day: Option<Timestamp>) -> (HourUsual, HourUsual) {
    let count = |weeks_ago: i64| {
        let (midnight, until) = (now.start_of_day().plus_days(-7 * weeks_ago), now.plus_millis(-WEEK_MS * weeks_ago));
        // The present millisecond is part of today.
        let filter = jobs(&ENDED, TimeWindow::Between(midnight, until.plus_millis(1)));
        let counts = index.aggregate(&AggregateQuery { filter, group_by: None, bucket_ms: None }, now);
        let of = |phase| counts.cells.iter().map(|cell| u64::from(cell.count(phase))).sum::<u64>();
        (of(Phase::Succeeded), of(Phase::Failed))
    };
    let has_data = |weeks_ago: i64| {
        let day = now.start_of_day().plus_days(-7 * weeks_ago);
        oldest_day.is_some_and(|oldest| oldest < day)
    };
    let weeks: Vec<(u64, u64)> = (1..=WEEKS_COMPARED).filter(|weeks| has_data(*weeks)).map(count).collect();
    let today = count(0);
    (
        HourUsual { today: today.0, usual: median(weeks.iter().map(|week| week.0)) },
        HourUsual { today: today.1, usual: median(weeks.iter().map(|week| week.1)) },
    )
}

/// The middle value, or the mean of the two in the middle; none of nothing.
fn median(values: impl Iterator<Item = u64>) -> Option<f64> {
    let mut sorted: Vec<u64> = values.collect();
    sorted.sort_unstable();
    let (low, high) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
    // Counts of jobs are far below 2^53, where a float is exact.
    #[allow(clippy::cast_precision_loss)]
    Some((*low as f64 + *high as f64) / 2.0)
}

/// Unrecognised detail-types with counts, most frequent first.
pub(super) fn count_detail_types(types: impl Iterator<Item = String>) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for detail_type in types {
        *counts.entry(detail_type).or_default() += 1;
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sorted
}

#[cfg(test)]
mod tests;
