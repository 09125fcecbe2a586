//! The *Security* pages.

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use onepane_domain::{Detector, SecurityPage, SeriesPage, Timestamp, Verdict};
use serde::{Deserialize, Serialize};

/// What answers the *Security* pages; the server puts it in place for every request.
#[cfg(feature = "ssr")]
#[derive(Clone)]
pub struct FindingsContext(pub std::sync::Arc<dyn onepane_domain::FindingsPane>);

#[cfg(feature = "ssr")]
fn findings() -> Result<std::sync::Arc<dyn onepane_domain::FindingsPane>, ApiError> {
    use_context::<FindingsContext>()
        .map(|context| context.0)
        .ok_or_else(|| ApiError::Unavailable("the server is starting".to_owned()))
}

/// The list of a query, as an address says it.
#[server(prefix = "/fn", endpoint = "security", input = GetUrl, output = super::Answer)]
pub async fn get_security(query: String) -> Result<SecurityPage, ApiError> {
    let query = onepane_domain::SecurityQuery::from_query_string(&query);
    let query = query.map_err(|error| ApiError::Invalid(error.to_string()))?;
    Ok(findings()?.security(query, super::is_first_paint()).await?)
}

/// The series of a query, as an address says it.
#[server(prefix = "/fn", endpoint = "series", input = GetUrl, output = super::Answer)]
pub async fn get_series(query: String) -> Result<SeriesPage, ApiError> {
    Ok(findings()?.series(series_query(&query)?, super::is_first_paint()).await?)
}

/// What lies behind a point, as the page shows it: tables are HTML that nothing has to bring to life, so that the browser
/// needs no reader of what they are made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// By account, resource and severity.
    pub breakdowns: String,
    /// The records.
    pub rows: String,
    /// How many records these are.
    pub shown: u32,
    /// True if there are more.
    pub more: bool,
    /// The SQL that finds them: text.
    pub sql: String,
    /// The workloads that changed then.
    pub workloads: String,
    /// How many there are.
    pub workloads_total: u64,
    /// The API calls of that time.
    pub calls: String,
    /// Bytes that were read; none where an earlier answer was used again.
    pub scanned: Option<u64>,
    /// What is missing, and why: texts.
    pub notes: Vec<String>,
}

/// What lies behind the point that the address of a series names with `at`; the records from `offset` on.
#[server(prefix = "/fn", endpoint = "investigation", input = GetUrl, output = super::Answer)]
pub async fn get_investigation(query: String, offset: u32) -> Result<Behind, ApiError> {
    let query = series_query(&query)?;
    let at = query.at.ok_or_else(|| ApiError::Invalid("at is missing: the point to look behind".to_owned()))?;
    let investigation = onepane_domain::InvestigationQuery { offset, ..query.investigation(at) };
    // Accounts whose names cannot be had are told by their ids.
    let organization = super::pane()?.organization().await.unwrap_or_default();
    Ok(crate::pages::behind(findings()?.investigate(investigation).await?, &organization))
}

/// Keeps a decision about the insight of a series (by its identity, see `SeriesQuery::identity`) that `detector` found
/// at `at`.
#[server(prefix = "/fn", endpoint = "triage", output = super::Answer)]
pub async fn put_triage(
    series: String,
    detector: Detector,
    at: Timestamp,
    verdict: Verdict,
    note: String,
    by: String,
) -> Result<(), ApiError> {
    let insight = onepane_domain::TriagedInsight { series, detector, at };
    // The service sets the time: a reader's clock does not count.
    let triage = onepane_domain::Triage { insight, verdict, note, by, decided_at: Timestamp::EPOCH };
    Ok(findings()?.triage(triage).await?)
}

/// Takes the decision about an insight back: as it was given, or as the list shows it.
#[server(prefix = "/fn", endpoint = "untriage", output = super::Answer)]
pub async fn delete_triage(series: String, detector: Detector, at: Timestamp) -> Result<(), ApiError> {
    Ok(findings()?.untriage(onepane_domain::TriagedInsight { series, detector, at }).await?)
}

#[cfg(feature = "ssr")]
fn series_query(query: &str) -> Result<onepane_domain::SeriesQuery, ApiError> {
    onepane_domain::SeriesQuery::from_query_string(query).map_err(|error| ApiError::Invalid(error.to_string()))
}
