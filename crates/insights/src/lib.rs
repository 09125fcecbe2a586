//! Time-series analytics: trends, outliers and change points, each with its evidence.
//!
//! Pure numbers in, evidence out: no I/O, no clock, no randomness that is not seeded. Compiles to native code and to
//! WebAssembly, so that the server, the command line and the browser compute the same numbers.
//!
//! [`analyze`] takes many [`Series`] and [`Settings`] and gives an [`Analysis`]. Three profiles share its shape:
//! - [`Profile::Sample`]: the numbers of the SageMaker-ML-Insights notebooks;
//! - [`Profile::Kats`]: the numbers of Kats' detectors;
//! - [`Profile::Robust`], the default: what an analyst wants instead.
//!
//! Beneath it lie the parts, each for use on its own: [`stats`], [`grid`] (order, frequency, gaps), [`decompose`]
//! (classical, STL), [`trend`] (least squares, Theil-Sen, the Mann-Kendall family), [`segment`] (PELT, binary, kernel),
//! [`kats`] and [`sample`]; for the default profile [`robust`], with [`fdr`] and [`rank`]; to measure by, [`synth`] and
//! [`yardstick`].
//!
//! # What equals what
//! The tests compare with recorded outputs of statsmodels 0.14.6, scipy 1.17.1, pymannkendall 1.4.3, ruptures 1.1.10,
//! Kats at b71b6ad and at 0.1, R's `trend` 1.1.6 and the Fortran original of STL. Not compared:
//! - outputs that hang on the rounding of floats, such as fences around residuals that are 0 but for rounding, and robust
//!   STL where the median rest is 0 but for rounding;
//! - the notebooks' label of a slope's rank ("flat", "unstable"): it depends on all series of their run;
//! - pandas' refusal to resample series that are skipped in the recording.

mod analyze;
pub mod decompose;
pub mod fdr;
pub mod grid;
pub mod kats;
mod profiles;
pub mod rank;
pub mod report;
pub mod robust;
pub mod sample;
pub mod segment;
pub mod series;
pub mod settings;
pub mod stats;
pub mod synth;
pub mod trend;
pub mod yardstick;

pub use analyze::analyze;
pub use onepane_domain::{DecompositionModel, Detector, Profile};
pub use report::{
    Analysis, ChangeDirection, ChangeKind, ChangePoint, Decomposition, Expectation, Insight, Outcome, Outlier,
    OutlierDirection, SeriesReport, Trend, TrendDirection,
};
pub use series::Series;
pub use settings::{Period, Settings};
