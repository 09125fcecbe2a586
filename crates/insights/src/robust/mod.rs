//! The default profile: robust trends, outliers and changes of level, each with its evidence.
//!
//! [`analyze`] takes each series through the same steps: a regular grid with its gaps noted ([`prepare`]); the scale on
//! which its noise is even ([`scale`]); the season, if there is one ([`period`]); trend, season and rest that spikes do
//! not bend; then the detectors. Trends and changes of level are told where the false discovery rate over all series
//! allows it. Streams are watched by [`stream`].

mod analysis;
pub mod change;
mod decompose;
mod numbers;
mod outlier;
pub mod period;
pub mod prepare;
pub mod scale;
pub mod stream;
mod trend;

pub use analysis::{FALSE_DISCOVERIES, RESTLESS, analyze};
