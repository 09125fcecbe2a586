//! The time that is looked at, cut into buckets, and counts on it.

use onepane_domain::{Bucket, FindingSeries, Notes, TimeWindow, Timestamp};

/// Records come late: a bucket counts as complete so long after its end.
const SETTLES_MS: i64 = 3_600_000;
/// What stands for all time.
const LONGEST_MS: i64 = 1_096 * DAY_MS;
const DAY_MS: i64 = 86_400_000;
const WEEK_MS: i64 = 7 * DAY_MS;

/// Whole buckets; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Grid {
    /// The beginning (inclusive).
    pub(super) from: Timestamp,
    /// The end (exclusive).
    pub(super) to: Timestamp,
    pub(super) bucket: Bucket,
}

impl Grid {
    /// The complete buckets of a window: half a day would look like a fall. With a note if incomplete ones were asked for by
    /// their instants; that "the last 90 days" are whole ones goes without saying.
    pub(super) fn of(window: TimeWindow, bucket: Bucket, now: Timestamp) -> (Self, Option<String>) {
        let (from, to) = match window {
            TimeWindow::All => (now.plus_millis(-LONGEST_MS), now),
            TimeWindow::Last(millis) => (now.plus_millis(-millis.max(0)), now),
            TimeWindow::Between(from, to) => (from, to),
        };
        let width = bucket.millis();
        let complete = bucket.start_of(now.plus_millis(-SETTLES_MS));
        let end = bucket.start_of(to.plus_millis(width - 1));
        let to = end.min(complete);
        let is_cut = matches!(window, TimeWindow::Between(..)) && end > complete;
        let note = is_cut.then(|| {
            let what = bucket.word();
            format!("Up to {}: a {what} that is not over yet is left out, a part of it would look like a fall.", at(to))
        });
        (Self { from: bucket.start_of(from).min(to.plus_millis(-width)), to, bucket }, note)
    }

    /// What of it the source has records of, by its first and last day, with a note for each end that is cut. The whole
    /// of it if that is nothing.
    pub(super) fn within(self, first: Option<Timestamp>, last: Option<Timestamp>) -> (Self, Notes) {
        let (mut grid, mut notes) = (self, Notes::new());
        let ends = last.map(|last| self.bucket.start_of(last.start_of_day().plus_millis(DAY_MS)));
        if let Some(ends) = ends.filter(|ends| (self.from..self.to).contains(ends)) {
            if ends > self.from {
                grid.to = ends;
            }
            notes.push(format!("The newest records are of {}.", last.unwrap_or(ends).day()));
        }
        let begins = first.map(|first| self.bucket.start_of(first.plus_millis(self.bucket.millis() - 1)));
        if let Some(begins) = begins.filter(|begins| grid.from < *begins && *begins < grid.to) {
            grid.from = begins;
            notes.push(format!("Records begin on {}.", first.unwrap_or(begins).day()));
        }
        (grid, notes)
    }

    /// The time of the same length just before.
    pub(super) fn previous(self) -> Self {
        Self { from: self.from.plus_millis(-self.to.millis_since(self.from)), to: self.from, ..self }
    }

    /// How many buckets there are.
    pub(super) fn len(self) -> usize {
        usize::try_from(self.to.millis_since(self.from) / self.bucket.millis()).unwrap_or(0)
    }

    /// Where a bucket begins.
    pub(super) fn start(self, index: usize) -> Timestamp {
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        self.from.plus_millis(index.saturating_mul(self.bucket.millis()))
    }

    /// The bucket that holds an instant.
    fn place(self, at: Timestamp) -> Option<usize> {
        let place = at.millis_since(self.from).div_euclid(self.bucket.millis());
        usize::try_from(place).ok().filter(|place| *place < self.len())
    }

    /// The counts of a series, one a bucket, 0 where there are none.
    pub(super) fn counts(self, series: &FindingSeries) -> Vec<u64> {
        let mut counts = vec![0_u64; self.len()];
        for (at, count) in &series.counts {
            if let Some(known) = self.place(*at).and_then(|place| counts.get_mut(place)) {
                *known = known.saturating_add(*count);
            }
        }
        counts
    }

    /// The sums over the last seven days and over the seven before; none in a shorter time.
    pub(super) fn weeks(self, counts: &[u64]) -> Option<(u64, u64)> {
        let week = usize::try_from(WEEK_MS / self.bucket.millis()).ok()?;
        let before = counts.len().checked_sub(2 * week)?;
        let (before, now) = counts.get(before..)?.split_at_checked(week)?;
        Some((now.iter().sum(), before.iter().sum()))
    }
}

/// `2026-11-25`, with the time if it is no midnight. UTC.
pub(super) fn at(instant: Timestamp) -> String {
    let text = instant.to_string();
    match instant == instant.start_of_day() {
        true => instant.day(),
        false => format!("{} {}", instant.day(), text.get(11..16).unwrap_or_default()),
    }
}

