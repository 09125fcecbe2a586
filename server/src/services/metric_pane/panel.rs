//! One chart's numbers, and how they become a chart.

use crate::services::ChartService;
use onepane_charts::{
    AccountDays, DrawError, Drawing, DurationPercentiles, FailurePareto, MetricLines, Size, Theme, WorkloadsByPhase,
    account_days, duration_percentiles, failure_pareto, metric_lines, small_multiples, workloads_by_phase,
};
use onepane_domain::{ChartView, MetricsPanel, Notes};

/// How high charts are, in pixels.
const HEIGHT: u32 = 300;

/// The numbers of one chart.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Picture {
    Lines(MetricLines),
    Multiples(MetricLines),
    Phases(WorkloadsByPhase),
    Durations(DurationPercentiles),
    Pareto(FailurePareto),
    Days(AccountDays),
}

/// One chart before it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelData {
    /// Its name within the page.
    pub id: String,
    /// Its numbers.
    pub picture: Picture,
    /// The address' query string that shows it in the explorer.
    pub explore: Option<String>,
    /// What is missing from it.
    pub notes: Notes,
}

impl PanelData {
    /// A chart of these numbers.
    pub(super) fn new(id: &str, picture: Picture) -> Self {
        Self { id: id.to_owned(), picture, explore: None, notes: Notes::new() }
    }

    /// With what is missing from it.
    pub(super) fn with_notes(mut self, notes: Notes) -> Self {
        self.notes.extend(notes);
        self
    }

    /// What it is called.
    pub fn title(&self) -> &str {
        match &self.picture {
            Picture::Lines(lines) | Picture::Multiples(lines) => &lines.measure,
            Picture::Phases(_) => "Workloads by phase",
            Picture::Durations(_) => "Durations",
            Picture::Pareto(_) => "Failures by reason",
            Picture::Days(days) => &days.measure,
        }
    }

    /// Puts the lines of the time before beside those of now. Charts that have no lines stay as they are, and say so.
    pub(super) fn beside_previous(&mut self, earlier: &Self) {
        match (&mut self.picture, &earlier.picture) {
            (Picture::Lines(now), Picture::Lines(earlier)) => {
                let labels: Vec<String> = now.lines.iter().map(|line| line.label.clone()).collect();
                for line in earlier.lines.iter().filter(|line| labels.contains(&line.label)) {
                    // The grids have the same number of steps: the windows are equally long.
                    if line.values.len() == now.lines[0].values.len() {
                        now.lines.push(onepane_charts::Line { is_previous: true, ..line.clone() });
                    }
                }
            }
            _ => self.notes.push("The time before is not drawn in this chart.".to_owned()),
        }
    }

    /// True if its axis is the page's window.
    fn is_over_time(&self) -> bool {
        matches!(self.picture, Picture::Lines(_) | Picture::Phases(_) | Picture::Durations(_))
    }

    /// The chart, with its first picture if that is wanted.
    pub(super) async fn draw(self, charts: &ChartService, first_paint: bool) -> MetricsPanel {
        let over_time = self.is_over_time();
        let Self { id, explore, mut notes, picture } = self;
        let drawn = charts.view(HEIGHT, first_paint, move |theme, size| picture.drawing(theme, size)).await;
        let chart = drawn.unwrap_or_else(|why| {
            notes.push(format!("This chart cannot be drawn: {why}."));
            ChartView::default()
        });
        MetricsPanel { id, chart, over_time, explore, notes }
    }
}

impl Picture {
    fn drawing(&self, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
        match self {
            Self::Lines(data) => metric_lines(data, theme, size),
            Self::Multiples(data) => small_multiples(data, theme, size),
            Self::Phases(data) => workloads_by_phase(data, theme, size),
            Self::Durations(data) => duration_percentiles(data, theme, size),
            Self::Pareto(data) => failure_pareto(data, theme, size),
            Self::Days(data) => account_days(data, theme, size),
        }
    }
}
