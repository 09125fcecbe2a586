//! The fields of a workload.

use crate::components::Instant;
use crate::format;
use crate::pages::jobs::instance;
use leptos::prelude::*;
use onepane_domain::{Timestamp, Transition, percent_encode};

/// Every field that has a value.
#[component]
pub(super) fn Facts(state: Transition) -> impl IntoView {
    let time = |label: &'static str, time: Option<Timestamp>| {
        time.map(|time| {
            fact(label, view! { {format::instant(time)}" "<span class="dim"><Instant time /></span> }.into_any())
        })
    };
    let text = |label: &'static str, text: Option<String>| text.map(|text| fact(label, text.into_any()));
    let instance = instance(&state);
    let tags = (!state.tags.is_empty()).then(|| {
        let tags = state.tags.iter().map(|(key, value)| {
            let href = format!("/jobs?tag={}", percent_encode(&format!("{key}={value}")));
            view! { <a class="chip" href=href><span>{key.clone()}": "{value.clone()}</span></a> }
        });
        fact("Tags", view! { <span class="tags">{tags.collect_view()}</span> }.into_any())
    });
    let duration = state.duration_s.map(format::duration);
    let parent = state.parent.clone().map(|parent| format!("{} ({})", parent.name, parent.kind.label()));
    view! {
        <dl class="facts">
            {time("Created", state.created_at)}
            {time("Started", state.started_at)}
            {time("Ended", state.ended_at)}
            {text("Duration", duration)}
            {time("Newest event", Some(state.event_time))}
            {text("Instances", instance)}
            {text("Account", Some(state.id.account.to_string()))}
            {text("Part of", parent)}
            {tags}
        </dl>
    }
    .into_any()
}

fn fact(label: &'static str, value: AnyView) -> impl IntoView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}
