//! Counts by group and time.

mod counts;
mod groups;

use crate::lake::{Access, Opened};
use crate::scan::{Order, Task, in_parallel, tasks};
use counts::{Counter, Counts, Grid, Seen};
use groups::{Grouper, Groups, MOST_GROUPS};
use onepane_domain::{CountingRule, ErrorKind, FindingRequest, FindingSeries, PortError, PortResult};
use std::collections::BTreeMap;

/// The series of a request, by key; the largest if there are too many, with the number of those that are left out.
pub(crate) fn series(
    access: &Access,
    opened: &Opened,
    request: &FindingRequest,
) -> PortResult<(Vec<FindingSeries>, usize)> {
    let groups = Groups::new(request.group_by.len());
    let seen = Seen::new(request.count);
    let grid = Grid::new(request.bucket, request.from);
    let tasks = tasks(access, opened, Order::Oldest)?;
    let make = || Counter::new(request.count, grid, &seen, Grouper::new(&groups), request.group_by.len());
    let counters = in_parallel(access.threads, tasks.len(), &access.stop, make, |counter, number, queue| {
        if let Some(task) = tasks.get(number) {
            access.scan(opened, task, |question, batch| {
                counter.take(batch, question);
                if groups.has_overflowed() {
                    access.stop.stop();
                }
                !access.stop.is_stopped()
            });
        }
        let undone = queue.done(number);
        // Tasks come in the order of their first record.
        let next = tasks.get(undone).map_or(i64::MAX, |task: &Task| task.times.0);
        seen.forget_before(grid, next);
    });
    let mut counts = Counts::new();
    for counter in counters? {
        for (place, count) in counter.counts {
            *counts.entry(place).or_default() += count;
        }
    }
    if groups.has_overflowed() {
        let why = format!("more than {MOST_GROUPS} groups; group by less, or filter more");
        return Err(PortError::new(ErrorKind::Invalid, why));
    }
    if request.count == CountingRule::FirstSeen {
        seen.firsts(&mut counts);
    }
    Ok(largest(&groups, counts, grid, request.most_series))
}

fn largest(groups: &Groups, counts: Counts, grid: Grid, most: usize) -> (Vec<FindingSeries>, usize) {
    let mut by_group: BTreeMap<u32, Vec<(u32, u64)>> = BTreeMap::new();
    for ((group, bucket), count) in counts {
        by_group.entry(group).or_default().push((bucket, count));
    }
    let mut sized: Vec<_> = by_group
        .into_iter()
        .map(|(group, counts)| (std::cmp::Reverse(counts.iter().map(|(_, count)| *count).sum::<u64>()), group, counts))
        .collect();
    let left_out = sized.len().saturating_sub(most);
    if left_out > 0 {
        // Of those as large as the last one that is in, the key decides: keys are made for no others.
        sized.sort_unstable_by_key(|(total, ..)| *total);
        let last = most.checked_sub(1).and_then(|at| sized.get(at)).map(|(total, ..)| *total);
        sized.retain(|(total, ..)| Some(*total) <= last);
    }
    let mut series: Vec<_> = sized
        .into_iter()
        .map(|(total, group, mut counts)| {
            counts.sort_unstable();
            let counts = counts.into_iter().map(|(bucket, count)| (grid.start(bucket), count)).collect();
            (total, FindingSeries { key: groups.key(group), counts })
        })
        .collect();
    series.sort_unstable_by(|(a_total, a), (b_total, b)| a_total.cmp(b_total).then_with(|| a.key.cmp(&b.key)));
    series.truncate(most);
    let mut series: Vec<_> = series.into_iter().map(|(_, series)| series).collect();
    series.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    (series, left_out)
}
