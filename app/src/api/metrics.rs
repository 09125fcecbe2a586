//! The *Metrics* page, and the metrics of a workload.

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use onepane_domain::MetricsPage;

/// The charts of a query, as an address says it.
#[server(prefix = "/fn", endpoint = "metrics", input = GetUrl, output = super::Answer)]
pub async fn get_metrics(query: String) -> Result<MetricsPage, ApiError> {
    Ok(super::metrics_pane()?.metrics(parsed(&query)?, super::is_first_paint()).await?)
}

/// The metrics of one workload, over its life.
#[server(prefix = "/fn", endpoint = "workload_metrics", input = GetUrl, output = super::Answer)]
pub async fn get_workload_metrics(
    account: String,
    region: String,
    kind: String,
    name: String,
) -> Result<MetricsPage, ApiError> {
    let id = super::workload::id(&account, &region, kind, name)?;
    Ok(super::metrics_pane()?.workload_metrics(id, super::is_first_paint()).await?)
}

#[cfg(feature = "ssr")]
fn parsed(query: &str) -> Result<onepane_domain::MetricsQuery, ApiError> {
    onepane_domain::MetricsQuery::from_query_string(query).map_err(|error| ApiError::Invalid(error.to_string()))
}
