//! *Jobs*: every workload, by facets, text and time, in a table that scrolls through a million rows.

mod columns;
mod facets;
mod histogram;
mod rows;
mod table;
mod toolbar;
mod url;
mod views;

pub(crate) use columns::instance;
pub(crate) use url::toggle;

use crate::api::{self, ApiError};
use crate::components::Empty;
use crate::state::throttled_changes;
use crate::{browser, format};
use facets::Facets;
use histogram::Histogram;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use onepane_domain::SearchResult;
use rows::Rows;
use table::JobsTable;
use toolbar::{Chips, Toolbar};
use url::JobsUrl;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Jobs {
    /// What the address says; what it cannot say is shown as an error beside an unfiltered page.
    url: Memo<JobsUrl>,
    /// The answer with its counts and its first rows.
    head: Resource<Result<SearchResult, ApiError>>,
    /// Goes to another address: the address, and whether it takes the place of this one in the history.
    go: Callback<(JobsUrl, bool)>,
}

impl Jobs {
    fn expect() -> Self {
        expect_context::<Self>()
    }

    /// The newest answer, if it is one. Read within a `Suspense`.
    fn result<T>(self, read: impl FnOnce(&SearchResult) -> T) -> Option<T> {
        self.head.with(|head| head.as_ref().and_then(|head| head.as_ref().ok()).map(read))
    }

    fn total(self) -> u64 {
        self.result(|result| result.total).unwrap_or(0)
    }
}

/// The page.
#[component]
pub(crate) fn JobsPage() -> impl IntoView {
    let search = use_location().search;
    let parsed = Memo::new(move |_| JobsUrl::parse(&search.get()));
    let url = Memo::new(move |_| parsed.get().or_else(|_| JobsUrl::parse("")).unwrap_or_default());
    let tick = throttled_changes(250);
    let head = Resource::new(
        move || (url.with(|url| url.query.to_query_string()), tick.get()),
        |(query, _)| api::search(query, 0, rows::CHUNK, true),
    );
    let navigate = use_navigate();
    let go = Callback::new(move |(url, replace): (JobsUrl, bool)| {
        navigate(&url.href(), NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
    });
    let jobs = Jobs { url, head, go };
    provide_context(jobs);
    let rows = Rows::follow(jobs, tick);
    let facets_open = RwSignal::new(false);
    Effect::new(move || keys(jobs, rows));

    let problem = move || {
        let address = parsed.with(|parsed| parsed.as_ref().err().map(ToString::to_string));
        let answer = head.with(|head| head.as_ref().and_then(|head| head.as_ref().err().map(ToString::to_string)));
        address
            .map(|error| format!("The address cannot be read ({error}); everything is shown."))
            .or(answer)
            .map(|text| view! { <p class="banner" role="alert">{text}</p> })
    };
    view! {
        <Title text="Jobs" />
        <div class="jobs" class:facets-open=facets_open>
            <h1 class="sr-only">"Jobs"</h1>
            <Toolbar facets_open />
            <Transition fallback=|| view! { <div class="skeleton-page" aria-busy="true"></div> }>
                {problem}
                <Facets />
                <div class="jobs-main">
                    <Chips />
                    <Summary />
                    <Histogram />
                    <JobsTable rows />
                    {move || {
                        (jobs.result(|result| result.total) == Some(0))
                            .then(|| view! { <Empty title="No workload matches" hint="Take a filter away, or widen the window." /> })
                    }}
                </div>
            </Transition>
        </div>
    }
    .into_any()
}

/// How many, and how long they took.
#[component]
fn Summary() -> impl IntoView {
    let jobs = Jobs::expect();
    let durations = move || {
        jobs.result(|result| result.percentiles).flatten().filter(|p| p.count > 0).map(|p| {
            format!(
                "took {} at the median, {} at the 90th percentile, {} at the 99th, {} at most",
                format::duration(p.p50),
                format::duration(p.p90),
                format::duration(p.p99),
                format::duration(p.max)
            )
        })
    };
    view! {
        <p class="summary">
            <b id="total" aria-live="polite">{move || format::count(jobs.total())}</b>
            {move || if jobs.total() == 1 { " workload" } else { " workloads" }}
            <span class="dim wide-only">{durations}</span>
        </p>
    }
    .into_any()
}

/// The page's own keys. Called once, in the browser.
fn keys(jobs: Jobs, rows: Rows) {
    let navigate = use_navigate();
    let live = crate::state::Live::expect();
    browser::on_keys(move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let key = event.key();
        if key == "Escape" {
            if browser::is_typing() {
                browser::blur();
            } else {
                rows.select(None);
            }
            return;
        }
        if browser::is_typing() {
            return;
        }
        match key.as_str() {
            "/" => {
                event.prevent_default();
                browser::focus("search");
            }
            "j" => rows.move_selection(1),
            "k" => rows.move_selection(-1),
            "p" => live.toggle(),
            "e" => browser::open(&format!("/export/workloads.csv?{}", jobs.url.get_untracked().search())),
            "Enter" => {
                if let Some(path) = rows.selected_path() {
                    navigate(&path, NavigateOptions::default());
                }
            }
            _ => {}
        }
    });
}
