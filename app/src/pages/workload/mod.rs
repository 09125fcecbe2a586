//! *Workload*: everything known of one workload.

mod console;
mod facts;
mod history;
mod metrics;
mod related;

use crate::api::{self, ApiError};
use crate::browser;
use crate::components::{AccountName, CopyText, Empty, Notes, PhaseMark, error_note, status_text};
use crate::pages::metrics::{ask_again_in_browser, refresh_ticks};
use crate::pages::not_found::set_not_found;
use crate::state::throttled_changes;
use facts::Facts;
use history::{Calls, RawEvents, Timeline};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use metrics::Metrics;
use onepane_domain::{MetricsPage, WorkloadDetail, percent_decode};
use related::{Children, Parents};

/// The page.
#[component]
pub(crate) fn WorkloadPage() -> impl IntoView {
    let params = use_params_map();
    let tick = throttled_changes(400);
    let address = Memo::new(move |_| {
        params.with(|params| {
            let part = |name: &str| params.get(name).map(|value| percent_decode(&value)).unwrap_or_default();
            (part("account"), part("region"), part("kind"), part("name"))
        })
    });
    let detail = Resource::new(
        move || (address.get(), tick.get()),
        |((account, region, kind, name), _)| api::get_workload(account, region, kind, name),
    );
    let minute = refresh_ticks();
    let metrics = Resource::new(
        move || (address.get(), minute.get()),
        |((account, region, kind, name), _)| api::get_workload_metrics(account, region, kind, name),
    );
    ask_again_in_browser(metrics);
    Effect::new(|| {
        browser::on_keys(|event| {
            if event.key() == "Escape" && !browser::is_typing() {
                browser::back();
            }
        });
    });
    view! {
        <Title text=move || address.with(|(_, _, _, name)| name.clone()) />
        <Transition fallback=|| view! { <div class="skeleton-page" aria-busy="true"></div> }>
            {move || Suspend::new(async move {
                match detail.await {
                    Ok(detail) => view! { <WorkloadBody detail metrics /> }.into_any(),
                    Err(ApiError::NotFound) => {
                        set_not_found();
                        view! {
                            <Empty
                                title="Nothing is known of this workload"
                                hint="Its events may not have arrived, or have passed their retention."
                            />
                        }
                        .into_any()
                    }
                    Err(error) => error_note(error),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn WorkloadBody(detail: WorkloadDetail, metrics: Resource<Result<MetricsPage, ApiError>>) -> impl IntoView {
    let WorkloadDetail { state, history, parents, children, children_total, notes } = detail;
    let links = console::links(&state);
    let failure = state.failure_reason.clone().map(|reason| {
        view! {
            <section class="failure" aria-labelledby="failure-title">
                <h2 id="failure-title">"Failure reason"</h2>
                <pre>{reason}</pre>
            </section>
        }
    });
    let has_children = !children.is_empty();
    let has_calls = !history.calls.is_empty();
    view! {
        <article class="workload">
            <Notes notes />
            <header class="workload-head">
                <Parents parents kind=state.id.kind.clone() />
                <h1>{state.id.name.clone()}</h1>
                <p class="workload-line">
                    <PhaseMark phase=state.phase status=status_text(&state) />
                    {state.secondary_status.clone().filter(|word| Some(word) != state.status.as_ref()).map(|status| view! { <span class="dim">{status}</span> })}
                    <span>{state.id.kind.label().to_owned()}</span>
                    <AccountName id=state.id.account />
                    <span>{state.id.region.to_string()}</span>
                    {links
                        .into_iter()
                        .map(|(text, href)| {
                            view! { <a href=href target="_blank" rel="noreferrer external">{text}" ↗"</a> }
                        })
                        .collect_view()}
                </p>
                <CopyText text=state.arn.clone() />
            </header>
            {failure}
            <Facts state=state.clone() />
            <Metrics answer=metrics />
            <section aria-labelledby="timeline-title">
                <h2 id="timeline-title">"Timeline"</h2>
                <Timeline events=history.events.clone() truncated=history.truncated />
            </section>
            {has_children
                .then(|| {
                    view! {
                        <section aria-labelledby="children-title">
                            <h2 id="children-title">"Belongs to it" <small>{children_total}</small></h2>
                            <Children children />
                        </section>
                    }
                })}
            {has_calls
                .then(|| {
                    view! {
                        <section aria-labelledby="calls-title">
                            <h2 id="calls-title">"API calls" <small>{history.calls.len()}</small></h2>
                            <Calls calls=history.calls.clone() />
                        </section>
                    }
                })}
            <section aria-labelledby="raw-title">
                <h2 id="raw-title">"Raw events" <small>{history.events.len() + history.calls.len()}</small></h2>
                <RawEvents history />
            </section>
        </article>
    }
    .into_any()
}
