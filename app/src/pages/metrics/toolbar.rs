//! Above the charts: which, of which time, accounts and Regions.

use super::window::{RANGES, field_value, period_label, shifted, wider};
use super::{Metrics, href};
use crate::pages::jobs::toggle;
use crate::state::Accounts;
use leptos::prelude::*;
use onepane_domain::{AccountId, MetricsQuery, MetricsView, Period, Region, TimeWindow, Timestamp};

/// The sets of charts.
#[component]
pub(super) fn Tabs() -> impl IntoView {
    let metrics = Metrics::expect();
    let tab = move |view: MetricsView| {
        let is_this = move || metrics.query.with(|query| query.view == view);
        let to = move || metrics.query.with(|query| href(&MetricsQuery { view, ..query.clone() }));
        view! {
            <a href=to aria-current=move || is_this().then_some("page")>
                {view.label()}
            </a>
        }
    };
    view! { <nav class="tabs" aria-label="Sets of charts">{MetricsView::ALL.into_iter().map(tab).collect_view()}</nav> }
        .into_any()
}

/// Window, period, comparison, accounts, Regions, export.
#[component]
pub(super) fn Toolbar() -> impl IntoView {
    let metrics = Metrics::expect();
    let bounds = move || metrics.answer(|page| (page.from, page.to));
    let go_to = move |window: TimeWindow| metrics.change(|query| query.window = window);
    let shift = move |later: bool| {
        if let Some((from, to)) = bounds() {
            go_to(shifted(from, to, later));
        }
    };
    let zoom_out = move |_| {
        if let Some((from, to)) = bounds() {
            go_to(wider(metrics.query.with_untracked(|query| query.window), from, to));
        }
    };
    let export = move || format!("/export/metrics.csv?{}", metrics.query.with(MetricsQuery::to_query_string));
    view! {
        <div class="metrics-bar" role="group" aria-label="What the charts show">
            <span class="joined">
                <button type="button" class="button" on:click=move |_| shift(false) aria-label="The time before" title="The time before">"‹"</button>
                <Window />
                <button type="button" class="button" on:click=move |_| shift(true) aria-label="The time after" title="The time after">"›"</button>
            </span>
            <button type="button" class="button" on:click=zoom_out title="Show twice the time">"Zoom out"</button>
            <PeriodChoice />
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || metrics.query.with(|query| query.compare)
                    checked=move || metrics.query.with(|query| query.compare)
                    on:change=move |event| {
                        let compare = event_target_checked(&event);
                        metrics.change(|query| query.compare = compare);
                    }
                />
                "Compare with the time before"
            </label>
            <span class="push"></span>
            <Places />
            <a class="button" href=export rel="external" download="">"CSV"</a>
        </div>
    }
    .into_any()
}