/// Counts joined by their sums to at most `most`. The last one is whole, as it is the one that is looked at.
pub(super) fn joined(counts: &[u64], most: usize) -> Vec<u64> {
    let width = counts.len().div_ceil(most.max(1)).max(1);
    let mut sums: Vec<u64> = counts.rchunks(width).map(|chunk| chunk.iter().sum()).collect();
    sums.reverse();
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn last(days: i64, bucket: Bucket, now: &str) -> (String, String) {
        let (grid, note) = Grid::of(TimeWindow::Last(days * DAY_MS), bucket, day(now));
        assert_eq!(note, None);
        (at(grid.from), at(grid.to))
    }

    #[test]
    fn a_bucket_that_runs_is_left_out_and_the_one_before_counts() {
        let told = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(last(7, Bucket::Day, "2026-11-25T13:00:00Z"), told("2026-11-18", "2026-11-25"));
        assert_eq!(last(7, Bucket::Day, "2026-11-25T00:30:00Z").1, "2026-11-24", "yesterday's last records may come");
        assert_eq!(last(1, Bucket::Hour, "2026-11-25T13:10:00Z"), told("2026-11-24 13:00", "2026-11-25 12:00"));
        assert_eq!(last(14, Bucket::Week, "2026-11-25T13:00:00Z"), told("2026-11-09", "2026-11-23"));
        assert_eq!(last(1, Bucket::Week, "2026-11-25T13:00:00Z"), told("2026-11-16", "2026-11-23"), "never nothing");
        let past = TimeWindow::Between(day("2026-11-01T10:00:00Z"), day("2026-11-10T10:00:00Z"));
        let (grid, note) = Grid::of(past, Bucket::Day, day("2026-11-25"));
        assert_eq!((at(grid.from), at(grid.to), note), ("2026-11-01".to_owned(), "2026-11-11".to_owned(), None));
        let (grid, note) = Grid::of(past, Bucket::Day, day("2026-11-10T10:00:00Z"));
        assert_eq!(at(grid.to), "2026-11-10");
        assert!(note.unwrap().starts_with("Up to 2026-11-10: a day that is not over yet is left out"));
    }

    #[test]
    fn the_source_has_records_of_a_part() {
        let (grid, _) = Grid::of(TimeWindow::Last(30 * DAY_MS), Bucket::Day, day("2026-11-25T13:00:00Z"));
        let (part, notes) = grid.within(Some(day("2026-11-05")), Some(day("2026-11-20")));
        assert_eq!((at(part.from), at(part.to)), ("2026-11-05".to_owned(), "2026-11-21".to_owned()));
        assert_eq!(notes, ["The newest records are of 2026-11-20.", "Records begin on 2026-11-05."]);
        assert_eq!(grid.within(Some(day("2020-01-01")), Some(day("2026-11-25"))), (grid, Notes::new()));
        assert_eq!(grid.within(None, None), (grid, Notes::new()));
        let (whole, _) = grid.within(Some(day("2020-01-01")), Some(day("2020-02-01")));
        assert_eq!(whole, grid);
    }

    #[test]
    fn sums_are_joined_from_the_end() {
        assert_eq!(joined(&[1, 2, 3, 4, 5], 3), [1, 5, 9]);
        assert_eq!(joined(&[1, 2], 3), [1, 2]);
        assert_eq!(joined(&[], 3), [0; 0]);
    }

    #[test]
    fn the_last_week_is_told_beside_the_one_before() {
        let (grid, _) = Grid::of(TimeWindow::Last(20 * DAY_MS), Bucket::Day, day("2026-11-25T13:00:00Z"));
        let mut counts = vec![1; 20];
        counts[19] = 10;
        assert_eq!(grid.weeks(&counts), Some((16, 7)));
        assert_eq!(grid.weeks(&counts[..13]), None);
    }

    proptest! {
        #[test]
        fn counts_within_the_grid_are_kept_and_no_others(
            places in prop::collection::vec((-5_i64..15, 1_u64..9), 0..20),
            bucket in prop::sample::select(Bucket::ALL.to_vec()),
        ) {
            let from = bucket.start_of(day("2026-11-04"));
            let grid = Grid { from, to: from.plus_millis(10 * bucket.millis()), bucket };
            let counts = places.iter().map(|(place, count)| (from.plus_millis(place * bucket.millis()), *count));
            let series = FindingSeries { key: Vec::new(), counts: counts.collect() };
            let inside: u64 = places.iter().filter(|(place, _)| (0..10).contains(place)).map(|(_, count)| count).sum();
            prop_assert_eq!(grid.counts(&series).iter().sum::<u64>(), inside);
            prop_assert_eq!(joined(&grid.counts(&series), 4).iter().sum::<u64>(), inside);
        }
    }
}
