//! Saved views: a name for what an address shows.

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The saved views, by name, each with its query string.
#[server(prefix = "/fn", endpoint = "views", input = GetUrl, output = super::Answer)]
pub async fn views() -> Result<Vec<(String, String)>, ApiError> {
    Ok(super::pane()?.views().await?)
}

/// Saves a view, in place of one of the same name.
#[server(prefix = "/fn", endpoint = "save-view", output = super::Answer)]
pub async fn save_view(name: String, query: String) -> Result<(), ApiError> {
    Ok(super::pane()?.save_view(name, query).await?)
}

/// Removes a view.
#[server(prefix = "/fn", endpoint = "delete-view", output = super::Answer)]
pub async fn delete_view(name: String) -> Result<(), ApiError> {
    Ok(super::pane()?.delete_view(name).await?)
}
