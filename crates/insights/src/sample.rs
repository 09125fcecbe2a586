//! The numbers of the SageMaker-ML-Insights notebooks, as they compute them on Kats 0.1.
//!
//! Their input is counts per day: [`daily_sums`]. A trend is the least-squares slope of the day number
//! ([`crate::trend::least_squares_slope`]), a change point is [`crate::kats::cusum`] with
//! [`CusumVersion::V01`], and an outlier is what [`scan`] says.

use crate::decompose::{DecomposeError, classical};
use crate::grid::{Ordered, sums_per_cell};
use crate::kats::{CusumSettings, CusumVersion};
use crate::report::Decomposition;
use crate::stats;
use onepane_domain::{DecompositionModel, Timestamp};

/// Series of at most so many days are left out.
pub const TOO_SHORT: usize = 5;
/// Days a season.
pub const PERIOD: usize = 7;
/// The multiple of the interquartile range that the README names; the notebook passes 5.
pub const IQR_MULT: f64 = 3.0;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// Sums per day from the first to the last day, 0 for days without values. None if the series spans absurdly many days
/// for its points.
pub fn daily_sums(ordered: &Ordered) -> Option<(Vec<Timestamp>, Vec<f64>)> {
    sums_per_cell(ordered, MILLIS_PER_DAY)
}

/// The arguments of the notebooks' CUSUM.
pub fn cusum_settings(threshold: f64) -> CusumSettings {
    CusumSettings { threshold, version: CusumVersion::V01, ..CusumSettings::default() }
}

/// Residuals of the decomposition whose trend is undefined at the first and last half season.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleScan {
    /// Trend, season and rest.
    pub decomposition: Decomposition,
    /// 1 − var(rest)/var(value − trend) over the defined points.
    pub strength: f64,
    /// value − trend, less the season from a strength of 0.6 on; NaN where undefined.
    pub residuals: Vec<f64>,
    /// The interquartile range of the residuals.
    pub iqr: f64,
}

impl SampleScan {
    /// |residual| in interquartile ranges; infinite where those are 0.
    pub fn ratio(&self, index: usize) -> f64 {
        self.residuals[index].abs() / self.iqr
    }

    /// The points whose ratio is above `iqr_mult`.
    pub fn outliers(&self, iqr_mult: f64) -> Vec<usize> {
        (0..self.residuals.len()).filter(|&index| self.ratio(index) > iqr_mult).collect()
    }
}

/// Decomposes additively, ends undefined, and measures the residuals. Two seasons are needed.
pub fn scan(values: &[f64], period: usize) -> Result<SampleScan, DecomposeError> {
    let decomposition = classical(values, period, DecompositionModel::Additive, false)?;
    let mut residuals: Vec<f64> = values.iter().zip(&decomposition.trend).map(|(value, level)| value - level).collect();
    let strength = 1.0 - stats::variance_skipping_nan(&decomposition.resid) / stats::variance_skipping_nan(&residuals);
    if strength >= crate::kats::STRONG_SEASON {
        let parts = values.iter().zip(&decomposition.trend).zip(&decomposition.seasonal);
        for (residual, ((value, level), season)) in residuals.iter_mut().zip(parts) {
            *residual = value - level - season;
        }
    }
    let [q25, q75] = stats::quantiles(&mut stats::without_nan(&residuals), [0.25, 0.75]);
    Ok(SampleScan { decomposition, strength, residuals, iqr: q75 - q25 })
}
