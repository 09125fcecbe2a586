//! Kats' RobustStat detector: unusual differences of a smoothed series.

use super::rolling::rolling_mean;
use crate::stats;
use crate::stats::distributions::normal_tail;

/// Kats' arguments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RobustStatSettings {
    /// One-sided p below which a difference is unusual.
    pub p_value_cutoff: f64,
    /// Points of the trailing mean; changes are also kept so far apart.
    pub smoothing_window_size: usize,
    /// How far ahead the smoothed value is compared with: Kats' `comparison_window` is its negative.
    pub comparison_distance: usize,
}

impl Default for RobustStatSettings {
    fn default() -> Self {
        Self { p_value_cutoff: 0.01, smoothing_window_size: 5, comparison_distance: 2 }
    }
}

/// An unusual difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RobustStatChange {
    /// Where.
    pub index: usize,
    /// The smoothed value less the one ahead: negative is a rise.
    pub metric: f64,
    /// 1 − p.
    pub confidence: f64,
}

/// Smooths by trailing means (the first ones filled from behind), takes d_i = s_i − s_{i + distance} (0 at the end),
/// and reports the standardized differences whose one-sided normal p is below the cutoff, at least a window apart. A
/// constant has none. O(n).
pub fn robust_stat(values: &[f64], settings: &RobustStatSettings) -> Vec<RobustStatChange> {
    let mut means = rolling_mean(values, settings.smoothing_window_size);
    for place in (0..means.len().saturating_sub(1)).rev() {
        if means[place].is_nan() {
            means[place] = means[place + 1];
        }
    }
    let differences: Vec<f64> = (0..means.len())
        .map(|place| {
            let difference = means.get(place + settings.comparison_distance).map_or(0.0, |ahead| means[place] - ahead);
            if difference.is_nan() { 0.0 } else { difference }
        })
        .collect();
    let (centre, deviation) = (stats::mean(&differences), stats::population_deviation(&differences));
    let mut changes: Vec<RobustStatChange> = Vec::new();
    for (index, &metric) in differences.iter().enumerate() {
        let p_value = normal_tail(((metric - centre) / deviation).abs());
        let apart = changes.last().is_none_or(|last| index - last.index >= settings.smoothing_window_size);
        if p_value < settings.p_value_cutoff && apart {
            changes.push(RobustStatChange { index, metric, confidence: 1.0 - p_value });
        }
    }
    changes
}
