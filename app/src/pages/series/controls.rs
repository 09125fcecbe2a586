//! The parameters of the analysis, and the layers of the chart.

use super::state::Series;
use crate::components::{Choice, Select};
use crate::format;
use crate::pages::security::{buckets, counting_rules, profile_name};
use leptos::prelude::*;
use onepane_domain::{Bucket, CountingRule, DecompositionModel, Profile, SeriesSettings, TimeWindow};

/// Fences of every profile, in interquartile ranges.
const USUAL_IQR: f64 = 3.0;
const THRESHOLDS: [f64; 5] = [0.001, 0.01, 0.05, 0.1, 0.2];
const DAY_MS: i64 = 86_400_000;
const RANGES: [(&str, &str, i64); 5] = [
    ("30", "30 days", 30),
    ("90", "90 days", 90),
    ("180", "180 days", 180),
    ("365", "365 days", 365),
    ("548", "18 months", 548),
];

/// Profile, fences, model, season, threshold; window, bucket, counting rule.
#[component]
pub(super) fn Parameters() -> impl IntoView {
    view! {
        <div class="parameters" role="group" aria-label="Parameters">
            <ProfileChoice />
            <Fences />
            <Analysis />
            <span class="push"></span>
            <Numbers />
        </div>
    }
    .into_any()
}

#[component]
fn ProfileChoice() -> impl IntoView {
    let series = Series::expect();
    let button = move |profile: Profile| {
        let is_this = move || series.settings.with(|settings| settings.profile == profile);
        view! {
            <button
                type="button"
                id=format!("profile-{}", profile.word())
                aria-pressed=move || is_this().to_string()
                on:click=move |_| series.set(|settings| settings.profile = profile)
            >
                {profile_name(profile)}
            </button>
        }
    };
    view! {
        <div class="parameter">
            <span id="profile-name">"Profile"</span>
            <div class="segments" role="group" aria-labelledby="profile-name">{Profile::ALL.map(button).collect_view()}</div>
        </div>
    }
    .into_any()
}

#[component]
fn Fences() -> impl IntoView {
    let series = Series::expect();
    let value = move || series.settings.with(|settings| settings.iqr_mult.unwrap_or(USUAL_IQR));
    let text = move || format!("{:.1}", value());
    let on_input = move |event| {
        if let Ok(number) = event_target_value(&event).parse::<f64>() {
            let usual = (number - USUAL_IQR).abs() < 0.01;
            series.set(|settings| settings.iqr_mult = (!usual).then_some(number));
        }
    };
    view! {
        <label class="parameter fences">
            <span>"Fences "<output id="iqr-value">{move || format!("{} × IQR", text())}</output></span>
            <input
                type="range"
                id="iqr"
                min="1"
                max="5"
                step="0.1"
                aria-label="Fences, in interquartile ranges"
                prop:value=text
                value=text
                on:input=on_input
            />
        </label>
    }
    .into_any()
}

#[component]
fn Analysis() -> impl IntoView {
    let series = Series::expect();
    let settings = series.settings;
    let model = Signal::derive(move || match settings.with(|settings| settings.decomp) {
        DecompositionModel::Additive => "additive".to_owned(),
        DecompositionModel::Multiplicative => "multiplicative".to_owned(),
    });
    let on_model = Callback::new(move |word: String| {
        series.set(|settings| {
            settings.decomp = match word.as_str() {
                "multiplicative" => DecompositionModel::Multiplicative,
                _ => DecompositionModel::Additive,
            };
        });
    });
    let period = Signal::derive(move || word_of(settings.with(|settings| settings.period)));
    let periods = Signal::derive(move || {
        let found = series.view(|view| view.period).flatten();
        let bucket = series.query.with(|query| query.security.bucket);
        period_choices(bucket, settings.with(|settings| settings.period), found)
    });
    let on_period = Callback::new(move |word: String| series.set(|settings| settings.period = word.parse().ok()));
    let threshold = Signal::derive(move || word_of(settings.with(|settings| settings.threshold)));
    let thresholds = Signal::derive(move || settings.with(threshold_choices));
    let on_threshold = Callback::new(move |word: String| series.set(|settings| settings.threshold = word.parse().ok()));
    let models = [("additive", "Additive"), ("multiplicative", "Multiplicative")];
    view! {
        <Labelled label="Decomposition">
            <Select
                label="Decomposition"
                id="decomp"
                choices=Signal::stored(models.map(|(word, name)| Choice::new(word, name)).to_vec())
                chosen=model
                on_choice=on_model
            />
        </Labelled>
        <Labelled label="Season">
            <Select label="Season" id="period" choices=periods chosen=period on_choice=on_period />
        </Labelled>
        <Labelled label="Threshold">
            <Select label="Threshold" id="threshold" choices=thresholds chosen=threshold on_choice=on_threshold />
        </Labelled>
    }
    .into_any()
}

