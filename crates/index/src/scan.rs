//! The scan: every row against a compiled filter, in one pass over the packed columns.

use crate::filter::{Compiled, TextTest, failed};
use crate::index::WorkloadIndex;
use rayon::prelude::*;

/// Rows of one step of the scan: few enough for their masks to stay in the first-level cache.
const SEGMENT: usize = 8_192;

/// Counts by shared value, from which the facets are made: of rows that match, and of rows that fail in one dimension
/// alone, which that dimension's facet counts too.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    /// By place, of matching rows.
    pub(crate) places: Vec<u32>,
    /// By state, of matching rows.
    pub(crate) states: Vec<u32>,
    /// By tag set, of matching rows.
    pub(crate) tag_sets: Vec<u32>,
    /// By the position of the dimension's bit: counts by place, state or tag set of rows that fail there alone.
    pub(crate) failed_alone: [Vec<u32>; 8],
}

/// What a scan finds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matches {
    /// The matching rows, in pieces.
    pub(crate) rows: Vec<Vec<u32>>,
    /// Empty unless asked for.
    pub(crate) counts: Counts,
}

impl Matches {
    pub(crate) fn total(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }
}

impl Counts {
    fn new(index: &WorkloadIndex, filter: &Compiled<'_>) -> Self {
        let (places, states, tag_sets) = (index.places.len(), index.states.len(), index.tag_sets.len());
        let filtered = |is_filtered: bool, length: usize| vec![0; if is_filtered { length } else { 0 }];
        let by_place = || filtered(filter.places.is_some(), places);
        let by_state = || filtered(filter.states.is_some(), states);
        Self {
            places: vec![0; places],
            states: vec![0; states],
            tag_sets: vec![0; tag_sets],
            failed_alone: [
                by_place(),
                by_place(),
                by_place(),
                by_place(),
                by_state(),
                by_state(),
                by_state(),
                filtered(filter.tag_sets.is_some(), tag_sets),
            ],
        }
    }

    fn add(&mut self, other: &Self) {
        add_all(&mut self.places, &other.places);
        add_all(&mut self.states, &other.states);
        add_all(&mut self.tag_sets, &other.tag_sets);
        for (mine, theirs) in self.failed_alone.iter_mut().zip(&other.failed_alone) {
            add_all(mine, theirs);
        }
    }
}

fn add_all(mine: &mut Vec<u32>, theirs: &[u32]) {
    if mine.is_empty() {
        mine.extend_from_slice(theirs);
        return;
    }
    mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
}

fn count(counts: &mut [u32], column: &[u32], rows: &[u32]) {
    rows.iter().for_each(|row| counts[column[*row as usize] as usize] += 1);
}

struct Scanner {
    found: Matches,
    masks: Vec<u16>,
    /// Room for the rows of a segment.
    wanted: Vec<u32>,
}

impl WorkloadIndex {
    pub(crate) fn scan(&self, filter: &Compiled<'_>, with_counts: bool) -> Matches {
        let new = || Scanner {
            found: Matches {
                rows: Vec::new(),
                counts: if with_counts { Counts::new(self, filter) } else { Counts::default() },
            },
            masks: Vec::with_capacity(SEGMENT),
            wanted: Vec::with_capacity(SEGMENT + 1),
        };
        let found = (0..self.len().div_ceil(SEGMENT))
            .into_par_iter()
            .with_min_len(4)
            .fold(new, |mut scanner, segment| {
                let first = segment * SEGMENT;
                scanner.scan(self, filter, first, (first + SEGMENT).min(self.len()), with_counts);
                scanner
            })
            .map(|scanner| scanner.found)
            .reduce_with(|mut all, more| {
                all.rows.extend(more.rows);
                all.counts.add(&more.counts);
                all
            });
        found.unwrap_or_else(|| new().found)
    }
}

impl Scanner {
    fn scan(&mut self, index: &WorkloadIndex, filter: &Compiled<'_>, first: usize, end: usize, with_counts: bool) {
        let rows = &index.rows;
        self.fill_masks(index, filter, first, end);
        // A row that fails in several dimensions is not counted anywhere.
        let counts_for = |mask: u16| mask == 0 || (with_counts && mask.is_power_of_two() && mask != failed::OTHER);
        if filter.groups.is_some() {
            for (at, mask) in self.masks.iter_mut().enumerate() {
                if counts_for(*mask) && !filter.is_in_groups(index, first + at) {
                    *mask |= failed::OTHER;
                }
            }
        }
        if let Some(text) = &filter.text {
            let candidates = self.masks.iter().filter(|mask| counts_for(**mask)).count();
            if candidates * 4 >= end - first {
                self.search_all(index, text, first, end);
            } else if candidates > 0 {
                self.search_some(index, text, first, counts_for);
            }
        }
        let matching = self.rows_with(first, |mask| mask == 0).to_vec();
        if with_counts {
            let counts = &mut self.found.counts;
            count(&mut counts.places, &rows.place, &matching);
            count(&mut counts.states, &rows.state, &matching);
            count(&mut counts.tag_sets, &rows.tags, &matching);
            self.count_failed_alone(index, first);
        }
        if !matching.is_empty() {
            self.found.rows.push(matching);
        }
    }

