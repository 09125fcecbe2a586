//! The way to a workload's page.

use leptos::prelude::*;
use onepane_domain::{WorkloadId, percent_encode};

/// The address of a workload's page. Slashes in the name stay, everything else is escaped.
pub(crate) fn workload_path(id: &WorkloadId) -> String {
    let name: Vec<String> = id.name.split('/').map(percent_encode).collect();
    format!("/jobs/{}/{}/{}/{}", id.account, id.region, percent_encode(id.kind.as_str()), name.join("/"))
}

/// A link to a workload, by name.
#[component]
pub(crate) fn WorkloadLink(id: WorkloadId) -> impl IntoView {
    let href = workload_path(&id);
    let title = id.name.clone();
    view! { <a href=href class="workload-link" title=title>{id.name}</a> }
}
