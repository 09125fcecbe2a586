//! Order statistics of the n(n − 1)/2 slopes between the points of a series, without sorting or keeping them all.
//!
//! Falling, tied and rising pairs are counted in n log n; ranks among the ties have slope 0. For the others a small
//! deterministic sample of slopes gives a first guess, and counting the slopes below a guess, n log n too, narrows it to
//! a bracket that holds the ranks asked for and little else: a pair's slope is below θ exactly when y − θx puts it in
//! falling order (Dillencourt, Mount & Netanyahu 1992; Matoušek 1991). The slopes inside are listed and selected from.
//! They are always computed as (y_j − y_i)/(x_j − x_i), so the results are those of sorting all of them.

use super::kendall::{count_falling, pair_counts};
use crate::stats;

/// Up to this many slopes all of them are kept.
const KEEP_UP_TO: u64 = 1_500;
/// Slopes drawn for the first guess.
const SAMPLE: usize = 128;
/// Guesses at either end of the bracket.
const GUESSES: usize = 6;

/// The slopes at `ranks` (0 is the least; any order; each below n(n − 1)/2) between the points (`places[i]`,
/// `values[i]`). Places rise strictly; values are finite. NaN for ranks that do not exist.
pub fn slopes_at_ranks<const N: usize>(values: &[f64], places: &[usize], ranks: [usize; N]) -> [f64; N] {
    let counts = pair_counts(values);
    let (falling, tied) = (counts.falling, counts.tied);
    let all = falling + tied + counts.rising;
    let mut result = [f64::NAN; N];
    // Ranks among the slopes that are not 0.
    let mut sought: Vec<u64> = Vec::with_capacity(N);
    for (slot, &rank) in result.iter_mut().zip(&ranks) {
        let rank = rank as u64;
        if rank < falling {
            sought.push(rank);
        } else if rank < falling + tied {
            *slot = 0.0;
        } else if rank < all {
            sought.push(rank - tied);
        }
    }
    sought.sort_unstable();
    sought.dedup();
    let points = Points { values, places, centre: stats::median(values), tied };
    let found = points.at_ranks(&sought, falling + counts.rising);
    for (slot, &rank) in result.iter_mut().zip(&ranks) {
        let rank = rank as u64;
        let place = if rank < falling { rank } else { rank.wrapping_sub(tied) };
        if slot.is_nan()
            && let Ok(index) = sought.binary_search(&place)
        {
            *slot = found[index];
        }
    }
    result
}

#[derive(Clone, Copy)]
struct Points<'a> {
    values: &'a [f64],
    places: &'a [usize],
    /// Taken off the values before they are compared with lines, so that a high level costs no digits.
    centre: f64,
    /// Pairs of equal values.
    tied: u64,
}

/// The slopes of a bracket.
struct Inside {
    /// Slopes below it.
    below: u64,
    slopes: Vec<f64>,
}

