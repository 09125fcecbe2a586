//! *Fleet health*: from the read model alone.

use super::MetricPaneService;
use super::lines::{MOST_LINES, grid, line, metric_lines, strongest, sum};
use super::panel::{PanelData, Picture};
use super::scope::Scope;
use onepane_charts::{DurationPercentiles, Line, PhaseCounts, WorkloadsByPhase};
use onepane_domain::{
    Aggregate, AggregateQuery, Filter, Grouping, Notes, Organization, Pane, Phase, PortResult, QueryPart,
    SearchRequest, TimeField, TimeWindow, Timestamp, WorkloadKind, WorkloadQuery,
};
use std::collections::BTreeMap;

/// Percentiles are told for so many parts of a window at most: each is a question of its own.
const PERCENTILE_STEPS: usize = 48;

impl MetricPaneService {
    pub(super) async fn fleet(&self, scope: &Scope) -> PortResult<Vec<PanelData>> {
        let (phases, kinds, accounts, durations) = futures::try_join!(
            self.counted(scope.jobs(), None, scope),
            self.counted(scope.jobs(), Some(Grouping::Kind), scope),
            self.counted(scope.jobs(), Some(Grouping::Account), scope),
            self.durations(scope),
        )?;
        let organization = self.model.organization();
        let kind_name = |kind: &str| WorkloadKind::from(kind.to_owned()).plural().to_owned();
        let account_name = |id: &str| account_name(id, organization);
        let succeeded = |counts: &[u32; 8]| f64::from(counts.iter().sum::<u32>());
        let mut panels = vec![PanelData::new("phases", Picture::Phases(by_phase(&phases, scope)))];
        panels.push(failure_share(&kinds, scope, kind_name));
        panels.push(PanelData::new("durations", Picture::Durations(durations)));
        panels.push(count_lines("jobs-by-account", "Jobs by account", &accounts, scope, account_name, succeeded));
        panels.push(count_lines("jobs-by-kind", "Jobs by kind", &kinds, scope, kind_name, succeeded));
        Ok(panels)
    }

    /// Counts over the scope's grid.
    pub(super) async fn counted(
        &self,
        filter: Filter,
        group_by: Option<Grouping>,
        scope: &Scope,
    ) -> PortResult<Aggregate> {
        self.pane.aggregate(AggregateQuery { filter, group_by, bucket_ms: Some(scope.period.millis()) }).await
    }

    /// Percentiles of the durations of jobs that ended, in at most 48 parts of the window.
    async fn durations(&self, scope: &Scope) -> PortResult<DurationPercentiles> {
        let per_part = scope.steps().div_ceil(PERCENTILE_STEPS).max(1);
        let parts = scope.steps().div_ceil(per_part);
        let seconds = scope.period.seconds().saturating_mul(u32::try_from(per_part).unwrap_or(u32::MAX));
        let mut time = grid(scope);
        time.step_seconds = seconds;
        let width = i64::from(seconds) * 1_000;
        let start = |part: usize| scope.from.plus_millis(width * i64::try_from(part).unwrap_or(0));
        let (mut p50, mut p90, mut p99) = (Vec::new(), Vec::new(), Vec::new());
        for part in 0..parts {
            let window = TimeWindow::Between(start(part), start(part + 1));
            let filter = Filter { window, time_field: TimeField::Ended, ..scope.jobs() };
            let request = SearchRequest {
                query: WorkloadQuery { filter, ..WorkloadQuery::default() },
                cursor: None,
                offset: 0,
                limit: 0,
                parts: vec![QueryPart::Percentiles],
            };
            let told = self.pane.search(request).await?.percentiles.filter(|told| told.count > 0);
            p50.push(told.map(|told| told.p50));
            p90.push(told.map(|told| told.p90));
            p99.push(told.map(|told| told.p99));
        }
        Ok(DurationPercentiles { time, p50, p90, p99 })
    }
}

/// The name of an account that an aggregate is grouped by.
pub(super) fn account_name(id: &str, organization: &Organization) -> String {
    let known = id.parse().ok().and_then(|account| organization.account(account));
    known.map_or_else(|| id.to_owned(), |account| account.alias.clone())
}

/// Counts by phase, on the scope's grid.
pub(super) fn by_phase(aggregate: &Aggregate, scope: &Scope) -> WorkloadsByPhase {
    let mut counts = vec![vec![0_u32; scope.steps()]; Phase::ALL.len()];
    for cell in &aggregate.cells {
        let Some(step) = scope.step_of(cell.start) else { continue };
        for (phase, count) in counts.iter_mut().zip(cell.by_phase) {
            phase[step] += count;
        }
    }
    let phases = Phase::ALL.into_iter().zip(counts).map(|(phase, counts)| PhaseCounts { phase, counts }).collect();
    WorkloadsByPhase { time: grid(scope), phases }
}

