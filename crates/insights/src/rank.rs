//! Every finding on one scale, with one plain sentence each.

use crate::report::{
    ChangeDirection, ChangeKind, ChangePoint, Insight, Outlier, OutlierDirection, SeriesReport, Trend, TrendDirection,
};
use crate::robust::prepare::Prepared;
use crate::series::Series;
use crate::stats::distributions::normal_two_sided;
use crate::stats::{median_absolute_deviation, variance_skipping_nan};
use onepane_domain::{Detector, Timestamp};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// What a finding is judged against.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Background {
    /// The series' first instant.
    pub first: Timestamp,
    /// Its last.
    pub last: Timestamp,
    /// From one point to the next; `None` where the points follow no grid.
    pub step_ms: Option<i64>,
    /// Standard deviation of the noise, on the scale that outliers were looked for on.
    pub deviation: f64,
    /// Size of each change of level in standard deviations of the noise around it.
    pub effects: Vec<f64>,
}

impl Background {
    /// Of a prepared series, before anything was found.
    pub fn of(prepared: &Prepared) -> Self {
        let first = prepared.timestamps.first().copied().unwrap_or_default();
        let last = prepared.timestamps.last().copied().unwrap_or_default();
        Self { first, last, step_ms: prepared.step_ms, ..Self::default() }
    }

    /// For a profile that knows no noise: changes of level are measured by the spread of the steps between points.
    pub fn of_report(series: &Series, report: &SeriesReport) -> Self {
        let prepared = Prepared::of(series);
        let steps: Vec<f64> = prepared.values.windows(2).map(|pair| pair[1] - pair[0]).collect();
        // A step between two values has twice the variance of one; MAD to standard deviation is 1.4826. Where most values
        // are the same, the MAD is 0 and says nothing.
        let deviation = match 1.4826 * median_absolute_deviation(&steps) / std::f64::consts::SQRT_2 {
            spread if spread > 0.0 => spread,
            _ => variance_skipping_nan(&prepared.values).sqrt(),
        };
        let size = |change: &ChangePoint| match (change.mean_after - change.mean_before) / deviation {
            size if size.is_finite() => size,
            _ => 0.0,
        };
        Self { deviation, effects: report.changepoints.iter().map(size).collect(), ..Self::of(&prepared) }
    }
}

/// All findings of the reports, strongest first.
///
/// score = 100 · (0.4 · size + 0.4 · certainty + 0.2 · newness), where
/// - size = 1 − 2^(−effect/8): half at eight standard deviations of the series' own noise. A trend's effect is its whole
///   rise over the series; an incident counts once, with its farthest outlier;
/// - certainty = −log₁₀ p / 8, at most 1, with the q-value of a trend, the p of a change and of an outlier's score;
/// - newness halves with every eighth of the series' length since the finding; a trend is always new.
pub fn insights(reports: &[SeriesReport], backgrounds: &[Background]) -> Vec<Insight> {
    let mut insights = Vec::new();
    for (series, (report, background)) in reports.iter().zip(backgrounds).enumerate() {
        let mut add = |detector, timestamp, score: f64, sentence| {
            let score = if score.is_finite() { score.clamp(0.0, 100.0) } else { 0.0 };
            insights.push(Insight { series, key: report.key.clone(), detector, timestamp, score, sentence });
        };
        if let Some(trend) = &report.trend
            && trend.direction != TrendDirection::None
        {
            let rise = trend.slope.abs() * report.n as f64;
            // The interval's width is the only measure of a trend's noise in the units of its slope.
            let noise = match trend.slope_high.zip(trend.slope_low) {
                Some((high, low)) => (high - low) / 4.0 * report.n as f64,
                None => background.deviation,
            };
            let effect = rise / noise.max(f64::MIN_POSITIVE);
            let q = trend.q_value.unwrap_or(1.0);
            add(Detector::Trend, background.last, score(effect, q, 1.0), trend_sentence(trend, background));
        }
        for incident in report.outliers.chunk_by(|a, b| a.incident.is_some() && a.incident == b.incident) {
            let far = |outlier: &Outlier| deviations(outlier, background);
            let Some(worst) = incident.iter().max_by(|a, b| far(a).total_cmp(&far(b))) else { continue };
            let effect = far(worst);
            let newness = newness(worst.timestamp, background);
            let points = score(effect, normal_two_sided(effect) * report.n as f64, newness);
            add(
                Detector::Outlier,
                worst.timestamp,
                points,
                outlier_sentence(worst, effect, incident.len(), background),
            );
        }
        for (change, &effect) in report.changepoints.iter().zip(&background.effects) {
            let points = score(effect.abs(), change.p_value.unwrap_or(1.0), newness(change.timestamp, background));
            add(Detector::Changepoint, change.timestamp, points, change_sentence(change, background));
        }
    }
    insights.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.series.cmp(&b.series)));
    insights
}

