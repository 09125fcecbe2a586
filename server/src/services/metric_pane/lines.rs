//! From the source's series to a chart's lines.

use super::scope::Scope;
use onepane_charts::{Line, MetricLines, TimeGrid};
use onepane_domain::{AccountId, MetricData, Organization, Region, SeriesStatus};

/// Most lines of one chart: more cannot be told apart.
pub(super) const MOST_LINES: usize = 12;

/// The grid of a scope's charts.
pub(super) fn grid(scope: &Scope) -> TimeGrid {
    TimeGrid { start: scope.from, step_seconds: scope.period.seconds() }
}

/// Lines of one measure on the scope's grid.
pub(super) fn metric_lines(measure: impl Into<String>, unit: &str, scope: &Scope, lines: Vec<Line>) -> MetricLines {
    MetricLines { measure: measure.into(), unit: unit.to_owned(), time: grid(scope), lines }
}

/// One line.
pub(super) fn line(label: impl Into<String>, values: Vec<Option<f64>>) -> Line {
    Line { label: label.into(), values, is_previous: false }
}

/// A series' values, one a period of the scope; what lies outside of it is left out.
pub(super) fn on_grid(data: &MetricData, scope: &Scope) -> Vec<Option<f64>> {
    let mut values = vec![None; scope.steps()];
    for (time, value) in &data.values {
        if let Some(place) = scope.step_of(*time).and_then(|step| values.get_mut(step)) {
            *place = Some(*value);
        }
    }
    values
}

/// `chat · prod-ml · us-east-1`: what is measured, the account as people call it, the Region.
pub(super) fn full_label(
    label: &str,
    account: Option<AccountId>,
    region: Option<&Region>,
    organization: &Organization,
) -> String {
    let account = account.map(|id| {
        let known = organization.account(id).map(|account| account.alias.clone());
        known.unwrap_or_else(|| id.to_string())
    });
    let parts = [Some(label.to_owned()), account, region.map(ToString::to_string)];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What a series' status means for its line; none if it is whole.
pub(super) fn status_note(label: &str, status: SeriesStatus) -> Option<String> {
    match status {
        SeriesStatus::Complete => None,
        SeriesStatus::Partial => Some(format!("{label}: only a part could be had.")),
        SeriesStatus::Forbidden => Some(format!("{label}: refused.")),
        SeriesStatus::Failed => Some(format!("{label}: CloudWatch failed on it.")),
    }
}

/// The `most` lines with the largest `weight`, largest first, and a note if there were more.
pub(super) fn strongest(
    mut lines: Vec<Line>,
    most: usize,
    weight: impl Fn(&Line) -> f64,
    what: &str,
) -> (Vec<Line>, Option<String>) {
    let all = lines.len();
    lines.sort_by(|one, other| weight(other).total_cmp(&weight(one)).then_with(|| one.label.cmp(&other.label)));
    lines.truncate(most);
    let note = (all > most).then(|| format!("{most} of {all} are drawn: those with the {what}."));
    (lines, note)
}

/// The sum of a line's values.
pub(super) fn sum(line: &Line) -> f64 {
    line.values.iter().flatten().sum()
}

/// The mean of a line's values; zero for one without.
pub(super) fn mean(line: &Line) -> f64 {
    let (count, sum) = line.values.iter().flatten().fold((0_u32, 0.0), |(count, sum), value| (count + 1, sum + value));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

/// The largest of a line's values; zero for one without.
pub(super) fn peak(line: &Line) -> f64 {
    line.values.iter().flatten().fold(0.0, |largest: f64, value| largest.max(*value))
}