/// One line a group: `value` of the counts of each period, zero where there are none.
pub(super) fn lines_by_group(
    aggregate: &Aggregate,
    scope: &Scope,
    name: impl Fn(&str) -> String,
    value: impl Fn(&[u32; 8]) -> f64,
) -> Vec<Line> {
    let mut groups: BTreeMap<&str, Vec<[u32; 8]>> = BTreeMap::new();
    for cell in &aggregate.cells {
        let Some(step) = scope.step_of(cell.start) else { continue };
        groups.entry(&cell.group).or_insert_with(|| vec![[0; 8]; scope.steps()])[step] = cell.by_phase;
    }
    let to_line = |(group, counts): (&str, Vec<[u32; 8]>)| {
        line(name(group), counts.iter().map(|counts| Some(value(counts))).collect())
    };
    groups.into_iter().map(to_line).collect()
}

/// A chart of counts, one line a group, the most frequent of them.
pub(super) fn count_lines(
    id: &str,
    measure: &str,
    aggregate: &Aggregate,
    scope: &Scope,
    name: impl Fn(&str) -> String,
    value: impl Fn(&[u32; 8]) -> f64,
) -> PanelData {
    let all = lines_by_group(aggregate, scope, name, value);
    let all = all.into_iter().filter(|line| sum(line) > 0.0).collect();
    let (lines, note) = strongest(all, MOST_LINES / 2, sum, "most");
    let measure = format!("{measure}, each {}", width_in_words(scope.period.seconds()));
    PanelData::new(id, Picture::Lines(metric_lines(measure, "Count", scope, lines)))
        .with_notes(note.into_iter().collect())
}

/// `5 minutes`, `hour`, `6 hours`, `day`.
pub(super) fn width_in_words(seconds: u32) -> String {
    let (count, unit) = match seconds {
        seconds if seconds.is_multiple_of(86_400) => (seconds / 86_400, "day"),
        seconds if seconds.is_multiple_of(3_600) => (seconds / 3_600, "hour"),
        seconds => (seconds / 60, "minute"),
    };
    if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") }
}

/// Of the jobs that ended well or failed in a period, the share that failed: all together, and by kind.
fn failure_share(kinds: &Aggregate, scope: &Scope, kind_name: impl Fn(&str) -> String) -> PanelData {
    let steps = scope.steps();
    // The ends of a whole hour at least: a share of two jobs says nothing.
    let per_share = usize::try_from(3_600_u32.div_ceil(scope.period.seconds())).unwrap_or(1).min(steps).max(1);
    let mut groups: BTreeMap<String, Vec<(u32, u32)>> = BTreeMap::new();
    for cell in &kinds.cells {
        let Some(step) = scope.step_of(cell.start) else { continue };
        let failed = cell.count(Phase::Failed);
        for group in ["All jobs".to_owned(), kind_name(&cell.group)] {
            let counts = &mut groups.entry(group).or_insert_with(|| vec![(0, 0); steps])[step];
            *counts = (counts.0 + failed, counts.1 + failed + cell.count(Phase::Succeeded));
        }
    }
    let all: Vec<(f64, Line)> = groups
        .into_iter()
        .map(|(group, counts)| {
            let share = |step: usize| {
                let within = &counts[step.saturating_sub(per_share - 1)..=step];
                let (failed, ended) =
                    within.iter().fold((0, 0), |(failed, ended), counts| (failed + counts.0, ended + counts.1));
                (ended > 0).then(|| f64::from(failed) / f64::from(ended) * 100.0)
            };
            let ended: u32 = counts.iter().map(|(_, ended)| ended).sum();
            (f64::from(ended), line(group, (0..steps).map(share).collect()))
        })
        .collect();
    let ended = |line: &Line| all.iter().find(|(_, other)| other.label == line.label).map_or(0.0, |(ended, _)| *ended);
    let (lines, note) = strongest(all.iter().map(|(_, line)| line.clone()).collect(), 5, ended, "most ends");
    let mut notes: Notes = note.into_iter().collect();
    if per_share > 1 {
        notes.push("Each value is the share over the hour before it.".to_owned());
    }
    let lines = metric_lines("Share of jobs that failed", "Percent", scope, lines);
    PanelData::new("failure-share", Picture::Lines(lines)).with_notes(notes)
}

/// Midnights of the days that a scope touches, oldest first.
pub(super) fn days(scope: &Scope) -> Vec<Timestamp> {
    let mut day = scope.from.start_of_day();
    let mut days = Vec::new();
    while day < scope.to {
        days.push(day);
        day = day.plus_days(1);
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_read_as_people_say_them() {
        let words: Vec<String> = [60, 300, 3_600, 21_600, 86_400].map(width_in_words).to_vec();
        assert_eq!(words, ["minute", "5 minutes", "hour", "6 hours", "day"]);
    }
}
