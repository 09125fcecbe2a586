//! Above everything: search, window, what is counted and how it is grouped, whose numbers; and the filters in force.

use super::Security;
use super::facets::{dimension_label, dimension_value};
use super::url::{cleared, grouped, href, toggled, within};
use crate::components::{Choice, Select};
use crate::format;
use crate::state::Accounts;
use leptos::prelude::*;
use onepane_domain::{Bucket, CountingRule, Detector, FilterRule, Profile, SecurityQuery, TimeWindow};
use std::time::Duration;

const DAY_MS: i64 = 86_400_000;

/// The windows that end now: word, name, length.
const RANGES: [(&str, &str, i64); 5] = [
    ("30d", "Last 30 days", 30 * DAY_MS),
    ("90d", "Last 90 days", 90 * DAY_MS),
    ("180d", "Last 180 days", 180 * DAY_MS),
    ("365d", "Last 365 days", 365 * DAY_MS),
    ("548d", "Last 18 months", 548 * DAY_MS),
];

/// The whole bar.
#[component]
pub(super) fn Toolbar(open: RwSignal<bool>) -> impl IntoView {
    let security = Security::expect();
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let on_text = move |event| {
        let text = event_target_value(&event);
        if let Some(earlier) = pending.get_value() {
            earlier.clear();
        }
        // Whoever types fast is asked for once.
        let search = move || security.go.run((SecurityQuery { text, ..security.query.get_untracked() }, true));
        pending.set_value(set_timeout_with_handle(search, Duration::from_millis(200)).ok());
    };
    let text = move || security.query.with(|query| query.text.clone());
    let filters =
        move || security.query.with(|query| query.filters.iter().map(|filter| filter.values.len()).sum::<usize>());
    let export = move || format!("/export/insights.csv?{}", security.query.with(SecurityQuery::to_query_string));
    view! {
        <div class="security-bar" role="search">
            <button
                type="button"
                class="button narrow-only"
                aria-expanded=move || open.get().to_string()
                aria-controls="facets"
                on:click=move |_| open.update(|open| *open = !*open)
            >
                "Filters"
                {move || (filters() > 0).then(|| format!(" · {}", filters()))}
            </button>
            <input
                id="search"
                type="search"
                placeholder="Search series"
                aria-label="Search series"
                autocomplete="off"
                spellcheck="false"
                prop:value=text
                value=text
                on:input=on_text
            />
            <div class="security-settings">
                <Settings />
                <a class="button" href=export rel="external" download="">"CSV"</a>
            </div>
        </div>
    }
    .into_any()
}

/// Window, bucket, counting, grouping, profile, detector, comparison.
#[component]
fn Settings() -> impl IntoView {
    let security = Security::expect();
    let query = security.query;
    let set = move |change: &dyn Fn(&mut SecurityQuery)| {
        let mut query = query.get_untracked();
        change(&mut query);
        security.go.run((query, false));
    };
    let window = Signal::derive(move || window_word(query.with(|query| query.window)));
    let on_window = Callback::new(move |word: String| {
        if let Some((.., millis)) = RANGES.into_iter().find(|(known, ..)| *known == word) {
            security.go.run((within(&query.get_untracked(), TimeWindow::Last(millis)), false));
        }
    });
    let picked = Signal::derive(move || window.get() == "picked");
    let ranges = RANGES.iter().map(|(word, name, _)| Choice::new(word, name)).collect();
    let windows = Signal::stored(with_picked(ranges));
    let source = Signal::derive(move || query.with(|query| query.source.to_string()));
    let sources = Signal::derive(move || {
        let sources = security.answer(|page| page.sources.clone()).unwrap_or_default();
        sources.iter().map(|source| Choice::new(source.as_str(), source.as_str())).collect::<Vec<_>>()
    });
    let on_source = Callback::new(move |word: String| {
        if let Ok(source) = word.parse() {
            security.go.run((SecurityQuery { source, ..query.get_untracked() }, false));
        }
    });
    let bucket = Signal::derive(move || query.with(|query| query.bucket.word().to_owned()));
    let on_bucket = Callback::new(move |word: String| {
        let found = Bucket::ALL.into_iter().find(|bucket| bucket.word() == word);
        set(&|query| query.bucket = found.unwrap_or_default());
    });
    let count = Signal::derive(move || query.with(|query| query.count.word().to_owned()));
    let on_count = Callback::new(move |word: String| {
        let found = CountingRule::ALL.into_iter().find(|rule| rule.word() == word);
        set(&|query| query.count = found.unwrap_or_default());
    });
    let profile = Signal::derive(move || query.with(|query| query.profile.word().to_owned()));
    let on_profile = Callback::new(move |word: String| {
        let found = Profile::ALL.into_iter().find(|profile| profile.word() == word);
        set(&|query| query.profile = found.unwrap_or_default());
    });
    let detector =
        Signal::derive(move || query.with(|query| query.detector.map(Detector::word).unwrap_or_default().to_owned()));
    let on_detector = Callback::new(move |word: String| {
        let found = Detector::ALL.into_iter().find(|detector| detector.word() == word);
        set(&|query| query.detector = found);
    });
    let compare = move || query.with(|query| query.compare);
    view! {
        {move || {
            (sources.with(Vec::len) > 1)
                .then(|| view! { <Select label="Source" id="source" choices=sources chosen=source on_choice=on_source /> })
        }}
        <Select label="Window" id="range" choices=windows chosen=window on_choice=on_window also_last=picked />
        <Select label="Bucket" id="bucket" choices=Signal::stored(buckets()) chosen=bucket on_choice=on_bucket />
        <Select label="Counting" id="count" choices=Signal::stored(counting_rules()) chosen=count on_choice=on_count />
        <GroupBy />
        <Select label="Profile" id="profile" choices=Signal::stored(profiles()) chosen=profile on_choice=on_profile />
        <Select label="Detector" id="detector" choices=Signal::stored(detectors()) chosen=detector on_choice=on_detector />
        <label class="check">
            <input
                type="checkbox"
                id="compare"
                prop:checked=compare
                checked=compare
                on:change=move |event| {
                    let compare = event_target_checked(&event);
                    set(&|query| query.compare = compare);
                }
            />
            "Time before"
        </label>
    }
    .into_any()
}

