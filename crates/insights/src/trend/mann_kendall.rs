//! The Mann-Kendall test and its corrections for autocorrelation, as pyMannKendall computes them.

use super::kendall::pair_counts;
use super::theil_sen::sen_slope;
use crate::report::TrendDirection;
use crate::stats;
use crate::stats::distributions::{normal_quantile, normal_two_sided};

/// The outcome of a Mann-Kendall test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannKendall {
    /// Which way the series goes, if p says that it goes.
    pub direction: TrendDirection,
    /// Two-sided probability of so strong a trend under none; NaN when the variance is negative or unknown.
    pub p_value: f64,
    /// The standardized score with continuity correction.
    pub z: f64,
    /// `score` over the number of pairs.
    pub tau: f64,
    /// S: pairs that rise less pairs that fall.
    pub score: f64,
    /// The variance of S under no trend.
    pub variance: f64,
}

impl MannKendall {
    /// From S, its variance and the number of pairs. z is (S ∓ 1)/√variance, 0 for S = 0.
    pub fn from_score(score: f64, variance: f64, pairs: f64, alpha: f64) -> Self {
        Self::from_z(corrected_z(score, variance), score, variance, pairs, alpha)
    }

    pub(super) fn from_z(z: f64, score: f64, variance: f64, pairs: f64, alpha: f64) -> Self {
        let significant = z.abs() > normal_quantile(1.0 - alpha / 2.0);
        let direction = match (significant, z > 0.0) {
            (true, true) => TrendDirection::Up,
            (true, false) => TrendDirection::Down,
            (false, _) => TrendDirection::None,
        };
        Self { direction, p_value: normal_two_sided(z), z, tau: score / pairs, score, variance }
    }
}

pub(super) fn corrected_z(score: f64, variance: f64) -> f64 {
    if score > 0.0 {
        (score - 1.0) / variance.sqrt()
    } else if score < 0.0 {
        (score + 1.0) / variance.sqrt()
    } else {
        0.0
    }
}

/// The variance of S under no trend for n values with groups of equal ones: [n(n−1)(2n+5) − Σ t(t−1)(2t+5)]/18.
pub fn variance_of_score(count: usize, ties: &[u64]) -> f64 {
    let term = |size: f64| size * (size - 1.0) * (2.0 * size + 5.0);
    let tied: f64 = ties.iter().map(|&tie| term(tie as f64)).sum();
    (term(count as f64) - tied) / 18.0
}

/// S, its variance and the number of pairs.
pub(super) fn score_of(values: &[f64]) -> (f64, f64, f64) {
    let pairs = pair_counts(values);
    let count = values.len();
    (pairs.score(), variance_of_score(count, &pairs.ties), 0.5 * count as f64 * (count as f64 - 1.0))
}

/// The original test (Mann 1945, Kendall 1975), at significance `alpha`. NaN are skipped. O(n log n).
///
/// It takes the values for independent: on autocorrelated series it finds trends that are not there.
pub fn mann_kendall(values: &[f64], alpha: f64) -> MannKendall {
    let (score, variance, pairs) = score_of(&stats::without_nan(values));
    MannKendall::from_score(score, variance, pairs, alpha)
}

/// Hamed and Rao's test (1998): the variance is corrected by the significant autocorrelations of the ranks of the
/// series less `slope` (Sen's) per step. `lags` limits the lags looked at; all of them without it. NaN are skipped.
/// O(n log n + n · lags). The corrected variance can be negative: z and p are NaN then, and no trend is claimed.
pub fn hamed_rao(values: &[f64], slope: f64, alpha: f64, lags: Option<usize>) -> MannKendall {
    let values = stats::without_nan(values);
    let (score, variance, pairs) = score_of(&values);
    let correction = hamed_rao_correction(&values, slope, alpha, lags);
    MannKendall::from_score(score, variance * correction, pairs, alpha)
}

/// What [`hamed_rao`] multiplies the variance with; `values` must hold no NaN.
pub(crate) fn hamed_rao_correction(values: &[f64], slope: f64, alpha: f64, lags: Option<usize>) -> f64 {
    let n = values.len() as f64;
    let detrended = without_slope(values, slope);
    let correlations = stats::autocorrelations(&stats::ranks(&detrended), lags.unwrap_or(values.len()));
    let bound = normal_quantile(1.0 - alpha / 2.0) / n.sqrt();
    let mut sum = 0.0;
    for (lag, correlation) in correlations.iter().enumerate().skip(1) {
        let within = -bound <= *correlation && *correlation <= bound;
        if !within {
            let i = lag as f64;
            sum += (n - i) * (n - i - 1.0) * (n - i - 2.0) * correlation;
        }
    }
    1.0 + 2.0 / (n * (n - 1.0) * (n - 2.0)) * sum
}

/// Yue and Wang's test (2004): as [`hamed_rao`], with all autocorrelations of the detrended values themselves.
pub fn yue_wang(values: &[f64], slope: f64, alpha: f64, lags: Option<usize>) -> MannKendall {
    let values = stats::without_nan(values);
    let (score, variance, pairs) = score_of(&values);
    let n = values.len() as f64;
    let correlations = stats::autocorrelations(&without_slope(&values, slope), lags.unwrap_or(values.len()));
    let sum: f64 =
        correlations.iter().enumerate().skip(1).map(|(lag, correlation)| (1.0 - lag as f64 / n) * correlation).sum();
    MannKendall::from_score(score, variance * (1.0 + 2.0 * sum), pairs, alpha)
}

/// The test of the series less its first autocorrelation (Yue and Wang 2002): x_i − r₁ · x_{i−1}.
pub fn pre_whitened(values: &[f64], alpha: f64) -> MannKendall {
    mann_kendall(&whitened(&stats::without_nan(values)), alpha)
}

/// As [`pre_whitened`], with Sen's slope taken out before and put back after (Yue and Wang 2002).
pub fn trend_free_pre_whitened(values: &[f64], alpha: f64) -> MannKendall {
    let slope = sen_slope(values).slope;
    let values = stats::without_nan(values);
    let mut whitened = whitened(&without_slope(&values, slope));
    for (place, value) in whitened.iter_mut().enumerate() {
        *value += (place + 1) as f64 * slope;
    }
    mann_kendall(&whitened, alpha)
}

/// The values less `slope` · 1, 2, 3, ….
fn without_slope(values: &[f64], slope: f64) -> Vec<f64> {
    values.iter().enumerate().map(|(place, value)| value - (place + 1) as f64 * slope).collect()
}

fn whitened(values: &[f64]) -> Vec<f64> {
    let first = stats::autocorrelations(values, 1).get(1).copied().unwrap_or(f64::NAN);
    values.windows(2).map(|pair| pair[1] - pair[0] * first).collect()
}