impl Points<'_> {
    fn slope(self, i: usize, j: usize) -> f64 {
        (self.values[j] - self.values[i]) / (self.places[j] - self.places[i]) as f64
    }

    /// The slopes at sorted `ranks` among the `all` slopes that are not 0.
    fn at_ranks(self, ranks: &[u64], all: u64) -> Vec<f64> {
        let (Some(&first), Some(&last)) = (ranks.first(), ranks.last()) else { return Vec::new() };
        if all > KEEP_UP_TO {
            let sample = self.sample();
            let (low, high) = (self.guess(&sample, first, all, false), self.guess(&sample, last, all, true));
            if low < high && (low.abs().max(high.abs()) * self.places[self.places.len() - 1] as f64).is_finite() {
                // Rounding can only mislead the first where it decides between slopes; the second sees every slope.
                for inside in [Self::between_lines, Self::pass] {
                    let Inside { below, mut slopes } = inside(self, low, high);
                    if below <= first && last < below + slopes.len() as u64 {
                        return select(&mut slopes, ranks, below);
                    }
                }
            }
        }
        let mut slopes = self.pass(f64::NEG_INFINITY, f64::INFINITY).slopes;
        select(&mut slopes, ranks, 0)
    }

    /// Some slopes that are not 0, sorted.
    fn sample(self) -> Vec<f64> {
        let count = self.values.len() as u64;
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (((state >> 33) * count) >> 31) as usize
        };
        let mut sample = Vec::with_capacity(SAMPLE);
        for _ in 0..8 * SAMPLE {
            let (i, j) = (draw(), draw());
            if i != j && self.values[i] != self.values[j] {
                sample.push(self.slope(i.min(j), i.max(j)));
                if sample.len() == SAMPLE {
                    break;
                }
            }
        }
        sample.sort_unstable_by(f64::total_cmp);
        sample
    }

    /// A slope a little below (or above) the one at `rank`, with at least one slope between them.
    fn guess(self, sample: &[f64], rank: u64, all: u64, above: bool) -> f64 {
        let margin = (64 + all / 512) as f64;
        let (least, most) = self
            .values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), &value| (least.min(value), most.max(value)));
        // No slope is steeper than the whole range in one step.
        let steepest = 1.5 * (most - least);
        let (mut floor, mut ceiling) = (-steepest, steepest);
        let target = if above { rank as f64 + margin } else { rank as f64 - margin };
        if sample.is_empty() || target < 1.0 || target > all as f64 - 1.0 {
            return if above { ceiling } else { floor };
        }
        let size = sample.len();
        let place = ((target / all as f64 * size as f64) as usize).min(size - 1);
        let (from, to) = (place.saturating_sub(8), (place + 8).min(size - 1));
        let per_rank = (sample[to] - sample[from]) / ((to - from).max(1) as f64 / size as f64 * all as f64);
        let mut guess = sample[place];
        for _ in 0..GUESSES {
            let below = self.below(guess);
            let distance = if above { below as f64 - rank as f64 } else { rank as f64 - below as f64 };
            *(if below as f64 > target { &mut ceiling } else { &mut floor }) = guess;
            if distance >= 1.0 && distance <= 4.0 * margin {
                return guess;
            }
            let next = guess + (target - below as f64) * per_rank;
            guess = if next > floor && next < ceiling { next } else { f64::midpoint(floor, ceiling) };
        }
        // Many equal slopes can leave no guess near: the nearest on the safe side holds.
        let safe = if above { ceiling } else { floor };
        let below = self.below(safe) as f64;
        let held = if above { below > rank as f64 } else { below < rank as f64 };
        match (held, above) {
            (true, _) => safe,
            (false, true) => steepest,
            (false, false) => -steepest,
        }
    }

    /// The values less a line through the centre.
    fn heights(self, slope: f64) -> impl Iterator<Item = f64> {
        let middle = (self.places[self.places.len() - 1] / 2) as f64;
        self.values
            .iter()
            .zip(self.places)
            .map(move |(value, &place)| (value - self.centre) - slope * (place as f64 - middle))
    }

    /// How many slopes that are not 0 lie below `slope`, but for rounding.
    fn below(self, slope: f64) -> u64 {
        let falling = count_falling(&mut self.heights(slope).collect::<Vec<_>>());
        if slope > 0.0 { falling.saturating_sub(self.tied) } else { falling }
    }

    /// Looks at every pair, lag by lag where the places are consecutive. O(n²) time, memory for the slopes inside.
    fn pass(self, low: f64, high: f64) -> Inside {
        let count = self.values.len();
        let even = self.places[count - 1] - self.places[0] == count - 1;
        let mut inside = Inside { below: 0, slopes: Vec::new() };
        let mut room = vec![0.0; count];
        for step in 1..count {
            let kept = if even {
                let distance = step as f64;
                let (floor, ceiling) = (lowered(low * distance), raised(high * distance));
                let mut kept = 0;
                let mut below = 0_u32;
                for (late, early) in self.values[step..].iter().zip(self.values) {
                    let rise = late - early;
                    room[kept] = rise;
                    below += u32::from((rise < floor) & (rise != 0.0));
                    kept += usize::from((rise >= floor) & (rise <= ceiling) & (rise != 0.0));
                }
                inside.below += u64::from(below);
                for rise in &mut room[..kept] {
                    *rise /= distance;
                }
                kept
            } else {
                let mut kept = 0;
                for early in 0..count - step {
                    let slope = self.slope(early, early + step);
                    let moved = self.values[early] != self.values[early + step];
                    room[kept] = slope;
                    inside.below += u64::from((slope < low) & moved);
                    kept += usize::from((slope >= low) & (slope <= high) & moved);
                }
                kept
            };
            inside.slopes.extend_from_slice(&room[..kept]);
        }
        inside
    }

    /// Compares the orders of y − low·x and y − high·x: pairs exchanged between them have their slope inside.
    /// Rounding can misplace slopes within a few digits of the ends of the bracket, but both steps see the same two
    /// orders, and the ranks sought lie far from the ends.
    fn between_lines(self, low: f64, high: f64) -> Inside {
        let order_at = |slope: f64| {
            let mut order: Vec<(f64, u32)> = self.heights(slope).zip(0..).collect();
            order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            order.into_iter().map(|(_, index)| index).collect::<Vec<u32>>()
        };
        let by_low = order_at(low);
        let below_or_tied = count_falling(&mut by_low.iter().map(|&index| f64::from(index)).collect::<Vec<_>>());
        let mut rank = vec![0_u32; by_low.len()];
        for (place, &index) in order_at(high).iter().enumerate() {
            rank[index as usize] = place as u32;
        }
        let mut lines: Vec<(u32, u32)> = by_low.iter().map(|&index| (rank[index as usize], index)).collect();
        let mut spare = lines.clone();
        let mut slopes = Vec::new();
        let mut ties_inside = 0;
        Self::exchanged(&mut lines, &mut spare, &mut |i, j| {
            let (i, j) = (i.min(j) as usize, i.max(j) as usize);
            if self.values[i] == self.values[j] {
                ties_inside += 1;
            } else {
                slopes.push(self.slope(i, j));
            }
        });
        // Ties are counted below when 0 lies below the bracket; they do not belong to these ranks.
        let ties_below = if low > 0.0 { self.tied - ties_inside } else { 0 };
        Inside { below: below_or_tied.saturating_sub(ties_below), slopes }
    }

    /// Merge sort by rank that reports every pair in falling order.
    fn exchanged(lines: &mut [(u32, u32)], spare: &mut [(u32, u32)], report: &mut impl FnMut(u32, u32)) {
        let count = lines.len();
        if count < 2 {
            return;
        }
        let middle = count / 2;
        Self::exchanged(&mut lines[..middle], &mut spare[..middle], report);
        Self::exchanged(&mut lines[middle..], &mut spare[middle..], report);
        spare.copy_from_slice(lines);
        let (left, right) = spare.split_at(middle);
        let (mut i, mut j) = (0, 0);
        for slot in lines {
            if j < right.len() && (i == left.len() || left[i].0 > right[j].0) {
                for line in &left[i..] {
                    report(line.1, right[j].1);
                }
                *slot = right[j];
                j += 1;
            } else {
                *slot = left[i];
                i += 1;
            }
        }
    }
}