fn score(effect: f64, p: f64, newness: f64) -> f64 {
    let size = 1.0 - (-effect / 8.0).exp2();
    let certainty = (-p.max(1e-300).log10() / 8.0).clamp(0.0, 1.0);
    100.0 * (0.4 * size + 0.4 * certainty + 0.2 * newness)
}

fn newness(at: Timestamp, background: &Background) -> f64 {
    let length = background.last.millis_since(background.first).max(1) as f64;
    (-8.0 * background.last.millis_since(at) as f64 / length).exp2()
}

/// How far out a point is, in standard deviations. Only `robust`, which groups its outliers, scores them so; what the
/// scores of the others mean depends on their fences.
fn deviations(outlier: &Outlier, background: &Background) -> f64 {
    match (outlier.incident, outlier.expected) {
        (None, Some(expected)) if background.deviation > 0.0 => (outlier.value - expected).abs() / background.deviation,
        _ => outlier.score,
    }
}

fn trend_sentence(trend: &Trend, background: &Background) -> String {
    let verb = if trend.direction == TrendDirection::Up { "rose" } else { "fell" };
    let (steps, per) = span(background.step_ms);
    let change = match trend.relative_slope {
        Some(share) => format!("{} %", number(100.0 * share.abs() * steps)),
        None => number(trend.slope.abs() * steps),
    };
    let since = instant(background.first, background.step_ms);
    let tested = match (trend.q_value, trend.p_value) {
        (Some(q), _) => format!("(q {})", probability(q)),
        (None, Some(p)) => format!("(p {})", probability(p)),
        (None, None) => "(not tested)".to_owned(),
    };
    format!("{verb} {change} a {per} since {since} {tested}")
}

fn outlier_sentence(outlier: &Outlier, effect: f64, points: usize, background: &Background) -> String {
    let side = if outlier.direction == OutlierDirection::High { "above" } else { "below" };
    let at = instant(outlier.timestamp, background.step_ms);
    let value = number(outlier.value);
    let expected = outlier.expected.map_or_else(|| "what was expected".to_owned(), number);
    let more = match points {
        1 => String::new(),
        points => format!(", the farthest of {points} such points together"),
    };
    format!("was {value} on {at}, {side} the expected {expected} by {} deviations{more}", number(effect))
}

fn change_sentence(change: &ChangePoint, background: &Background) -> String {
    let at = instant(change.timestamp, background.step_ms);
    let (before, after) = (number(change.mean_before), number(change.mean_after));
    let p = change.p_value.map(|p| format!(" (p {})", probability(p))).unwrap_or_default();
    let up = change.direction == ChangeDirection::Increase;
    match change.kind {
        Some(ChangeKind::Ramp) => {
            let verb = if up { "climbing" } else { "sinking" };
            format!("bent on {at}, {verb} from levels around {before} to levels around {after}{p}")
        }
        _ => {
            let verb = if up { "stepped up" } else { "stepped down" };
            format!("{verb} from {before} to {after} on {at}{p}")
        }
    }
}

/// The span that a slope is told for, in steps: one size larger than the step.
fn span(step_ms: Option<i64>) -> (f64, &'static str) {
    let Some(step) = step_ms else { return (1.0, "point") };
    let in_steps = |span: i64| span as f64 / step as f64;
    match step {
        ..MINUTE_MS => (in_steps(HOUR_MS), "hour"),
        MINUTE_MS..DAY_MS => (in_steps(DAY_MS), "day"),
        step if step < 7 * DAY_MS => (in_steps(7 * DAY_MS), "week"),
        step if step < 28 * DAY_MS => (in_steps(30 * DAY_MS), "month"),
        _ => (in_steps(365 * DAY_MS), "year"),
    }
}

/// A day as people write it, with the time where the grid is finer than days.
fn instant(at: Timestamp, step_ms: Option<i64>) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let text = at.to_string();
    let digits = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    let month = digits(5..7).parse::<usize>().ok().and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    let day = digits(8..10).trim_start_matches('0');
    let date = format!("{day} {} {}", month.copied().unwrap_or_default(), digits(0..4));
    if step_ms.is_some_and(|step| step >= DAY_MS) { date } else { format!("{date} {}", digits(11..16)) }
}

/// Three digits that count.
fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || !size.is_finite() {
        return format!("{value}");
    }
    if !(1e-4..1e9).contains(&size) {
        return format!("{value:.2e}");
    }
    if size >= 100.0 {
        return format!("{value:.0}");
    }
    let digits = (2 - size.log10().floor() as i32).max(0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A probability as sentences tell it: `= 0.031`, or `< 0.0001`, beyond which nobody weighs the digits.
pub fn probability(p: f64) -> String {
    if p < 1e-4 { "< 0.0001".to_owned() } else { format!("= {}", number(p)) }
}
