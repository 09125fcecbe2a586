//! Trend, season and rest that single points cannot bend.

use super::numbers::{centre_and_spread, centred_medians};
use super::period;
use crate::stats::median_of;

/// The slow trend looks at so many points at least.
const LEAST_WIDTH: usize = 15;
/// A slope at the end is continued if it is so many standard errors from zero.
const CLEAR_SLOPE: f64 = 2.5;

/// Parts of a series and how well the middle one is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    pub(crate) trend: Vec<f64>,
    pub(crate) seasonal: Vec<f64>,
    /// values − trend − seasonal.
    pub(crate) rest: Vec<f64>,
    /// Variance of a new value around trend + season, over that of the rest: 1 plus the uncertainty of the fit. Grows
    /// towards the ends, where the trend has neighbours on one side only.
    pub(crate) widening: Vec<f64>,
}

/// values = trend + season + rest, in two rounds: medians of the phases around a running median of one cycle, then a
/// running median of two cycles of what the season leaves, then the phases again.
///
/// Near the ends the running median would lag behind a slope. There the last full window is continued along its median
/// slope, if that is clearly not zero.
pub(crate) fn parts(values: &[f64], cycle: usize) -> Parts {
    let n = values.len();
    let width = (2 * cycle + 1).max(LEAST_WIDTH).min((n / 2).max(3)) | 1;
    let mut season = vec![0.0; cycle.max(1)];
    if cycle > 1 {
        let first = centred_medians(values, cycle | 1);
        season = period::pattern(values, &first, cycle);
    }
    let mut without: Vec<f64> = values.iter().enumerate().map(|(t, value)| value - season[t % season.len()]).collect();
    let mut trend = slow(&without, width);
    if cycle > 1 {
        season = period::pattern(values, &trend, cycle);
        for (t, slot) in without.iter_mut().enumerate() {
            *slot = values[t] - season[t % cycle];
        }
        trend = slow(&without, width);
    }
    let rest: Vec<f64> = without.iter().zip(&trend).map(|(value, trend)| value - trend).collect();
    let seasonal = (0..n).map(|t| season[t % season.len()]).collect();
    let cycles = (n as f64 / cycle.max(1) as f64).max(1.0);
    // Variance of a median of m normal values: π/2 · σ²/m.
    let median_of = |count: f64| std::f64::consts::FRAC_PI_2 / count;
    let from_season = if cycle > 1 { median_of(cycles) } else { 0.0 };
    let widening = (0..n)
        .map(|t| {
            let to_end = t.min(n - 1 - t).min(width / 2) as f64 / (width / 2).max(1) as f64;
            // At the very end of a line fitted to m points the variance is four times that in its middle.
            1.0 + from_season + median_of(width as f64) * (1.0 + 3.0 * (1.0 - to_end))
        })
        .collect();
    Parts { trend, seasonal, rest, widening }
}

fn slow(values: &[f64], width: usize) -> Vec<f64> {
    let n = values.len();
    let mut trend = centred_medians(values, width);
    if n >= 2 * width {
        let half = width / 2;
        if let Some((centre, slope)) = clear_line(&values[n - width..]) {
            for (t, slot) in trend.iter_mut().enumerate().skip(n - half) {
                *slot = centre + slope * (t as f64 - (n - 1 - half) as f64);
            }
        }
        if let Some((centre, slope)) = clear_line(&values[..width]) {
            for (t, slot) in trend.iter_mut().enumerate().take(half) {
                *slot = centre + slope * (t as f64 - half as f64);
            }
        }
    }
    trend
}

/// The line through the points, if its slope is clearly not chance: continuing noise would err more than it gains.
fn clear_line(values: &[f64]) -> Option<(f64, f64)> {
    let (centre, slope) = line(values);
    let middle = (values.len() - 1) as f64 / 2.0;
    let rest: Vec<f64> = values.iter().enumerate().map(|(t, value)| value - slope * (t as f64 - middle)).collect();
    let apart = (values.len() / 2).max(1) as f64;
    // The median of `apart` differences of two values, over the distance between them.
    let error = centre_and_spread(&rest).1 * (std::f64::consts::PI / apart).sqrt() / apart;
    (slope.abs() > CLEAR_SLOPE * error).then_some((centre, slope))
}

/// Value at the middle and slope of a line through the points: medians over the pairs half the width apart.
pub(super) fn line(values: &[f64]) -> (f64, f64) {
    let apart = values.len().div_ceil(2);
    let mut slopes: Vec<f64> =
        values.iter().skip(apart).zip(values).map(|(later, earlier)| (later - earlier) / apart as f64).collect();
    let slope = median_of(&mut slopes);
    let middle = (values.len() - 1) as f64 / 2.0;
    let mut levels: Vec<f64> =
        values.iter().enumerate().map(|(t, value)| value - slope * (t as f64 - middle)).collect();
    (median_of(&mut levels), slope)
}
