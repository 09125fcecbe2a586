//! A chart: the server's picture first, then ECharts in its place; its words and numbers beside it.

mod table;

use crate::browser;
use crate::echarts::{LiveChart, Options, when_loaded};
use leptos::html;
use leptos::prelude::*;
use onepane_domain::{ChartView, Timestamp};
use table::{csv, table_html};

/// Pixels down where the chart does not say.
const HEIGHT: u32 = 280;

/// A chart with its summary, its numbers as a table, and ways to take it along.
///
/// Change what it shows by changing the signal: it is drawn anew in its place, and keeps what the reader zoomed to. Read
/// it within a `Suspense` or `Transition` if the signal reads a resource.
#[component]
pub(crate) fn Chart(
    /// What is shown.
    #[prop(into)]
    view: Signal<ChartView>,
    /// Why there is nothing to show; shown in the chart's place.
    #[prop(optional, into)]
    trouble: Signal<Option<String>>,
    /// The charts of one group share a cursor.
    #[prop(optional, into)]
    group: Option<String>,
    /// The charts of its group that are linked, too, are zoomed together.
    #[prop(optional)]
    linked: bool,
    /// Called with the window of time that is drawn with the pointer. Without it the chart zooms there by itself.
    #[prop(optional, into)]
    on_window: Option<Callback<(Timestamp, Timestamp)>>,
    /// Called on a double click where nothing is zoomed.
    #[prop(optional, into)]
    on_reset: Option<Callback<()>>,
    /// Called with the time of a value that is clicked, or chosen with the arrow keys and Enter.
    #[prop(optional, into)]
    on_point: Option<Callback<Timestamp>>,
    /// A span of time that is shown.
    #[prop(optional, into)]
    mark: Signal<Option<(Timestamp, Timestamp)>>,
) -> impl IntoView {
    let host = NodeRef::<html::Div>::new();
    let live = StoredValue::new(None::<LiveChart>);
    let is_alive = RwSignal::new(false);
    let is_failed = RwSignal::new(false);
    // Hydration leaves the picture of the server as it is; nothing changes it later.
    let has_picture = view.with_untracked(|view| view.svg.is_some());
    let picture = view.with_untracked(|view| view.svg.clone().unwrap_or_default());

    let mount = move || {
        let Some(element) = host.try_get_untracked().flatten() else { return };
        let options = Options { group: group.clone(), linked, on_window, on_reset, on_point };
        let Some(Some(made)) = view.try_with_untracked(|view| {
            (!view.definition.is_empty()).then(|| LiveChart::mount(&element, &view.definition, options))
        }) else {
            return;
        };
        if let Some(made) = &made {
            made.mark(mark.get_untracked());
        }
        is_failed.set(made.is_none());
        is_alive.set(made.is_some());
        live.set_value(made);
    };
    Effect::new(move || {
        // The first effect mounts; changes after that are told to what is mounted.
        let is_empty = view.with(|view| view.definition.is_empty());
        if host.get().is_none() || is_empty {
            return;
        }
        let is_mounted = live.with_value(|live| {
            live.as_ref().map(|live| view.with_untracked(|view| live.set(&view.definition))).is_some()
        });
        if !is_mounted {
            let mount = mount.clone();
            when_loaded(move |is_there| {
                // The page may have gone in the meantime, or another call may have been quicker.
                let is_wanted = live.try_with_value(Option::is_none).unwrap_or(false);
                match is_there {
                    true if is_wanted => mount(),
                    false => drop(is_failed.try_set(true)),
                    true => {}
                }
            });
        }
    });
    Effect::new(move || {
        let span = mark.get();
        live.with_value(|live| live.as_ref().map(|live| live.mark(span)));
    });
    on_cleanup(move || drop(live.try_update_value(Option::take)));

    let words = move || {
        trouble.get().or_else(|| match view.with(|view| view.definition.is_empty()) {
            true => Some("Nothing to show yet".to_owned()),
            false if is_failed.get() && !has_picture => {
                Some("The chart cannot be drawn here. Its data are below.".to_owned())
            }
            false => None,
        })
    };
    let file = move |ending: &str| view.with_untracked(|view| format!("{}.{ending}", view.name));
    let save_png = move |_| {
        if let Some(url) = live.with_value(|live| live.as_ref().and_then(LiveChart::png)) {
            browser::save(&file("png"), &url);
        }
    };
    let save_svg = move |_| {
        if let Some(svg) = live.with_value(|live| live.as_ref().and_then(LiveChart::svg)) {
            browser::save_text(&file("svg"), "image/svg+xml", &svg);
        }
    };
    let save_csv = move |_| browser::save_text(&file("csv"), "text/csv", &view.with_untracked(csv));
    let height = move || view.with(|view| if view.height == 0 { HEIGHT } else { view.height });
    let title = move || view.with(|view| view.title.clone());
    view! {
        <figure class="chart" aria-label=title data-chart=move || view.with(|view| view.name.clone())>
            <div class="chart-box" class:alive=is_alive style=move || format!("height:{}px", height())>
                <div class="chart-picture" aria-hidden="true" inner_html=picture></div>
                <div
                    class="chart-live"
                    node_ref=host
                    role="application"
                    aria-roledescription="chart"
                    class:pickable=on_point.is_some()
                    aria-label=move || {
                        let enter = if on_point.is_some() { " Enter: what lies behind a value." } else { "" };
                        format!("{}. Arrow keys: values.{enter} Plus and minus: zoom. Escape: all.", title())
                    }
                    tabindex=move || is_alive.get().then_some("0")
                ></div>
                {move || words().map(|words| view! { <p class="chart-words" role="status">{words}</p> })}
            </div>
            <figcaption class="chart-foot">
                <p>{move || view.with(|view| view.summary.clone())}</p>
                <div class="chart-tools">
                    <button type="button" disabled=move || !is_alive.get() on:click=save_png>"PNG"</button>
                    <button type="button" disabled=move || !is_alive.get() on:click=save_svg>"SVG"</button>
                    <button type="button" on:click=save_csv>"CSV"</button>
                </div>
                <details class="chart-data">
                    <summary>"Data"</summary>
                    <div
                        class="chart-table"
                        tabindex="0"
                        role="region"
                        aria-label=move || format!("Data of {}", title())
                        inner_html=move || view.with(table_html)
                    ></div>
                </details>
            </figcaption>
        </figure>
    }
    .into_any()
}
