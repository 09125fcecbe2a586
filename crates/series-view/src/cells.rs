//! What the list and the page tell of a report in a few numbers: trend, incidents, changes of level.

use crate::request::series_of;
use onepane_domain::{ChangeCell, OutlierCell, Profile, SeriesInput, TrendCell};
use onepane_insights::grid::ordered;
use onepane_insights::sample::daily_sums;
use onepane_insights::{ChangeKind, Outlier, SeriesReport, TrendDirection, stats};

pub(crate) const DAY_MS: i64 = 86_400_000;
const WEEK_MS: f64 = 7.0 * DAY_MS as f64;
/// Outliers that are at most so many points apart belong to one incident, as in `robust`.
const NEIGHBOURS: usize = 2;
/// Scores beyond are told as this: where nothing varies, any departure is infinitely far out.
const FARTHEST: f64 = 1e6;

/// What slopes are told by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Basis {
    /// The typical value of a point.
    pub level: f64,
    /// Milliseconds from one analysed point to the next.
    pub step_ms: i64,
}

impl Basis {
    /// Of a series as a profile looks at it: `sample` adds points up to days.
    pub fn of(series: &SeriesInput, profile: Profile) -> Self {
        let is_daily = profile == Profile::Sample && series.step_ms != DAY_MS;
        let days = is_daily.then(|| daily_sums(&ordered(&series_of(series)))).flatten();
        let step_ms = if days.is_some() { DAY_MS } else { series.step_ms };
        let values = days.as_ref().map_or(&series.values, |(_, sums)| sums);
        let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        let level = stats::median(&finite);
        Self { level: if level.is_finite() { level } else { 0.0 }, step_ms }
    }
}

/// The trend of a report, if one can be claimed.
pub fn trend(report: &SeriesReport, basis: Basis) -> Option<TrendCell> {
    let trend = report.trend.as_ref().filter(|trend| trend.direction != TrendDirection::None)?;
    // Where the profile knows the level, it is that without the season.
    let level = match trend.relative_slope {
        Some(share) if share != 0.0 => trend.slope / share,
        _ => basis.level.abs(),
    };
    let steps_a_week = WEEK_MS / basis.step_ms.max(1) as f64;
    let percent = 100.0 * steps_a_week / level;
    let is_percent = percent.is_finite() && (trend.slope * percent).is_finite();
    let factor = if is_percent { percent } else { steps_a_week };
    let a_week = |slope: f64| Some(slope * factor).filter(|change| change.is_finite());
    Some(TrendCell {
        per_week: a_week(trend.slope)?,
        interval: trend.slope_low.and_then(a_week).zip(trend.slope_high.and_then(a_week)),
        is_percent,
        q_value: trend.q_value,
    })
}

/// Outliers next to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incident<'a> {
    /// All of them, in order of time; at least one.
    pub outliers: &'a [Outlier],
    /// The one that is farthest from what was expected.
    pub farthest: &'a Outlier,
}

/// The incidents of a report, in order of time: the profile's own, or, where it has none, outliers at most two points
/// apart.
pub fn incidents(report: &SeriesReport) -> Vec<Incident<'_>> {
    let together = |a: &Outlier, b: &Outlier| match (a.incident, b.incident) {
        (None, None) => b.index.saturating_sub(a.index) <= NEIGHBOURS,
        (one, other) => one == other,
    };
    let distance = |outlier: &Outlier| match (outlier.incident, outlier.expected) {
        (None, Some(expected)) => (outlier.value - expected).abs(),
        _ => outlier.score.abs(),
    };
    let groups = report.outliers.chunk_by(|a, b| together(a, b));
    groups
        .filter_map(|outliers| {
            let farthest = outliers.iter().max_by(|a, b| distance(a).total_cmp(&distance(b)))?;
            Some(Incident { outliers, farthest })
        })
        .collect()
}

/// The incidents of a report, newest first.
pub fn outliers(report: &SeriesReport) -> Vec<OutlierCell> {
    let cell = |incident: &Incident<'_>| OutlierCell {
        at: incident.farthest.timestamp,
        value: incident.farthest.value,
        expected: incident.farthest.expected,
        score: match incident.farthest.score {
            score if score.is_nan() => FARTHEST,
            score => score.clamp(-FARTHEST, FARTHEST),
        },
        points: u32::try_from(incident.outliers.len()).unwrap_or(u32::MAX),
    };
    incidents(report).iter().rev().map(cell).collect()
}

/// The changes of level of a report, newest first. What is no number is left out.
pub fn changes(report: &SeriesReport) -> Vec<ChangeCell> {
    let told = report.changepoints.iter().rev();
    told.filter(|change| change.mean_before.is_finite() && change.mean_after.is_finite())
        .map(|change| ChangeCell {
            at: change.timestamp,
            before: change.mean_before,
            after: change.mean_after,
            is_ramp: change.kind == Some(ChangeKind::Ramp),
            confidence: change.confidence.filter(|confidence| confidence.is_finite()),
        })
        .collect()
}