/// A bound a few rounding errors lower, so that no slope at the bracket's end is lost.
fn lowered(bound: f64) -> f64 {
    if bound.is_finite() { bound - 4.0 * f64::EPSILON * bound.abs() } else { bound }
}

fn raised(bound: f64) -> f64 {
    -lowered(-bound)
}

/// The values at sorted `ranks` (counted from `below`).
fn select(slopes: &mut [f64], ranks: &[u64], below: u64) -> Vec<f64> {
    let mut found = vec![f64::NAN; ranks.len()];
    // The middle ranks first: what they part, the outer ranks need not search.
    let mut open = vec![(0, ranks.len(), 0, slopes.len())];
    while let Some((first, last, from, to)) = open.pop() {
        if first >= last || from >= to {
            continue;
        }
        let middle = usize::midpoint(first, last);
        let place = (ranks[middle] - below) as usize;
        if place < from || place >= to {
            continue;
        }
        let (_, &mut value, _) = slopes[from..to].select_nth_unstable_by(place - from, stats::ascending);
        found[middle] = value;
        open.push((first, middle, from, place));
        open.push((middle + 1, last, place + 1, to));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize, kinds: u64) -> Vec<f64> {
        let mut state = 12_345_u64;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                ((state >> 40) % kinds) as f64
            })
            .collect()
    }

    #[test]
    fn ranks_are_those_of_sorting_all_slopes() {
        for (count, kinds, gap) in
            [(2, 9, 1), (40, 5, 1), (90, 3, 2), (200, 1 << 20, 1), (365, 2, 1), (365, 7, 3), (700, 1 << 22, 1)]
        {
            let mut values = noise(count, kinds);
            for (place, value) in values.iter_mut().enumerate() {
                *value += 0.01 * (place / 7) as f64;
            }
            let places: Vec<usize> = (0..count).map(|place| place * gap + place % gap).collect();
            let points = Points { values: &values, places: &places, centre: 0.0, tied: 0 };
            let mut slopes: Vec<f64> = (0..count).flat_map(|j| (0..j).map(move |i| points.slope(i, j))).collect();
            slopes.sort_unstable_by(f64::total_cmp);
            let last = slopes.len() - 1;
            for ranks in [[0, last / 2, last], [last / 3, last / 2, last * 2 / 3], [last / 2, last / 2, last / 2]] {
                assert_eq!(slopes_at_ranks(&values, &places, ranks), ranks.map(|rank| slopes[rank]), "{count} {kinds}");
            }
        }
        assert!(slopes_at_ranks(&[1.0], &[0], [0])[0].is_nan());
    }

    #[test]
    fn comparing_orders_of_lines_gives_the_same() {
        for kinds in [3, 1000, 1 << 24] {
            let values: Vec<f64> = noise(1_550, kinds).iter().enumerate().map(|(i, v)| v + (i / 2) as f64).collect();
            let places: Vec<usize> = (0..values.len()).collect();
            let points = Points { values: &values, places: &places, centre: 0.0, tied: 0 };
            let mut slopes = points.pass(f64::NEG_INFINITY, f64::INFINITY).slopes;
            let total = slopes.len();
            slopes.sort_unstable_by(f64::total_cmp);
            let all = pair_counts(&values);
            let tied = all.tied as usize;
            for share in [10, 50, 90] {
                let rank = total * share / 100;
                let with_ties = if (rank as u64) < all.falling { rank } else { rank + tied };
                assert_eq!(slopes_at_ranks(&values, &places, [with_ties]), [slopes[rank]], "{kinds} {share}");
            }
        }
    }

    #[test]
    fn values_of_any_size_are_taken() {
        let values: Vec<f64> = (0..100).map(|i| if i % 3 == 0 { 1e308 } else { -1e308 * f64::from(i % 5) }).collect();
        let places: Vec<usize> = (0..100).collect();
        let _ = slopes_at_ranks(&values, &places, [0, 2_000, 4_949]);
    }
}
