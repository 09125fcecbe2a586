//! Kats' Mann-Kendall detector: the test on the last points of the smoothed series, at every point.

use super::DetectError;
use super::rolling::rolling_mean;
use crate::report::TrendDirection;
use crate::stats::distributions::{normal_quantile, normal_two_sided};
use crate::trend::{pair_counts, variance_of_score};
use onepane_domain::Timestamp;

/// Kats' arguments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MkSettings {
    /// Points of each test.
    pub window_size: usize,
    /// A trend has to exceed this tau in size.
    pub threshold: f64,
    /// Significance level of the test.
    pub alpha: f64,
    /// Points of the trailing mean that takes out a season: 1, or 7, 30, 365 for Kats' `weekly`, `monthly`, `yearly`.
    pub season: usize,
}

impl Default for MkSettings {
    fn default() -> Self {
        Self { window_size: 20, threshold: 0.8, alpha: 0.05, season: 1 }
    }
}

/// The test of one window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowTest {
    /// The last point of the window, in the series.
    pub index: usize,
    /// The trend, if p and tau say so.
    pub direction: TrendDirection,
    /// Two-sided.
    pub p_value: f64,
    /// S over the number of pairs.
    pub tau: f64,
}

/// One-step-ahead simple exponential smoothing with weight 0.2, starting at the first value: the level before each
/// point. Where every value equals the level before it, the values themselves.
pub fn smoothed(values: &[f64]) -> Vec<f64> {
    let mut levels = Vec::with_capacity(values.len());
    let Some(&first) = values.first() else { return levels };
    let mut level = first;
    let mut noise = false;
    for &value in values {
        levels.push(level);
        noise |= (value - level) * (value - level) > 0.0;
        level = 0.2 * value + (1.0 - 0.2) * level;
    }
    if noise { levels } else { values.to_vec() }
}

/// Tests, for every point from number `window_size` of the smoothed series on, the window that ends there.
///
/// A NaN anywhere leaves nothing to test, as in Kats. The scores move along with the window: O(n · window) comparisons,
/// no sorting.
pub fn windowed_mann_kendall(values: &[f64], settings: &MkSettings) -> Result<Vec<WindowTest>, DetectError> {
    let width = settings.window_size;
    if values.iter().any(|value| value.is_nan()) {
        return Ok(Vec::new());
    }
    if values.len() < width.max(2) {
        return Err(DetectError::Insufficient { need: width.max(2), have: values.len() });
    }
    let start = settings.season.saturating_sub(1);
    let series = if settings.season > 1 {
        let means = rolling_mean(values, settings.season);
        smoothed(means.get(start..).unwrap_or_default())
    } else {
        smoothed(values)
    };
    let rule = Rule::new(width, settings);
    let mut tests = Vec::with_capacity(series.len().saturating_sub(width));
    if series.len() <= width || width < 2 {
        return Ok(tests);
    }
    let mut state = Window::new(&series[..width]);
    for last in width..series.len() {
        state.slide(&series[last - width..=last]);
        tests.push(rule.test(start + last, &state));
    }
    Ok(tests)
}

/// The test of the last window alone, on the points within `training_days` days before the last one, smoothed on their
/// own: Kats' `training_days`. As many points as days are needed, whatever the step.
pub fn anchored_mann_kendall(
    stamps: &[Timestamp],
    values: &[f64],
    training_days: usize,
    settings: &MkSettings,
) -> Result<WindowTest, DetectError> {
    let Some(&last) = stamps.last() else { return Err(DetectError::Insufficient { need: training_days, have: 0 }) };
    let need = training_days.max(settings.window_size);
    if values.len() < need || stamps.len() != values.len() {
        return Err(DetectError::Insufficient { need, have: values.len() });
    }
    if values.iter().any(|value| value.is_nan()) {
        return Err(DetectError::NothingKnown);
    }
    let start = last.plus_days(-i64::try_from(training_days).unwrap_or(i64::MAX));
    let recent = stamps.partition_point(|stamp| *stamp < start);
    let series = smoothed(&values[recent..]);
    let width = settings.window_size.min(series.len());
    if width < 2 {
        return Err(DetectError::Insufficient { need: 2, have: width });
    }
    let state = Window::new(&series[series.len() - width..]);
    Ok(Rule::new(width, settings).test(values.len() - 1, &state))
}

