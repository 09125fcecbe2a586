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
            let in_piece = |rows: &Vec<u32>| {
                let numbered = rows.iter().zip(order.majors(rows));
                numbered.filter(|(row, major)| order.is_after(**row, *major, after)).map(|(row, _)| *row).collect()
            };
            narrowed = matching.par_iter().map(in_piece).collect();
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
    select(order, matching, 0, skip, limit, &mut out);
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
                rows.iter().zip(order.majors(rows)).for_each(|(row, major)| first.offer(order, *row, major));
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

    fn offer(&mut self, order: &Order<'_>, row: u32, major: u64) {
        if let Some(threshold) = &self.threshold {
            // Most rows are settled by the one number.
            if major > threshold.major {
                return;
            }
            let entry = order.entry(row, major);
            if major == threshold.major && order.compare(&entry, threshold) == Ordering::Greater {
                return;
            }
        }
        self.entries.push(order.entry(row, major));
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

/// Appends the rows from position `skip` on, `limit` of them, of the pieces' rows in order. All rows are equal in the
/// levels below `level`. Histograms over the level's numbers narrow the rows to the cells in which the page begins and
/// ends.
fn select(order: &Order<'_>, pieces: &[Vec<u32>], level: usize, skip: usize, limit: usize, out: &mut Vec<u32>) {
    if limit == 0 {
        return;
    }
    let few = pieces.iter().map(Vec::len).sum::<usize>() <= FEW;
    if few || level >= LEVELS {
        out.extend(sorted_part(order, &pieces.concat(), skip, limit));
        return;
    }
    let numbered: Vec<Numbered<'_>> = pieces.par_iter().map(|rows| Numbered::new(order, level, rows)).collect();
    let least = numbered.iter().map(|piece| piece.least).min().unwrap_or(NO_VALUE);
    let most = numbered.iter().map(|piece| piece.most).max().unwrap_or(0);
    let some_without = numbered.iter().any(|piece| piece.some_without);
    if least > most || (least == most && !some_without) {
        drop(numbered);
        select(order, pieces, level + 1, skip, limit, out);
        return;
    }
    let shift = (64 - (most - least).leading_zeros()).saturating_sub(CELL_BITS);
    let last_cell = (((most - least) >> shift) + 1) as usize;
    let cell = |number: u64| if number == NO_VALUE { last_cell } else { ((number - least) >> shift) as usize };
    let counts = numbered
        .par_iter()
        .with_min_len(8)
        .fold(
            || vec![0u32; last_cell + 1],
            |mut counts, piece| {
                piece.numbers.iter().for_each(|number| counts[cell(*number)] += 1);
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
    // What is left of each piece: the rows of the first cell, of those between, of the last.
    let split = |piece: &Numbered<'_>| {
        let mut parts = [Vec::new(), Vec::new(), Vec::new()];
        for (row, number) in piece.rows.iter().zip(&piece.numbers) {
            let cell = cell(*number);
            if cell < begin_cell || cell > end_cell {
                continue;
            }
            let part = if cell == begin_cell { 0 } else { 1 + usize::from(cell == end_cell) };
            parts[part].push(*row);
        }
        parts
    };
    let parts: Vec<[Vec<u32>; 3]> = numbered.par_iter().map(split).collect();
    drop(numbered);
    let (mut begin, mut middle, mut end) = (Vec::new(), Vec::new(), Vec::new());
    for [first, between, last] in parts {
        begin.push(first);
        middle.extend(between);
        end.push(last);
    }
    let in_begin = limit.min(counts[begin_cell] as usize - (skip - before));
    select(order, &begin, level, skip - before, in_begin, out);
    // Every row of the middle is on the page.
    out.extend(sorted_part(order, &middle, 0, middle.len()));
    if end_cell > begin_cell {
        select(order, &end, level, 0, skip + limit - before_end, out);
    }
}

/// Rows with their numbers of one level.
struct Numbered<'r> {
    rows: &'r [u32],
    numbers: Vec<u64>,
    /// The least number of a row with a value.
    least: u64,
    /// The greatest number of a row with a value.
    most: u64,
    some_without: bool,
}

impl<'r> Numbered<'r> {
    fn new(order: &Order<'_>, level: usize, rows: &'r [u32]) -> Self {
        let numbers = order.level(level, rows);
        let (mut least, mut most, mut some_without) = (NO_VALUE, 0, false);
        for number in &numbers {
            // No value is the greatest number, so it never is the least.
            least = least.min(*number);
            most = most.max(if *number == NO_VALUE { 0 } else { *number });
            some_without |= *number == NO_VALUE;
        }
        Self { rows, numbers, least, most, some_without }
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
    let mut entries: Vec<Entry> =
        rows.iter().zip(order.majors(rows)).map(|(row, major)| order.entry(*row, major)).collect();
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
