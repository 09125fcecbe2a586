//! Kats' detectors, number for number: `facebookresearch/Kats` at commit b71b6ad.
//!
//! What is wrong with them is matched too; `robust` is the profile that mends it. Not reproduced: the trend model of
//! BOCPD (its likelihoods are averages of random draws of numpy's generator) and the multivariate detectors.

mod bocpd;
mod cusum;
mod mann_kendall;
mod outlier;
mod robust_stat;
mod rolling;

pub use bocpd::{Bocpd, BocpdModel, bocpd};
pub use cusum::{Cusum, CusumChange, CusumSettings, CusumVersion, cusum};
pub use mann_kendall::{MkSettings, WindowTest, anchored_mann_kendall, smoothed, windowed_mann_kendall};
pub(crate) use outlier::STRONG_SEASON;
pub use outlier::{OutlierScan, Prepared, prepare, scan_outliers};
pub use robust_stat::{RobustStatChange, RobustStatSettings, robust_stat};
pub use rolling::rolling_mean;

use crate::decompose::DecomposeError;

/// Why a detector gives no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DetectError {
    /// Too few points.
    #[error("{need} points are needed, there are {have}")]
    Insufficient {
        /// Points needed.
        need: usize,
        /// Points given.
        have: usize,
    },
    /// No grid holds the series while instants repeat.
    #[error("instants repeat and no regular step can be told")]
    Duplicates,
    /// The step of the series has no season known to the detector.
    #[error("no season is known for a step of {0}")]
    NoSeason(String),
    /// A grid over the series would have absurdly many points.
    #[error("the series spans too long a time for its points")]
    TooSparse,
    /// The detector takes no series with missing values (Kats' has no numbers for them).
    #[error("values are missing")]
    MissingValues,
    /// Nothing but missing values.
    #[error("all values are missing")]
    NothingKnown,
    /// The series cannot be decomposed.
    #[error(transparent)]
    Decompose(#[from] DecomposeError),
}
