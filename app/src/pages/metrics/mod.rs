//! *Metrics*: sets of charts that are ready, and an explorer for everything else. All of it stands in the address.

mod explorer;
mod toolbar;
mod window;

use crate::api::{self, ApiError};
use crate::browser;
use crate::components::{Empty, Notes, Panels, error_note};
use crate::state::Live;
use explorer::Explorer;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use onepane_domain::{MetricsPage as Answer, MetricsQuery, MetricsView};
use toolbar::{Tabs, Toolbar};

/// Windows that end now are asked for again after so long.
const REFRESH_MS: u64 = 30_000;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Metrics {
    /// What the address says; what it cannot say is shown as an error beside the page as it comes.
    query: Memo<MetricsQuery>,
    /// The charts.
    page: Resource<Result<Answer, ApiError>>,
    /// Goes to another query.
    go: Callback<MetricsQuery>,
}

impl Metrics {
    fn expect() -> Self {
        expect_context::<Self>()
    }

    /// Goes to the query that `change` makes of this one.
    fn change(self, change: impl FnOnce(&mut MetricsQuery)) {
        let mut query = self.query.get_untracked();
        change(&mut query);
        self.go.run(query);
    }

    /// The newest answer, if it is one. Read within a `Suspense`.
    fn answer<T>(self, read: impl FnOnce(&Answer) -> T) -> Option<T> {
        self.page.with(|page| page.as_ref().and_then(|page| page.as_ref().ok()).map(read))
    }
}

/// The address of a query.
fn href(query: &MetricsQuery) -> String {
    match query.to_query_string() {
        search if search.is_empty() => "/metrics".to_owned(),
        search => format!("/metrics?{search}"),
    }
}

/// The page.
#[component]
pub(crate) fn MetricsPage() -> impl IntoView {
    let search = use_location().search;
    let parsed = Memo::new(move |_| MetricsQuery::from_query_string(&search.get()));
    let query = Memo::new(move |_| parsed.get().unwrap_or_default());
    let tick = refresh_ticks();
    let page = Resource::new(
        move || (query.with(MetricsQuery::to_query_string), tick.get()),
        |(query, _)| api::get_metrics(query),
    );
    ask_again_in_browser(page);
    let navigate = use_navigate();
    let go = Callback::new(move |query: MetricsQuery| {
        navigate(&href(&query), NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    provide_context(Metrics { query, page, go });
    let problem = move || {
        parsed.with(|parsed| parsed.as_ref().err().map(ToString::to_string)).map(|what| {
            view! { <p class="banner" role="alert">{format!("The address cannot be read: {what}.")}</p> }
        })
    };
    view! {
        <Title text="Metrics" />
        <h1 class="sr-only">"Metrics"</h1>
        <div class="metrics">
            <Tabs />
            <Transition fallback=|| view! { <div class="skeleton-page" aria-busy="true"></div> }>
                <Toolbar />
                {problem}
                <Show when=move || query.with(|query| query.view == MetricsView::Explore)>
                    <Explorer />
                </Show>
                <Charts />
            </Transition>
        </div>
    }
    .into_any()
}

/// The charts of the newest answer.
#[component]
fn Charts() -> impl IntoView {
    let metrics = Metrics::expect();
    let notes = move || metrics.answer(|page| page.notes.clone()).filter(|notes| !notes.is_empty());
    let failed = move || metrics.page.with(|page| page.as_ref().and_then(|page| page.as_ref().err().cloned()));
    let panels = Memo::new(move |_| metrics.answer(|page| page.panels.clone()).unwrap_or_default());
    let on_window = Callback::new(move |(from, to)| {
        metrics.change(|query| query.window = onepane_domain::TimeWindow::Between(from, to));
    });
    let is_empty = move || metrics.answer(|page| page.panels.is_empty()).unwrap_or(false);
    view! {
        {move || notes().map(|notes| view! { <Notes notes /> })}
        {move || failed().map(error_note)}
        <Panels panels on_window />
        {move || {
            is_empty()
                .then(|| {
                    view! {
                        <Empty
                            title="Nothing is picked yet"
                            hint="Pick a namespace and a metric, or write an expression."
                        />
                    }
                })
        }}
    }
    .into_any()
}

/// A server that could not answer in the time that a first paint may take is asked once more from the browser.
pub(super) fn ask_again_in_browser(answer: Resource<Result<Answer, ApiError>>) {
    Effect::new(move |asked: Option<()>| {
        let failed = answer.with_untracked(|answer| matches!(answer, Some(Err(ApiError::Unavailable(_)))));
        if asked.is_none() && failed {
            answer.refetch();
        }
    });
}

/// Counts up while the page is open and not paused, so that what ends now is asked for again.
pub(super) fn refresh_ticks() -> ReadSignal<u64> {
    let (tick, set_tick) = signal(0_u64);
    let live = Live::expect();
    Effect::new(move || {
        let handle = browser::interval(REFRESH_MS, move || {
            if !live.paused.get_untracked() {
                set_tick.update(|tick| *tick += 1);
            }
        });
        on_cleanup(move || {
            if let Some(handle) = handle {
                handle.clear();
            }
        });
    });
    tick
}
