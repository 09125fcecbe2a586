//! The first page.

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use onepane_domain::Overview;

/// The state of the whole organization.
#[server(prefix = "/fn", endpoint = "overview", input = GetUrl, output = super::Answer)]
pub async fn get_overview() -> Result<Overview, ApiError> {
    Ok(super::pane()?.overview().await?)
}
