//! One file a chart.

pub(crate) mod account_days;
pub(crate) mod duration_percentiles;
pub(crate) mod failure_pareto;
pub(crate) mod findings_by_severity;
pub(crate) mod job_timeline;
pub(crate) mod layers;
pub(crate) mod metric_lines;
pub(crate) mod residuals;
pub(crate) mod series_marks;
pub(crate) mod small_multiples;
pub(crate) mod workloads_by_phase;