/// The window: one that ends now, or two instants.
#[component]
fn Window() -> impl IntoView {
    let metrics = Metrics::expect();
    let chosen = move || metrics.query.with(|query| query.window);
    let label = move || match chosen() {
        TimeWindow::Last(millis) => RANGES
            .into_iter()
            .find(|(_, length)| *length == millis)
            .map_or_else(|| format!("Last {}", crate::format::duration(seconds(millis))), |(name, _)| name.to_owned()),
        TimeWindow::Between(from, to) => {
            format!("{} – {} UTC", crate::format::day_and_minute(from), crate::format::day_and_minute(to))
        }
        TimeWindow::All => "Last 24 hours".to_owned(),
    };
    let (from_field, to_field) = (NodeRef::<leptos::html::Input>::new(), NodeRef::<leptos::html::Input>::new());
    let problem = RwSignal::new(None::<&'static str>);
    let pick = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let read = |field: NodeRef<leptos::html::Input>| {
            field.get_untracked().and_then(|field| field.value().parse::<Timestamp>().ok())
        };
        match (read(from_field), read(to_field)) {
            (Some(from), Some(to)) if from < to => {
                problem.set(None);
                metrics.change(|query| query.window = TimeWindow::Between(from, to));
            }
            (Some(_), Some(_)) => problem.set(Some("The end must be after the beginning.")),
            _ => problem.set(Some("Both instants are needed.")),
        }
    };
    let bound =
        move |end: bool| metrics.answer(|page| field_value(if end { page.to } else { page.from })).unwrap_or_default();
    let link = move |(name, millis): (&'static str, i64)| {
        let window = TimeWindow::Last(millis);
        let to = move || metrics.query.with(|query| href(&MetricsQuery { window, ..query.clone() }));
        view! { <li><a href=to aria-current=move || (chosen() == window).then_some("true")>{name}</a></li> }
    };
    view! {
        <details class="menu" name="metrics-menu" id="window">
            <summary class="button">{label}</summary>
            <div class="menu-body window-menu">
                <ul>{RANGES.into_iter().map(link).collect_view()}</ul>
                <form on:submit=pick>
                    <label>"From (UTC)" <input type="datetime-local" node_ref=from_field value=move || bound(false) prop:value=move || bound(false) /></label>
                    <label>"To (UTC)" <input type="datetime-local" node_ref=to_field value=move || bound(true) prop:value=move || bound(true) /></label>
                    {move || problem.get().map(|text| view! { <p class="warn" role="alert">{text}</p> })}
                    <button type="submit" class="button">"Show"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

fn seconds(millis: i64) -> f64 {
    // A window of years in milliseconds is far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let millis = millis as f64;
    millis / 1_000.0
}

#[component]
fn PeriodChoice() -> impl IntoView {
    let metrics = Metrics::expect();
    let chosen = move || metrics.query.with(|query| query.period);
    let fitting = move || {
        let shown = metrics.answer(|page| period_label(page.period));
        shown.map_or_else(|| "Period: auto".to_owned(), |shown| format!("Period: auto ({shown})"))
    };
    let on_change = move |event| {
        let period = event_target_value(&event).parse::<u32>().ok().and_then(|seconds| Period::new(seconds).ok());
        metrics.change(|query| query.period = period);
    };
    let offered = Period::offered().map(move |period| {
        let is_this = move || chosen() == Some(period);
        view! { <option value=period.seconds().to_string() selected=is_this>{format!("Period: {}", period_label(period))}</option> }
    });
    view! {
        <select aria-label="Period" id="period" on:change=on_change>
            <option value="" selected=move || chosen().is_none()>{move || if chosen().is_none() { fitting() } else { "Period: auto".to_owned() }}</option>
            {offered.collect_view()}
        </select>
    }
    .into_any()
}

/// Accounts and Regions.
#[component]
fn Places() -> impl IntoView {
    let metrics = Metrics::expect();
    let accounts = Accounts::expect();
    let summary = |what: &str, count: usize| match count {
        0 => format!("All {what}"),
        1 => format!("1 {}", what.trim_end_matches('s')),
        count => format!("{count} {what}"),
    };
    let account_list = move || {
        let all = accounts.0.with(|organization| {
            organization.as_ref().map(|o| o.accounts().map(|a| (a.id, a.alias.clone())).collect::<Vec<_>>())
        });
        let entry = move |(id, alias): (AccountId, String)| {
            let chosen = Signal::derive(move || metrics.query.with(|query| query.accounts.contains(&id)));
            let on_toggle = Callback::new(move |()| metrics.change(|query| toggle(&mut query.accounts, Some(id))));
            view! { <Choice name=alias detail=id.to_string() chosen on_toggle /> }
        };
        all.unwrap_or_default().into_iter().map(entry).collect_view()
    };
    let region_list = move || {
        let all = metrics.answer(|page| page.regions.clone()).unwrap_or_default();
        let entry = move |region: Region| {
            let (name, region) = (region.to_string(), StoredValue::new(region));
            let chosen =
                Signal::derive(move || metrics.query.with(|query| query.regions.contains(&region.get_value())));
            let on_toggle =
                Callback::new(move |()| metrics.change(|query| toggle(&mut query.regions, Some(region.get_value()))));
            view! { <Choice name detail=String::new() chosen on_toggle /> }
        };
        all.into_iter().map(entry).collect_view()
    };
    view! {
        <details class="menu" name="metrics-menu" id="accounts">
            <summary class="button">{move || summary("accounts", metrics.query.with(|query| query.accounts.len()))}</summary>
            <ul>{account_list}</ul>
        </details>
        <details class="menu" name="metrics-menu" id="regions">
            <summary class="button">{move || summary("Regions", metrics.query.with(|query| query.regions.len()))}</summary>
            <ul>{region_list}</ul>
        </details>
    }
    .into_any()
}

/// One entry of a list in which several can be chosen.
#[component]
fn Choice(name: String, detail: String, chosen: Signal<bool>, on_toggle: Callback<()>) -> impl IntoView {
    view! {
        <li>
            <label>
                <input type="checkbox" prop:checked=chosen checked=chosen on:change=move |_| on_toggle.run(()) />
                <span>{name}</span>
                <small>{detail}</small>
            </label>
        </li>
    }
    .into_any()
}
