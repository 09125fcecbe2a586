//! Security findings: how they are counted and asked for, the port to where they are kept, and what the *Security*
//! pages ask and are told.

mod answer;
mod dimension;
mod insight;
mod page;
mod pane;
mod query;
mod query_string;
mod request;
mod series_view;
mod source;
mod triage;

pub use answer::{FindingRow, FindingRows, FindingSeries, FindingSeriesAnswer, QueryCost, ResourceRef};
pub use dimension::{Dimension, InvalidDimension, SourceName};
pub use insight::{DecompositionModel, Detector, Profile};
pub use page::{
    Breakdown, BreakdownRow, ChangeCell, EvaluationRun, FindingFacet, InsightRow, Investigation, Mover, OutlierCell,
    SecurityPage, SeriesPage, TrendCell,
};
pub use pane::FindingsPane;
pub use query::{InsightShow, InvestigationQuery, SecurityQuery, SeriesQuery, SeriesSettings};
pub use request::{
    Bucket, CountingRule, FilterRule, FindingFilter, FindingRequest, FindingRowsRequest, MOST_FINDING_ROWS,
};
pub use series_view::{SeriesInput, SeriesInsight, SeriesView, SeriesViewRequest};
pub use source::{DimensionInfo, FindingSchema, FindingSource, OcsfVersion};
pub use triage::{KnownInsight, MOST_KNOWN_INSIGHTS, Triage, TriageStore, TriagedInsight, Verdict};
