//! Small robust statistics.

use std::collections::VecDeque;

/// The standard deviation of a normal distribution over its median absolute deviation.
pub(crate) const MAD_TO_SD: f64 = 1.482_602_218_505_602;

/// The median; reorders `values`. 0 for none.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    let n = values.len();
    if n == 0 {
        return 0.0;
    }
    let (below, middle, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    let upper = *middle;
    if n % 2 == 1 {
        return upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    f64::midpoint(lower, upper)
}

/// The quantile at `p` of values in order, by straight lines between neighbours (type 7); 0 for none.
pub(crate) fn quantile_sorted(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = p.clamp(0.0, 1.0) * last as f64;
    let below = at as usize;
    let above = (below + 1).min(last);
    let share = at - below as f64;
    sorted[below] * (1.0 - share) + sorted[above] * share
}

/// Median and median absolute deviation, the latter scaled to a standard deviation.
pub(crate) fn centre_and_spread(values: &[f64]) -> (f64, f64) {
    let mut work = values.to_vec();
    let centre = median(&mut work);
    for value in &mut work {
        *value = (*value - centre).abs();
    }
    (centre, MAD_TO_SD * median(&mut work))
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
            if let Some(&value) = values.get(t + half) {
                window.insert(value);
            }
            if t > half {
                window.remove(values[t - half - 1]);
            }
            window.median()
        })
        .collect()
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

    pub(crate) fn median(&self) -> f64 {
        let n = self.sorted.len();
        match n {
            0 => 0.0,
            n if n % 2 == 1 => self.sorted[n / 2],
            n => f64::midpoint(self.sorted[n / 2 - 1], self.sorted[n / 2]),
        }
    }

    pub(crate) fn quantile(&self, p: f64) -> f64 {
        quantile_sorted(&self.sorted, p)
    }

    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
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

/// Upper tail of the standard normal distribution, relative error below 1.2e-7 (Numerical Recipes' erfc fit).
pub(crate) fn normal_tail(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x);
    let series = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let exponent = series.iter().rev().fold(0.0, |sum, term| sum * t + term);
    let tail = 0.5 * t * (exponent - x * x).exp();
    if z >= 0.0 { tail } else { 1.0 - tail }
}
