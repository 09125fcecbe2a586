//! A page of workloads.

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use onepane_domain::SearchResult;

/// Most rows in one answer.
pub const MOST_ROWS: u32 = 500;

/// The workloads of a query (as an address says it), from `offset` on, and with `counts` the facets, the histogram
/// and the percentiles too.
#[server(prefix = "/fn", endpoint = "search", input = GetUrl, output = super::Answer)]
pub async fn search(query: String, offset: u32, limit: u32, counts: bool) -> Result<SearchResult, ApiError> {
    use onepane_domain::{QueryPart, SearchRequest, WorkloadQuery};
    let query = WorkloadQuery::from_query_string(&query).map_err(|error| ApiError::Invalid(error.to_string()))?;
    let parts = match counts {
        true => vec![QueryPart::Facets, QueryPart::Histogram, QueryPart::Percentiles],
        false => Vec::new(),
    };
    let request = SearchRequest { query, cursor: None, offset, limit: limit.min(MOST_ROWS), parts };
    Ok(super::pane()?.search(request).await?)
}
