//! Duration percentiles and failure groups of what matches.

use crate::distinct::NONE;
use crate::filter::Compiled;
use crate::index::WorkloadIndex;
use crate::order::{duration_of_value, duration_value};
use crate::scan::Matches;
use hashbrown::{HashMap, HashSet};
use onepane_domain::{DurationPercentiles, FailureGroup, Timestamp};
use rayon::prelude::*;

/// Failure groups that an answer lists.
const LISTED_GROUPS: usize = 50;
/// Bits of a duration's number that its histogram looks at: sign, exponent and four of the mantissa.
const CELL_SHIFT: u32 = 48;

struct Group {
    count: u64,
    first_seen: i64,
    newest_row: usize,
}

impl WorkloadIndex {
    /// Percentiles of the durations by nearest rank: the smallest duration that at least so many in a hundred do not
    /// exceed. Zeros where nothing has a duration.
    pub(crate) fn percentiles(&self, matches: &Matches) -> DurationPercentiles {
        let numbers: Vec<Vec<u64>> = matches
            .rows
            .par_iter()
            .map(|rows| rows.iter().filter_map(|row| self.rows.duration(*row as usize)).map(duration_value).collect())
            .collect();
        let count: usize = numbers.iter().map(Vec::len).sum();
        if count == 0 {
            return DurationPercentiles::default();
        }
        let counts = numbers
            .par_iter()
            .with_min_len(8)
            .fold(
                || vec![0u32; 1 << (64 - CELL_SHIFT)],
                |mut counts, numbers| {
                    numbers.iter().for_each(|number| counts[(number >> CELL_SHIFT) as usize] += 1);
                    counts
                },
            )
            .reduce_with(|mut all, more| {
                all.iter_mut().zip(more).for_each(|(all, more)| *all += more);
                all
            })
            .unwrap_or_default();
        let nearest_rank = |percent: usize| {
            let rank = (count * percent).div_ceil(100).max(1);
            let mut before = 0;
            let cell = counts.iter().position(|cell| {
                before += *cell as usize;
                before >= rank
            });
            let Some(cell) = cell else { return 0.0 };
            before -= counts[cell] as usize;
            let in_cell = |number: &&u64| (**number >> CELL_SHIFT) as usize == cell;
            let mut candidates: Vec<u64> =
                numbers.par_iter().flat_map_iter(|n| n.iter().filter(in_cell).copied()).collect();
            let (_, number, _) = candidates.select_nth_unstable(rank - before - 1);
            duration_of_value(*number)
        };
        DurationPercentiles {
            count: count as u64,
            p50: nearest_rank(50),
            p90: nearest_rank(90),
            p99: nearest_rank(99),
            max: nearest_rank(100),
        }
    }

    /// The failures among the matching rows (failed, or with a reason) by normalised reason, most frequent first.
    pub(crate) fn failure_groups(&self, compiled: &Compiled<'_>, matches: &Matches) -> Vec<FailureGroup> {
        let failures: Vec<Vec<(u32, u32)>> = matches
            .rows
            .par_iter()
            .map(|rows| {
                let group = |row: &u32| Some((self.failure_group(*row as usize, &compiled.is_failed)?, *row));
                rows.iter().filter_map(group).collect()
            })
            .collect();
        // A normalised reason may be empty, as that of a failure without a reason is.
        let blank = self.reason_groups.find("").unwrap_or(NONE);
        let mut groups: HashMap<u32, Group> = HashMap::new();
        let mut accounts = HashSet::new();
        for (group, row) in failures.into_iter().flatten() {
            let (group, row) = (if group == NONE { blank } else { group }, row as usize);
            let updated = self.rows.updated[row];
            accounts.insert((group, self.places.get(self.rows.place[row]).account));
            let entry = groups.entry(group).or_insert(Group { count: 0, first_seen: updated, newest_row: row });
            entry.count += 1;
            entry.first_seen = entry.first_seen.min(updated);
            if self.is_newer_example(row, entry.newest_row) {
                entry.newest_row = row;
            }
        }
        let mut accounts_of: HashMap<u32, u32> = HashMap::new();
        for (group, _) in accounts {
            *accounts_of.entry(group).or_insert(0) += 1;
        }
        let text = |group: u32| self.reason_groups.items().get(group as usize).map_or("", |text| text);
        let mut sorted: Vec<(u32, Group)> = groups.into_iter().collect();
        sorted.sort_unstable_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| text(a.0).cmp(text(b.0))));
        sorted
            .into_iter()
            .take(LISTED_GROUPS)
            .map(|(code, group)| FailureGroup {
                reason: text(code).to_owned(),
                example: self.reason(group.newest_row).map(|reason| reason.text.to_string()).unwrap_or_default(),
                count: group.count,
                accounts: accounts_of.get(&code).copied().unwrap_or(0),
                first_seen: Timestamp::saturating_from_millis(group.first_seen),
                last_seen: Timestamp::saturating_from_millis(self.rows.updated[group.newest_row]),
            })
            .collect()
    }

    /// Of equally new failures, the one whose identity comes first is the example.
    fn is_newer_example(&self, row: usize, than: usize) -> bool {
        match self.rows.updated[row].cmp(&self.rows.updated[than]) {
            std::cmp::Ordering::Equal => row != than && self.workload_id(row) < self.workload_id(than),
            order => order.is_gt(),
        }
    }
}
