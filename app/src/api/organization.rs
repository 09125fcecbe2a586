//! The accounts known by name.

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use onepane_domain::Organization;

/// The organization's accounts, their aliases and OUs.
#[server(prefix = "/fn", endpoint = "organization", input = GetUrl, output = super::Answer)]
pub async fn get_organization() -> Result<Organization, ApiError> {
    Ok(super::pane()?.organization().await?)
}
