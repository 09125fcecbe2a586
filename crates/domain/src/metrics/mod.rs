//! Metrics: what they are called, how they are asked for, and the port to where they are kept.

mod metric;
mod page;
mod period;
mod point;
mod query_string;
mod request;
mod source;
mod statistic;

pub use metric::{DimensionFilter, InvalidMetric, ListedMetric, MetricFilter, MetricId};
pub use page::{
    DimensionChoice, Exploration, MetricChoices, MetricGrouping, MetricsPage, MetricsPane, MetricsPanel, MetricsQuery,
    MetricsView, Waste, WasteResource,
};
pub use period::{InvalidPeriod, Period, PeriodChoice, RETENTION_TIERS};
pub use point::{MetricPoint, MetricSeries, MetricSink, StatisticSet};
pub use request::{InvalidRequest, MetricAnswer, MetricData, MetricQuery, MetricRequest, QuerySource, SeriesStatus};
pub use source::{MetricList, MetricNames, MetricSource};
pub use statistic::{InvalidStatistic, Statistic};
