//! Where a running sum of deviations is lowest or highest, exactly as a sum in turn would have it, in far less time.

use crate::report::ChangeDirection;
use crate::stats;

const BLOCK: usize = 64;

/// The running sums of the deviations from the mean, with the extremes of every block of them.
///
/// The sums of deviations from another level m are those less (i + 1)(m − mean), up to rounding. Blocks whose extreme
/// cannot reach the best sum are skipped. Where two sums are within what rounding can do to them, they are added up
/// again in turn, so that the answer is always that of the plain sum.
pub(super) struct Deviations<'a> {
    pub(super) values: &'a [f64],
    pub(super) mean: f64,
    sums: Vec<f64>,
    /// Lowest and highest sum of each block.
    blocks: Vec<(f64, f64)>,
    lowest: usize,
    highest: usize,
    /// What rounding can do to one sum, per unit of shift and without.
    rounding: f64,
}

impl<'a> Deviations<'a> {
    pub(super) fn new(values: &'a [f64]) -> Self {
        let mean = stats::mean(values);
        let mut sums = vec![0.0; values.len()];
        let mut blocks = Vec::with_capacity(values.len() / BLOCK + 1);
        let mut sum = 0.0;
        let (mut lowest, mut highest) = ((f64::INFINITY, 0), (f64::NEG_INFINITY, 0));
        for (number, (part, sums)) in values.chunks(BLOCK).zip(sums.chunks_mut(BLOCK)).enumerate() {
            for (slot, value) in sums.iter_mut().zip(part) {
                sum += value - mean;
                *slot = sum;
            }
            let (low, high) = extremes(sums);
            if low < lowest.0 {
                lowest = (low, number);
            }
            if high > highest.0 {
                highest = (high, number);
            }
            blocks.push((low, high));
        }
        let place = |(extreme, number): (f64, usize)| {
            let from = number * BLOCK;
            from + sums[from..].iter().position(|&sum| sum == extreme).unwrap_or(0)
        };
        let (reach, lowest, highest) = (highest.0.max(-lowest.0), place(lowest), place(highest));
        // A deviation is the difference of two sums: at most twice their reach.
        let rounding = 4.0 * f64::EPSILON * values.len() as f64 * (5.0 * reach + mean.abs());
        Self { values, mean, sums, blocks, lowest, highest, rounding }
    }

    /// The turn of the sums of deviations from the mean.
    pub(super) fn first_turn(&self, direction: ChangeDirection) -> usize {
        if self.mean.is_nan() {
            return 0;
        }
        match direction {
            ChangeDirection::Increase => self.lowest,
            ChangeDirection::Decrease => self.highest,
        }
    }

    /// The turn of the sums of deviations from the middle between the means up to `point` and after it.
    pub(super) fn turn_between_levels(&self, direction: ChangeDirection, point: usize) -> usize {
        let after = self.values.len() - 1 - point;
        if after == 0 || !self.rounding.is_finite() {
            // The mean of nothing is NaN, and so is every sum: the first is taken.
            return 0;
        }
        let last = self.sums[self.sums.len() - 1];
        let (early, late) = (self.sums[point] / (point + 1) as f64, (last - self.sums[point]) / after as f64);
        self.shifted_turn(direction, f64::midpoint(early, late)).unwrap_or_else(|| {
            let (early, late) = self.values.split_at(point + 1);
            self.summed_turn(direction, (stats::mean(early) + stats::mean(late)) / 2.0)
        })
    }

    /// The turn if every deviation is `shift` less; none if rounding could decide it.
    fn shifted_turn(&self, direction: ChangeDirection, shift: f64) -> Option<usize> {
        let sign = if direction == ChangeDirection::Increase { 1.0 } else { -1.0 };
        let (shift, count) = (sign * shift, self.sums.len());
        let rounding = self.rounding + 8.0 * f64::EPSILON * (count as f64 * shift).abs() * count as f64;
        // The least that a block can hold.
        let bound = |number: usize| {
            let (low, high) = self.blocks[number];
            let lowest = if sign > 0.0 { low } else { -high };
            let (first, last) = (number * BLOCK + 1, ((number + 1) * BLOCK).min(count));
            lowest - (shift * first as f64).max(shift * last as f64)
        };
        let least = |number: usize| {
            let from = number * BLOCK;
            let sums = &self.sums[from..(from + BLOCK).min(count)];
            let mut least = f64::INFINITY;
            for (place, sum) in sums.iter().enumerate() {
                let value = sign * sum - (from + place + 1) as f64 * shift;
                least = if value < least { value } else { least };
            }
            least
        };
        let promising = (0..self.blocks.len()).min_by(|&a, &b| bound(a).total_cmp(&bound(b)))?;
        let mut best = least(promising);
        let mut near = Vec::new();
        for number in 0..self.blocks.len() {
            if bound(number) <= best + rounding {
                let value = least(number);
                best = best.min(value);
                near.push((number, value));
            }
        }
        let limit = best + rounding;
        let mut turn = None;
        for (number, _) in near.into_iter().filter(|(_, value)| *value <= limit) {
            let from = number * BLOCK;
            for (place, sum) in self.sums[from..(from + BLOCK).min(count)].iter().enumerate() {
                if sign * sum - (from + place + 1) as f64 * shift <= limit {
                    if turn.is_some() {
                        return None;
                    }
                    turn = Some(from + place);
                }
            }
        }
        turn
    }

    /// The turn of the sums of deviations from `level`, added up in turn; the first on ties.
    fn summed_turn(&self, direction: ChangeDirection, level: f64) -> usize {
        let (mut sum, mut best, mut turn) = (0.0, f64::NAN, 0);
        for (place, value) in self.values.iter().enumerate() {
            sum += value - level;
            let better = match direction {
                ChangeDirection::Increase => sum < best,
                ChangeDirection::Decrease => sum > best,
            };
            if better || place == 0 {
                (best, turn) = (sum, place);
            }
        }
        turn
    }
}

/// The least and the greatest of values without NaN.
fn extremes(values: &[f64]) -> (f64, f64) {
    let (mut low, mut high) = ([f64::INFINITY; 4], [f64::NEG_INFINITY; 4]);
    let mut blocks = values.chunks_exact(4);
    for block in blocks.by_ref() {
        for lane in 0..4 {
            low[lane] = if block[lane] < low[lane] { block[lane] } else { low[lane] };
            high[lane] = if block[lane] > high[lane] { block[lane] } else { high[lane] };
        }
    }
    let rest = blocks.remainder();
    (
        rest.iter().chain(&low).copied().fold(f64::INFINITY, f64::min),
        rest.iter().chain(&high).copied().fold(f64::NEG_INFINITY, f64::max),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipping_blocks_changes_nothing() {
        let mut state = 1_u64;
        for count in [2, 3, 63, 64, 65, 500, 1_000] {
            let values: Vec<f64> = (0..count)
                .map(|place| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    ((state >> 33) % 50) as f64 + if place * 3 > count { 4.0 } else { 0.0 }
                })
                .collect();
            let deviations = Deviations::new(&values);
            for direction in [ChangeDirection::Increase, ChangeDirection::Decrease] {
                assert_eq!(deviations.first_turn(direction), deviations.summed_turn(direction, deviations.mean));
                for point in (0..count - 1).step_by(7) {
                    let (early, late) = values.split_at(point + 1);
                    let level = (stats::mean(early) + stats::mean(late)) / 2.0;
                    let turn = deviations.turn_between_levels(direction, point);
                    assert_eq!(turn, deviations.summed_turn(direction, level), "{count} {point}");
                }
            }
        }
    }
}
