//! The profile `sample`.

use super::{Progress, change_points, finite, settled, wants};
use crate::grid;
use crate::kats::{DetectError, cusum};
use crate::report::{Expectation, Outcome, Outlier, OutlierDirection, SeriesReport, Trend, TrendDirection};
use crate::sample::{IQR_MULT, PERIOD, SampleScan, TOO_SHORT, cusum_settings, daily_sums, scan};
use crate::series::Series;
use crate::settings::{Period, Settings};
use crate::trend::least_squares_slope;
use onepane_domain::{Detector, Timestamp};

/// The notebooks' numbers for one series, on its sums per day.
pub(crate) fn report(series: &Series, settings: &Settings) -> SeriesReport {
    let ordered = grid::ordered(series);
    let mut report = SeriesReport::new(&series.key, 0);
    report.notes.clone_from(&ordered.notes);
    let Some((stamps, values)) = daily_sums(&ordered) else {
        report.outcome = Outcome::Unsupported { reason: format!("{}.", DetectError::TooSparse) };
        return report;
    };
    report.n = values.len();
    if values.len() != ordered.values.len() {
        report.notes.push(format!("{} points were added up to {} days.", ordered.values.len(), values.len()));
    }
    if let Some(outcome) = settled(&values, TOO_SHORT + 1) {
        report.outcome = outcome;
        return report;
    }
    let mut progress = Progress::default();

    if wants(settings, Detector::Trend) {
        report.trend = Some(slope(&values));
        progress.ran = true;
    }

    let wants_outliers = wants(settings, Detector::Outlier);
    if wants_outliers || settings.with_decomposition {
        let period = match settings.period {
            Period::Auto => PERIOD,
            Period::Points(points) => points,
        };
        match scan(&values, period) {
            Ok(scan) => {
                report.period = Some(period);
                let iqr_mult = settings.iqr_mult.unwrap_or(IQR_MULT);
                if wants_outliers {
                    report.outliers = outliers(&stamps, &values, &scan, iqr_mult);
                    progress.ran = true;
                }
                if settings.with_decomposition {
                    report.expectation = Some(expectation(&stamps, &values, &scan, iqr_mult));
                    report.decomposition = Some(scan.decomposition);
                }
            }
            Err(error) => progress.failed(&mut report, Detector::Outlier, &error.into()),
        }
    }

    if wants(settings, Detector::Changepoint) {
        let found = cusum(&values, &stamps, &cusum_settings(settings.threshold.unwrap_or(0.01)));
        report.changepoints = change_points(&found, &stamps);
        progress.ran = true;
    }
    report.outcome = progress.outcome();
    report
}

/// The direction is the slope's sign: the notebooks test nothing.
fn slope(values: &[f64]) -> Trend {
    let (slope, intercept) = least_squares_slope(values);
    let direction = if slope > 0.0 {
        TrendDirection::Up
    } else if slope < 0.0 {
        TrendDirection::Down
    } else {
        TrendDirection::None
    };
    Trend {
        direction,
        slope,
        slope_low: None,
        slope_high: None,
        intercept: finite(intercept),
        p_value: None,
        q_value: None,
        tau: None,
        relative_slope: None,
        method: "ols, no test",
    }
}

fn expectation(stamps: &[Timestamp], values: &[f64], scan: &SampleScan, iqr_mult: f64) -> Expectation {
    let reach = iqr_mult * scan.iqr;
    let expected: Vec<f64> = values.iter().zip(&scan.residuals).map(|(value, residual)| value - residual).collect();
    Expectation {
        timestamps: stamps.to_vec(),
        values: values.to_vec(),
        lower: expected.iter().map(|expected| expected - reach).collect(),
        upper: expected.iter().map(|expected| expected + reach).collect(),
        expected,
    }
}

fn outliers(stamps: &[Timestamp], values: &[f64], scan: &SampleScan, iqr_mult: f64) -> Vec<Outlier> {
    let reach = iqr_mult * scan.iqr;
    scan.outliers(iqr_mult)
        .into_iter()
        .map(|index| {
            let expected = values[index] - scan.residuals[index];
            Outlier {
                index,
                timestamp: stamps[index],
                value: values[index],
                expected: finite(expected),
                lower: finite(expected - reach),
                upper: finite(expected + reach),
                score: scan.ratio(index),
                direction: if scan.residuals[index] > 0.0 { OutlierDirection::High } else { OutlierDirection::Low },
                incident: None,
            }
        })
        .collect()
}
