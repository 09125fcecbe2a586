//! The scale on which a series is looked at: where its noise is about as wide everywhere.

use super::numbers::centre_and_spread;
use crate::stats::median_of;

/// A monotone change of scale and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The values themselves.
    Identity,
    /// Counts: 2·√(x + 3/8), whose variance is about 1 for Poisson counts of any mean (Anscombe, 1948).
    Root,
    /// ln x: noise in proportion to the level.
    Log,
}

/// Share of the values that must be whole for a series of counts: filled gaps need not be.
const WHOLE_SHARE: f64 = 0.95;
/// Blocks over which the width of the noise is compared with the level.
const BLOCKS: usize = 8;

impl Scale {
    /// Counts are looked at on [`Self::Root`]; positive values whose noise grows with their level on [`Self::Log`];
    /// all else on [`Self::Identity`].
    pub fn of(values: &[f64], observed: &[bool]) -> Self {
        let seen = || values.iter().zip(observed).filter(|(_, observed)| **observed).map(|(value, _)| *value);
        let count = seen().count() as f64;
        if seen().any(|value| value < 0.0) {
            return Self::Identity;
        }
        let whole = seen().filter(|value| value.fract() == 0.0).count() as f64;
        // Whole numbers far from zero behave like any other.
        let most = seen().fold(0.0, f64::max);
        if whole >= WHOLE_SHARE * count && most < 1e7 {
            return Self::Root;
        }
        if seen().all(|value| value > 0.0) && noise_grows(values) { Self::Log } else { Self::Identity }
    }

    /// To the scale.
    pub fn to(self, value: f64) -> f64 {
        match self {
            Self::Identity => value,
            Self::Root => 2.0 * (value.max(0.0) + 0.375).sqrt(),
            Self::Log => value.max(f64::MIN_POSITIVE).ln(),
        }
    }

    /// From the scale.
    pub fn from(self, value: f64) -> f64 {
        match self {
            Self::Identity => value,
            Self::Root => ((value.max(0.0) / 2.0).powi(2) - 0.375).max(0.0),
            Self::Log => value.min(700.0).exp(),
        }
    }

    /// The noise is taken to be no narrower than this on the scale; `level` is the series' typical value on it.
    pub(crate) fn least_spread(self, level: f64) -> f64 {
        match self {
            // Any count is at least as noisy as Poisson's.
            Self::Root => 1.0,
            Self::Identity => 1e-3 * level.abs(),
            Self::Log => 1e-3,
        }
    }

    /// In words, for evidence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "values",
            Self::Root => "square roots of counts",
            Self::Log => "logarithms",
        }
    }
}

/// Whether the spread of point-to-point changes rises with the level at least half as fast as it.
fn noise_grows(values: &[f64]) -> bool {
    let size = values.len() / BLOCKS;
    if size < 8 {
        return false;
    }
    let blocks: Vec<(f64, f64)> = values
        .chunks_exact(size)
        .map(|block| {
            let changes: Vec<f64> = block.windows(2).map(|pair| pair[1] - pair[0]).collect();
            (median_of(&mut block.to_vec()).ln(), centre_and_spread(&changes).1)
        })
        .filter(|block| block.1 > 0.0)
        .map(|(level, spread)| (level, spread.ln()))
        .collect();
    let count = blocks.len() as f64;
    if blocks.len() < BLOCKS / 2 {
        return false;
    }
    let mean_level = blocks.iter().map(|block| block.0).sum::<f64>() / count;
    let mean_spread = blocks.iter().map(|block| block.1).sum::<f64>() / count;
    let levels: f64 = blocks.iter().map(|block| (block.0 - mean_level).powi(2)).sum();
    let both: f64 = blocks.iter().map(|block| (block.0 - mean_level) * (block.1 - mean_spread)).sum();
    let spreads: f64 = blocks.iter().map(|block| (block.1 - mean_spread).powi(2)).sum();
    // Levels must differ by a quarter or so for the question to make sense.
    levels / count > 0.05 && both / levels > 0.5 && both * both > 0.5 * levels * spreads
}
