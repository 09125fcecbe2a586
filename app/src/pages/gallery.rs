//! *Charts*: every chart that pages, embeds and the command line can draw, with example data and how to draw it.

use crate::api;
use crate::components::{Chart, CopyText, error_note};
use crate::format;
use leptos::prelude::*;
use leptos_meta::Title;
use onepane_domain::{GalleryChart, Timestamp};

/// The page.
#[component]
pub(crate) fn GalleryPage() -> impl IntoView {
    let gallery = Resource::new(|| (), |()| api::get_gallery());
    view! {
        <Title text="Charts" />
        <div class="gallery">
            <header class="gallery-head">
                <h1>"Charts"</h1>
                <p class="dim">
                    "One definition draws each of these here, in embeds and on the command line. Drag to zoom, double-click to see \
                     all; ctrl and the wheel zoom, shift and drag move. Charts over the same time share a cursor; those of \
                     one series zoom together."
                </p>
            </header>
            <Transition fallback=|| view! { <div class="skeleton-page" aria-busy="true"></div> }>
                {move || Suspend::new(async move {
                    match gallery.await {
                        Ok(charts) => {
                            charts.into_iter().map(|chart| view! { <GalleryEntry chart /> }).collect_view().into_any()
                        }
                        Err(error) => error_note(error),
                    }
                })}
            </Transition>
            <LargeChart />
        </div>
    }
    .into_any()
}

#[component]
fn GalleryEntry(chart: GalleryChart) -> impl IntoView {
    let GalleryChart { view, shows, data } = chart;
    let name = view.name.clone();
    let (heading, labelled_by) = (format!("chart-{name}"), format!("chart-{name}"));
    // What covers the same month, and what covers the same day, can be compared at a glance.
    let group = match name.as_str() {
        "workloads-by-phase" | "duration-percentiles" => "month",
        "metric-lines" | "small-multiples" | "job-timeline" => "day",
        "series-marks" | "residuals" => "series",
        _ => "alone",
    };
    let linked = group == "series";
    // One of them shows what a page can do with a window of time, instead of zooming.
    let picked = RwSignal::new(None::<(Timestamp, Timestamp)>);
    let picks = name == "duration-percentiles";
    let chart = match picks {
        true => {
            let on_window = Callback::new(move |window| picked.set(Some(window)));
            let on_reset = Callback::new(move |()| picked.set(None));
            view! { <Chart view=Signal::stored(view) group on_window on_reset /> }.into_any()
        }
        false => view! { <Chart view=Signal::stored(view) group linked /> }.into_any(),
    };
    let picked_words = move || match picked.get() {
        Some((from, to)) => {
            format!("A page hears: {} to {} UTC", format::day_and_minute(from), format::day_and_minute(to))
        }
        None => "Here a drag calls the page back with the window.".to_owned(),
    };
    view! {
        <section aria-labelledby=labelled_by>
            <h2 id=heading>{name.clone()} <small>{shows}</small></h2>
            {chart}
            {picks.then(|| view! { <p class="gallery-picked" aria-live="polite">{picked_words}</p> })}
            <details class="gallery-how">
                <summary>"Draw it yourself"</summary>
                <CopyText text=format!("onepane render {name} --example > {name}.json") />
                <CopyText text=format!("onepane render {name} --data {name}.json --out {name}.svg") />
                <pre tabindex="0" aria-label=format!("Data of {name}")>{data}</pre>
            </details>
        </section>
    }
    .into_any()
}

/// The chart of 50,000 values: too many for a page to bring along, so it comes when it is asked for.
#[component]
fn LargeChart() -> impl IntoView {
    let ask = Action::new(|(): &()| api::get_large_chart());
    let answer = ask.value();
    let view = Signal::derive(move || answer.get().and_then(Result::ok).unwrap_or_default());
    let trouble = Signal::derive(move || match answer.get() {
        Some(Err(error)) => Some(error.to_string()),
        None if ask.pending().get() => Some("Fetching 50,000 values…".to_owned()),
        _ => None,
    });
    let is_asked = move || ask.pending().get() || answer.with(Option::is_some);
    view! {
        <section aria-labelledby="chart-large" class="wide">
            <h2 id="chart-large">"50,000 values" <small>"thinned to the shape that can be seen, anew at every zoom"</small></h2>
            <Show
                when=is_asked
                fallback=move || {
                    view! {
                        <button type="button" class="button" on:click=move |_| drop(ask.dispatch(()))>
                            "Fetch and draw 50,000 values"
                        </button>
                    }
                }
            >
                <Chart view trouble />
            </Show>
        </section>
    }
    .into_any()
}