/// Window, bucket and counting rule: what the numbers are.
#[component]
fn Numbers() -> impl IntoView {
    let series = Series::expect();
    let range = Signal::derive(move || match series.query.with(|query| query.security.window) {
        TimeWindow::Last(millis) if RANGES.iter().any(|(.., days)| days * DAY_MS == millis) => {
            (millis / DAY_MS).to_string()
        }
        _ => "picked".to_owned(),
    });
    let picked = Signal::derive(move || range.with(|range| range == "picked"));
    let ranges: Vec<Choice> =
        RANGES.iter().map(|(word, name, _)| Choice::new(word, name)).chain([Choice::new("picked", "Picked")]).collect();
    let on_range = Callback::new(move |word: String| {
        if let Ok(days) = word.parse::<i64>() {
            series.change(|query| query.security.window = TimeWindow::Last(days * DAY_MS));
        }
    });
    let bucket = Signal::derive(move || series.query.with(|query| query.security.bucket.word().to_owned()));
    let on_bucket = Callback::new(move |word: String| {
        let found = Bucket::ALL.into_iter().find(|bucket| bucket.word() == word);
        series.change(|query| query.security.bucket = found.unwrap_or_default());
    });
    let count = Signal::derive(move || series.query.with(|query| query.security.count.word().to_owned()));
    let on_count = Callback::new(move |word: String| {
        let found = CountingRule::ALL.into_iter().find(|rule| rule.word() == word);
        series.change(|query| query.security.count = found.unwrap_or_default());
    });
    view! {
        <Labelled label="Window">
            <Select label="Window" id="range" choices=Signal::stored(ranges) chosen=range on_choice=on_range also_last=picked />
        </Labelled>
        <Labelled label="Bucket">
            <Select label="Bucket" id="bucket" choices=Signal::stored(buckets()) chosen=bucket on_choice=on_bucket />
        </Labelled>
        <Labelled label="Counting">
            <Select label="Counting" id="count" choices=Signal::stored(counting_rules()) chosen=count on_choice=on_count />
        </Labelled>
    }
    .into_any()
}

#[component]
fn Labelled(label: &'static str, children: Children) -> impl IntoView {
    view! { <div class="parameter"><span aria-hidden="true">{label}</span>{children()}</div> }.into_any()
}

/// What the chart shows.
#[component]
pub(super) fn Layers() -> impl IntoView {
    let series = Series::expect();
    type Layer = (&'static str, fn(&mut SeriesSettings) -> &mut bool);
    let layers: [Layer; 5] = [
        ("Trend", |settings| &mut settings.trend),
        ("Season", |settings| &mut settings.season),
        ("Expected band", |settings| &mut settings.band),
        ("Outliers", |settings| &mut settings.outliers),
        ("Changes", |settings| &mut settings.changes),
    ];
    let switch = move |(name, of): Layer| {
        let is_on = move || *of(&mut series.settings.get());
        view! {
            <label class="layer">
                <input
                    type="checkbox"
                    prop:checked=is_on
                    checked=is_on
                    on:change=move |event| {
                        let is_on = event_target_checked(&event);
                        series.set(|settings| *of(settings) = is_on);
                    }
                />
                {name}
            </label>
        }
    };
    view! { <div class="layers" role="group" aria-label="Layers">{layers.map(switch).collect_view()}</div> }.into_any()
}

fn word_of<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Seasons that fit a bucket, with the one in force among them.
fn period_choices(bucket: Bucket, chosen: Option<usize>, found: Option<usize>) -> Vec<Choice> {
    let usual: [usize; 4] = match bucket {
        Bucket::Hour => [12, 24, 48, 168],
        Bucket::Day => [7, 14, 28, 30],
        Bucket::Week => [4, 13, 26, 52],
    };
    let auto = match (chosen, found) {
        (None, Some(points)) if points > 1 => format!("Auto ({points})"),
        (None, None) => "Auto (none)".to_owned(),
        _ => "Auto".to_owned(),
    };
    let mut choices = vec![Choice::new("", &auto), Choice::new("1", "None")];
    let own = chosen.filter(|points| *points > 1 && !usual.contains(points));
    let points = usual
        .into_iter()
        .chain(own)
        .map(|points| Choice::new(&points.to_string(), &format!("{points} {}s", bucket.word())));
    choices.extend(points);
    choices
}

fn threshold_choices(settings: &SeriesSettings) -> Vec<Choice> {
    let usual = if settings.profile == Profile::Robust { "Usual (5 %)" } else { "Usual (1 %)" };
    let own = settings.threshold.filter(|own| !THRESHOLDS.contains(own));
    let numbers = THRESHOLDS.into_iter().chain(own);
    let named =
        numbers.map(|number| Choice::new(&number.to_string(), &format!("{} %", format::number(number * 100.0))));
    std::iter::once(Choice::new("", usual)).chain(named).collect()
}
