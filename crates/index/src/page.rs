//! Pages: the first rows of an order, or those far into it, without sorting the rest.

use crate::order::{After, Entry, LEVELS, NO_VALUE, Order};
use rayon::prelude::*;
use std::cmp::Ordering;

/// Up to so many rows from the start, a bounded heap is quicker than selection.
const SHALLOW: usize = 1_024;
/// So few rows are simply sorted.
const FEW: usize = 2_048;
/// Cells of the histogram that narrows a selection, as a power of two.
const CELL_BITS: u32 = 13;

/// The rows from position `skip` on, at most `limit`, of those after the cursor; and how many stand after the cursor.
pub(crate) fn page(
    order: &Order<'_>,
    matching: &[Vec<u32>],
    after: Option<&After>,
    skip: usize,
    limit: usize,
) -> (Vec<u32>, usize) {
    let narrowed: Vec<Vec<u32>>;
    let matching = match after {
        None => matching,
        Some(after) => {
            let is_after = |row: &u32| order.is_after(&order.entry(*row), after);
            narrowed = matching.par_iter().map(|rows| rows.iter().copied().filter(is_after).collect()).collect();
            &narrowed
        }
    };
    let remaining = matching.iter().map(Vec::len).sum();
    let limit = limit.min(remaining - skip.min(remaining));
    if limit == 0 {
        return (Vec::new(), remaining);
    }
    if skip + limit <= SHALLOW {
        return (shallow(order, matching, skip, limit), remaining);
    }
    let mut out = Vec::with_capacity(limit);
    select(order, matching.concat(), 0, skip, limit, &mut out);
    (out, remaining)
}

fn shallow(order: &Order<'_>, matching: &[Vec<u32>], skip: usize, limit: usize) -> Vec<u32> {
    let wanted = skip + limit;
    let first = matching
        .par_iter()
        .with_min_len(4)
        .fold(
            || First::new(wanted),
            |mut first, rows| {
                rows.iter().for_each(|row| first.offer(order, *row));
                first
            },
        )
        .reduce(
            || First::new(wanted),
            |mut all, more| {
                all.entries.extend(more.entries);
                all.prune(order);
                all
            },
        );
    let mut entries = first.entries;
    entries.sort_unstable_by(|a, b| order.compare(a, b));
    entries.into_iter().skip(skip).take(limit).map(|entry| entry.row).collect()
}

/// The first rows seen so far: up to twice as many as wanted, pruned when full.
struct First {
    wanted: usize,
    entries: Vec<Entry>,
    /// The last of the wanted ones at the latest pruning: whatever stands after it is not wanted.
    threshold: Option<Entry>,
}

impl First {
    fn new(wanted: usize) -> Self {
        Self { wanted, entries: Vec::with_capacity(wanted * 2), threshold: None }
    }

    fn offer(&mut self, order: &Order<'_>, row: u32) {
        if let Some(threshold) = &self.threshold {
            // Most rows are settled by one number.
            let major = order.major(row as usize);
            if major > threshold.major
                || (major == threshold.major && order.compare(&order.entry(row), threshold) == Ordering::Greater)
            {
                return;
            }
        }
        self.entries.push(order.entry(row));
        if self.entries.len() >= self.wanted * 2 {
            self.prune(order);
        }
    }

    fn prune(&mut self, order: &Order<'_>) {
        if self.entries.len() <= self.wanted {
            return;
        }
        let (_, last, _) = self.entries.select_nth_unstable_by(self.wanted - 1, |a, b| order.compare(a, b));
        self.threshold = Some(*last);
        self.entries.truncate(self.wanted);
    }
}

