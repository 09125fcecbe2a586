//! *Series*: one series of the *Security* list: its values with what was found in them, the parameters to find it
//! otherwise, and what lies behind a point.
//!
//! The address holds everything. The parameters run ahead of it: while a slider moves, the browser analyses and draws by
//! itself, and the address follows after a pause.

#[cfg(feature = "ssr")]
mod behind;
mod controls;
mod decisions;
mod investigation;
mod lists;
mod state;

#[cfg(feature = "ssr")]
pub(crate) use behind::behind;

use crate::components::{Chart, Notes, TriageDialog, error_note};
use crate::format;
use crate::pages::security::{dimension_label, href, key_names};
use crate::state::Accounts;
use controls::{Layers, Parameters};
use decisions::Decisions;
use investigation::InvestigationPanel;
use leptos::prelude::*;
use leptos_meta::Title;
use lists::{Compared, Lists};
use onepane_domain::{ChartView, FilterRule, Timestamp};
use state::Series;

/// The charts of the page share a cursor.
const GROUP: &str = "series";

/// The page.
#[component]
pub(crate) fn SeriesPage() -> impl IntoView {
    let series = Series::follow();
    provide_context(series);
    let failed = move || series.page.with(|page| page.as_ref().and_then(|page| page.as_ref().err().cloned()));
    let problem = move || {
        series.problem.get().map(|what| {
            view! { <p class="banner" role="alert">{format!("The address cannot be read: {what}.")}</p> }
        })
    };
    let notes = move || {
        let mut notes = series.answer(|page| page.notes.clone()).unwrap_or_default();
        notes.extend(series.view(|view| view.notes.clone()).unwrap_or_default());
        (!notes.is_empty()).then(|| view! { <Notes notes /> })
    };
    let decided = Callback::new(move |()| series.page.refetch());
    view! {
        <Transition fallback=|| view! { <div class="skeleton-page" aria-busy="true"></div> }>
            <article class="series">
                {problem}
                <Head />
                {notes}
                {move || failed().filter(|_| series.problem.with(Option::is_none)).map(error_note)}
                <Show when=move || failed().is_none() && series.problem.get().is_none()>
                    <Parameters />
                    <div class="series-body">
                        <section class="series-charts" aria-label="Charts">
                            <Layers />
                            <p class="series-outcome dim" id="outcome">{move || series.view(|view| view.outcome.clone())}</p>
                            <Charts />
                            <Compared />
                        </section>
                        <div class="series-side">
                            <Lists />
                            <Decisions />
                        </div>
                    </div>
                    <InvestigationPanel />
                </Show>
            </article>
        </Transition>
        <TriageDialog deciding=series.deciding on_done=decided />
    }
    .into_any()
}

/// The way back, the key, and which records count.
#[component]
fn Head() -> impl IntoView {
    let series = Series::expect();
    let accounts = Accounts::expect();
    let names = move || series.query.with(|query| key_names(&query.security.group_by, &query.key, accounts));
    let title = move || {
        let names = names();
        if names.is_empty() { "All records".to_owned() } else { names.join(" · ") }
    };
    let kinds = move || {
        let dimensions = series.answer(|page| page.dimensions.clone()).unwrap_or_default();
        series.query.with(|query| {
            let labels: Vec<&str> =
                query.security.group_by.iter().map(|dimension| dimension_label(&dimensions, dimension)).collect();
            labels.join(" · ")
        })
    };
    let records = move || {
        let dimensions = series.answer(|page| page.dimensions.clone()).unwrap_or_default();
        series.query.with(|query| {
            let filters = query.security.filters.iter().map(|filter| {
                let sign = if filter.rule == FilterRule::Any { "" } else { "not " };
                let values: Vec<&str> = filter.values.iter().map(String::as_str).collect();
                format!("{}: {sign}{}", dimension_label(&dimensions, &filter.dimension), values.join(", "))
            });
            filters.collect::<Vec<_>>().join("; ")
        })
    };
    let span = move || {
        series.answer(|page| {
            let measure = page.series.measure.clone();
            let scanned = match page.cost.reused {
                true => "read before".to_owned(),
                false => format!("{} scanned", format::bytes(page.cost.bytes_scanned)),
            };
            let last = page.to.plus_millis(-1);
            format!("{measure}, {} – {}, {scanned}", format::date(page.from), format::date(last))
        })
    };
    view! {
        <Title text=title />
        <header class="series-head">
            <nav class="crumbs" aria-label="Where this belongs">
                <ol>
                    <li><a href=move || series.query.with(|query| href(&query.security))>"Security"</a></li>
                    <li>{kinds}</li>
                </ol>
            </nav>
            <h1>{title}</h1>
            <p class="series-line dim">
                <span>{span}</span>
                {move || {
                    let records = records();
                    (!records.is_empty()).then(|| view! { <span>{records}</span> })
                }}
            </p>
        </header>
    }
    .into_any()
}

/// The values with their layers, and what remains of them.
#[component]
fn Charts() -> impl IntoView {
    let series = Series::expect();
    let names = move || {
        let names = series.view(|view| view.charts.iter().map(|chart| chart.name.clone()).collect::<Vec<_>>());
        names.unwrap_or_default()
    };
    let on_point = Callback::new(move |at: Timestamp| series.look_at(Some(at)));
    let chart = move |name: String| {
        let view = Memo::new(move |before: Option<&ChartView>| {
            let found = series.view(|view| view.charts.iter().find(|chart| chart.name == name).cloned()).flatten();
            // A chart that goes is drawn as it was until its place goes too.
            found.or_else(|| before.cloned()).unwrap_or_default()
        });
        let mark = Signal::derive(move || series.span());
        view! { <Chart view group=GROUP linked=true on_point mark /> }
    };
    view! { <For each=names key=Clone::clone children=chart /> }.into_any()
}
