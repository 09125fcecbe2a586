//! The lists of the first page: failures by reason, longest running, just changed.

use crate::components::{AccountName, Empty, Instant, PhaseMark, WorkloadLink, status_text};
use crate::format;
use crate::state::Now;
use leptos::prelude::*;
use onepane_domain::{FailureGroup, Transition, percent_encode};

/// Reasons with bars, most frequent first.
#[component]
pub(crate) fn Failures(failures: Vec<FailureGroup>) -> impl IntoView {
    if failures.is_empty() {
        return view! { <Empty title="Nothing failed" hint="No job of the last 7 days ended in failure." /> }
            .into_any();
    }
    let most = failures.iter().map(|group| group.count).max().unwrap_or(1);
    let rows = failures.into_iter().take(8).map(|group| {
        #[allow(clippy::cast_precision_loss)] // counts are far below 2^53
        let width = group.count as f64 / most as f64 * 100.0;
        let accounts = match group.accounts {
            1 => "1 account".to_owned(),
            number => format!("{number} accounts"),
        };
        let href = format!("/jobs?phase=failed&range=7d&reason={}", percent_encode(&group.reason));
        let reason = match group.reason.is_empty() {
            true => "No reason given".to_owned(),
            false => group.reason,
        };
        view! {
            <li>
                <a href=href title=group.example>
                    <span class="reason">{reason}</span>
                    <span class="reason-numbers">
                        <b>{format::count(group.count)}</b>
                        " in "
                        {accounts}
                        ", last "
                        <Instant time=group.last_seen />
                    </span>
                    <i class="reason-bar" style=format!("width:{width:.1}%")></i>
                </a>
            </li>
        }
    });
    view! { <ol class="reasons">{rows.collect_view()}</ol> }.into_any()
}

/// Active jobs, longest first.
#[component]
pub(crate) fn Longest(longest: Vec<Transition>) -> impl IntoView {
    if longest.is_empty() {
        return view! { <Empty title="Nothing is running" hint="Jobs show here while they work." /> }.into_any();
    }
    let rows = longest.into_iter().map(|state| {
        let since = state.started_at.or(state.created_at).unwrap_or(state.event_time);
        #[allow(clippy::cast_precision_loss)] // spans are far below 2^53
        let age = move || format::duration(Now::get().millis_since(since) as f64 / 1_000.0);
        view! {
            <tr>
                <td class="name">
                    <WorkloadLink id=state.id.clone() />
                    <span class="sub">{state.id.kind.label().to_owned()}" · "<AccountName id=state.id.account /></span>
                </td>
                <td class="num" title=format::instant(since)>{age}</td>
            </tr>
        }
    });
    view! {
        <table class="plain">
            <thead class="sr-only"><tr><th scope="col">"Job"</th><th scope="col">"Running for"</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// The newest changes.
#[component]
pub(crate) fn Changed(changed: Vec<Transition>) -> impl IntoView {
    if changed.is_empty() {
        return view! { <Empty title="Quiet" hint="Nothing changed in the last hour." /> }.into_any();
    }
    let rows = changed.into_iter().map(|state| {
        view! {
            <tr>
                <td><PhaseMark phase=state.phase status=status_text(&state) /></td>
                <td class="name"><WorkloadLink id=state.id.clone() /></td>
                <td class="wide-only dim">{state.id.kind.label().to_owned()}</td>
                <td class="wide-only"><AccountName id=state.id.account /></td>
                <td class="num dim"><Instant time=state.event_time /></td>
            </tr>
        }
    });
    view! {
        <table class="plain">
            <thead class="sr-only">
                <tr>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Workload"</th>
                    <th scope="col" class="wide-only">"Kind"</th>
                    <th scope="col" class="wide-only">"Account"</th>
                    <th scope="col">"When"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
