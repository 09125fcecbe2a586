//! The words and the doors of Onepane.
//!
//! Types here are what every other crate talks in: identities ([`AccountId`], [`Region`], [`WorkloadId`]), records
//! ([`Transition`], [`ApiCall`]), queries ([`WorkloadQuery`], [`MetricRequest`]) and their answers, and the ports
//! ([`WorkloadStore`], [`MetricSource`], [`FindingSource`], [`Pane`]) that adapters implement. Nothing here reads a clock, an environment
//! variable or the network.

mod chart;
mod error;
mod findings;
mod hash;
mod identity;
mod instance;
mod kind;
mod metrics;
mod organization;
mod pane;
mod phase;
mod query;
mod query_string;
mod record;
mod store;
mod timestamp;

pub use chart::{ChartView, Gallery, GalleryChart};
pub use error::{ErrorKind, PortError, PortResult};
pub use findings::{
    Breakdown, BreakdownRow, Bucket, ChangeCell, CountingRule, DecompositionModel, Detector, Dimension, DimensionInfo,
    EvaluationRun, FilterRule, FindingFacet, FindingFilter, FindingRequest, FindingRow, FindingRows,
    FindingRowsRequest, FindingSchema, FindingSeries, FindingSeriesAnswer, FindingSource, FindingsPane, InsightRow,
    InsightShow, InvalidDimension, Investigation, InvestigationQuery, KnownInsight, MOST_FINDING_ROWS,
    MOST_KNOWN_INSIGHTS, Mover, OcsfVersion, OutlierCell, Profile, QueryCost, ResourceRef, SecurityPage, SecurityQuery,
    SeriesInput, SeriesInsight, SeriesPage, SeriesQuery, SeriesSettings, SeriesView, SeriesViewRequest, SourceName,
    TrendCell, Triage, TriageStore, TriagedInsight, Verdict,
};
pub use hash::fnv1a;
pub use identity::{AccountId, InvalidIdentity, Region, WorkloadId};
pub use instance::{InstanceShape, instance_shape};
pub use kind::WorkloadKind;
pub use metrics::{
    DimensionChoice, DimensionFilter, Exploration, InvalidMetric, InvalidPeriod, InvalidRequest, InvalidStatistic,
    ListedMetric, MetricAnswer, MetricChoices, MetricData, MetricFilter, MetricGrouping, MetricId, MetricList,
    MetricNames, MetricPoint, MetricQuery, MetricRequest, MetricSeries, MetricSink, MetricSource, MetricsPage,
    MetricsPane, MetricsPanel, MetricsQuery, MetricsView, Period, PeriodChoice, QuerySource, RETENTION_TIERS,
    SeriesStatus, Statistic, StatisticSet, Waste, WasteResource,
};
pub use organization::{Account, InvalidOrganization, Organization};
pub use pane::{
    CollectionSource, CollectionState, DayCell, FillState, HourUsual, Notes, Overview, Pane, PaneChange, WorkloadDetail,
};
pub use phase::Phase;
pub use query::{
    Aggregate, AggregateCell, AggregateQuery, Cursor, DurationPercentiles, Facet, FacetValue, FailureGroup, Filter,
    Grouping, QueryPart, SearchRequest, SearchResult, SortKey, SortOrder, TimeField, TimeWindow, WorkloadQuery,
};
pub use query_string::{InvalidQuery, percent_decode, percent_encode};
pub use record::{ApiCall, ApiResource, Parent, Record, Rejected, Transition, Unrecognised};
pub use store::{EventItem, FeedEntry, FeedItem, FeedPage, FeedPosition, Stored, WorkloadHistory, WorkloadStore};
pub use timestamp::{InvalidTimestamp, Timestamp};
