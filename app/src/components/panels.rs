//! Charts of metrics side by side, each with what belongs to it.

use super::{Chart, Notes};
use leptos::prelude::*;
use onepane_domain::{MetricsPanel, Timestamp};

/// Charts over the same time share a cursor.
const GROUP: &str = "metrics";

/// A chart for each panel. Their places stay while their numbers change, so that a chart moves and does not blink.
/// Charts over time share a cursor; dragging over one picks a window.
#[component]
pub(crate) fn Panels(
    /// The charts. Read within a `Suspense`.
    #[prop(into)]
    panels: Signal<Vec<MetricsPanel>>,
    /// Called with the picked window: from (inclusive), to (exclusive).
    #[prop(optional, into)]
    on_window: Option<Callback<(Timestamp, Timestamp)>>,
) -> impl IntoView {
    let ids = move || panels.with(|panels| panels.iter().map(|panel| panel.id.clone()).collect::<Vec<_>>());
    let panel = move |id: String| {
        let panel = Memo::new(move |before: Option<&MetricsPanel>| {
            let found = panels.with(|panels| panels.iter().find(|panel| panel.id == id).cloned());
            // A panel that goes is drawn as it was until its place goes too.
            found.or_else(|| before.cloned()).unwrap_or_default()
        });
        view! { <Panel panel on_window /> }
    };
    view! {
        <div class="panels">
            <For each=ids key=Clone::clone children=panel />
        </div>
    }
    .into_any()
}

#[component]
fn Panel(panel: Memo<MetricsPanel>, on_window: Option<Callback<(Timestamp, Timestamp)>>) -> impl IntoView {
    let (id, over_time) = panel.with_untracked(|panel| (panel.id.clone(), panel.over_time));
    let chart = Memo::new(move |_| panel.with(|panel| panel.chart.clone()));
    let explore = move || panel.with(|panel| panel.explore.clone());
    let drawn = match (over_time, on_window) {
        (true, Some(on_window)) => view! { <Chart view=chart group=GROUP on_window /> }.into_any(),
        (true, None) => view! { <Chart view=chart group=GROUP /> }.into_any(),
        (false, _) => view! { <Chart view=chart /> }.into_any(),
    };
    view! {
        <section class="panel" id=format!("panel-{id}")>
            {drawn}
            <div class="panel-foot">
                {move || view! { <Notes notes=panel.with(|panel| panel.notes.clone()) /> }}
                {move || {
                    explore().map(|query| view! { <a class="panel-explore" href=format!("/metrics?{query}")>"Explore"</a> })
                }}
            </div>
        </section>
    }
    .into_any()
}
