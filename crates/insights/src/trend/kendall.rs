//! Counting pairs that rise, fall or tie, in n log n.

use crate::stats::distributions::normal_two_sided;

/// How the pairs of a sequence compare: `rising + falling + tied` = n(n − 1)/2.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PairCounts {
    /// Pairs whose later value is higher.
    pub rising: u64,
    /// Pairs whose later value is lower.
    pub falling: u64,
    /// Pairs of equal values.
    pub tied: u64,
    /// Sizes of the groups of equal values, two at least.
    pub ties: Vec<u64>,
}

impl PairCounts {
    /// Mann and Kendall's S: rising less falling pairs.
    pub fn score(&self) -> f64 {
        self.rising as f64 - self.falling as f64
    }
}

/// Compares every pair of `values`, which must hold no NaN, by counting the exchanges of a merge sort. O(n log n).
pub fn pair_counts(values: &[f64]) -> PairCounts {
    let mut sorted = values.to_vec();
    let falling = count_falling(&mut sorted);
    let mut ties = Vec::new();
    let mut tied = 0;
    let mut run = 1_u64;
    for place in 1..=sorted.len() {
        if place < sorted.len() && sorted[place] == sorted[place - 1] {
            run += 1;
        } else {
            if run > 1 {
                ties.push(run);
                tied += run * (run - 1) / 2;
            }
            run = 1;
        }
    }
    let count = values.len() as u64;
    let all = count * count.saturating_sub(1) / 2;
    PairCounts { rising: all - falling - tied, falling, tied, ties }
}

/// Runs that are sorted by insertion before merging starts.
const RUN: usize = 16;

/// Sorts `values` and gives how many pairs stood in falling order.
pub(super) fn count_falling(values: &mut [f64]) -> u64 {
    let mut falling = 0_u64;
    for run in values.chunks_mut(RUN) {
        for place in 1..run.len() {
            let value = run[place];
            let mut target = place;
            while target > 0 && run[target - 1] > value {
                run[target] = run[target - 1];
                target -= 1;
            }
            run[target] = value;
            falling += (place - target) as u64;
        }
    }
    let mut other = values.to_vec();
    let mut width = RUN;
    let mut in_values = true;
    while width < values.len() {
        let (from, to) = if in_values { (&mut *values, &mut other[..]) } else { (&mut other[..], &mut *values) };
        for (source, target) in from.chunks(2 * width).zip(to.chunks_mut(2 * width)) {
            if source.len() > width {
                let (left, right) = source.split_at(width);
                falling += merge(left, right, target);
            } else {
                target.copy_from_slice(source);
            }
        }
        in_values = !in_values;
        width *= 2;
    }
    if !in_values {
        values.copy_from_slice(&other);
    }
    falling
}

/// Merges two sorted runs and counts the pairs whose left value is above the right one.
fn merge(left: &[f64], right: &[f64], target: &mut [f64]) -> u64 {
    let (mut i, mut j, mut falling) = (0, 0, 0_u64);
    for slot in target {
        let take_right = j < right.len() && (i == left.len() || left[i] > right[j]);
        if take_right {
            *slot = right[j];
            j += 1;
            falling += (left.len() - i) as u64;
        } else {
            *slot = left[i];
            i += 1;
        }
    }
    falling
}

/// Kendall's tau-b of a sequence against its own order, with its two-sided p.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KendallTau {
    /// −1 (always falling) to 1 (always rising), ties allowed for.
    pub tau: f64,
    /// Exact for few values without ties, normal otherwise.
    pub p_value: f64,
}

/// Kendall's tau-b of `values` (no NaN) against 0, 1, 2, …, as `scipy.stats.kendalltau` gives it: p is exact without
/// ties up to 33 values or when at most one pair is out of order, and normal with ties allowed for otherwise. NaN for
/// fewer than two values or a constant.
pub fn kendall_tau(values: &[f64]) -> KendallTau {
    let count = values.len() as u64;
    let pairs = pair_counts(values);
    let all = count * count.saturating_sub(1) / 2;
    if all == 0 || pairs.tied == all {
        return KendallTau { tau: f64::NAN, p_value: f64::NAN };
    }
    let score = pairs.score();
    let tau = (score / (all as f64).sqrt() / ((all - pairs.tied) as f64).sqrt()).clamp(-1.0, 1.0);
    let fewer = pairs.falling.min(all - pairs.falling);
    if pairs.tied == 0 && (count <= 33 || fewer <= 1) {
        return KendallTau { tau, p_value: exact_p(count as usize, fewer as usize) };
    }
    let n = count as f64;
    let spread: f64 = pairs.ties.iter().map(|&tie| (tie * (tie - 1)) as f64 * (2.0 * tie as f64 + 5.0)).sum();
    let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - spread) / 18.0;
    KendallTau { tau, p_value: normal_two_sided(score / variance.sqrt()) }
}

/// The share of orders of `count` values with at most `fewer` exchanged pairs, doubled (Kendall 1970).
fn exact_p(count: usize, fewer: usize) -> f64 {
    let all = count * (count - 1) / 2;
    if count <= 2 || 2 * fewer == all {
        return 1.0;
    }
    if fewer == 0 {
        return 2.0 / factorial(count);
    }
    if fewer == 1 {
        return 2.0 / factorial(count - 1);
    }
    // The number of orders of j values with k exchanges, divided by j! on the way so that nothing overflows.
    let mut share = vec![0.0; fewer + 1];
    share[0] = 0.5;
    share[1] = 0.5;
    for size in 3..=count {
        for place in 1..share.len() {
            share[place] += share[place - 1];
        }
        for place in (size..share.len()).rev() {
            share[place] -= share[place - size];
        }
        for value in &mut share {
            *value /= size as f64;
        }
    }
    (2.0 * share.iter().sum::<f64>()).min(1.0)
}

fn factorial(count: usize) -> f64 {
    if count > 170 { f64::INFINITY } else { (1..=count).map(|factor| factor as f64).product() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_counted_once() {
        for length in 0..80_u64 {
            let values: Vec<f64> = (0..length).map(|i| ((i * 7919 + i * i * 31) % 23) as f64).collect();
            let mut wanted = (0, 0, 0);
            for (i, early) in values.iter().enumerate() {
                for late in &values[i + 1..] {
                    match late.total_cmp(early) {
                        std::cmp::Ordering::Greater => wanted.0 += 1,
                        std::cmp::Ordering::Less => wanted.1 += 1,
                        std::cmp::Ordering::Equal => wanted.2 += 1,
                    }
                }
            }
            let counts = pair_counts(&values);
            assert_eq!((counts.rising, counts.falling, counts.tied), wanted);
        }
    }

    #[test]
    fn exact_probabilities_are_those_of_all_orders() {
        // Of the 24 orders of four values 1, 3, 5, 6 have 0, 1, 2, 3 exchanges.
        for (fewer, orders) in [(0, 1.0), (1, 4.0), (2, 9.0)] {
            assert!((exact_p(4, fewer) - 2.0 * orders / 24.0).abs() < 1e-15, "{fewer}");
        }
        assert_eq!(exact_p(4, 3), 1.0);
        assert!(kendall_tau(&[1.0]).tau.is_nan());
        assert!(kendall_tau(&[1.0; 5]).p_value.is_nan());
    }
}
