//! The list: one row a series, strongest first.

use super::Security;
use super::row_html::{Around, write_row};
use super::url::SeriesHrefs;
use crate::browser;
use crate::components::{Empty, ToDecide};
use crate::format;
use crate::state::Accounts;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use onepane_domain::{InsightRow, InsightShow};

/// Rows that are drawn before more are asked for.
const SHOWN: usize = 100;

/// Which rows are drawn, and which one is selected.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    security: Security,
    shown: RwSignal<usize>,
    selected: RwSignal<Option<usize>>,
    /// The newest answer's rows, for event handlers, which may not read a resource.
    known: StoredValue<Vec<InsightRow>>,
}

impl Rows {
    pub(super) fn follow(security: Security) -> Self {
        let rows = Self {
            security,
            shown: RwSignal::new(SHOWN),
            selected: RwSignal::new(None),
            known: StoredValue::new(Vec::new()),
        };
        Effect::new(move || {
            if let Some(known) = security.answer(|page| page.rows.clone()) {
                rows.known.set_value(known);
                // The rows are drawn anew: the selection is put back on its row.
                browser::mark_current("tr", rows.selected.get_untracked().map(row_id).as_deref());
            }
        });
        // Another list starts at its top, with nothing selected.
        Effect::new(move |earlier: Option<String>| {
            let query = security.query.with(onepane_domain::SecurityQuery::to_query_string);
            if earlier.is_some_and(|earlier| earlier != query) {
                rows.select(None);
                rows.shown.set(SHOWN);
            }
            query
        });
        rows
    }

    pub(super) fn select(self, place: Option<usize>) {
        self.selected.set(place);
        browser::mark_current("tr", place.map(row_id).as_deref());
        if let Some(place) = place {
            browser::reveal(&row_id(place));
        }
    }

    pub(super) fn move_selection(self, down: bool) {
        let drawn = self.known.with_value(Vec::len).min(self.shown.get_untracked());
        let Some(last) = drawn.checked_sub(1) else { return };
        let place = match (self.selected.get_untracked(), down) {
            (None, _) => 0,
            (Some(place), true) => (place + 1).min(last),
            (Some(place), false) => place.saturating_sub(1),
        };
        self.select(Some(place));
    }

    fn row(self, place: usize) -> Option<InsightRow> {
        self.known.with_value(|rows| rows.get(place).cloned())
    }

    /// The address of the selected row's series.
    pub(super) fn selected_href(self) -> Option<String> {
        self.selected.get_untracked().and_then(|place| self.href(place))
    }

    fn href(self, place: usize) -> Option<String> {
        let hrefs = self.security.query.with_untracked(SeriesHrefs::of);
        self.row(place).map(|row| hrefs.href(&row.key, None))
    }

    /// Opens the decision about the selected row.
    pub(super) fn decide_selected(self) {
        if let Some(place) = self.selected.get_untracked() {
            self.decide(place);
        }
    }

    fn decide(self, place: usize) {
        let Some(row) = self.row(place) else { return };
        let Some(insight) = row.insight else { return };
        let title = row.key.join(" · ");
        self.security.deciding.set(Some(ToDecide { insight, title, why: row.why, standing: row.triage }));
    }
}

fn row_id(place: usize) -> String {
    format!("row-{place}")
}

/// The table.
#[component]
pub(super) fn RowsTable(rows: Rows) -> impl IntoView {
    let security = Security::expect();
    let accounts = Accounts::expect();
    let navigate = use_navigate();
    let html = move || {
        let query = security.query.get();
        let shown = rows.shown.get();
        let written = security.answer(|page| {
            let hrefs = SeriesHrefs::of(&query);
            let around = Around { query: &query, hrefs, from: page.from, to: page.to, accounts };
            let mut html = String::with_capacity(page.rows.len().min(shown) * 2_400);
            page.rows.iter().take(shown).enumerate().for_each(|(place, row)| write_row(place, row, &around, &mut html));
            html
        });
        written.unwrap_or_default()
    };
    let on_click = move |event: leptos::ev::MouseEvent| {
        let place = browser::closest(&event, "tr").and_then(|row| row.get_attribute("data-row"));
        let Some(place) = place.and_then(|place| place.parse::<usize>().ok()) else { return };
        if browser::closest(&event, "button").is_some() {
            rows.decide(place);
        } else if browser::closest(&event, "a").is_none() && !browser::has_selection() {
            // Links open themselves; marked text is not a click.
            if let Some(href) = rows.href(place) {
                navigate(&href, NavigateOptions::default());
            }
        }
    };
    let more = move || {
        let (given, all) = security.answer(|page| (page.rows.len(), page.rows_total)).unwrap_or_default();
        let shown = rows.shown.get().min(given);
        let rest = (shown < given).then(|| {
            view! {
                <button type="button" class="button" on:click=move |_| rows.shown.update(|shown| *shown += SHOWN)>
                    "Show more"
                </button>
            }
        });
        (u64::try_from(shown).unwrap_or(u64::MAX) < all).then(|| {
            view! { <p class="rows-more dim">{format!("{} of {} rows", shown, format::count(all))} {rest}</p> }
        })
    };
    let what = move || {
        let query = security.query.get();
        let dimensions = security.answer(|page| page.dimensions.clone()).unwrap_or_default();
        let labels: Vec<&str> =
            query.group_by.iter().map(|dimension| super::facets::dimension_label(&dimensions, dimension)).collect();
        if labels.is_empty() { "All records".to_owned() } else { labels.join(" · ") }
    };
    view! {
        <table class="insights" aria-label="Series, strongest first">
            <thead>
                <tr>
                    <th scope="col" class="s-score num">"Score"</th>
                    <th scope="col" class="s-key">{what}</th>
                    <th scope="col" class="s-spark">"Counts"</th>
                    <th scope="col" class="s-level num">{move || format!("Level, a {}", security.query.with(|query| query.bucket.word()))}</th>
                    <th scope="col" class="s-trend num">"Trend, a week"</th>
                    <th scope="col" class="s-outlier num">"Newest outlier"</th>
                    <th scope="col" class="s-change num">"Newest change"</th>
                    <th scope="col" class="s-why">"Why"</th>
                    <th scope="col" class="s-triage"><span class="sr-only">"Decision"</span></th>
                </tr>
            </thead>
            <tbody inner_html=html on:click=on_click></tbody>
        </table>
        {more}
        {move || {
            let is_empty = security.answer(|page| page.rows.is_empty()) == Some(true);
            is_empty.then(|| nothing_here(security))
        }}
    }
    .into_any()
}

/// Why there is no row, and what to do about it.
fn nothing_here(security: Security) -> impl IntoView + use<> {
    let looked_at = security.answer(|page| page.series).unwrap_or(0);
    let query = security.query.get_untracked();
    let is_narrowed = !query.filters.is_empty() || !query.text.is_empty() || query.detector.is_some();
    let (title, hint) = match (looked_at, query.show) {
        (0, _) if is_narrowed => ("No records match", "Take a filter away, or widen the window."),
        (0, _) => (
            "No findings in this window",
            "Findings of the lake will show here; docs/operations.md tells how they get there.",
        ),
        (_, InsightShow::New) => ("Nothing new since the last visit", "“Open” shows what still stands."),
        (_, InsightShow::Muted) => {
            ("Nothing is muted", "Insights decided as expected, or as false positives, are kept here.")
        }
        _ if is_narrowed => ("No insight matches", "“All” shows series without insights too; or take a filter away."),
        _ => ("Nothing stands out", "“All” shows the series that were looked at."),
    };
    view! { <Empty title hint /> }
}
