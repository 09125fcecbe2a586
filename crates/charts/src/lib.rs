//! The charts of Onepane: plain data in, definitions for ECharts out.
//!
//! One function a chart, without clock, network or browser, so that a page, its first paint and an embed show the same.
//! A [`Drawing`] is the definition ([`charming::Chart`] and what it has no word for), a summary in words, and the table
//! behind it for those who cannot see it. [`draw`] finds a chart by name and reads its data from JSON. With the feature
//! `svg`, [`svg::Renderer`] draws a definition without a browser.

mod catalogue;
mod charts;
mod drawing;
mod error;
mod examples;
mod numbers;
mod page;
mod parts;
#[cfg(feature = "svg")]
pub mod svg;
mod theme;

pub use catalogue::{chart_names, draw, example};
pub use charts::account_days::{AccountDays, account_days};
pub use charts::duration_percentiles::{DurationPercentiles, duration_percentiles};
pub use charts::failure_pareto::{FailurePareto, ReasonCount, failure_pareto};
pub use charts::findings_by_severity::{FindingsBySeverity, SeverityCounts, findings_by_severity};
pub use charts::job_timeline::{Job, JobTimeline, job_timeline};
pub use charts::layers::Band;
pub use charts::metric_lines::{Line, MetricLines, metric_lines};
pub use charts::residuals::{Residuals, residuals};
pub use charts::series_marks::{Change, Level, SeriesMarks, series_marks};
pub use charts::small_multiples::small_multiples;
pub use charts::workloads_by_phase::{PhaseCounts, WorkloadsByPhase, workloads_by_phase};
pub use drawing::{Drawing, Size, Table};
pub use error::DrawError;
pub use examples::large_example;
pub use numbers::{Scale, format};
pub use page::PageChart;
pub use parts::TimeGrid;
pub use theme::Theme;