/// The settings, and what is the same for every window.
struct Rule {
    pairs: f64,
    untied: f64,
    bound: f64,
    threshold: f64,
}

impl Rule {
    fn new(width: usize, settings: &MkSettings) -> Self {
        Self {
            pairs: 0.5 * width as f64 * (width as f64 - 1.0),
            untied: variance_of_score(width, &[]) * 18.0,
            bound: normal_quantile(1.0 - settings.alpha / 2.0),
            threshold: settings.threshold,
        }
    }

    fn test(&self, index: usize, window: &Window) -> WindowTest {
        let score = window.score as f64;
        let variance = (self.untied - window.tied as f64) / 18.0;
        let z = if window.score == 0 { 0.0 } else { (score - score.signum()) / variance.sqrt() };
        let tau = score / self.pairs;
        let direction = if z.abs() > self.bound && tau.abs() > self.threshold {
            if z > 0.0 { TrendDirection::Up } else { TrendDirection::Down }
        } else {
            TrendDirection::None
        };
        WindowTest { index, direction, p_value: normal_two_sided(z), tau }
    }
}

/// S of a window and Σ t(t − 1)(2t + 5) over its groups of equal values.
struct Window {
    score: i64,
    tied: i64,
}

impl Window {
    fn new(values: &[f64]) -> Self {
        let counts = pair_counts(values);
        let tied = counts.ties.iter().map(|&tie| tie_term(tie as i64)).sum();
        Self { score: counts.rising as i64 - counts.falling as i64, tied }
    }

    /// Moves by one point: `values` are the old window and the point after it.
    fn slide(&mut self, values: &[f64]) {
        let [oldest, kept @ .., newest] = values else { return };
        let leaving = Against::count(*oldest, kept);
        let entering = Against::count(*newest, kept);
        self.score += leaving.below - leaving.above + entering.below - entering.above;
        let in_old = kept.len() as i64 - leaving.below - leaving.above;
        let in_new = kept.len() as i64 - entering.below - entering.above;
        self.tied += tie_term(in_new + 1) - tie_term(in_new) - tie_term(in_old + 1) + tie_term(in_old);
    }
}

fn tie_term(size: i64) -> i64 {
    size * (size - 1) * (2 * size + 5)
}

/// How many values lie below and above one.
struct Against {
    below: i64,
    above: i64,
}

impl Against {
    fn count(value: f64, others: &[f64]) -> Self {
        let (mut below, mut above) = (0_i64, 0_i64);
        for other in others {
            below += i64::from(*other < value);
            above += i64::from(*other > value);
        }
        Self { below, above }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::mann_kendall;

    #[test]
    fn sliding_is_testing_every_window_anew() {
        let values: Vec<f64> = (0..200_i32).map(|day| f64::from(day * day % 17 + day / 40)).collect();
        let series = smoothed(&values);
        let settings = MkSettings { threshold: 0.0, ..MkSettings::default() };
        for test in windowed_mann_kendall(&values, &settings).unwrap() {
            let anew = mann_kendall(&series[test.index - 19..=test.index], 0.05);
            assert_eq!((test.p_value, test.tau, test.direction), (anew.p_value, anew.tau, anew.direction));
        }
    }

    #[test]
    fn short_and_broken_series_are_said() {
        let settings = MkSettings::default();
        assert_eq!(windowed_mann_kendall(&[1.0; 19], &settings), Err(DetectError::Insufficient { need: 20, have: 19 }));
        assert_eq!(windowed_mann_kendall(&[f64::NAN; 30], &settings), Ok(vec![]));
    }
}
