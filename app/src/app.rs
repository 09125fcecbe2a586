//! The application: header, routes, footer, keys that work everywhere.

use crate::components::{Header, HelpDialog};
use crate::pages::{
    GalleryRoute, JobsRoute, MetricsRoute, NotFoundPage, OverviewRoute, SecurityRoute, SeriesRoute, WorkloadRoute,
    fetch_page,
};
use crate::{browser, state};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{Lazy, path};

/// The whole page below `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    state::provide();
    let help = RwSignal::new(false);
    Effect::new(move || {
        browser::on_keys(move |event| {
            let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
            if plain && event.key() == "?" && !browser::is_typing() {
                help.update(|open| *open = !*open);
            } else if event.key() == "Escape" && help.get_untracked() {
                help.set(false);
            }
        });
        // A page's code is on its way before the click.
        browser::on_links(|path| {
            let path = path.to_owned();
            spawn_local(async move {
                // What cannot be fetched is tried again when the page is opened.
                let _ = fetch_page(&path).await;
            });
        });
    });
    view! {
        <Title formatter=|text: String| if text.is_empty() { "Onepane".to_owned() } else { format!("{text} · Onepane") } />
        <Router>
            <a class="skip" href="#main">"Skip to content"</a>
            <Header on_help=move || help.set(true) />
            <main id="main">
                <Routes fallback=|| view! { <NotFoundPage /> }>
                    <Route path=path!("/") view={Lazy::<OverviewRoute>::new()} />
                    <Route path=path!("/jobs") view={Lazy::<JobsRoute>::new()} />
                    <Route path=path!("/metrics") view={Lazy::<MetricsRoute>::new()} />
                    <Route path=path!("/security") view={Lazy::<SecurityRoute>::new()} />
                    <Route path=path!("/security/series") view={Lazy::<SeriesRoute>::new()} />
                    <Route path=path!("/gallery") view={Lazy::<GalleryRoute>::new()} />
                    <Route path=path!("/jobs/:account/:region/:kind/*name") view={Lazy::<WorkloadRoute>::new()} />
                </Routes>
            </main>
            <HelpDialog open=help />
        </Router>
    }
}
