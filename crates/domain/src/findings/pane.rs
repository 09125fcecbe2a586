//! The port between the *Security* pages and what answers them.

use super::TriagedInsight;
use super::{Investigation, InvestigationQuery, SecurityPage, SecurityQuery, SeriesPage, SeriesQuery, Triage};
use crate::PortResult;
use async_trait::async_trait;

/// Answers the *Security* pages.
#[async_trait]
pub trait FindingsPane: Send + Sync {
    /// The list. With `pictures` its charts bring their first picture.
    async fn security(&self, query: SecurityQuery, pictures: bool) -> PortResult<SecurityPage>;
    /// One series. [`crate::ErrorKind::Invalid`] if its key does not fit the grouping.
    async fn series(&self, query: SeriesQuery, pictures: bool) -> PortResult<SeriesPage>;
    /// What lies behind a point.
    async fn investigate(&self, query: InvestigationQuery) -> PortResult<Investigation>;
    /// Keeps a decision; its time is set by the server. [`crate::ErrorKind::Invalid`] for a note of more than 2,000
    /// characters or a name of none or more than 80.
    async fn triage(&self, triage: Triage) -> PortResult<()>;
    /// Takes a decision back.
    async fn untriage(&self, insight: TriagedInsight) -> PortResult<()>;
}
