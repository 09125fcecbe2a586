//! Kats' outlier detector: residuals of the classical decomposition against interquartile fences.

use super::DetectError;
use crate::decompose::{DecomposeError, classical};
use crate::grid::{self, Inferred, Ordered, infer_frequency};
use crate::report::Decomposition;
use crate::settings::Period;
use crate::stats;
use onepane_domain::{DecompositionModel, Timestamp};

const MILLIS_PER_DAY: i64 = 86_400_000;

/// The season counts as strong, and is taken out, from this share of variance on.
pub(crate) const STRONG_SEASON: f64 = 0.6;

/// A series on its grid without gaps, as the detector decomposes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The instants of the grid.
    pub timestamps: Vec<Timestamp>,
    /// The values, gaps filled.
    pub values: Vec<f64>,
    /// Which of them were filled in.
    pub filled: Vec<bool>,
    /// pandas' name of the step.
    pub frequency: String,
    /// Points a season.
    pub period: usize,
}

/// Puts a series on its grid and fills the gaps.
///
/// The step is inferred from all instants; if it cannot be, the grid has 24 hours from the first instant and keeps only
/// the values at exactly its instants. Gaps are filled by [`grid::fill_gaps`]. Fewer than three instants have no step.
pub fn prepare(ordered: &Ordered, period: Period) -> Result<Prepared, DetectError> {
    let (timestamps, mut values, frequency, natural) = match infer_frequency(&ordered.timestamps) {
        Inferred::TooFew => return Err(DetectError::Insufficient { need: 3, have: ordered.timestamps.len() }),
        Inferred::Regular(frequency) => {
            let natural = frequency.period();
            (ordered.timestamps.clone(), ordered.values.clone(), frequency.alias, natural)
        }
        Inferred::Irregular if ordered.has_duplicates() => return Err(DetectError::Duplicates),
        Inferred::Irregular => {
            let (first, last) = (ordered.timestamps[0], ordered.timestamps[ordered.timestamps.len() - 1]);
            let grid = grid::even_grid(first, last, MILLIS_PER_DAY, ordered.values.len());
            let grid = grid.ok_or(DetectError::TooSparse)?;
            let values = grid::at_instants(ordered, &grid);
            (grid, values, "D".to_owned(), Some(7))
        }
    };
    let period = match period {
        Period::Points(points) => points,
        Period::Auto => natural.ok_or_else(|| DetectError::NoSeason(frequency.clone()))?,
    };
    let filled = values.iter().map(|value| value.is_nan()).collect();
    if !grid::fill_gaps(&timestamps, &mut values) {
        return Err(DetectError::NothingKnown);
    }
    Ok(Prepared { timestamps, values, filled, frequency, period })
}

/// What the detector sees of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct OutlierScan {
    /// Trend, season and rest, ends extrapolated.
    pub decomposition: Decomposition,
    /// 1 − var(rest)/var(value − trend); NaN when nothing varies about the trend.
    pub strength: f64,
    /// Whether the season was taken out of `residuals`: from a strength of 0.6.
    pub deseasonalised: bool,
    /// What is held against the fences: value − trend, less the season if it is strong.
    pub residuals: Vec<f64>,
    /// Their lower quartile.
    pub q25: f64,
    /// Their upper quartile.
    pub q75: f64,
}

impl OutlierScan {
    /// The lower and upper fence: q25 − m · (q75 − q25) and q75 + m · (q75 − q25).
    pub fn fences(&self, iqr_mult: f64) -> (f64, f64) {
        let reach = iqr_mult * (self.q75 - self.q25);
        (self.q25 - reach, self.q75 + reach)
    }

    /// The points outside the fences.
    pub fn outliers(&self, iqr_mult: f64) -> Vec<usize> {
        let (low, high) = self.fences(iqr_mult);
        (0..self.residuals.len()).filter(|&index| self.residuals[index] < low || self.residuals[index] > high).collect()
    }

    /// Where each residual lies between the fences: 0 at the lower, 1 at the upper; infinite or NaN where they meet.
    pub fn scores(&self, iqr_mult: f64) -> Vec<f64> {
        let (low, high) = self.fences(iqr_mult);
        self.residuals.iter().map(|residual| (residual - low) / (high - low)).collect()
    }
}

/// Decomposes `values` and finds the quartiles of the residuals.
///
/// In the multiplicative model a strong season is subtracted although it is a factor: Kats does, and deseasonalises
/// nothing by it.
pub fn scan_outliers(values: &[f64], period: usize, model: DecompositionModel) -> Result<OutlierScan, DecomposeError> {
    let decomposition = classical(values, period, model, true)?;
    let mut residuals: Vec<f64> = values.iter().zip(&decomposition.trend).map(|(value, level)| value - level).collect();
    let strength = 1.0 - stats::variance(&decomposition.resid, 0) / stats::variance(&residuals, 0);
    let deseasonalised = strength >= STRONG_SEASON;
    if deseasonalised {
        let parts = values.iter().zip(&decomposition.seasonal).zip(&decomposition.trend);
        for (residual, ((value, season), level)) in residuals.iter_mut().zip(parts) {
            *residual = value - season - level;
        }
    }
    let [q25, q75] = stats::quantiles(&mut residuals.clone(), [0.25, 0.75]);
    Ok(OutlierScan { decomposition, strength, deseasonalised, residuals, q25, q75 })
}