    /// The rows whose mask satisfies `is_wanted`. Without branches: whether a row matches cannot be foretold.
    fn rows_with(&mut self, first: usize, is_wanted: impl Fn(u16) -> bool) -> &[u32] {
        self.wanted.resize(self.masks.len() + 1, 0);
        let (wanted, masks) = (self.wanted.as_mut_slice(), self.masks.as_slice());
        let mut length = 0;
        for (row, mask) in (first as u32..).zip(masks) {
            wanted[length] = row;
            length += usize::from(is_wanted(*mask));
        }
        &self.wanted[..length]
    }

    fn count_failed_alone(&mut self, index: &WorkloadIndex, first: usize) {
        let rows = &index.rows;
        let columns =
            [&rows.place, &rows.place, &rows.place, &rows.place, &rows.state, &rows.state, &rows.state, &rows.tags];
        let seen = self.masks.iter().fold(0, |seen, mask| seen | mask);
        for (bit, column) in columns.into_iter().enumerate().filter(|(bit, _)| seen >> bit & 1 == 1) {
            let mut counts = std::mem::take(&mut self.found.counts.failed_alone[bit]);
            count(&mut counts, column, self.rows_with(first, |mask| mask == 1 << bit));
            self.found.counts.failed_alone[bit] = counts;
        }
    }

    fn fill_masks(&mut self, index: &WorkloadIndex, filter: &Compiled<'_>, first: usize, end: usize) {
        let rows = &index.rows;
        self.masks.clear();
        match &filter.places {
            Some(table) => self.masks.extend(rows.place[first..end].iter().map(|place| table[*place as usize])),
            None => self.masks.resize(end - first, 0),
        }
        let tables = [(&filter.states, &rows.state), (&filter.tag_sets, &rows.tags)];
        for (table, column) in tables {
            let Some(table) = table else { continue };
            for (mask, code) in self.masks.iter_mut().zip(&column[first..end]) {
                *mask |= table[*code as usize];
            }
        }
        if let Some((times, from, to)) = filter.window {
            for (mask, time) in self.masks.iter_mut().zip(&times[first..end]) {
                // A missing instant is below every window.
                let inside = *time >= from && *time < to;
                *mask |= u16::from(!inside) << failed::OTHER.trailing_zeros();
            }
        }
    }

    fn search_some(&mut self, index: &WorkloadIndex, text: &TextTest, first: usize, counts_for: impl Fn(u16) -> bool) {
        for (at, mask) in self.masks.iter_mut().enumerate() {
            let row = first + at;
            let contains = || {
                let in_reason = text.reasons.get(index.rows.reason[row] as usize).copied().unwrap_or(false);
                in_reason || text.finder.find(index.rows.folded_name(row)).is_some()
            };
            if counts_for(*mask) && !contains() {
                *mask |= failed::OTHER;
            }
        }
    }

    /// Searches the names of all rows in one go: from match to match, jumping to the next row after each.
    fn search_all(&mut self, index: &WorkloadIndex, text: &TextTest, first: usize, end: usize) {
        let rows = &index.rows;
        let in_reason = |reason: &u32| text.reasons.get(*reason as usize).copied().unwrap_or(false);
        let mut found: Vec<bool> = rows.reason[first..end].iter().map(in_reason).collect();
        let base = rows.names.start(first);
        let names = rows.names.segments(first, end);
        let mut row = first;
        let mut at = 0;
        while let Some(position) = names.get(at..).and_then(|rest| text.finder.find(rest)) {
            let position = base + at + position;
            while rows.names.start(row + 1) <= position {
                row += 1;
            }
            // A match that begins in the mask after a name is none.
            if position < rows.names.start(row) + rows.folded_name(row).len() {
                found[row - first] = true;
            }
            at = rows.names.start(row + 1) - base;
        }
        for (mask, found) in self.masks.iter_mut().zip(found) {
            if !found {
                *mask |= failed::OTHER;
            }
        }
    }
}
