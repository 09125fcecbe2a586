//! The table: only the rows in sight are drawn.

use super::Jobs;
use super::columns::Column;
use super::rows::Rows;
use crate::browser;
use crate::components::workload_path;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use onepane_domain::{SortOrder, Transition};

/// A dense table over the whole result.
#[component]
pub(crate) fn JobsTable(rows: Rows) -> impl IntoView {
    let jobs = Jobs::expect();
    let scroller = NodeRef::<html::Div>::new();
    let read_scroll = move || {
        if let Some(scroller) = scroller.get_untracked() {
            rows.scroll_top.set(f64::from(scroller.scroll_top()));
            rows.viewport.set(f64::from(scroller.client_height()).max(200.0));
        }
    };
    Effect::new(move || {
        if scroller.get().is_some() {
            read_scroll();
            let resized = window_event_listener(leptos::ev::resize, move |_| read_scroll());
            on_cleanup(move || resized.remove());
        }
    });
    Effect::new(move || {
        let Some(to) = rows.scroll_to.get() else { return };
        if let Some(scroller) = scroller.get_untracked() {
            // Tables are at most 15 million pixels high.
            #[allow(clippy::cast_possible_truncation)]
            scroller.set_scroll_top(to as i32);
        }
    });

    let heads = move || {
        let url = jobs.url.get();
        url.columns
            .iter()
            .map(|column| {
                let (column, key) = (*column, column.sort_key());
                let sorted = (url.query.sort == key).then_some(match url.query.order {
                    SortOrder::Ascending => "ascending",
                    SortOrder::Descending => "descending",
                });
                view! {
                    <th scope="col" class=format!("c-{}", column.word()) class:num=column.is_numeric() aria-sort=sorted>
                        <a href=url.sorted(key).href() data-noscroll="">{column.label()}<i aria-hidden="true"></i></a>
                    </th>
                }
            })
            .collect_view()
    };
    let drawn = move || {
        let sight = rows.sight();
        let columns = jobs.url.with(|url| url.columns.clone());
        (sight.first..sight.end).map(|place| (place, columns.clone(), rows.row(place))).collect::<Vec<_>>()
    };
    let key = |(place, columns, state): &(u64, Vec<Column>, Option<Transition>)| {
        (*place, columns.clone(), state.as_ref().map(|state| state.event_id.clone()))
    };
    let spacer = move |height: u64| {
        (height > 0).then(|| view! { <tr class="spacer" aria-hidden="true" style=format!("height:{height}px")></tr> })
    };
    view! {
        <div class="table-scroll" node_ref=scroller on:scroll=move |_| read_scroll() tabindex="0" role="region" aria-label="Workloads">
            <table class="rows" aria-rowcount=move || jobs.total().to_string()>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>
                    {move || spacer(rows.sight().above)}
                    <For each=drawn key=key let((place, columns, state))>
                        <Row rows place columns state />
                    </For>
                    {move || spacer(rows.sight().below)}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(rows: Rows, place: u64, columns: Vec<Column>, state: Option<Transition>) -> impl IntoView {
    let navigate = use_navigate();
    let Some(state) = state else {
        let cells = columns
            .iter()
            .map(|column| view! { <td class=format!("c-{}", column.word())><i class="skeleton"></i></td> });
        return view! { <tr class="loading" aria-busy="true">{cells.collect_view()}</tr> }.into_any();
    };
    let path = workload_path(&state.id);
    let open = move |event: leptos::ev::MouseEvent| {
        // Links open themselves; marked text is not a click.
        if event.default_prevented() || browser::closest(&event, "a").is_some() || browser::has_selection() {
            return;
        }
        navigate(&path, NavigateOptions::default());
    };
    let cells = columns
        .iter()
        .map(|column| {
            view! { <td class=format!("c-{}", column.word()) class:num=column.is_numeric()>{column.cell(&state)}</td> }
        })
        .collect_view();
    let selected = move || rows.selected.get() == Some(place);
    view! {
        <tr
            data-id=state.id.partition_key()
            data-phase=state.phase.as_str()
            aria-rowindex=(place + 1).to_string()
            class:selected=selected
            on:click=open
        >
            {cells}
        </tr>
    }
    .into_any()
}
