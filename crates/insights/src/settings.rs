//! What is asked of an analysis.

use onepane_domain::{DecompositionModel, Detector, Profile};

/// How many points make one season.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Period {
    /// Found from the series (`robust`), or given by its frequency (`sample`, `kats`).
    #[default]
    Auto,
    /// So many points; 1 is no season.
    Points(usize),
}

/// What to compute, and the parameters under the names that people know from Kats. `None` is the profile's default.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Whose numbers.
    pub profile: Profile,
    /// Which detectors run; each at most once.
    pub detectors: Vec<Detector>,
    /// The season's length.
    pub period: Period,
    /// Fences of the outlier detector, in interquartile ranges: 3 in every profile.
    pub iqr_mult: Option<f64>,
    /// The decomposition behind the outlier detector of `kats`.
    pub decomp: DecompositionModel,
    /// Significance of a change point, as Kats' CUSUM takes it: 0.01. For `robust`, the false discovery rate: 0.05.
    pub threshold: Option<f64>,
    /// Whether the report carries the decomposition, and what was expected at each point.
    pub with_decomposition: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: Profile::Robust,
            detectors: Detector::ALL.to_vec(),
            period: Period::Auto,
            iqr_mult: None,
            decomp: DecompositionModel::Additive,
            threshold: None,
            with_decomposition: false,
        }
    }
}
