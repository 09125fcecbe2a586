//! From what the page asks to what the engine takes.

use onepane_domain::{Detector, SeriesInput, SeriesSettings};
use onepane_insights::{Period, Series, Settings};

/// A series for the engine.
pub fn series_of(input: &SeriesInput) -> Series {
    let steps = (0..).take(input.values.len());
    Series {
        key: input.name.clone(),
        timestamps: steps.map(|step: i64| input.start.plus_millis(step.saturating_mul(input.step_ms))).collect(),
        values: input.values.clone(),
    }
}

/// The parameters for the engine, all detectors asked for.
pub fn settings_of(settings: &SeriesSettings) -> Settings {
    Settings {
        profile: settings.profile,
        detectors: Detector::ALL.to_vec(),
        period: settings.period.map_or(Period::Auto, Period::Points),
        iqr_mult: settings.iqr_mult,
        decomp: settings.decomp,
        threshold: settings.threshold,
        with_decomposition: false,
    }
}
