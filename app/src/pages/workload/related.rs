//! What a workload belongs to, and what belongs to it.

use crate::components::{Instant, PhaseMark, WorkloadLink, status_text, workload_path};
use crate::format;
use leptos::prelude::*;
use onepane_domain::{Transition, WorkloadKind};

/// The way down from the outermost: pipeline execution, step, job.
#[component]
pub(super) fn Parents(parents: Vec<Transition>, kind: WorkloadKind) -> impl IntoView {
    let crumbs = parents.into_iter().rev().map(|parent| {
        view! {
            <li>
                <a href=workload_path(&parent.id)>{parent.id.name.clone()}</a>
                <span class="dim">" "{parent.id.kind.label().to_lowercase()}</span>
            </li>
        }
    });
    view! {
        <nav class="crumbs" aria-label="Where this belongs">
            <ol>
                <li><a href="/jobs">"Jobs"</a></li>
                <li><a href=format!("/jobs?kind={kind}")>{kind.plural().to_owned()}</a></li>
                {crumbs.collect_view()}
            </ol>
        </nav>
    }
    .into_any()
}

/// Trials, steps, jobs.
#[component]
pub(super) fn Children(children: Vec<Transition>) -> impl IntoView {
    let rows = children.into_iter().map(|child| {
        let started = child.started_at.or(child.created_at);
        view! {
            <tr>
                <td><PhaseMark phase=child.phase status=status_text(&child) /></td>
                <td class="name"><WorkloadLink id=child.id.clone() /></td>
                <td class="wide-only dim">{child.id.kind.label().to_owned()}</td>
                <td class="num wide-only">{started.map(|time| view! { <Instant time /> })}</td>
                <td class="num">{child.duration_s.map(format::duration)}</td>
            </tr>
        }
    });
    view! {
        <table class="plain">
            <thead>
                <tr>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Name"</th>
                    <th scope="col" class="wide-only">"Kind"</th>
                    <th scope="col" class="num wide-only">"Started"</th>
                    <th scope="col" class="num">"Duration"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
