//! Whether a series rises or falls, with its memory allowed for.

use crate::report::{Trend, TrendDirection};
use crate::stats;
use crate::trend::{MannKendall, TheilSen, hamed_rao_correction, mann_kendall, theil_sen_scaled};

/// Fewer values have no trend that could be told from chance.
pub(crate) const NEED: usize = 8;
/// Significance at which Hamed and Rao's correction takes an autocorrelation for real.
const ALPHA: f64 = 0.05;
const CONFIDENCE: f64 = 0.95;
/// Blocks whose medians stand for a long series.
const MOST_BLOCKS: usize = 128;
/// Memory over more points than this is not looked for.
const MOST_LAGS: usize = 400;

/// The trend of `values`: finite, evenly spaced, without season. The q-value is left open, and so is the direction,
/// which is not claimed before the false discovery rate over all series is known.
///
/// Slope: the median of all slopes (Theil 1950, Sen 1968). Test: Mann and Kendall's S, whose variance is multiplied by
/// the larger of two corrections for memory: Hamed and Rao's (1998) from all significant autocorrelations of the ranks,
/// and (1 + ρ)/(1 − ρ) with the first autocorrelation ρ of what the slope leaves, corrected for its downward bias in
/// short series by (2 + 4ρ)/n, or by (2 + 8ρ⁸)/n near a random walk. The second one holds where the first fails: on series that wander. The interval of the
/// slope is widened alike.
pub(crate) fn trend(values: &[f64]) -> Trend {
    let n = values.len() as f64;
    // To take the trend out before its memory is measured, a slope from pairs half the series apart is good enough.
    let (_, slope) = super::decompose::line(values);
    let by_ranks = hamed_rao_correction(values, slope, ALPHA, Some((values.len() / 4).clamp(10, MOST_LAGS)));
    let pairs = 0.5 * n * (n - 1.0);
    let independent = mann_kendall(values, ALPHA);
    let memory = memory(values, slope);
    let inflation = by_ranks.max((1.0 + memory) / (1.0 - memory)).max(1.0);
    let inflation = if inflation.is_finite() { inflation } else { 1.0 };
    let test = MannKendall::from_score(independent.score, independent.variance * inflation, pairs, ALPHA);
    let fit = line(values, inflation);
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

/// Theil and Sen's line. Of a long series it goes through the medians of up to [`MOST_BLOCKS`] blocks of neighbours,
/// which loses next to nothing, the noise within a block telling little about the slope, and costs far less than all
/// pairs of points.
fn line(values: &[f64], inflation: f64) -> TheilSen {
    let n = values.len();
    let size = n.div_ceil(MOST_BLOCKS);
    if size == 1 {
        return theil_sen_scaled(values, CONFIDENCE, inflation);
    }
    let mut work = Vec::with_capacity(size);
    let mut blocks: Vec<f64> = values.chunks_exact(size).map(|block| middle(block, &mut work)).collect();
    // Within a block memory has mostly faded; what inflates the variance is what is left between blocks.
    let between = (inflation / size as f64).max(1.0);
    let fit = theil_sen_scaled(&blocks, CONFIDENCE, between);
    let size = size as f64;
    let slope = fit.slope / size;
    blocks.clear();
    blocks.extend(values.iter().enumerate().map(|(t, value)| value - slope * t as f64));
    TheilSen { slope, intercept: stats::median_of(&mut blocks), low: fit.low / size, high: fit.high / size }
}

/// The median of a few values.
fn middle(values: &[f64], work: &mut Vec<f64>) -> f64 {
    work.clear();
    work.extend_from_slice(values);
    stats::median_of(work)
}

/// First autocorrelation of what the slope leaves, corrected for bias and raised by its standard error, to be on the
/// safe side; at most 0.999.
fn memory(values: &[f64], slope: f64) -> f64 {
    let rest: Vec<f64> = values.iter().enumerate().map(|(t, value)| value - slope * t as f64).collect();
    let first = stats::autocorrelations(&rest, 1).get(1).copied().unwrap_or(0.0);
    if first.is_nan() {
        return 0.0;
    }
    let bias = (2.0 + 4.0 * first).max(2.0 + 8.0 * first.powi(8));
    let n = values.len() as f64;
    let error = ((1.0 - first * first).max(0.0) / n).sqrt();
    (first + bias / n + error).clamp(0.0, 0.999)
}
