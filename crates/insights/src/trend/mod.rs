//! Trends: least squares, Theil-Sen, Kendall's tau and the Mann-Kendall family of tests.

mod kendall;
mod mann_kendall;
mod ols;
mod seasonal;
mod slopes;
mod theil_sen;

pub use kendall::{KendallTau, PairCounts, kendall_tau, pair_counts};
pub(crate) use mann_kendall::hamed_rao_correction;
pub use mann_kendall::{
    MannKendall, hamed_rao, mann_kendall, pre_whitened, trend_free_pre_whitened, variance_of_score, yue_wang,
};
pub use ols::{LinearFit, least_squares, least_squares_slope};
pub use seasonal::{correlated_seasonal, partial, seasonal, seasonal_columns, seasonal_sen_slope};
pub use slopes::slopes_at_ranks;
pub use theil_sen::{SenSlope, TheilSen, sen_slope, theil_sen, theil_sen_scaled};
