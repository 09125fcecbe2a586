//! The median of all slopes, with its interval.

use super::slopes::slopes_at_ranks;
use crate::stats;
use crate::stats::distributions::normal_quantile;

/// Sen's slope per step with its intercept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SenSlope {
    /// The median of the slopes of all pairs.
    pub slope: f64,
    /// Median value − slope · median place.
    pub intercept: f64,
}

/// Sen's slope of `values` at 0, 1, 2, …; NaN values are left out but keep their places. NaN for fewer than two.
pub fn sen_slope(values: &[f64]) -> SenSlope {
    let fit = theil_sen(values, 0.95);
    SenSlope { slope: fit.slope, intercept: fit.intercept }
}

/// Theil and Sen's line with the interval of its slope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TheilSen {
    /// The median of the slopes of all pairs.
    pub slope: f64,
    /// Median value − slope · median place.
    pub intercept: f64,
    /// Lower end of the interval of the slope.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Theil and Sen's line through `values` at 0, 1, 2, … with the interval of `confidence` (Sen 1968), as
/// `scipy.stats.theilslopes`. NaN values are left out but keep their places. The interval takes the values for
/// independent; [`theil_sen_scaled`] widens it. NaN for fewer than two values.
pub fn theil_sen(values: &[f64], confidence: f64) -> TheilSen {
    theil_sen_scaled(values, confidence, 1.0)
}

/// As [`theil_sen`], with the variance behind the interval times `inflation`: the ratio of Hamed and Rao's variance to
/// the plain one makes the interval allow for autocorrelation.
pub fn theil_sen_scaled(values: &[f64], confidence: f64, inflation: f64) -> TheilSen {
    let places: Vec<usize> = (0..values.len()).filter(|&place| !values[place].is_nan()).collect();
    let mut known: Vec<f64> = places.iter().map(|&place| values[place]).collect();
    let count = known.len();
    if count < 2 {
        return TheilSen { slope: f64::NAN, intercept: f64::NAN, low: f64::NAN, high: f64::NAN };
    }
    let pairs = count * (count - 1) / 2;
    let variance = super::variance_of_score(count, &super::pair_counts(&known).ties) * inflation;
    let width = normal_quantile(0.5 + confidence / 2.0) * variance.sqrt();
    let lower = ((pairs as f64 - width) / 2.0).round_ties_even() - 1.0;
    let upper = ((pairs as f64 + width) / 2.0).round_ties_even();
    // A variance below zero or unknown leaves the interval open to the steepest slopes.
    let lower = if lower.is_nan() { 0 } else { lower.max(0.0) as usize };
    let upper = if upper.is_nan() { pairs - 1 } else { (upper.max(0.0) as usize).min(pairs - 1) };
    let [low, below, above, high] =
        slopes_at_ranks(&known, &places, [lower.min(pairs - 1), (pairs - 1) / 2, pairs / 2, upper]);
    let slope = if pairs % 2 == 1 { below } else { f64::midpoint(below, above) };
    let mut places: Vec<f64> = places.iter().map(|&place| place as f64).collect();
    let intercept = stats::median_of(&mut known) - slope * stats::median_of(&mut places);
    TheilSen { slope, intercept, low, high }
}

/// The slopes of all pairs that are not NaN: O(n²) of them.
pub(super) fn all_slopes(values: &[f64]) -> Vec<f64> {
    let known: Vec<(f64, f64)> = values
        .iter()
        .enumerate()
        .filter(|(_, value)| !value.is_nan())
        .map(|(place, &value)| (place as f64, value))
        .collect();
    let mut slopes = Vec::with_capacity(known.len() * known.len().saturating_sub(1) / 2);
    for (i, early) in known.iter().enumerate() {
        slopes.extend(known[i + 1..].iter().map(|late| (late.1 - early.1) / (late.0 - early.0)));
    }
    slopes
}
