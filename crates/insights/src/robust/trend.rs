//! Whether a series rises or falls, with its memory allowed for.

use crate::report::{Trend, TrendDirection};
use crate::stats;
use crate::trend::{MannKendall, hamed_rao, theil_sen, theil_sen_scaled};

/// Fewer values have no trend that could be told from chance.
pub(crate) const NEED: usize = 8;
/// Significance at which Hamed and Rao's correction takes an autocorrelation for real.
const ALPHA: f64 = 0.05;
const CONFIDENCE: f64 = 0.95;

/// The trend of `values`: finite, evenly spaced, without season. The q-value is left open, and so is the direction,
/// which is not claimed before the false discovery rate over all series is known.
///
/// Slope: the median of all slopes (Theil 1950, Sen 1968). Test: Mann and Kendall's S, whose variance is multiplied by
/// the larger of two corrections for memory: Hamed and Rao's (1998) from all significant autocorrelations of the ranks,
/// and (1 + ρ)/(1 − ρ) with the first autocorrelation ρ of what the slope leaves, corrected for its downward bias in
/// short series by (2 + 4ρ)/n. The second one holds where the first fails: on series that wander. The interval of the
/// slope is widened alike.
pub(crate) fn trend(values: &[f64]) -> Trend {
    let n = values.len() as f64;
    let plain = theil_sen(values, CONFIDENCE);
    let test = hamed_rao(values, plain.slope, ALPHA, None);
    let pairs = 0.5 * n * (n - 1.0);
    let independent = crate::trend::mann_kendall(values, ALPHA);
    let by_ranks = test.variance / independent.variance;
    let memory = memory(values, plain.slope);
    let inflation = by_ranks.max((1.0 + memory) / (1.0 - memory)).max(1.0);
    let inflation = if inflation.is_finite() { inflation } else { 1.0 };
    let test = MannKendall::from_score(independent.score, independent.variance * inflation, pairs, ALPHA);
    let fit = if inflation > 1.05 { theil_sen_scaled(values, CONFIDENCE, inflation) } else { plain };
    let level = stats::median(values).abs();
    let relative = fit.slope / level;
    let known = |value: f64| value.is_finite().then_some(value);
    Trend {
        direction: TrendDirection::None,
        slope: fit.slope,
        slope_low: known(fit.low),
        slope_high: known(fit.high),
        intercept: known(fit.intercept),
        p_value: known(test.p_value),
        q_value: None,
        tau: known(test.tau),
        relative_slope: known(relative),
        method: "theil-sen, mann-kendall with memory (hamed-rao, ar(1))",
    }
}

/// First autocorrelation of what the slope leaves, corrected for bias, at most 0.999.
fn memory(values: &[f64], slope: f64) -> f64 {
    let rest: Vec<f64> = values.iter().enumerate().map(|(t, value)| value - slope * t as f64).collect();
    let first = stats::autocorrelations(&rest, 1).get(1).copied().unwrap_or(0.0);
    if first.is_nan() {
        return 0.0;
    }
    (first + (2.0 + 4.0 * first) / values.len() as f64).clamp(0.0, 0.999)
}
