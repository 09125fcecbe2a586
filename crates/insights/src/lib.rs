//! Time-series analytics: trends, outliers and change points, each with its evidence.
//!
//! Pure numbers in, evidence out: no I/O, no clock, no randomness that is not seeded. Compiles to native code and to
//! WebAssembly, so that the server, the command line and the browser compute the same numbers.
//!
//! [`analyze`] takes many [`Series`] and [`Settings`] and gives an [`Analysis`]. Three profiles share its shape:
//! - [`Profile::Sample`]: the numbers of the SageMaker-ML-Insights notebooks;
//! - [`Profile::Kats`]: the numbers of Kats' detectors;
//! - [`Profile::Robust`], the default: what an analyst wants instead.

pub mod decompose;
pub mod fdr;
pub mod grid;
pub mod rank;
pub mod report;
pub mod robust;
pub mod series;
pub mod settings;
pub mod stats;
pub mod synth;
pub mod trend;
pub mod yardstick;

pub use report::{
    Analysis, ChangeDirection, ChangeKind, ChangePoint, Decomposition, Detector, Insight, Outcome, Outlier,
    OutlierDirection, SeriesReport, Trend, TrendDirection,
};
pub use series::Series;
pub use settings::{DecompositionModel, Period, Profile, Settings};
