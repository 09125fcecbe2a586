//! Small robust statistics.

use crate::stats::{median_of, quantile_of_sorted};
use std::collections::VecDeque;

/// The standard deviation of a normal distribution over its median absolute deviation.
pub(crate) const MAD_TO_SD: f64 = 1.482_602_218_505_602;

/// Median and median absolute deviation, the latter scaled to a standard deviation.
pub(crate) fn centre_and_spread(values: &[f64]) -> (f64, f64) {
    let mut work = values.to_vec();
    let centre = median_of(&mut work);
    for value in &mut work {
        *value = (*value - centre).abs();
    }
    (centre, MAD_TO_SD * median_of(&mut work))
}

/// Cuts values to within `k` robust standard deviations of their median. Where more than half are equal, the mean
/// absolute deviation takes the place of the median one.
pub(crate) fn winsorise(values: &mut [f64], k: f64) {
    let (centre, mut spread) = centre_and_spread(values);
    if spread <= 0.0 {
        let count = values.len().max(1) as f64;
        spread = 1.253 * values.iter().map(|value| (value - centre).abs() / count).sum::<f64>();
    }
    let reach = k * spread;
    for value in values {
        *value = value.clamp(centre - reach, centre + reach);
    }
}

/// Running medians over `width` (odd) neighbours, half on each side; near the ends over those that exist.
pub(crate) fn centred_medians(values: &[f64], width: usize) -> Vec<f64> {
    let half = width / 2;
    let n = values.len();
    let mut window = SortedWindow::default();
    for &value in values.iter().take(half.min(n)) {
        window.insert(value);
    }
    (0..n)
        .map(|t| {
            match (values.get(t + half), t > half) {
                (Some(&value), true) => window.replace(values[t - half - 1], value),
                (Some(&value), false) => window.insert(value),
                (None, true) => window.remove(values[t - half - 1]),
                (None, false) => {}
            }
            window.median()
        })
        .collect()
}

/// The median of seven values, by exchanges that do not depend on their order.
pub(crate) fn median_of_seven(mut v: [f64; 7]) -> f64 {
    // Each pair is put in order. That the fourth is then the median holds for all values if it does for all of 0 and 1
    // (Knuth's principle), which the test below tries.
    const EXCHANGES: [(usize, usize); 13] =
        [(0, 5), (0, 3), (1, 6), (2, 4), (0, 1), (3, 5), (2, 6), (2, 3), (3, 6), (4, 5), (1, 4), (1, 3), (3, 4)];
    for (a, b) in EXCHANGES {
        (v[a], v[b]) = (v[a].min(v[b]), v[a].max(v[b]));
    }
    v[3]
}

/// Values kept in order while some come and others go.
#[derive(Debug, Clone, Default)]
pub(crate) struct SortedWindow {
    sorted: Vec<f64>,
}

impl SortedWindow {
    pub(crate) fn insert(&mut self, value: f64) {
        let at = self.sorted.partition_point(|other| *other < value);
        self.sorted.insert(at, value);
    }

    /// Takes out one value that was inserted.
    pub(crate) fn remove(&mut self, value: f64) {
        let at = self.sorted.partition_point(|other| *other < value);
        if at < self.sorted.len() {
            self.sorted.remove(at);
        }
    }

    /// Takes out one value that was inserted and inserts another: only what lies between them moves.
    pub(crate) fn replace(&mut self, old: f64, new: f64) {
        let from = self.sorted.partition_point(|other| *other < old);
        let to = self.sorted.partition_point(|other| *other < new);
        if from == self.sorted.len() {
            self.sorted.insert(to, new);
        } else if to > from {
            self.sorted.copy_within(from + 1..to, from);
            self.sorted[to - 1] = new;
        } else {
            self.sorted.copy_within(to..from, to + 1);
            self.sorted[to] = new;
        }
    }

    pub(crate) fn median(&self) -> f64 {
        let n = self.sorted.len();
        match n {
            0 => 0.0,
            n if n % 2 == 1 => self.sorted[n / 2],
            n => f64::midpoint(self.sorted[n / 2 - 1], self.sorted[n / 2]),
        }
    }

    pub(crate) fn quantile(&self, p: f64) -> f64 {
        if self.sorted.is_empty() { 0.0 } else { quantile_of_sorted(&self.sorted, p) }
    }
}

/// The last `width` values, in order of size.
#[derive(Debug, Clone)]
pub(crate) struct Trailing {
    width: usize,
    queue: VecDeque<f64>,
    /// The values in order of size.
    pub(crate) window: SortedWindow,
}

impl Trailing {
    pub(crate) fn new(width: usize) -> Self {
        Self { width: width.max(1), queue: VecDeque::new(), window: SortedWindow::default() }
    }

    pub(crate) fn push(&mut self, value: f64) {
        self.queue.push_back(value);
        self.window.insert(value);
        if self.queue.len() > self.width
            && let Some(oldest) = self.queue.pop_front()
        {
            self.window.remove(oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_windows_are_those_of_sorting() {
        let values: Vec<f64> = (0..400_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 16 & 63)).collect();
        for (t, middle) in centred_medians(&values, 7).into_iter().enumerate() {
            let around = &values[t.saturating_sub(3)..(t + 4).min(values.len())];
            assert_eq!(middle, crate::stats::median(around), "{t}");
        }
        for bits in 0..128_u32 {
            let seven: [f64; 7] = std::array::from_fn(|i| f64::from(bits >> i & 1));
            assert_eq!(median_of_seven(seven), crate::stats::median(&seven), "{seven:?}");
        }
    }
}
