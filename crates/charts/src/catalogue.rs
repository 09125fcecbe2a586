//! Charts by name.

use crate::charts::{
    account_days, duration_percentiles, failure_pareto, findings_by_severity, job_timeline, metric_lines, residuals,
    series_marks, small_multiples, workloads_by_phase,
};
use crate::drawing::{Drawing, Size};
use crate::error::DrawError;
use crate::examples;
use crate::theme::Theme;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The name of every chart, and what it shows in a few words.
const CHARTS: &[(&str, &str)] = &[
    (workloads_by_phase::NAME, "workloads over time, stacked by phase"),
    (account_days::NAME, "a number for every account and day, as a heat map"),
    (duration_percentiles::NAME, "p50, p90 and p99 of durations over time"),
    (failure_pareto::NAME, "failures by reason, the few that make most of them first"),
    (job_timeline::NAME, "when jobs ran, a bar for each"),
    (metric_lines::NAME, "measurements over time, with gaps"),
    (small_multiples::NAME, "the same measure many times, on one scale; the data of metric-lines"),
    (series_marks::NAME, "a series with trend, season, expected band, outliers and changes of level"),
    (residuals::NAME, "what trend and season leave of a series, between its fences"),
    (findings_by_severity::NAME, "security findings over time, stacked by severity"),
];

/// The name of every chart, and what it shows in a few words.
pub fn chart_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    CHARTS.iter().copied()
}

/// Draws the chart `name` from its data as JSON.
///
/// # Errors
/// [`DrawError`] names the chart, and the field or the place in the JSON.
pub fn draw(name: &str, json: &str, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    match name {
        workloads_by_phase::NAME => {
            workloads_by_phase::workloads_by_phase(&read(workloads_by_phase::NAME, json)?, theme, size)
        }
        account_days::NAME => account_days::account_days(&read(account_days::NAME, json)?, theme, size),
        duration_percentiles::NAME => {
            duration_percentiles::duration_percentiles(&read(duration_percentiles::NAME, json)?, theme, size)
        }
        failure_pareto::NAME => failure_pareto::failure_pareto(&read(failure_pareto::NAME, json)?, theme, size),
        job_timeline::NAME => job_timeline::job_timeline(&read(job_timeline::NAME, json)?, theme, size),
        metric_lines::NAME => metric_lines::metric_lines(&read(metric_lines::NAME, json)?, theme, size),
        small_multiples::NAME => small_multiples::small_multiples(&read(small_multiples::NAME, json)?, theme, size),
        series_marks::NAME => series_marks::series_marks(&read(series_marks::NAME, json)?, theme, size),
        residuals::NAME => residuals::residuals(&read(residuals::NAME, json)?, theme, size),
        findings_by_severity::NAME => {
            findings_by_severity::findings_by_severity(&read(findings_by_severity::NAME, json)?, theme, size)
        }
        _ => Err(unknown(name)),
    }
}

/// Example data of the chart `name`, as JSON that [`draw`] takes: for the gallery, and to learn the format from.
///
/// # Errors
/// [`DrawError::UnknownChart`].
pub fn example(name: &str) -> Result<String, DrawError> {
    match name {
        workloads_by_phase::NAME => written(workloads_by_phase::NAME, &examples::workloads_by_phase()),
        account_days::NAME => written(account_days::NAME, &examples::account_days()),
        duration_percentiles::NAME => written(duration_percentiles::NAME, &examples::duration_percentiles()),
        failure_pareto::NAME => written(failure_pareto::NAME, &examples::failure_pareto()),
        job_timeline::NAME => written(job_timeline::NAME, &examples::job_timeline()),
        metric_lines::NAME => written(metric_lines::NAME, &examples::metric_lines()),
        small_multiples::NAME => written(small_multiples::NAME, &examples::small_multiples()),
        series_marks::NAME => written(series_marks::NAME, &examples::series_marks()),
        residuals::NAME => written(residuals::NAME, &examples::residuals()),
        findings_by_severity::NAME => written(findings_by_severity::NAME, &examples::findings_by_severity()),
        _ => Err(unknown(name)),
    }
}

fn read<T: DeserializeOwned>(chart: &'static str, json: &str) -> Result<T, DrawError> {
    serde_json::from_str(json).map_err(|why| DrawError::Json { chart, why })
}

fn written(chart: &'static str, data: &impl Serialize) -> Result<String, DrawError> {
    serde_json::to_string(data).map_err(|why| DrawError::Json { chart, why })
}

fn unknown(name: &str) -> DrawError {
    let known: Vec<&str> = chart_names().map(|(name, _)| name).collect();
    DrawError::UnknownChart { name: name.to_owned(), known: known.join(", ") }
}
