//! An address that leads nowhere.

use crate::components::Empty;
use leptos::prelude::*;
use leptos_meta::Title;

/// Says so, with status 404.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    set_not_found();
    view! {
        <Title text="Not found" />
        <Empty title="There is no such page" hint="The address may be cut off, or the workload's events have passed their retention." />
        <p class="center"><a class="button" href="/jobs">"All jobs"</a></p>
    }
}

/// Gives the response the status 404; in the browser nothing is to be done.
pub(crate) fn set_not_found() {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        // 404, as a number: the server's HTTP types stay on the server's side.
        if let Ok(status) = leptos::server_fn::http_export::StatusCode::from_u16(404) {
            response.set_status(status);
        }
    }
}
