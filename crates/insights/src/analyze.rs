//! The one entry: many series in, a report each out.

use crate::profiles;
use crate::rank::{self, Background};
use crate::report::Analysis;
use crate::robust;
use crate::series::Series;
use crate::settings::Settings;
use onepane_domain::Profile;

/// Analyses every series with the detectors, the profile and the parameters of `settings`.
///
/// Never fails and never panics: what cannot be analysed says so in its report's outcome or notes. With the feature
/// `parallel` the series are spread over all cores; the result is the same.
pub fn analyze(series: &[Series], settings: &Settings) -> Analysis {
    let reports = match settings.profile {
        Profile::Sample => for_each(series, |series| profiles::sample(series, settings)),
        Profile::Kats => for_each(series, |series| profiles::kats(series, settings)),
        Profile::Robust => return robust::analyze(series, settings),
    };
    let backgrounds: Vec<Background> =
        series.iter().zip(&reports).map(|(series, report)| Background::of_report(series, report)).collect();
    let insights = rank::insights(&reports, &backgrounds);
    Analysis { profile: settings.profile, series: reports, insights }
}

/// `report` of every series, in their order; on all cores with the feature `parallel`.
pub(crate) fn for_each<T: Send>(series: &[Series], report: impl Fn(&Series) -> T + Send + Sync) -> Vec<T> {
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
