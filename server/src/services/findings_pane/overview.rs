//! All records over time, by severity.

use super::evaluation::{Evaluation, measure};
use crate::services::ChartService;
use onepane_charts::{FindingsBySeverity, SeverityCounts, TimeGrid, findings_by_severity};
use onepane_domain::{ChartView, CountingRule, PortResult};

/// How high the chart is, in pixels.
const HEIGHT: u32 = 240;

/// The chart, with its first picture if that is wanted.
pub(super) async fn overview(
    charts: &ChartService,
    evaluation: &Evaluation,
    rule: CountingRule,
    first_paint: bool,
) -> PortResult<ChartView> {
    let grid = evaluation.grid;
    let severities = evaluation.severities.iter().map(|series| SeverityCounts {
        severity: series.key.first().cloned().unwrap_or_default(),
        counts: grid.counts(series),
    });
    let data = FindingsBySeverity {
        measure: measure(rule, grid.bucket),
        time: TimeGrid {
            start: grid.from,
            step_seconds: u32::try_from(grid.bucket.millis() / 1_000).unwrap_or(u32::MAX),
        },
        severities: severities.collect(),
    };
    charts.view(HEIGHT, first_paint, move |theme, size| findings_by_severity(&data, theme, size)).await
}
