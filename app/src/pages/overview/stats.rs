//! The numbers on top.

use crate::components::{Instant, PhaseDot};
use crate::format;
use leptos::prelude::*;
use onepane_domain::{HourUsual, Overview, Phase};

/// Running now, failed and succeeded today against the usual, and how events come in.
#[component]
pub(crate) fn Stats(overview: Overview) -> impl IntoView {
    let in_phase = |wanted: Phase| -> u64 {
        overview.active_by_phase.iter().filter(|(phase, _)| *phase == wanted).map(|(_, count)| count).sum()
    };
    let at_work = in_phase(Phase::Running) + in_phase(Phase::Stopping);
    let pending = in_phase(Phase::Pending);
    let kinds = overview.active.iter().take(4).map(|(kind, count)| {
        view! {
            <li>
                <a href=format!("/jobs?phase=running&phase=stopping&kind={kind}")>
                    <b>{format::count(*count)}</b>
                    " "
                    {kind.plural().to_lowercase()}
                </a>
            </li>
        }
    });
    let kinds = kinds.collect_view();
    let today = overview.now.start_of_day();
    let whole = overview.collection.fill.complete;
    view! {
        <div class="stats">
            <div class="stat">
                <h2><PhaseDot phase=Phase::Running />"Running now"</h2>
                <a class="stat-number" href="/jobs?phase=running&phase=stopping">{format::count(at_work)}</a>
                <ul class="stat-parts">
                    {kinds}
                    {(pending > 0).then(|| view! { <li><a href="/jobs?phase=pending">{format::count(pending)}" pending"</a></li> })}
                </ul>
            </div>
            <Today title="Failed today" phase=Phase::Failed numbers=overview.failed since=today.to_string() whole />
            <Today title="Succeeded today" phase=Phase::Succeeded numbers=overview.succeeded since=today.to_string() whole />
            <Collection overview />
        </div>
    }
    .into_any()
}

#[component]
fn Today(title: &'static str, phase: Phase, numbers: HourUsual, since: String, whole: bool) -> impl IntoView {
    let usual = match numbers.usual {
        None if !whole => "So far; history is still being read".to_owned(),
        None => "Too few days yet to say what is usual".to_owned(),
        Some(usual) => compare(numbers.today, usual),
    };
    let unusual = phase == Phase::Failed && numbers.usual.is_some_and(|usual| is_far_above(numbers.today, usual));
    let href = format!("/jobs?phase={phase}&from={since}&on=ended");
    view! {
        <div class="stat" class:alarm=unusual>
            <h2><PhaseDot phase />{title}</h2>
            <a class="stat-number" href=href>{format::count(numbers.today)}</a>
            <p class="stat-note">{usual}</p>
        </div>
    }
    .into_any()
}

/// Twice the usual, and more than chance would add (three standard deviations of a Poisson count).
fn is_far_above(today: u64, usual: f64) -> bool {
    #[allow(clippy::cast_precision_loss)] // counts of a day are far below 2^53
    let today = today as f64;
    today > usual * 2.0 && today > usual + 3.0 * usual.max(1.0).sqrt()
}

fn compare(today: u64, usual: f64) -> String {
    #[allow(clippy::cast_precision_loss)] // counts of a day are far below 2^53
    let difference = today as f64 - usual;
    // A median of counts is whole or a half; people read it whole.
    let usual_text = format!("{usual:.0}");
    if usual < 1.0 || difference.abs() < 0.5 {
        return format!("Usual by this hour: {usual_text}");
    }
    let percent = difference / usual * 100.0;
    let word = if percent > 0.0 { "more" } else { "less" };
    format!("{:.0} % {word} than the usual {usual_text} by this hour", percent.abs())
}

#[component]
fn Collection(overview: Overview) -> impl IntoView {
    let collection = overview.collection;
    let newest = collection.sources.iter().map(|source| source.last_event).max();
    let accounts: std::collections::BTreeSet<_> = collection.sources.iter().map(|source| source.account).collect();
    let silent_after = 24 * 3_600_000;
    let mut newest_by_account = std::collections::BTreeMap::new();
    for source in &collection.sources {
        let newest = newest_by_account.entry(source.account).or_insert(source.last_event);
        *newest = (*newest).max(source.last_event);
    }
    let silent: Vec<_> = newest_by_account
        .into_iter()
        .filter(|(_, newest)| overview.now.millis_since(*newest) > silent_after)
        .map(|(account, _)| account)
        .collect();
    let unknown: u64 = collection.unrecognised.iter().map(|(_, count)| count).sum();
    let fill = match (&collection.fill.trouble, collection.fill.complete) {
        (Some(trouble), _) => format!("Held up: {trouble}"),
        (None, true) => format!("{} workloads held", format::count(collection.fill.workloads)),
        (None, false) => match collection.fill.reaches_back_to {
            Some(reach) => format!("Reading history, back to {}", format::day_and_minute(reach)),
            None => "Reading history".to_owned(),
        },
    };
    view! {
        <div class="stat">
            <h2>"Collection"</h2>
            <span class="stat-number">{accounts.len()}<small>" accounts"</small></span>
            <ul class="stat-parts">
                <li>{fill}</li>
                {newest.map(|newest| view! { <li>"Newest event " <Instant time=newest /></li> })}
                {(!silent.is_empty()).then(|| {
                    let text = match silent.len() {
                        1 => "1 account silent for a day".to_owned(),
                        number => format!("{number} accounts silent for a day"),
                    };
                    let ids: Vec<String> = silent.iter().map(|id| format!("account={id}")).collect();
                    view! { <li><a class="warn" href=format!("/jobs?{}", ids.join("&"))>{text}</a></li> }
                })}
                {(unknown > 0).then(|| {
                    let types: Vec<String> =
                        collection.unrecognised.iter().map(|(kind, count)| format!("{kind}: {count}")).collect();
                    let noun = if unknown == 1 { "event" } else { "events" };
                    view! { <li class="warn" title=types.join("\n")>{unknown}" "{noun}" not recognised today"</li> }
                })}
            </ul>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_today_compares() {
        assert_eq!(compare(24, 12.0), "100 % more than the usual 12 by this hour");
        assert_eq!(compare(12, 12.0), "Usual by this hour: 12");
        assert!(is_far_above(40, 12.0));
        assert!(!is_far_above(3, 1.0));
    }
}
