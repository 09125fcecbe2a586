//! Above the table: search, window, columns, export, saved views; and the filters in force.

use super::Jobs;
use super::columns::Column;
use super::facets;
use super::url::JobsUrl;
use super::views::SavedViews;
use crate::format;
use crate::state::Accounts;
use leptos::prelude::*;
use onepane_domain::{Filter, Grouping, TimeField, TimeWindow, Timestamp};
use std::time::Duration;

const RANGES: [(&str, &str, i64); 5] = [
    ("1h", "Last hour", 3_600_000),
    ("24h", "Last 24 hours", 86_400_000),
    ("7d", "Last 7 days", 7 * 86_400_000),
    ("30d", "Last 30 days", 30 * 86_400_000),
    ("90d", "Last 90 days", 90 * 86_400_000),
];

/// Search, window, columns, export, views.
#[component]
pub(crate) fn Toolbar(facets_open: RwSignal<bool>) -> impl IntoView {
    let jobs = Jobs::expect();
    let text = move || jobs.url.with(|url| url.query.filter.text.clone());
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let on_text = move |event| {
        let text = event_target_value(&event);
        if let Some(earlier) = pending.get_value() {
            earlier.clear();
        }
        let search = move || {
            let mut url = jobs.url.get_untracked();
            url.query.filter.text = text;
            jobs.go.run((url, true));
        };
        // Whoever types fast is asked for once.
        pending.set_value(set_timeout_with_handle(search, Duration::from_millis(150)).ok());
    };
    let range = move || match jobs.url.with(|url| url.query.filter.window) {
        TimeWindow::All => "all",
        TimeWindow::Between(..) => "custom",
        TimeWindow::Last(millis) => {
            RANGES.into_iter().find(|(_, _, length)| *length == millis).map_or("custom", |(word, ..)| word)
        }
    };
    let on_range = move |event| {
        let word = event_target_value(&event);
        let window = RANGES
            .into_iter()
            .find(|(candidate, ..)| *candidate == word)
            .map_or(TimeWindow::All, |(_, _, millis)| TimeWindow::Last(millis));
        jobs.go.run((jobs.url.get_untracked().within(window), false));
    };
    let on_field = move |event| {
        let mut url = jobs.url.get_untracked();
        url.query.filter.time_field = match event_target_value(&event).as_str() {
            "created" => TimeField::Created,
            "ended" => TimeField::Ended,
            _ => TimeField::Updated,
        };
        jobs.go.run((url, false));
    };
    let field_is = move |field: TimeField| jobs.url.with(|url| url.query.filter.time_field == field);
    let filters = move || jobs.url.with(|url| count_filters(&url.query.filter));
    view! {
        <div class="toolbar" role="search">
            <button
                type="button"
                class="button narrow-only"
                aria-expanded=move || facets_open.get().to_string()
                aria-controls="facets"
                on:click=move |_| facets_open.update(|open| *open = !*open)
            >
                "Filters"
                {move || (filters() > 0).then(|| format!(" · {}", filters()))}
            </button>
            <input
                id="search"
                type="search"
                placeholder="Search names and failure reasons"
                aria-label="Search names and failure reasons"
                autocomplete="off"
                spellcheck="false"
                prop:value=text
                value=text
                on:input=on_text
            />
            <kbd class="search-key" aria-hidden="true">"/"</kbd>
            <select aria-label="Time" on:change=on_field class="wide-only">
                <option value="updated" selected=move || field_is(TimeField::Updated)>"Updated"</option>
                <option value="created" selected=move || field_is(TimeField::Created)>"Created"</option>
                <option value="ended" selected=move || field_is(TimeField::Ended)>"Ended"</option>
            </select>
            <select aria-label="Window" on:change=on_range id="range">
                <option value="all" selected=move || range() == "all">"Any time"</option>
                {RANGES
                    .into_iter()
                    .map(|(word, label, _)| view! { <option value=word selected=move || range() == word>{label}</option> })
                    .collect_view()}
                <option value="custom" selected=move || range() == "custom" hidden=move || range() != "custom">"Picked"</option>
            </select>
            <Columns />
            <Export />
            <SavedViews />
        </div>
    }
    .into_any()
}

