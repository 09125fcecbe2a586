//! Mann-Kendall tests over several seasons or sites, and with a covariate, as pyMannKendall computes them.

use super::kendall::pair_counts;
use super::mann_kendall::{MannKendall, score_of};
use super::theil_sen::all_slopes;
use crate::stats;

/// The values of each season: column k holds the values at k, k + period, …, NaN where the last cycle is cut short.
pub fn seasonal_columns(values: &[f64], period: usize) -> Vec<Vec<f64>> {
    let period = period.max(1);
    let cycles = values.len().div_ceil(period);
    (0..period)
        .map(|phase| (0..cycles).map(|cycle| values.get(cycle * period + phase).copied().unwrap_or(f64::NAN)).collect())
        .collect()
}

/// The seasonal test (Hirsch & Slack 1984) over [`seasonal_columns`], and the regional test (Helsel 2006) over sites:
/// scores and variances of the columns are added. NaN are skipped in each column.
pub fn seasonal(columns: &[Vec<f64>], alpha: f64) -> MannKendall {
    let (mut score, mut variance, mut pairs) = (0.0, 0.0, 0.0);
    for column in columns {
        let (s, v, p) = score_of(&stats::without_nan(column));
        score += s;
        variance += v;
        pairs += p;
    }
    MannKendall::from_score(score, variance, pairs, alpha)
}

/// As [`seasonal`], with the covariances between the columns (Libiseller & Grimvall 2002; Hipel 1994); rows with a NaN
/// are skipped, and z has no continuity correction. O(columns² · n²).
pub fn correlated_seasonal(columns: &[Vec<f64>], alpha: f64) -> MannKendall {
    let columns = complete_rows(columns);
    let (mut score, mut pairs) = (0.0, 0.0);
    for column in &columns {
        let (s, _, p) = score_of(column);
        score += s;
        pairs += p;
    }
    let ranks: Vec<Vec<f64>> = columns.iter().map(|column| stats::ranks(column)).collect();
    let mut variance = 0.0;
    for i in 0..columns.len() {
        for j in 0..columns.len() {
            variance += covariance((&columns[i], &ranks[i]), (&columns[j], &ranks[j]));
        }
    }
    MannKendall::from_z(score / variance.sqrt(), score, variance, pairs, alpha)
}

/// The partial test (Libiseller & Grimvall 2002): the trend of `values` less what `covariate` explains. Pairs with a
/// NaN are skipped. O(n²).
pub fn partial(values: &[f64], covariate: &[f64], alpha: f64) -> MannKendall {
    let columns = complete_rows(&[values.to_vec(), covariate.to_vec()]);
    let [values, covariate] = &columns[..] else { return MannKendall::from_score(0.0, 0.0, 0.0, alpha) };
    let n = values.len() as f64;
    let whole = n * (n - 1.0) * (2.0 * n + 5.0);
    let (value_score, other_score) = (pair_counts(values).score(), pair_counts(covariate).score());
    let (value_ranks, other_ranks) = (stats::ranks(values), stats::ranks(covariate));
    let rho = covariance((values, &value_ranks), (covariate, &other_ranks)) / (whole / 18.0);
    let score = value_score - rho * other_score;
    let variance = (1.0 - rho * rho) * whole / 18.0;
    let mut outcome = MannKendall::from_z(score / variance.sqrt(), score, variance, 1.0, alpha);
    outcome.tau = value_score / (0.5 * n * (n - 1.0));
    outcome
}

/// The median of the slopes within each column of [`seasonal_columns`] or each site, per cycle, and the intercept at
/// the first value of the rows read one after the other: median of all values − median position/columns · slope.
pub fn seasonal_sen_slope(columns: &[Vec<f64>]) -> (f64, f64) {
    let mut slopes: Vec<f64> = columns.iter().flat_map(|column| all_slopes(column)).collect();
    let slope = stats::median_of(&mut slopes);
    let width = columns.len();
    let (mut values, mut places) = (Vec::new(), Vec::new());
    for (phase, column) in columns.iter().enumerate() {
        for (cycle, value) in column.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            values.push(*value);
            places.push((cycle * width + phase) as f64);
        }
    }
    (slope, stats::median_of(&mut values) - stats::median_of(&mut places) / width as f64 * slope)
}

fn complete_rows(columns: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
    let complete: Vec<usize> = (0..rows).filter(|&row| columns.iter().all(|column| !column[row].is_nan())).collect();
    columns.iter().map(|column| complete.iter().map(|&row| column[row]).collect()).collect()
}

/// Covariance of two scores under no trend: (K + 4 Σ r_x r_y − n(n+1)²)/3, K the pairs that move together less those
/// that move apart.
fn covariance((x, x_ranks): (&[f64], &[f64]), (y, y_ranks): (&[f64], &[f64])) -> f64 {
    let mut together = 0_i64;
    for i in 0..x.len() {
        for j in i + 1..x.len() {
            let product = (x[j] - x[i]) * (y[j] - y[i]);
            together += i64::from(product > 0.0) - i64::from(product < 0.0);
        }
    }
    let n = x.len() as f64;
    (together as f64 + 4.0 * stats::dot(x_ranks, y_ranks) - n * (n + 1.0) * (n + 1.0)) / 3.0
}
