//! Kats' CUSUM: where the sum of deviations turns, tested by a likelihood ratio.

mod turn;

use crate::report::ChangeDirection;
use crate::stats;
use crate::stats::distributions::{chi_squared_quantile, chi_squared_tail};
use onepane_domain::Timestamp;
use turn::Deviations;

/// Whose scale is taken when nothing varies within the two levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CusumVersion {
    /// A hundredth of the whole deviation: Kats from 0.2.
    #[default]
    Head,
    /// The whole deviation: Kats 0.1, which the SageMaker-ML-Insights notebooks use.
    V01,
}

/// Kats' arguments under its names.
#[derive(Debug, Clone, PartialEq)]
pub struct CusumSettings {
    /// Significance level.
    pub threshold: f64,
    /// Most steps of the search for the point; one that needs all of them counts as unstable.
    pub max_iter: usize,
    /// The change has to exceed so many deviations of the values before it.
    pub delta_std_ratio: f64,
    /// The change has to exceed this.
    pub min_abs_change: f64,
    /// Where the search starts; without it, where the sum of deviations from the mean turns.
    pub start_point: Option<usize>,
    /// Which directions are looked for, in this order.
    pub change_directions: Vec<ChangeDirection>,
    /// Search only in the points from the first to before the second.
    pub interest_window: Option<(usize, usize)>,
    /// With an interest window: compare this quantile of the window with the same hours of the days before.
    pub magnitude_quantile: Option<f64>,
    /// A day counts as lower if the window's quantile is at least so many times its own.
    pub magnitude_ratio: f64,
    /// At least this share of the days has to be lower.
    pub magnitude_comparable_day: f64,
    /// Whose scale is taken when nothing varies within the two levels.
    pub version: CusumVersion,
}

impl Default for CusumSettings {
    fn default() -> Self {
        Self {
            threshold: 0.01,
            max_iter: 10,
            delta_std_ratio: 1.0,
            min_abs_change: 0.0,
            start_point: None,
            change_directions: vec![ChangeDirection::Increase, ChangeDirection::Decrease],
            interest_window: None,
            magnitude_quantile: None,
            magnitude_ratio: 1.3,
            magnitude_comparable_day: 0.5,
            version: CusumVersion::Head,
        }
    }
}

/// One direction's best change, significant or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CusumChange {
    /// Which way was looked.
    pub direction: ChangeDirection,
    /// The last point of the old level.
    pub cp_index: usize,
    /// Mean of the values up to `cp_index`.
    pub mu0: f64,
    /// Mean of the values after it.
    pub mu1: f64,
    /// Twice the log likelihood ratio of two levels against one.
    pub llr: f64,
    /// exp(−llr/2): chi-squared with two degrees of freedom.
    pub p_value: f64,
    /// The same within the interest window; infinite without one.
    pub llr_int: f64,
    /// The same within the interest window; NaN without one.
    pub p_value_int: f64,
    /// Whether the search settled.
    pub stable: bool,
    /// Whether all conditions of a change hold.
    pub detected: bool,
}

impl CusumChange {
    /// mu1 − mu0.
    pub fn delta(&self) -> f64 {
        self.mu1 - self.mu0
    }

    /// 1 − p.
    pub fn confidence(&self) -> f64 {
        1.0 - self.p_value
    }
}

/// The changes found, one a direction, and whether the comparison of magnitudes could be made.
pub type Cusum = Vec<CusumChange>;

/// Looks for one change in each direction.
///
/// The search: cp = min(turn of Σ(x − mean), n − 2); then m = (mean up to cp + mean after cp)/2, and cp = the turn of
/// Σ(x − m), kept within 1 and n − 2, until it stands. The turn is the lowest sum for an increase, the highest for a
/// decrease, the first on ties. The test: llr = −2 Σ [ln(s/σ) + ((x − μ_k)/s)²/2 − ((x − μ)/σ)²/2] with s² = SSE/(n −
/// 2) and σ the population deviation.
///
/// `stamps` are needed for the comparison of magnitudes only. Fewer than two points have no change; NaN anywhere makes
/// all numbers NaN and nothing detected. O(n) a step of the search, mostly far less.
pub fn cusum(values: &[f64], stamps: &[Timestamp], settings: &CusumSettings) -> Cusum {
    if values.len() < 2 {
        return Vec::new();
    }
    let window = settings.interest_window.map(|(from, to)| {
        let to = to.min(values.len());
        (from.min(to), to)
    });
    let searched = window.map_or(values, |(from, to)| &values[from..to]);
    if searched.len() < 2 {
        return Vec::new();
    }
    let deviations = Deviations::new(searched);
    let whole = if window.is_some() { Level::of(values) } else { Level::from_deviations(&deviations) };
    settings
        .change_directions
        .iter()
        .map(|&direction| {
            let (found, stable) = search(&deviations, direction, settings);
            let (mut llr_int, mut p_value_int) = (f64::INFINITY, f64::NAN);
            let mut cp_index = found;
            if let Some((from, _)) = window {
                llr_int = Level::of(searched).ratio(searched, found, settings.version).0;
                p_value_int = tail(llr_int);
                cp_index += from;
            }
            let (llr, mu0, mu1) = whole.ratio(values, cp_index, settings.version);
            let bound = chi_squared_quantile(1.0 - settings.threshold, 2.0);
            let rises = match direction {
                ChangeDirection::Increase => mu0 + settings.min_abs_change < mu1,
                ChangeDirection::Decrease => mu0 > mu1 + settings.min_abs_change,
            };
            let detected = llr > bound
                && llr_int > bound
                && rises
                && (mu1 - mu0).abs() > stats::population_deviation(&values[..cp_index]) * settings.delta_std_ratio
                && magnitude_changed(values, stamps, direction, settings);
            CusumChange {
                direction,
                cp_index,
                mu0,
                mu1,
                llr,
                p_value: tail(llr),
                llr_int,
                p_value_int,
                stable,
                detected,
            }
        })
        .collect()
}