fn window_word(window: TimeWindow) -> String {
    let word = match window {
        TimeWindow::Last(millis) => RANGES.into_iter().find(|(.., length)| *length == millis).map(|(word, ..)| word),
        TimeWindow::Between(..) | TimeWindow::All => None,
    };
    word.unwrap_or("picked").to_owned()
}

fn with_picked(mut choices: Vec<Choice>) -> Vec<Choice> {
    choices.push(Choice::new("picked", "Picked"));
    choices
}

/// The choices of a bucket.
pub(crate) fn buckets() -> Vec<Choice> {
    [(Bucket::Hour, "Hourly"), (Bucket::Day, "Daily"), (Bucket::Week, "Weekly")]
        .map(|(bucket, name)| Choice::new(bucket.word(), name))
        .to_vec()
}

/// The choices of a counting rule.
pub(crate) fn counting_rules() -> Vec<Choice> {
    CountingRule::ALL.map(|rule| Choice::new(rule.word(), rule.label())).to_vec()
}

fn profiles() -> Vec<Choice> {
    Profile::ALL.map(|profile| Choice::new(profile.word(), profile_name(profile))).to_vec()
}

/// What a profile is called.
pub(crate) fn profile_name(profile: Profile) -> &'static str {
    match profile {
        Profile::Robust => "Robust",
        Profile::Sample => "Sample",
        Profile::Kats => "Kats",
    }
}

fn detectors() -> Vec<Choice> {
    let named = [("", "All detectors"), ("trend", "Trends"), ("outlier", "Outliers"), ("changepoint", "Changes")];
    named.map(|(word, name)| Choice::new(word, name)).to_vec()
}

/// Up to four dimensions, in the order in which they were picked.
#[component]
fn GroupBy() -> impl IntoView {
    let security = Security::expect();
    let dimensions = move || security.answer(|page| page.dimensions.clone()).unwrap_or_default();
    let summary = move || {
        let dimensions = dimensions();
        let labels = security.query.with(|query| {
            query.group_by.iter().map(|one| dimension_label(&dimensions, one).to_lowercase()).collect::<Vec<_>>()
        });
        if labels.is_empty() { "Not grouped".to_owned() } else { format!("By {}", labels.join(", ")) }
    };
    let entries = move || {
        let query = security.query.get();
        let is_full = query.group_by.len() >= 4;
        let entry = |known: onepane_domain::DimensionInfo| {
            let place = query.group_by.iter().position(|one| *one == known.dimension);
            let to = href(&grouped(&query, &known.dimension));
            let is_off = is_full && place.is_none();
            view! {
                <li>
                    <a
                        href=to
                        data-noscroll=""
                        data-dimension=known.dimension.to_string()
                        aria-current=place.is_some().then_some("true")
                        aria-disabled=is_off.then_some("true")
                    >
                        <i class="tick" aria-hidden="true">{place.map(|place| place + 1)}</i>
                        {known.label}
                    </a>
                </li>
            }
        };
        dimensions().into_iter().map(entry).collect_view()
    };
    view! {
        <details class="menu group-by" name="security-menu" id="group-by">
            <summary class="button"><span>{summary}</span></summary>
            <ul aria-label="Group by up to four">{entries}</ul>
        </details>
    }
    .into_any()
}

/// Every filter in force, each with a way out.
#[component]
pub(super) fn Chips() -> impl IntoView {
    let security = Security::expect();
    let accounts = Accounts::expect();
    let chips = move || {
        let query = security.query.get();
        let dimensions = security.answer(|page| page.dimensions.clone()).unwrap_or_default();
        let mut links: Vec<(String, String)> = Vec::new();
        for filter in &query.filters {
            let sign = if filter.rule == FilterRule::Any { "" } else { "not " };
            for value in &filter.values {
                let name = dimension_value(&filter.dimension, value, accounts);
                let text = format!("{}: {sign}{name}", dimension_label(&dimensions, &filter.dimension));
                links.push((text, href(&toggled(&query, &filter.dimension, filter.rule, value))));
            }
        }
        if let TimeWindow::Between(from, to) = query.window {
            let text = format!("{} – {} UTC", format::date(from), format::date(to));
            links.push((text, href(&within(&query, SecurityQuery::USUAL_WINDOW))));
        }
        let clear = (links.len() > 1).then(|| {
            view! { <a class="chip-clear" data-noscroll="" href=href(&cleared(&query))>"Clear filters"</a> }
        });
        let chip = |(text, to): (String, String)| {
            let label = format!("Remove filter {text}");
            view! {
                <a class="chip" data-noscroll="" href=to aria-label=label>
                    <span>{text}</span>
                    <i aria-hidden="true">"×"</i>
                </a>
            }
        };
        (links.into_iter().map(chip).collect_view(), clear)
    };
    view! { <div class="chips">{chips}</div> }
}
