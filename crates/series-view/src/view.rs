//! The one entry: a series and parameters in, everything that its page shows out.

use crate::cells::{self, Basis};
use crate::compared::compared;
use crate::layers::charts;
use crate::points::{Points, refused};
use crate::request::{series_of, settings_of};
use crate::words::{counted, refusal, sentence, span};
use onepane_charts::PageChart;
use onepane_domain::{Notes, Profile, SeriesInput, SeriesInsight, SeriesSettings, SeriesView, SeriesViewRequest};
use onepane_insights::{Analysis, Outcome, SeriesReport, Settings, TrendDirection, analyze};

const DAY_MS: i64 = cells::DAY_MS;

/// A view whose charts can still be drawn to pictures.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The view, its charts left out.
    pub view: SeriesView,
    /// The charts, in their order.
    pub charts: Vec<PageChart>,
}

impl Drawn {
    /// The view with its charts, without pictures of them.
    pub fn into_view(self) -> SeriesView {
        let charts = self.charts.into_iter().map(PageChart::into_view).collect();
        SeriesView { charts, ..self.view }
    }
}

/// Analyses and draws a series. Never fails: what cannot be done is told in the view's outcome or notes.
pub fn series_view(request: &SeriesViewRequest) -> SeriesView {
    drawn(request).into_view()
}

/// [`series_view`] of a request as JSON, as JSON; for a text that is no request, `{"error": "why and where"}`.
pub fn answer(request: &str) -> String {
    let answer = serde_json::from_str::<SeriesViewRequest>(request)
        .and_then(|request| serde_json::to_string(&series_view(&request)));
    answer.unwrap_or_else(|error| serde_json::json!({ "error": error.to_string() }).to_string())
}

/// As [`series_view`], with the charts as they are before they become views: to draw first pictures of them.
pub fn drawn(request: &SeriesViewRequest) -> Drawn {
    let SeriesViewRequest { series, settings } = request;
    if let Some(reason) = refused(series, settings.profile) {
        let outcome = format!("Not analysed: {reason}");
        return Drawn { view: SeriesView { outcome, ..SeriesView::default() }, charts: Vec::new() };
    }
    let input = [series_of(series)];
    let asked = Settings { with_decomposition: true, ..settings_of(settings) };
    let analysis = analyze(&input, &asked);
    let Some(report) = analysis.series.first() else {
        return Drawn { view: SeriesView::default(), charts: Vec::new() };
    };
    let points = Points::of(series, settings.profile, report);
    let mut view = told(series, settings, &analysis, report);
    if settings.profile != Profile::Robust {
        // The significance of a change point and the rate of false discoveries are no parameter of one another.
        let robust = Settings { profile: Profile::Robust, threshold: None, ..asked };
        if let Some(other) = analyze(&input, &robust).series.first() {
            view.compared = compared(settings.profile, report, other, &points, Basis::of(series, settings.profile));
        }
    }
    let charts = charts(series, settings, report, &points).unwrap_or_else(|error| {
        view.notes.push(sentence(&error.to_string()));
        Vec::new()
    });
    Drawn { view, charts }
}

fn told(series: &SeriesInput, settings: &SeriesSettings, analysis: &Analysis, report: &SeriesReport) -> SeriesView {
    let insights = analysis.insights.iter().map(|insight| SeriesInsight {
        detector: insight.detector,
        at: insight.timestamp,
        score: insight.score,
        sentence: sentence(&insight.sentence),
    });
    SeriesView {
        outcome: outcome(series, settings, report),
        period: report.period.filter(|period| *period > 1),
        insights: insights.collect(),
        trend: cells::trend(report, Basis::of(series, settings.profile)),
        outliers: cells::outliers(report),
        changes: cells::changes(report),
        charts: Vec::new(),
        compared: Vec::new(),
        notes: notes(series, settings, report),
    }
}

fn outcome(series: &SeriesInput, settings: &SeriesSettings, report: &SeriesReport) -> String {
    if let Some(refusal) = refusal(&report.outcome) {
        return refusal;
    }
    let step_ms = if settings.profile == Profile::Sample { DAY_MS } else { series.step_ms };
    let season = match (report.period.filter(|period| *period > 1), settings.period, settings.profile) {
        (Some(period), Some(_), _) => format!("season of {} (as set)", span(period, step_ms)),
        (Some(period), None, Profile::Robust) => format!("season of {} (found)", span(period, step_ms)),
        (Some(period), None, _) => format!("season of {} (assumed)", span(period, step_ms)),
        (None, None, Profile::Robust) => "no season found".to_owned(),
        (None, _, _) => "without a season".to_owned(),
    };
    format!("Analysed: {}, {season}.", counted(report.n, "point"))
}

fn notes(series: &SeriesInput, settings: &SeriesSettings, report: &SeriesReport) -> Notes {
    let mut notes: Notes = report.notes.iter().map(|note| sentence(note)).collect();
    if settings.profile == Profile::Sample && series.step_ms > DAY_MS {
        notes.push(
            "The notebooks look at days: those between the points of this series count 0. Choose a bucket of a day."
                .to_owned(),
        );
    }
    if settings.profile != Profile::Robust && is_season_weak(report) {
        notes.push(
            "The season explains less than 60 % of what the trend leaves: outliers are measured from the trend alone."
                .to_owned(),
        );
    }
    let rises = report.trend.as_ref().is_some_and(|trend| trend.direction != TrendDirection::None);
    let claims = rises || !report.changepoints.is_empty();
    if settings.profile == Profile::Robust && report.outcome == Outcome::Analysed && claims {
        notes.push(
            "Here a series is judged alone, so its q is its p. The list controls false discoveries over all of its \
             series: its q is larger, and a weak trend or change that is told here may be missing there."
                .to_owned(),
        );
    }
    notes
}

/// Whether a season was assumed and then not used.
fn is_season_weak(report: &SeriesReport) -> bool {
    let (Some(parts), Some(seen)) = (&report.decomposition, &report.expectation) else { return false };
    let is_known = |value: &f64| value.is_finite();
    let scale = seen.values.iter().copied().filter(is_known).fold(0.0, |most: f64, value| most.max(value.abs()));
    let same = |(trend, expected): (&f64, &f64)| !trend.is_finite() || (trend - expected).abs() <= 1e-9 * scale;
    let is_flat = parts.seasonal.iter().all(|season| *season == 0.0);
    report.period.is_some_and(|period| period > 1) && !is_flat && parts.trend.iter().zip(&seen.expected).all(same)
}
