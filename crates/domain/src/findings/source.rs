//! The port to where findings are kept.

use super::{Dimension, FindingRequest, FindingRows, FindingRowsRequest, FindingSeriesAnswer, SourceName};
use crate::{Notes, PortResult, Timestamp};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// In which form a source keeps its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OcsfVersion {
    /// Security Lake source version 1: OCSF 1.0 release candidates.
    V1,
    /// Security Lake source version 2: OCSF 1.1.
    V2,
    /// Any other table, described by configuration.
    Custom,
}

/// A dimension that a source has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DimensionInfo {
    /// Its name.
    pub dimension: Dimension,
    /// The name on the page.
    pub label: String,
    /// Where the source keeps it: a column, or a path into one.
    pub column: String,
}

/// What a source holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingSchema {
    /// The source.
    pub source: SourceName,
    /// The form of its records; where a folder holds several, the newest.
    pub version: OcsfVersion,
    /// What can be grouped and filtered by. What the form promises and the source lacks is left out, and a note says so.
    pub dimensions: Vec<DimensionInfo>,
    /// The first day with records, where that can be told without reading them all.
    pub first: Option<Timestamp>,
    /// The last such day.
    pub last: Option<Timestamp>,
    /// What does not fit, and why.
    pub notes: Notes,
}

/// Counts and gives findings.
///
/// Answers are partial by design: what cannot be read becomes a note, and the rest is told. An error is left for what
/// concerns all of it. Dropping the future of a call ends its work, at the other side too.
#[async_trait]
pub trait FindingSource: Send + Sync {
    /// The sources that can be asked; at least one.
    fn sources(&self) -> Vec<SourceName>;

    /// What a source holds. [`crate::ErrorKind::NotFound`] for a source that [`Self::sources`] does not list.
    async fn schema(&self, source: &SourceName) -> PortResult<FindingSchema>;

    /// Counts by group and time. A request that [`FindingRequest::check`] refuses, or that names a dimension the source
    /// does not have, is [`crate::ErrorKind::Invalid`].
    async fn series(&self, request: &FindingRequest) -> PortResult<FindingSeriesAnswer>;

    /// Records, newest first; as [`Self::series`] otherwise.
    async fn rows(&self, request: &FindingRowsRequest) -> PortResult<FindingRows>;

    /// The Athena SQL that finds the same records as [`Self::rows`], with its values written out, to be copied: also where
    /// the source is not Athena.
    async fn sql(&self, request: &FindingRowsRequest) -> PortResult<String>;
}
