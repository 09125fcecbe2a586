//! The two charts of a series: its values with the layers that are asked for, and what trend and season leave.

use crate::cells::incidents;
use crate::points::{Points, finite};
use onepane_charts::{Change, DrawError, Level, PageChart, Residuals, SeriesMarks, residuals, series_marks};
use onepane_domain::{DecompositionModel, Profile, SeriesInput, SeriesSettings};
use onepane_insights::{ChangeKind, ChangePoint, SeriesReport, TrendDirection};

/// Pixels down of the chart of the values.
const HEIGHT: u32 = 340;
/// Pixels down of the one below it.
const LOW: u32 = 200;

/// The charts: one, or two where something was expected.
///
/// # Errors
/// None is known: what comes out of an analysis can be drawn.
pub(crate) fn charts(
    series: &SeriesInput,
    settings: &SeriesSettings,
    report: &SeriesReport,
    points: &Points,
) -> Result<Vec<PageChart>, DrawError> {
    let outliers = if settings.outliers { marked(report, points) } else { Vec::new() };
    let main = marks(series, settings, report, points, outliers.clone());
    let mut charts = vec![PageChart::new(HEIGHT, |theme, size| series_marks(&main, theme, size))?];
    if let Some(around) = &points.around {
        let rest = Residuals {
            title: "What trend and season leave".to_owned(),
            unit: "Count".to_owned(),
            time: points.time(),
            values: finite(points.values.iter().zip(&around.expected).map(|(value, expected)| value - expected)),
            fences: settings.band.then(|| around.band(true)),
            incidents: outliers,
        };
        charts.push(PageChart::new(LOW, |theme, size| residuals(&rest, theme, size))?);
    }
    Ok(charts)
}

fn marks(
    series: &SeriesInput,
    settings: &SeriesSettings,
    report: &SeriesReport,
    points: &Points,
    incidents: Vec<Vec<usize>>,
) -> SeriesMarks {
    // The parts are those of the points that are drawn, or there are none.
    let count = points.values.len();
    let parts = report.decomposition.as_ref().filter(|parts| points.around.is_some() && parts.trend.len() == count);
    let is_factor = settings.profile == Profile::Kats && settings.decomp == DecompositionModel::Multiplicative;
    let has_season = report.period.is_some_and(|period| period > 1);
    let joined = |(level, season): (&f64, &f64)| if is_factor { level * season } else { level + season };
    let measure = match points.step_ms == series.step_ms {
        true => series.measure.clone(),
        false => format!("{}, added up to days", series.measure),
    };
    SeriesMarks {
        measure,
        unit: "Count".to_owned(),
        time: points.time(),
        values: finite(points.values.iter().copied()),
        expected: points.around.as_ref().filter(|_| settings.band).map(|around| around.band(false)),
        trend: parts.filter(|_| settings.trend).map(|parts| finite(parts.trend.iter().copied())),
        season: parts
            .filter(|_| settings.season && has_season)
            .map(|parts| finite(parts.trend.iter().zip(&parts.seasonal).map(joined))),
        slope: if settings.trend { slope(report, count) } else { None },
        incidents,
        changes: if settings.changes { changes(report, points) } else { Vec::new() },
        levels: if settings.changes { levels(settings.profile, report, points) } else { Vec::new() },
    }
}

/// The points of each incident, the farthest first.
fn marked(report: &SeriesReport, points: &Points) -> Vec<Vec<usize>> {
    let all = incidents(report);
    let places = all.iter().map(|incident| {
        let farthest = std::iter::once(incident.farthest);
        let beside = incident.outliers.iter().filter(|outlier| outlier.index != incident.farthest.index);
        farthest.chain(beside).filter_map(|outlier| points.index(outlier.timestamp)).collect::<Vec<_>>()
    });
    places.filter(|incident| !incident.is_empty()).collect()
}

/// The line of a trend that is claimed, where the profile tells where it begins.
fn slope(report: &SeriesReport, count: usize) -> Option<[f64; 2]> {
    let trend = report.trend.as_ref().filter(|trend| trend.direction != TrendDirection::None)?;
    let first = trend.intercept?;
    let last = first + trend.slope * count.checked_sub(1)? as f64;
    (first.is_finite() && last.is_finite()).then_some([first, last])
}

fn changes(report: &SeriesReport, points: &Points) -> Vec<Change> {
    let told = report.changepoints.iter().filter_map(|change| Some((points.index(change.timestamp)?, change)));
    told.map(|(at, change)| Change { at, label: label(change) }).collect()
}

/// `+38 %`, `ramp −12 %`; `0 → 12` where there was nothing before.
fn label(change: &ChangePoint) -> String {
    let (before, after) = (change.mean_before, change.mean_after);
    let share = 100.0 * (after - before) / before.abs();
    let size = match share.is_finite() && share.abs() < 1_000.0 {
        true => format!("{}{} %", if share < 0.0 { "−" } else { "+" }, onepane_charts::format(Some(share.abs()), "")),
        false => {
            format!("{} → {}", onepane_charts::format(Some(before), ""), onepane_charts::format(Some(after), ""))
        }
    };
    if change.kind == Some(ChangeKind::Ramp) { format!("ramp {size}") } else { size }
}

/// The levels before and after each change.
fn levels(profile: Profile, report: &SeriesReport, points: &Points) -> Vec<Level> {
    let told: Vec<(usize, &ChangePoint)> = report
        .changepoints
        .iter()
        .filter_map(|change| Some((points.index(change.timestamp)?, change)))
        .filter(|(at, change)| *at > 0 && change.mean_before.is_finite() && change.mean_after.is_finite())
        .collect();
    let (Some(last), false) = (points.values.len().checked_sub(1), told.is_empty()) else { return Vec::new() };
    if profile != Profile::Robust {
        // CUSUM compares all before a change with all after it, whatever the other change.
        let both = told.iter().flat_map(|(at, change)| {
            [
                Level { from: 0, to: at - 1, value: change.mean_before },
                Level { from: *at, to: last, value: change.mean_after },
            ]
        });
        return both.collect();
    }
    let ends = told.iter().skip(1).map(Some).chain([None]);
    let first = told.first().map(|(at, change)| Level { from: 0, to: at - 1, value: change.mean_before });
    let after = told.iter().zip(ends).map(|((at, change), next)| match next {
        // Between two changes both tell the level; they differ a little where it is a line.
        Some((end, next)) => {
            Level { from: *at, to: end - 1, value: f64::midpoint(change.mean_after, next.mean_before) }
        }
        None => Level { from: *at, to: last, value: change.mean_after },
    });
    first.into_iter().chain(after).collect()
}