fn tail(llr: f64) -> f64 {
    chi_squared_tail(llr, 2.0)
}

/// The last point of the old level, and whether the search settled before its last step.
fn search(deviations: &Deviations<'_>, direction: ChangeDirection, settings: &CusumSettings) -> (usize, bool) {
    let last = deviations.values.len() - 2;
    let mut point = settings.start_point.unwrap_or_else(|| deviations.first_turn(direction).min(last));
    point = point.min(deviations.values.len() - 1);
    let mut steps = 0;
    while steps < settings.max_iter {
        steps += 1;
        let next = deviations.turn_between_levels(direction, point).min(last).max(1);
        if next == point {
            break;
        }
        point = next;
    }
    (point, steps != settings.max_iter)
}

/// Mean and population variance of a whole series.
struct Level {
    mean: f64,
    variance: f64,
}

impl Level {
    fn of(values: &[f64]) -> Self {
        Self { mean: stats::mean(values), variance: stats::variance(values, 0) }
    }

    fn from_deviations(deviations: &Deviations<'_>) -> Self {
        let mean = deviations.mean;
        let squares = stats::pairwise_sum_by(deviations.values, |value| (value - mean) * (value - mean));
        Self { mean, variance: squares / deviations.values.len() as f64 }
    }

    /// The log likelihood ratio of two levels that part after `point`, and their means.
    fn ratio(&self, values: &[f64], point: usize, version: CusumVersion) -> (f64, f64, f64) {
        let count = values.len() as f64;
        let (before, after) = values.split_at((point + 1).min(values.len()));
        let (mu0, mu1) = (stats::mean(before), stats::mean(after));
        let squares = self.squares_within(values, before.len(), mu0, mu1);
        let deviation = self.variance.sqrt();
        let mut scale = (squares / (count - 2.0)).sqrt();
        if scale == 0.0 {
            scale = match version {
                CusumVersion::Head => deviation * 0.01,
                CusumVersion::V01 => deviation,
            };
        }
        // The sum over all points in closed form; σ² = Σ(x − μ)²/n makes its last term n.
        let within = squares / (scale * scale);
        let llr = -2.0 * count * (scale / deviation).ln() - within + count;
        (llr, mu0, mu1)
    }

    /// Σ(x − μ0)² + Σ(x − μ1)²: from the whole variance where the levels explain little of it, directly otherwise.
    fn squares_within(&self, values: &[f64], before: usize, mu0: f64, mu1: f64) -> f64 {
        let count = values.len();
        let whole = self.variance * count as f64;
        let between = before as f64 * (mu0 - self.mean).powi(2) + (count - before) as f64 * (mu1 - self.mean).powi(2);
        if between < 0.99 * whole {
            return whole - between;
        }
        let (early, late) = values.split_at(before);
        stats::pairwise_sum_by(early, |value| (value - mu0) * (value - mu0))
            + stats::pairwise_sum_by(late, |value| (value - mu1) * (value - mu1))
    }
}

/// Whether the interest window stands out against the same hours of enough of the days before. True where nothing is
/// to be compared, as with values below zero; false where a day has no values at those hours (Kats fails there).
fn magnitude_changed(
    values: &[f64],
    stamps: &[Timestamp],
    direction: ChangeDirection,
    settings: &CusumSettings,
) -> bool {
    let (Some(share), Some((from, to))) = (settings.magnitude_quantile, settings.interest_window) else { return true };
    if share == 0.0 || values.iter().any(|&value| value < 0.0) {
        return true;
    }
    let (Some(&start), Some(&end), Some(first), Some(last)) =
        (stamps.get(from), stamps.get(to), stamps.first(), stamps.last())
    else {
        return false;
    };
    let sign = if direction == ChangeDirection::Increase { 1.0 } else { -1.0 };
    let magnitude = |from: usize, to: usize| {
        let mut part: Vec<f64> = values[from..to.max(from)].iter().map(|value| sign * value).collect();
        part.sort_unstable_by(f64::total_cmp);
        let place = (share * (part.len() as f64 - 1.0)).round_ties_even();
        part.get(place as usize).copied().unwrap_or(f64::NAN)
    };
    let now = magnitude(from, to.min(values.len()));
    let days = last.millis_since(*first) / 86_400_000;
    let mut lower = 0;
    for day in 0..days {
        let place = |stamp: Timestamp| stamps.binary_search(&stamp.plus_days(-day)).ok();
        let (Some(from), Some(to)) = (place(start), place(end)) else { return false };
        lower += i64::from(now / magnitude(from, to) >= settings.magnitude_ratio);
    }
    lower as f64 / days as f64 >= settings.magnitude_comparable_day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_up_is_found_and_is_no_step_down() {
        let values: Vec<f64> = (0..120).map(|day| f64::from(day * 7 % 5) + if day >= 70 { 8.0 } else { 0.0 }).collect();
        let found = cusum(&values, &[], &CusumSettings::default());
        assert_eq!((found[0].cp_index, found[0].detected, found[0].stable), (69, true, true));
        assert!(!found[1].detected);
        assert_eq!(found[0].delta(), 8.0);
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        for values in [vec![], vec![1.0], vec![1.0, 2.0], vec![5.0; 40], vec![f64::NAN; 9], vec![1e300, -1e300, 1e300]]
        {
            assert!(cusum(&values, &[], &CusumSettings::default()).iter().all(|change| !change.detected));
        }
    }
}
