//! Each page's code is a WASM chunk of its own, which a browser fetches when the page is opened. `tools/site-builder`
//! cuts the chunks out, and tells the server under which addresses a page's chunks are (decision 0010).

use super::{GalleryPage, JobsPage, MetricsPage, OverviewPage, SecurityPage, SeriesPage, WorkloadPage};
use crate::browser;
use crate::components::Empty;
use leptos::prelude::*;
use leptos_router::LazyRoute;
use leptos_router::hooks::use_location;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// A page in a chunk of its own: the route, the chunk's name, what fetches it, and the component.
macro_rules! page_in_a_chunk {
    ($route:ident, $chunk:ident, $fetch:ident, $page:ident) => {
        pub(crate) struct $route;

        // All that only this function reaches goes into the chunk.
        #[wasm_split($chunk, fallible, preload($fetch))]
        fn $chunk() -> Result<AnyView, SplitLoaderError> {
            Ok(view! { <$page /> }.into_any())
        }

        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_: Self) -> AnyView {
                $chunk().await.unwrap_or_else(|_| view! { <NotLoaded /> }.into_any())
            }

            async fn preload() {
                // What cannot be fetched is tried once more, and said, when the page is shown.
                let _ = $fetch().await;
            }
        }
    };
}

page_in_a_chunk!(OverviewRoute, overview, fetch_overview, OverviewPage);
page_in_a_chunk!(JobsRoute, jobs, fetch_jobs, JobsPage);
page_in_a_chunk!(MetricsRoute, metrics, fetch_metrics, MetricsPage);
page_in_a_chunk!(SecurityRoute, security, fetch_security, SecurityPage);
page_in_a_chunk!(SeriesRoute, series, fetch_series, SeriesPage);
page_in_a_chunk!(GalleryRoute, gallery, fetch_gallery, GalleryPage);
page_in_a_chunk!(WorkloadRoute, workload, fetch_workload, WorkloadPage);

/// The name of the chunk with the page that a path leads to, as the routes in [`crate::App`] have it; none for a path that
/// leads nowhere.
pub(crate) fn chunk_of(path: &str) -> Option<&'static str> {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    match (segments.next(), segments.clone().count()) {
        (None, _) => Some("overview"),
        (Some("jobs"), 0) => Some("jobs"),
        (Some("jobs"), 3..) => Some("workload"),
        (Some("metrics"), 0) => Some("metrics"),
        (Some("security"), 0) => Some("security"),
        (Some("security"), 1) if segments.next() == Some("series") => Some("series"),
        (Some("gallery"), 0) => Some("gallery"),
        _ => None,
    }
}

/// Fetches the code of the page that a path leads to; nothing where it is there already.
///
/// # Errors
/// Where it cannot be fetched. Another call tries again.
pub async fn fetch_page(path: &str) -> Result<(), SplitLoaderError> {
    match chunk_of(path) {
        Some("overview") => fetch_overview().await,
        Some("jobs") => fetch_jobs().await,
        Some("metrics") => fetch_metrics().await,
        Some("security") => fetch_security().await,
        Some("series") => fetch_series().await,
        Some("gallery") => fetch_gallery().await,
        Some("workload") => fetch_workload().await,
        _ => Ok(()),
    }
}

/// A page whose code could not be fetched, as after an update of the server: the browser asks the server for the page,
/// which needs no code to be shown.
#[component]
fn NotLoaded() -> impl IntoView {
    let location = use_location();
    Effect::new(move || {
        browser::open(&format!("{}?{}", location.pathname.get_untracked(), location.search.get_untracked()));
    });
    view! { <Empty title="This page is on its way" hint="If it does not come, reload it." /> }
}
