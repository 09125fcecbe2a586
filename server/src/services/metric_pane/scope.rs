//! What a page looks at: a window on the grid of a period, accounts, Regions.

use onepane_domain::{
    AccountId, Filter, MetricFilter, MetricsQuery, MetricsView, Period, Region, TimeField, TimeWindow, Timestamp,
    WorkloadKind,
};

/// About so many values a line: what a chart of half a page can show; of counts fewer, or most would be zero or one.
const POINTS: u32 = 360;
const POINTS_OF_COUNTS: u32 = 100;

/// A window on the grid of its period, accounts and Regions.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// The beginning (inclusive), on the grid.
    pub from: Timestamp,
    /// The end (exclusive), on the grid.
    pub to: Timestamp,
    /// The grid.
    pub period: Period,
    /// Why the period is not the one asked for.
    pub note: Option<String>,
    /// Only these accounts; all if empty.
    pub accounts: Vec<AccountId>,
    /// Only these Regions; all if empty.
    pub regions: Vec<Region>,
}

impl Scope {
    /// What a query looks at. A window that ends now ends with the last whole period: the open one would make every
    /// sum fall at its end.
    pub fn of(query: &MetricsQuery, now: Timestamp) -> Self {
        let window = if query.window == TimeWindow::All { MetricsQuery::USUAL_WINDOW } else { query.window };
        let (from, to) = window.bounds(now);
        let is_open = to >= now;
        let points = match query.view {
            MetricsView::Fleet | MetricsView::Failures => POINTS_OF_COUNTS,
            MetricsView::Endpoints | MetricsView::Training | MetricsView::Explore => POINTS,
        };
        let scope = Self::with_points(from.min(now), to.min(now), query.period, now, points);
        let to = if is_open { now.floor_to(scope.period.millis()) } else { scope.to };
        // A window shorter than its period still has one value.
        let from = scope.from.min(to.plus_millis(-scope.period.millis()));
        Self { from, to, accounts: query.accounts.clone(), regions: query.regions.clone(), ..scope }
    }

    /// A window widened to the grid of its period.
    pub(super) fn over(from: Timestamp, to: Timestamp, now: Timestamp) -> Self {
        Self::with_points(from, to, None, now, POINTS)
    }

    fn with_points(from: Timestamp, to: Timestamp, wanted: Option<Period>, now: Timestamp, points: u32) -> Self {
        let choice = Period::choose(wanted, from, to, now, points);
        let width = choice.period.millis();
        let end = to.plus_millis(width - 1).floor_to(width);
        let note = choice.note.map(|note| format!("The period is {note}."));
        let from = from.floor_to(width);
        let to = end.max(from.plus_millis(width));
        Self { from, to, period: choice.period, note, accounts: Vec::new(), regions: Vec::new() }
    }

    /// The same over the time of the same length just before.
    pub(super) fn previous(&self) -> Self {
        let (from, to) = MetricsQuery::previous(self.from, self.to);
        Self { from, to, ..self.clone() }
    }

    /// How many periods there are.
    pub(super) fn steps(&self) -> usize {
        usize::try_from(self.to.millis_since(self.from) / self.period.millis()).unwrap_or(0)
    }

    /// The number of the period that holds an instant.
    pub(super) fn step_of(&self, time: Timestamp) -> Option<usize> {
        let step = usize::try_from(time.millis_since(self.from).div_euclid(self.period.millis())).ok()?;
        (step < self.steps()).then_some(step)
    }

    /// The window of the read model's questions.
    pub(super) fn window(&self) -> TimeWindow {
        TimeWindow::Between(self.from, self.to)
    }

    /// Jobs whose newest event lies in the window: for one that has ended, its end.
    pub(super) fn jobs(&self) -> Filter {
        Filter {
            accounts: self.accounts.clone(),
            regions: self.regions.clone(),
            kinds: WorkloadKind::KNOWN.iter().filter(|kind| kind.is_job()).cloned().collect(),
            time_field: TimeField::Updated,
            window: self.window(),
            ..Filter::default()
        }
    }

    /// Metrics of this namespace and name, within the scope's accounts and Regions.
    pub(super) fn metrics(&self, namespace: &str, name: &str) -> MetricFilter {
        MetricFilter {
            namespace: Some(namespace.to_owned()),
            name: Some(name.to_owned()),
            dimensions: Vec::new(),
            accounts: self.accounts.clone(),
            regions: self.regions.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn scope(window: TimeWindow, period: Option<u32>) -> Scope {
        let period = period.map(|seconds| Period::new(seconds).unwrap());
        Scope::of(&MetricsQuery { window, period, ..MetricsQuery::default() }, at("2026-11-22T10:07:31Z"))
    }

    #[test]
    fn a_window_until_now_ends_with_the_last_whole_period() {
        let scope = scope(TimeWindow::Last(3 * 3_600_000), Some(300));
        assert_eq!(scope.to, at("2026-11-22T10:05:00Z"));
        assert_eq!(scope.from, at("2026-11-22T07:05:00Z"));
        assert_eq!(scope.steps(), 36);
        assert_eq!(scope.step_of(at("2026-11-22T07:05:00Z")), Some(0));
        assert_eq!(scope.step_of(at("2026-11-22T10:04:59Z")), Some(35));
        assert_eq!(scope.step_of(at("2026-11-22T10:05:00Z")), None);
        assert_eq!(scope.step_of(at("2026-11-22T07:04:59Z")), None);
    }

    #[test]
    fn a_window_of_the_past_is_widened_to_the_grid() {
        let window = TimeWindow::Between(at("2026-11-21T00:02:00Z"), at("2026-11-21T01:02:00Z"));
        let scope = scope(window, Some(3_600));
        assert_eq!((scope.from, scope.to), (at("2026-11-21T00:00:00Z"), at("2026-11-21T02:00:00Z")));
    }

    #[test]
    fn no_window_is_without_a_period() {
        for window in [
            TimeWindow::Last(1_000),
            TimeWindow::All,
            TimeWindow::Between(at("2030-01-01"), at("2030-01-02")),
            TimeWindow::Between(at("2026-11-22T10:07:00Z"), at("2026-11-22T10:07:01Z")),
        ] {
            let scope = scope(window, Some(3_600));
            assert!(scope.steps() >= 1, "{window:?} gives {scope:?}");
        }
    }

    #[test]
    fn the_time_before_has_the_same_length() {
        let scope = scope(TimeWindow::Last(86_400_000), None);
        let before = scope.previous();
        assert_eq!(before.to, scope.from);
        assert_eq!(before.steps(), scope.steps());
    }
}
