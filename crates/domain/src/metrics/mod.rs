//! Metrics: what they are called, how they are asked for, and the port to where they are kept.

mod metric;
mod period;
mod point;
mod request;
mod source;
mod statistic;

pub use metric::{DimensionFilter, InvalidMetric, ListedMetric, MetricFilter, MetricId};
pub use period::{InvalidPeriod, Period, PeriodChoice, RETENTION_TIERS};
pub use point::{MetricPoint, MetricSeries, MetricSink, StatisticSet};
pub use request::{InvalidRequest, MetricAnswer, MetricData, MetricQuery, MetricRequest, QuerySource, SeriesStatus};
pub use source::{MetricList, MetricSource};
pub use statistic::{InvalidStatistic, Statistic};
