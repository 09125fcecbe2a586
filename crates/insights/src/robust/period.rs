//! Which season a series has: found, not assumed.

use super::numbers::{centred_medians, winsorise};
use crate::stats::distributions::normal_tail;
use crate::stats::{dot, median_of};

const HOUR_MS: i64 = 3_600_000;
/// Lags looked at beyond those that the calendar suggests.
const MAX_SCANNED_LAG: usize = 400;
/// A season must repeat so often before it can be told from chance.
const LEAST_CYCLES: usize = 3;
/// Chance of claiming a season that is none, over all candidates of a series.
const FALSE_CLAIM: f64 = 1e-3;
/// A season must explain so much of the variance around the slow trend: less would not change any result.
const LEAST_STRENGTH: f64 = 0.10;

/// A season and why it is believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Season {
    /// Points a cycle; 1 is no season.
    pub period: usize,
    /// Share of the variance around the slow trend that the phases explain, adjusted for their number.
    pub strength: f64,
    /// Probability of such a share by chance, times the candidates tried.
    pub p_value: f64,
}

impl Season {
    /// No season.
    pub const NONE: Self = Self { period: 1, strength: 0.0, p_value: 1.0 };
}

/// The season of `values`, one a cell of `step_ms`.
///
/// Candidates are what the calendar suggests for the step (day, week, year) and the peaks of the autocorrelation. Each
/// is judged by an analysis of variance: the slow trend (a running median over one cycle) is taken out, the rest is cut
/// to its central range so that spikes do not count, and F = (between phases / (p − 1)) / (within phases / (n − p)) is
/// compared with chance, with Bonferroni's correction for the number of candidates. Among the significant ones the
/// largest adjusted share of explained variance wins; a multiple of another must explain clearly more than it.
pub fn find(values: &[f64], step_ms: Option<i64>) -> Season {
    let n = values.len();
    let candidates = candidates(values, step_ms);
    let mut best = Season::NONE;
    for &period in &candidates {
        let mut season = judge(values, period);
        season.p_value = (season.p_value * candidates.len() as f64).min(1.0);
        if season.p_value > FALSE_CLAIM || season.strength < LEAST_STRENGTH {
            continue;
        }
        // Long cycles leave more freedom: they must be worth it.
        let margin = if period > best.period { 0.05 } else { -0.02 };
        if best.period == 1 || season.strength > best.strength + margin {
            best = season;
        }
    }
    debug_assert!(best.period == 1 || best.period * LEAST_CYCLES <= n);
    best
}

fn candidates(values: &[f64], step_ms: Option<i64>) -> Vec<usize> {
    let longest = values.len() / LEAST_CYCLES;
    let mut found: Vec<usize> = Vec::new();
    if let Some(step) = step_ms {
        let day = 24 * HOUR_MS;
        for cycle in [day, 7 * day] {
            // Steps that do not divide the cycle have no phases.
            if cycle % step == 0 {
                found.extend(usize::try_from(cycle / step));
            }
        }
        // The year, for months, weeks and quarters.
        found.extend(match step / day {
            28..=31 => Some(12),
            89..=92 => Some(4),
            7 => Some(52),
            _ => None,
        });
    }
    found.extend(peaks(values, longest.min(MAX_SCANNED_LAG)));
    found.retain(|&period| period >= 2 && period <= longest);
    found.sort_unstable();
    found.dedup();
    found
}

/// The two highest peaks of the autocorrelation of what changes from point to point.
fn peaks(values: &[f64], longest: usize) -> Vec<usize> {
    if longest < 3 {
        return Vec::new();
    }
    let mut changes: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    winsorise(&mut changes, 3.0);
    let total = dot(&changes, &changes);
    if total.is_nan() || total <= 0.0 || total.is_infinite() {
        return Vec::new();
    }
    let lags: Vec<f64> = (0..=longest + 1)
        .map(|lag| {
            let later = changes.get(lag..).unwrap_or_default();
            dot(later, &changes[..later.len()]) / total
        })
        .collect();
    let chance = 3.0 / (changes.len() as f64).sqrt();
    let mut peaks: Vec<usize> = (2..=longest)
        .filter(|&lag| lags[lag] > chance && lags[lag] >= lags[lag - 1] && lags[lag] >= lags[lag + 1])
        .collect();
    peaks.sort_by(|&a, &b| lags[b].total_cmp(&lags[a]));
    peaks.truncate(2);
    peaks
}

fn judge(values: &[f64], period: usize) -> Season {
    let n = values.len();
    let trend = centred_medians(values, period | 1);
    let mut rest: Vec<f64> = values.iter().zip(&trend).map(|(value, trend)| value - trend).collect();
    winsorise(&mut rest, 3.0);
    let mean = rest.iter().sum::<f64>() / n as f64;
    let total: f64 = rest.iter().map(|value| (value - mean).powi(2)).sum();
    let mut between = 0.0;
    for phase in 0..period {
        let (mut sum, mut count) = (0.0, 0.0);
        for value in rest.iter().skip(phase).step_by(period) {
            sum += value;
            count += 1.0;
        }
        between += count * (sum / count - mean).powi(2);
    }
    let within = (total - between).max(0.0);
    let (d1, d2) = ((period - 1) as f64, (n - period) as f64);
    if total.is_nan() || total <= 0.0 || total.is_infinite() {
        return Season::NONE;
    }
    let strength = 1.0 - (within / d2) / (total / (n - 1) as f64);
    let ratio = (between / d1) / (within / d2).max(total * 1e-12 / d2);
    Season { period, strength, p_value: f_tail(ratio, d1, d2) }
}

/// Upper tail of F with (d1, d2) degrees of freedom, by Paulson's normal approximation to its cube root: good to a
/// tenth of the probability, enough for a test at one in a thousand.
fn f_tail(f: f64, d1: f64, d2: f64) -> f64 {
    let (a, b) = (2.0 / (9.0 * d1), 2.0 / (9.0 * d2));
    let root = f.cbrt();
    normal_tail(((1.0 - b) * root - (1.0 - a)) / (b * root * root + a).sqrt())
}

/// The pattern of a cycle: the median of each phase of what remains above the slow trend, its mean taken out.
///
/// Medians, so that a spike does not come back every cycle.
pub fn pattern(values: &[f64], trend: &[f64], period: usize) -> Vec<f64> {
    let mut phase_values = Vec::with_capacity(values.len() / period + 1);
    let mut pattern: Vec<f64> = (0..period)
        .map(|phase| {
            phase_values.clear();
            phase_values.extend((phase..values.len()).step_by(period).map(|t| values[t] - trend[t]));
            median_of(&mut phase_values)
        })
        .collect();
    let mean = pattern.iter().sum::<f64>() / period as f64;
    for level in &mut pattern {
        *level -= mean;
    }
    pattern
}
