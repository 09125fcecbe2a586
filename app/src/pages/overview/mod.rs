//! *Overview*: what runs now, what failed today against the usual, where, why, and what just changed.

mod heat_map;
mod lists;
mod stats;

use crate::api;
use crate::components::{Bars, Notes, error_note};
use crate::state::throttled_changes;
use heat_map::HeatMap;
use leptos::prelude::*;
use leptos_meta::Title;
use lists::{Changed, Failures, Longest};
use onepane_domain::Overview;
use stats::Stats;

/// The first page.
#[component]
pub(crate) fn OverviewPage() -> impl IntoView {
    let tick = throttled_changes(1_000);
    let overview = Resource::new(move || tick.get(), |_| api::get_overview());
    view! {
        <Title text="Overview" />
        <h1 class="sr-only">"Overview"</h1>
        <Transition fallback=|| view! { <div class="skeleton-page" aria-busy="true"></div> }>
            {move || Suspend::new(async move {
                match overview.await {
                    Ok(overview) => view! { <OverviewBody overview /> }.into_any(),
                    Err(error) => error_note(error),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn OverviewBody(overview: Overview) -> impl IntoView {
    let Overview { now, recent, days, failures, longest, changed, changed_total, notes, .. } = overview.clone();
    view! {
        <div class="overview">
            <Notes notes />
            <Stats overview />
            <section class="wide" aria-labelledby="recent-title">
                <h2 id="recent-title">"Jobs ended, by hour" <small>"last 48 hours"</small></h2>
                <Bars aggregate=recent label="Jobs ended by hour" height=96 />
            </section>
            <section aria-labelledby="failures-title">
                <h2 id="failures-title">"Failures by reason" <small>"last 7 days"</small></h2>
                <Failures failures />
            </section>
            <section aria-labelledby="longest-title">
                <h2 id="longest-title">"Longest running"</h2>
                <Longest longest />
            </section>
            <section class="wide" aria-labelledby="days-title">
                <h2 id="days-title">"Account by day" <small>"jobs, last 30 days"</small></h2>
                <HeatMap days now />
            </section>
            <section class="wide" aria-labelledby="changed-title">
                <h2 id="changed-title">
                    "Changed in the last hour" <small>{crate::format::count(changed_total)}" workloads"</small>
                </h2>
                <Changed changed />
            </section>
        </div>
    }
    .into_any()
}
