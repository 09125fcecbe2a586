//! Trend, season and rest: the classical decomposition by moving averages, and STL.

mod classical;
mod loess;
mod stl;

pub use classical::{centred_moving_average, classical};
pub use stl::{Degree, Stl, StlComponents};

/// Why a series cannot be decomposed.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum DecomposeError {
    /// Two full seasons are needed.
    #[error("two full seasons need {need} points, there are {have}")]
    Insufficient {
        /// Points needed.
        need: usize,
        /// Points given.
        have: usize,
    },
    /// The multiplicative model has no meaning for zero or negative values.
    #[error("the multiplicative model needs values above zero")]
    NotPositive,
    /// Missing or infinite values must be filled first.
    #[error("values are missing or infinite")]
    Missing,
    /// A season has at least one point (two for STL), and smoothing windows are odd.
    #[error("a season or a smoothing window of that length cannot be used")]
    Window,
}

fn check(values: &[f64], period: usize) -> Result<(), DecomposeError> {
    if values.iter().any(|value| !value.is_finite()) {
        return Err(DecomposeError::Missing);
    }
    let need = period.max(1).saturating_mul(2);
    if values.len() < need {
        return Err(DecomposeError::Insufficient { need, have: values.len() });
    }
    Ok(())
}
