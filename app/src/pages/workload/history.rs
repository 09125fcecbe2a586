//! What happened to a workload: transitions, API calls, and the events as they came.

use crate::components::{Instant, PhaseMark, status_text};
use crate::format;
use leptos::prelude::*;
use onepane_domain::{ApiCall, Transition, WorkloadHistory};

/// The transitions, oldest first, with the time each state lasted.
#[component]
pub(super) fn Timeline(events: Vec<(Transition, String)>, truncated: bool) -> impl IntoView {
    let mut events: Vec<Transition> = events.into_iter().map(|(event, _)| event).collect();
    events.sort_by_cached_key(Transition::version);
    let spans = spans(&events);
    let strip = (spans.len() > 1).then(|| {
        let parts = spans.iter().map(|(share, event)| {
            let title = format!("{} from {}", status_text(event), format::instant(event.event_time));
            view! { <i data-phase=event.phase.as_str() style=format!("flex-grow:{share:.4}") title=title></i> }
        });
        view! { <div class="strip" aria-hidden="true">{parts.collect_view()}</div> }
    });
    let rows = (0..events.len()).map(|place| {
        let event = events[place].clone();
        let lasted = events.get(place + 1).map(|next| {
            #[allow(clippy::cast_precision_loss)] // spans are far below 2^53
            format::duration(next.event_time.millis_since(event.event_time) as f64 / 1_000.0)
        });
        let status = match (&event.secondary_status, event.occurrence) {
            (Some(secondary), _) if Some(secondary) != event.status.as_ref() => {
                format!("{} · {secondary}", status_text(&event))
            }
            (None, true) => event.detail_type.clone(),
            _ => status_text(&event),
        };
        view! {
            <li>
                <span class="timeline-time">{format::instant(event.event_time)}</span>
                <PhaseMark phase=event.phase status />
                <span class="dim">{lasted.map(|text| format!("for {text}"))}</span>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        {strip}
        {truncated.then(|| view! { <p class="dim">"Older events are left out."</p> })}
        <ol class="timeline">{rows}</ol>
    }
    .into_any()
}

/// State changes with their share of the whole time; the last one lasts no time.
fn spans(events: &[Transition]) -> Vec<(f64, &Transition)> {
    let states: Vec<&Transition> = events.iter().filter(|event| !event.occurrence).collect();
    let (Some(first), Some(last)) = (states.first(), states.last()) else { return Vec::new() };
    #[allow(clippy::cast_precision_loss)] // spans are far below 2^53
    let whole = last.event_time.millis_since(first.event_time).max(1) as f64;
    states
        .iter()
        .enumerate()
        .map(|(place, event)| {
            let until = states.get(place + 1).map_or(event.event_time, |next| next.event_time);
            #[allow(clippy::cast_precision_loss)]
            let share = until.millis_since(event.event_time) as f64 / whole;
            // The last state, and very short ones, stay visible.
            (share.max(0.02), *event)
        })
        .collect()
}

/// API calls about the workload, newest first.
#[component]
pub(super) fn Calls(calls: Vec<(ApiCall, String)>) -> impl IntoView {
    let rows = calls.into_iter().rev().map(|(call, _)| {
        let who = call.actor.as_deref().map(short_actor).unwrap_or_default();
        let outcome = call.error_code.clone();
        let failed = outcome.is_some();
        view! {
            <tr>
                <td class="num dim"><Instant time=call.event_time /></td>
                <td><code>{call.event_name}</code></td>
                <td title=call.actor.clone()>{who}</td>
                <td class="wide-only dim">{call.source_ip}</td>
                <td class:warn=failed title=call.error_message>{outcome.unwrap_or_default()}</td>
            </tr>
        }
    });
    view! {
        <table class="plain">
            <thead>
                <tr>
                    <th scope="col" class="num">"When"</th>
                    <th scope="col">"Call"</th>
                    <th scope="col">"Who"</th>
                    <th scope="col" class="wide-only">"From"</th>
                    <th scope="col">"Error"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// The part of an ARN that tells people who it was: `role/session`, `user/name`.
fn short_actor(actor: &str) -> String {
    let rest = actor.rsplit(':').next().unwrap_or(actor);
    rest.strip_prefix("assumed-role/").unwrap_or(rest).to_owned()
}

/// Every event and call as it came, folded.
#[component]
pub(super) fn RawEvents(history: WorkloadHistory) -> impl IntoView {
    let events =
        history.events.into_iter().map(|(event, raw)| (event.event_time, event.detail_type, event.event_id, raw));
    let calls = history.calls.into_iter().map(|(call, raw)| (call.event_time, call.event_name, call.event_id, raw));
    let mut all: Vec<_> = events.chain(calls).collect();
    all.sort_by(|a, b| (b.0, &b.2).cmp(&(a.0, &a.2)));
    let rows = all.into_iter().map(|(time, what, id, raw)| {
        view! {
            <details class="raw">
                <summary>
                    <span>{format::instant(time)}</span>
                    <span>{what}</span>
                    <code class="dim wide-only">{id}</code>
                </summary>
                <pre tabindex="0">{pretty(&raw)}</pre>
            </details>
        }
    });
    rows.collect_view()
}

/// Indented; as it came where it cannot be read.
fn pretty(raw: &str) -> String {
    serde_json::from_str::<serde_json::Value>(raw)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| raw.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_are_short_and_unreadable_events_stay() {
        assert_eq!(short_actor("arn:aws:sts::111122223333:assumed-role/DataScience/ana"), "DataScience/ana");
        assert_eq!(short_actor("arn:aws:iam::111122223333:user/intern"), "user/intern");
        assert_eq!(pretty("{broken"), "{broken");
    }
}
