//! The one entry: many series in, a report each out.

use crate::profiles;
use crate::report::{Analysis, SeriesReport};
use crate::series::Series;
use crate::settings::{Profile, Settings};

/// Analyses every series with the detectors, the profile and the parameters of `settings`.
///
/// Never fails and never panics: what cannot be analysed says so in its report's outcome or notes. With the feature
/// `parallel` the series are spread over all cores; the result is the same.
pub fn analyze(series: &[Series], settings: &Settings) -> Analysis {
    let reports = match settings.profile {
        Profile::Sample => for_each(series, |series| profiles::sample(series, settings)),
        Profile::Kats => for_each(series, |series| profiles::kats(series, settings)),
        Profile::Robust => robust::analyze(series, settings),
    };
    Analysis { profile: settings.profile, series: reports, insights: Vec::new() }
}

/// `report` of every series, in their order; on all cores with the feature `parallel`.
pub(crate) fn for_each(series: &[Series], report: impl Fn(&Series) -> SeriesReport + Send + Sync) -> Vec<SeriesReport> {
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
        series.par_iter().map(report).collect()
    }
    #[cfg(not(feature = "parallel"))]
    {
        series.iter().map(report).collect()
    }
}

/// The place of the `robust` profile.
mod robust {
    use crate::report::{Outcome, SeriesReport};
    use crate::series::Series;
    use crate::settings::Settings;

    /// A report for each series, in their order.
    pub(super) fn analyze(series: &[Series], _settings: &Settings) -> Vec<SeriesReport> {
        super::for_each(series, |series| {
            let reason = "The robust profile is not part of this build.".to_owned();
            let mut report = SeriesReport::new(&series.key, series.values.len());
            report.outcome = Outcome::Unsupported { reason };
            report
        })
    }
}