/// Appends the rows from position `skip` on, `limit` of them, of `rows` in order. All rows are equal in the levels
/// below `level`. Histograms over the level's numbers narrow the rows to the cells in which the page begins and ends.
fn select(order: &Order<'_>, rows: Vec<u32>, level: usize, skip: usize, limit: usize, out: &mut Vec<u32>) {
    if limit == 0 {
        return;
    }
    if rows.len() <= FEW || level >= LEVELS {
        out.extend(sorted_part(order, &rows, skip, limit));
        return;
    }
    let numbers: Vec<u64> = rows.par_iter().with_min_len(8_192).map(|row| order.level(level, *row as usize)).collect();
    let valued = |number: &&u64| **number != NO_VALUE;
    let extent = numbers
        .par_iter()
        .with_min_len(32_768)
        .filter(valued)
        .fold(|| (u64::MAX, 0), |(least, most): (u64, u64), number| (least.min(*number), most.max(*number)))
        .reduce(|| (u64::MAX, 0), |a, b| (a.0.min(b.0), a.1.max(b.1)));
    let (least, most) = extent;
    let all_without = least > most;
    let all_equal = least == most && numbers.par_iter().with_min_len(32_768).all(|number| *number == least);
    if all_without || all_equal {
        drop(numbers);
        select(order, rows, level + 1, skip, limit, out);
        return;
    }
    let shift = (64 - (most - least).leading_zeros()).saturating_sub(CELL_BITS);
    let last_cell = (((most - least) >> shift) + 1) as usize;
    let cell = |number: u64| if number == NO_VALUE { last_cell } else { ((number - least) >> shift) as usize };
    let counts = numbers
        .par_chunks(65_536)
        .fold(
            || vec![0u32; last_cell + 1],
            |mut counts, numbers| {
                numbers.iter().for_each(|number| counts[cell(*number)] += 1);
                counts
            },
        )
        .reduce(
            || vec![0u32; last_cell + 1],
            |mut all, more| {
                all.iter_mut().zip(more).for_each(|(all, more)| *all += more);
                all
            },
        );
    let (begin_cell, before) = cell_at(&counts, skip);
    let (end_cell, before_end) = cell_at(&counts, skip + limit - 1);
    let rows_in = |wanted: std::ops::RangeInclusive<usize>| -> Vec<u32> {
        let in_cells = |(row, number): (&u32, &u64)| wanted.contains(&cell(*number)).then_some(*row);
        rows.par_iter().zip(&numbers).with_min_len(8_192).filter_map(in_cells).collect()
    };
    let begin = rows_in(begin_cell..=begin_cell);
    let in_begin = limit.min(begin.len() - (skip - before));
    let middle = if end_cell > begin_cell + 1 { rows_in(begin_cell + 1..=end_cell - 1) } else { Vec::new() };
    let end = if end_cell > begin_cell { rows_in(end_cell..=end_cell) } else { Vec::new() };
    drop((rows, numbers));
    select(order, begin, level, skip - before, in_begin, out);
    // Every row of the middle is on the page.
    out.extend(sorted_part(order, &middle, 0, middle.len()));
    if end_cell > begin_cell {
        select(order, end, level, 0, skip + limit - before_end, out);
    }
}

/// The cell that holds the row at `position`, and how many rows stand in the cells before it.
fn cell_at(counts: &[u32], position: usize) -> (usize, usize) {
    let mut before = 0;
    for (cell, count) in counts.iter().enumerate() {
        if position < before + *count as usize {
            return (cell, before);
        }
        before += *count as usize;
    }
    (counts.len().saturating_sub(1), before)
}

fn sorted_part(order: &Order<'_>, rows: &[u32], skip: usize, limit: usize) -> Vec<u32> {
    let mut entries: Vec<Entry> = rows.par_iter().with_min_len(4_096).map(|row| order.entry(*row)).collect();
    let compare = |a: &Entry, b: &Entry| order.compare(a, b);
    let mut wanted = entries.as_mut_slice();
    if skip > 0 && skip < wanted.len() {
        wanted.select_nth_unstable_by(skip, compare);
    }
    wanted = wanted.get_mut(skip..).unwrap_or_default();
    if limit < wanted.len() {
        wanted.select_nth_unstable_by(limit, compare);
        wanted = &mut wanted[..limit];
    }
    wanted.par_sort_unstable_by(compare);
    wanted.iter().map(|entry| entry.row).collect()
}
