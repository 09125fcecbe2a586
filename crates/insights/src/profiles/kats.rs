//! The profile `kats`.

use super::{Progress, change_points, finite, settled, wants};
use crate::grid;
use crate::kats::{
    CusumSettings, DetectError, MkSettings, OutlierScan, Prepared, cusum, prepare, scan_outliers, smoothed,
    windowed_mann_kendall,
};
use crate::report::{Expectation, Outlier, OutlierDirection, SeriesReport, Trend};
use crate::series::Series;
use crate::settings::Settings;
use crate::trend::sen_slope;
use onepane_domain::Detector;

/// Kats' multiple of the interquartile range.
const IQR_MULT: f64 = 3.0;

/// Kats' detectors on one series. Outliers and the decomposition lie on the detector's grid, which has more or fewer
/// points than the series where its step is irregular; a note says so then.
pub(crate) fn report(series: &Series, settings: &Settings) -> SeriesReport {
    let ordered = grid::ordered(series);
    let (stamps, values) = (&ordered.timestamps, &ordered.values);
    let mut report = SeriesReport::new(&series.key, values.len());
    report.notes.clone_from(&ordered.notes);
    if let Some(outcome) = settled(values, 3) {
        report.outcome = outcome;
        return report;
    }
    let mut progress = Progress::default();
    let missing = values.iter().any(|value| value.is_nan());

    if wants(settings, Detector::Trend) {
        match latest_window(values) {
            Ok(trend) => {
                report.trend = Some(trend);
                progress.ran = true;
            }
            Err(error) => progress.failed(&mut report, Detector::Trend, &error),
        }
    }

    let wants_outliers = wants(settings, Detector::Outlier);
    if wants_outliers || settings.with_decomposition {
        let scanned = prepare(&ordered, settings.period).and_then(|prepared| {
            let scan = scan_outliers(&prepared.values, prepared.period, settings.decomp)?;
            Ok((prepared, scan))
        });
        match scanned {
            Ok((prepared, scan)) => {
                if prepared.timestamps.len() != values.len() {
                    report.notes.push(format!(
                        "The step is irregular: outliers are counted on a daily grid of {} points.",
                        prepared.timestamps.len()
                    ));
                }
                report.period = Some(prepared.period);
                let iqr_mult = settings.iqr_mult.unwrap_or(IQR_MULT);
                if wants_outliers {
                    report.outliers = outliers(&prepared, &scan, iqr_mult);
                    progress.ran = true;
                }
                if settings.with_decomposition {
                    report.expectation = Some(expectation(prepared, &scan, iqr_mult));
                    report.decomposition = Some(scan.decomposition);
                }
            }
            Err(error) => progress.failed(&mut report, Detector::Outlier, &error),
        }
    }

    if wants(settings, Detector::Changepoint) {
        if missing {
            progress.failed(&mut report, Detector::Changepoint, &DetectError::MissingValues);
        } else {
            let threshold = settings.threshold.unwrap_or(0.01);
            let found = cusum(values, stamps, &CusumSettings { threshold, ..CusumSettings::default() });
            report.changepoints = change_points(&found, stamps);
            progress.ran = true;
        }
    }
    report.outcome = progress.outcome();
    report
}

/// The test of the last window of the smoothed series, with Sen's slope of that window.
fn latest_window(values: &[f64]) -> Result<Trend, DetectError> {
    if values.iter().any(|value| value.is_nan()) {
        return Err(DetectError::MissingValues);
    }
    let settings = MkSettings::default();
    let need = settings.window_size + 1;
    let tests = windowed_mann_kendall(values, &settings)?;
    let last = tests.last().ok_or(DetectError::Insufficient { need, have: values.len() })?;
    let series = smoothed(values);
    Ok(Trend {
        direction: last.direction,
        slope: sen_slope(&series[series.len() - settings.window_size..]).slope,
        slope_low: None,
        slope_high: None,
        intercept: None,
        p_value: finite(last.p_value),
        q_value: None,
        tau: finite(last.tau),
        relative_slope: None,
        method: "mann-kendall, last 20 points, smoothed",
    })
}

fn expectation(prepared: Prepared, scan: &OutlierScan, iqr_mult: f64) -> Expectation {
    let (low, high) = scan.fences(iqr_mult);
    let both = prepared.values.iter().zip(&scan.residuals);
    let expected: Vec<f64> = both.map(|(value, residual)| value - residual).collect();
    Expectation {
        timestamps: prepared.timestamps,
        values: prepared.values,
        lower: expected.iter().map(|expected| expected + low).collect(),
        upper: expected.iter().map(|expected| expected + high).collect(),
        expected,
    }
}

fn outliers(prepared: &Prepared, scan: &OutlierScan, iqr_mult: f64) -> Vec<Outlier> {
    let (low, high) = scan.fences(iqr_mult);
    let scores = scan.scores(iqr_mult);
    scan.outliers(iqr_mult)
        .into_iter()
        .map(|index| {
            let (value, residual) = (prepared.values[index], scan.residuals[index]);
            let expected = value - residual;
            Outlier {
                index,
                timestamp: prepared.timestamps[index],
                value,
                expected: finite(expected),
                lower: finite(expected + low),
                upper: finite(expected + high),
                score: scores[index],
                direction: if residual > high { OutlierDirection::High } else { OutlierDirection::Low },
                incident: None,
            }
        })
        .collect()
}
