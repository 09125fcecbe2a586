//! One workload.

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use onepane_domain::WorkloadDetail;

/// Everything known of a workload.
#[server(prefix = "/fn", endpoint = "workload", input = GetUrl, output = super::Answer)]
pub async fn get_workload(
    account: String,
    region: String,
    kind: String,
    name: String,
) -> Result<WorkloadDetail, ApiError> {
    let id = id(&account, &region, kind, name)?;
    Ok(super::pane()?.workload(id).await?)
}

/// The identity that an address gives a workload.
#[cfg(feature = "ssr")]
pub(super) fn id(
    account: &str,
    region: &str,
    kind: String,
    name: String,
) -> Result<onepane_domain::WorkloadId, ApiError> {
    let invalid = |error: onepane_domain::InvalidIdentity| ApiError::Invalid(error.to_string());
    if name.is_empty() {
        return Err(ApiError::Invalid("the workload's name is missing".to_owned()));
    }
    Ok(onepane_domain::WorkloadId {
        account: account.parse().map_err(invalid)?,
        region: region.parse().map_err(invalid)?,
        kind: onepane_domain::WorkloadKind::from(kind),
        name,
    })
}
