//! *Security*: which kinds of findings rise, spike or shift: one row a series, strongest first. All of it stands in the
//! address.

mod facets;
mod movers;
mod row_html;
mod rows;
mod sparkline;
mod summary;
mod toolbar;
mod url;

pub(crate) use facets::dimension_label;
#[cfg(feature = "ssr")]
pub(crate) use facets::severity_dot;
pub(crate) use row_html::{detector_name, is_muting, key_names};
pub(crate) use toolbar::{buckets, counting_rules, profile_name};
pub(crate) use url::href;
#[cfg(feature = "ssr")]
pub(crate) use url::value_name;

use crate::api::{self, ApiError};
use crate::browser;
use crate::components::{Chart, Notes, ToDecide, TriageDialog, error_note};
use facets::Facets;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use movers::Movers;
use onepane_domain::{ChartView, SecurityPage as Answer, SecurityQuery, TimeWindow, Timestamp};
use rows::{Rows, RowsTable};
use summary::Summary;
use toolbar::{Chips, Toolbar};

/// Where this browser keeps its last two visits: `before now`, in milliseconds.
const VISITS: &str = "onepane-security-visits";
/// Looks closer together than this are one visit.
const ONE_VISIT_MS: i64 = 30 * 60_000;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Security {
    /// What the address says; what it cannot say is shown as an error beside the page as it comes.
    query: Memo<SecurityQuery>,
    /// The list.
    page: Resource<Result<Answer, ApiError>>,
    /// Goes to another query: the query, and whether it takes the place of this one in the history.
    go: Callback<(SecurityQuery, bool)>,
    /// The visit before this one, once the browser has told it.
    since: RwSignal<Option<Timestamp>>,
    /// The insight that is being decided about.
    deciding: RwSignal<Option<ToDecide>>,
}

impl Security {
    fn expect() -> Self {
        expect_context::<Self>()
    }

    /// The newest answer, if it is one. Read within a `Suspense`.
    fn answer<T>(self, read: impl FnOnce(&Answer) -> T) -> Option<T> {
        self.page.with(|page| page.as_ref().and_then(|page| page.as_ref().ok()).map(read))
    }
}

/// The page.
#[component]
pub(crate) fn SecurityPage() -> impl IntoView {
    let search = use_location().search;
    let parsed = Memo::new(move |_| SecurityQuery::from_query_string(&search.get()));
    let query = Memo::new(move |_| parsed.get().unwrap_or_default());
    let since = RwSignal::new(None::<Timestamp>);
    let page = Resource::new(
        move || {
            let mut query = query.get();
            query.since = query.since.or(since.get());
            query.to_query_string()
        },
        api::get_security,
    );
    let navigate = use_navigate();
    let go = Callback::new(move |(query, replace): (SecurityQuery, bool)| {
        navigate(&href(&query), NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
    });
    let security = Security { query, page, go, since, deciding: RwSignal::new(None) };
    provide_context(security);
    let rows = Rows::follow(security);
    let open = RwSignal::new(false);
    Effect::new(move || {
        since.set(visit());
        keys(security, rows);
    });
    let problem = move || {
        let address = parsed.with(|parsed| parsed.as_ref().err().map(ToString::to_string));
        address
            .map(|what| view! { <p class="banner" role="alert">{format!("The address cannot be read: {what}.")}</p> })
    };
    let failed = move || page.with(|page| page.as_ref().and_then(|page| page.as_ref().err().cloned()));
    let notes = move || security.answer(|page| page.notes.clone()).filter(|notes| !notes.is_empty());
    view! {
        <Title text="Security" />
        <h1 class="sr-only">"Security"</h1>
        <div class="security" class:facets-open=open>
            <Transition fallback=|| view! { <div class="skeleton-page" aria-busy="true"></div> }>
                <Toolbar open />
                <Facets />
                <div class="security-main">
                    {problem}
                    <Chips />
                    {move || notes().map(|notes| view! { <Notes notes /> })}
                    {move || failed().map(error_note)}
                    <Show when=move || failed().is_none()>
                        <div class="security-top">
                            <Overview />
                            <Movers />
                        </div>
                        <Summary />
                        <RowsTable rows />
                    </Show>
                </div>
            </Transition>
        </div>
        <TriageDialog deciding=security.deciding on_done=Callback::new(move |()| page.refetch()) />
    }
    .into_any()
}

/// All records over time, by severity; dragging over them narrows the window, a double click widens it again.
#[component]
fn Overview() -> impl IntoView {
    let security = Security::expect();
    let chart = Memo::new(move |before: Option<&ChartView>| {
        security.answer(|page| page.overview.clone()).or_else(|| before.cloned()).unwrap_or_default()
    });
    let on_window = Callback::new(move |(from, to)| {
        let query = security.query.get_untracked();
        let (from, to) = (query.bucket.start_of(from), query.bucket.start_of(to).plus_millis(query.bucket.millis()));
        security.go.run((SecurityQuery { window: TimeWindow::Between(from, to), ..query }, false));
    });
    let on_reset = Callback::new(move |()| {
        let query = security.query.get_untracked();
        security.go.run((SecurityQuery { window: SecurityQuery::USUAL_WINDOW, ..query }, false));
    });
    view! { <section class="security-overview"><Chart view=chart on_window on_reset /></section> }.into_any()
}

/// When the visit before this one was; notes that this one is now.
fn visit() -> Option<Timestamp> {
    let now = browser::now().millis();
    let text = browser::remembered(VISITS).unwrap_or_default();
    let (before, newest) = text.split_once(' ').unwrap_or_default();
    let (before, newest) = (before.parse::<i64>().ok(), newest.parse::<i64>().ok());
    let before = match newest {
        Some(newest) if now.saturating_sub(newest) > ONE_VISIT_MS => Some(newest),
        _ => before,
    };
    browser::remember(VISITS, &format!("{} {now}", before.map(|before| before.to_string()).unwrap_or_default()));
    before.map(Timestamp::saturating_from_millis)
}

/// The page's own keys. Called once, in the browser.
fn keys(security: Security, rows: Rows) {
    let navigate = use_navigate();
    browser::on_keys(move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || security.deciding.get_untracked().is_some() {
            return;
        }
        let key = event.key();
        if browser::is_typing() {
            if key == "Escape" {
                browser::blur();
            }
            return;
        }
        match key.as_str() {
            "/" => {
                event.prevent_default();
                browser::focus("search");
            }
            "j" => rows.move_selection(true),
            "k" => rows.move_selection(false),
            "t" => {
                // Not typed into the field that gets the focus.
                event.prevent_default();
                rows.decide_selected();
            }
            "Escape" => rows.select(None),
            "e" => {
                let query = security.query.with_untracked(SecurityQuery::to_query_string);
                browser::open(&format!("/export/insights.csv?{query}"));
            }
            "Enter" if !browser::is_on_control() => {
                if let Some(href) = rows.selected_href() {
                    navigate(&href, NavigateOptions::default());
                }
            }
            _ => {}
        }
    });
}
