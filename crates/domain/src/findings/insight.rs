//! What is asked of the insights engine.

use serde::{Deserialize, Serialize};

/// Whose numbers are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// The SageMaker-ML-Insights notebooks.
    Sample,
    /// Kats at its head.
    Kats,
    /// Onepane's own.
    #[default]
    Robust,
}

impl Profile {
    /// All of them, the default first.
    pub const ALL: [Self; 3] = [Self::Robust, Self::Sample, Self::Kats];

    /// The word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Kats => "kats",
            Self::Robust => "robust",
        }
    }
}

/// The three questions that can be asked of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Detector {
    /// Does it rise or fall?
    Trend,
    /// Which points stand out?
    Outlier,
    /// Where does its level change?
    Changepoint,
}

impl Detector {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 3] = [Self::Trend, Self::Outlier, Self::Changepoint];

    /// The word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trend => "trend",
            Self::Outlier => "outlier",
            Self::Changepoint => "changepoint",
        }
    }
}

/// How trend, season and rest make up a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecompositionModel {
    /// value = trend + seasonal + rest.
    #[default]
    Additive,
    /// value = trend · seasonal · rest.
    Multiplicative,
}