#[component]
fn Columns() -> impl IntoView {
    let jobs = Jobs::expect();
    let entries = Column::ALL.into_iter().filter(|column| *column != Column::Name).map(|column| {
        let shown = move || jobs.url.with(|url| url.columns.contains(&column));
        view! {
            <li>
                <label>
                    <input
                        type="checkbox"
                        prop:checked=shown
                        checked=shown
                        on:change=move |_| jobs.go.run((jobs.url.get_untracked().with_column_toggled(column), true))
                    />
                    {column.label()}
                </label>
            </li>
        }
    });
    view! {
        <details class="menu wide-only" name="jobs-menu">
            <summary class="button">"Columns"</summary>
            <ul>{entries.collect_view()}</ul>
        </details>
    }
    .into_any()
}

#[component]
fn Export() -> impl IntoView {
    let jobs = Jobs::expect();
    let href = move |kind: &str| format!("/export/workloads.{kind}?{}", jobs.url.with(JobsUrl::search));
    view! {
        <details class="menu wide-only" name="jobs-menu">
            <summary class="button">"Export"</summary>
            <ul>
                <li><a href=move || href("csv") rel="external" download="">"CSV, the whole result"</a></li>
                <li><a href=move || href("json") rel="external" download="">"JSON, the whole result"</a></li>
            </ul>
        </details>
    }
    .into_any()
}

/// Every filter in force, each with a way out.
#[component]
pub(crate) fn Chips() -> impl IntoView {
    let jobs = Jobs::expect();
    let accounts = Accounts::expect();
    let chips = move || {
        let url = jobs.url.get();
        let chips = chips_of(&url);
        let clear = (chips.len() > 1).then(|| {
            view! { <a class="chip-clear" data-noscroll="" href=url.cleared().href()>"Clear all"</a> }
        });
        let links = chips.into_iter().map(|(dimension, value, without)| {
            let text = match dimension {
                Some(dimension) => facets::label(dimension, &value, accounts),
                None => value,
            };
            let what = dimension.map_or("", facets::title);
            let label = format!("Remove filter {what} {text}");
            view! {
                <a class="chip" data-noscroll="" href=without.href() aria-label=label>
                    <span>{text}</span>
                    <i aria-hidden="true">"×"</i>
                </a>
            }
        });
        (links.collect_view(), clear)
    };
    view! { <div class="chips">{chips}</div> }
}

type Chip = (Option<Grouping>, String, JobsUrl);

fn chips_of(url: &JobsUrl) -> Vec<Chip> {
    let filter = &url.query.filter;
    let mut chips: Vec<Chip> = Vec::new();
    let mut add = |dimension: Grouping, value: String| {
        let without = url.toggled(dimension, &value);
        chips.push((Some(dimension), value, without));
    };
    filter.phases.iter().for_each(|value| add(Grouping::Phase, value.to_string()));
    filter.kinds.iter().for_each(|value| add(Grouping::Kind, value.to_string()));
    filter.statuses.iter().for_each(|value| add(Grouping::Status, value.clone()));
    filter.accounts.iter().for_each(|value| add(Grouping::Account, value.to_string()));
    filter.ous.iter().for_each(|value| add(Grouping::Ou, value.clone()));
    filter.regions.iter().for_each(|value| add(Grouping::Region, value.to_string()));
    filter.instance_types.iter().for_each(|value| add(Grouping::InstanceType, value.clone()));
    filter.tags.iter().for_each(|(key, value)| add(Grouping::Tag, format!("{key}={value}")));
    filter.failure_groups.iter().for_each(|value| add(Grouping::FailureGroup, value.clone()));
    if let TimeWindow::Between(from, to) = filter.window {
        let text = match (from == Timestamp::MIN, to == Timestamp::MAX) {
            (true, _) => format!("until {} UTC", format::day_and_minute(to)),
            (_, true) => format!("since {} UTC", format::day_and_minute(from)),
            _ => format!("{} – {} UTC", format::day_and_minute(from), format::day_and_minute(to)),
        };
        chips.push((None, text, url.within(TimeWindow::All)));
    }
    chips
}

fn count_filters(filter: &Filter) -> usize {
    filter.phases.len()
        + filter.kinds.len()
        + filter.statuses.len()
        + filter.accounts.len()
        + filter.ous.len()
        + filter.regions.len()
        + filter.instance_types.len()
        + filter.tags.len()
        + filter.failure_groups.len()
}
