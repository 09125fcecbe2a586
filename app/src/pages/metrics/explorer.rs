//! The explorer's fields: namespace, metric, dimensions, statistic, grouping, expressions.

use super::Metrics;
use crate::components::Notes;
use leptos::prelude::*;
use onepane_domain::{
    DimensionChoice, DimensionFilter, Exploration, MetricChoices, MetricGrouping, MetricsQuery, Statistic,
};

/// The fields. Each change goes into the address at once; expressions when the field is left or *Draw* is pressed.
#[component]
pub(super) fn Explorer() -> impl IntoView {
    let metrics = Metrics::expect();
    let offered = move || metrics.answer(|page| page.choices.clone()).unwrap_or_default();
    let change = move |change: &dyn Fn(&mut Exploration)| metrics.change(|query| change(&mut query.explore));
    view! {
        <form class="explorer" aria-label="What to draw" on:submit=|event| event.prevent_default()>
                <Picker
                    label="Namespace"
                    options=Signal::derive(move || offered().namespaces)
                    value=Signal::derive(move || metrics.query.with(|query| query.explore.namespace.clone()))
                    on_pick=Callback::new(move |namespace: String| {
                        change(&|explore| {
                            *explore = Exploration { namespace: namespace.clone(), expressions: explore.expressions.clone(), ..Exploration::default() };
                        });
                    })
                />
                <Picker
                    label="Metric"
                    options=Signal::derive(move || offered().names)
                    value=Signal::derive(move || metrics.query.with(|query| query.explore.name.clone()))
                    on_pick=Callback::new(move |name: String| {
                        change(&|explore| {
                            explore.name.clone_from(&name);
                            explore.dimensions.clear();
                            explore.group_by = MetricGrouping::Each;
                        });
                    })
                />
                <StatisticChoice />
                <GroupChoice offered=Signal::derive(move || offered().dimensions) />
                <Dimensions offered=Signal::derive(move || offered().dimensions) />
                <p class="explorer-count dim" aria-live="polite">{move || count_text(&offered(), &metrics.query.get())}</p>
                {move || view! { <Notes notes=offered().notes /> }}
            <Expressions />
        </form>
    }
    .into_any()
}

fn count_text(choices: &MetricChoices, query: &MetricsQuery) -> String {
    if query.explore.name.is_empty() {
        return String::new();
    }
    match choices.matching {
        0 => "no metric matches".to_owned(),
        1 => "1 metric matches".to_owned(),
        count => format!("{} metrics match", crate::format::count(count)),
    }
}

/// A list to pick one from; what the address says stays in it, offered or not.
#[component]
fn Picker(
    #[prop(into)] label: String,
    options: Signal<Vec<String>>,
    value: Signal<String>,
    on_pick: Callback<String>,
) -> impl IntoView {
    let entries = move || {
        let (chosen, mut all) = (value.get(), options.get());
        if !chosen.is_empty() && !all.contains(&chosen) {
            all.insert(0, chosen.clone());
        }
        all.into_iter()
            .map(|option| {
                let is_this = option == chosen;
                view! { <option value=option selected=is_this>{option.clone()}</option> }
            })
            .collect_view()
    };
    view! {
        <label class="field">
            <span>{label.clone()}</span>
            <select aria-label=label on:change=move |event| on_pick.run(event_target_value(&event)) prop:value=move || value.get()>
                <option value="" selected=move || value.with(String::is_empty)>"–"</option>
                {entries}
            </select>
        </label>
    }
    .into_any()
}

#[component]
fn StatisticChoice() -> impl IntoView {
    let metrics = Metrics::expect();
    let value = Signal::derive(move || metrics.query.with(|query| query.explore.statistic.to_string()));
    let options = Signal::derive(|| Statistic::USUAL.iter().map(ToString::to_string).collect::<Vec<_>>());
    let on_pick = Callback::new(move |text: String| {
        if let Ok(statistic) = text.parse() {
            metrics.change(|query| query.explore.statistic = statistic);
        }
    });
    view! { <Picker label="Statistic" options value on_pick /> }
}

#[component]
fn GroupChoice(offered: Signal<Vec<DimensionChoice>>) -> impl IntoView {
    let metrics = Metrics::expect();
    let word = |grouping: &MetricGrouping| match grouping {
        MetricGrouping::Each => "each metric".to_owned(),
        MetricGrouping::All => "all together".to_owned(),
        MetricGrouping::Account => "account".to_owned(),
        MetricGrouping::Region => "Region".to_owned(),
        MetricGrouping::Dimension(name) => name.clone(),
    };
    let fixed = [MetricGrouping::Each, MetricGrouping::All, MetricGrouping::Account, MetricGrouping::Region];
    let fixed_words: Vec<String> = fixed.iter().map(word).collect();
    let options = Signal::derive({
        let fixed_words = fixed_words.clone();
        move || {
            offered.with(|offered| {
                fixed_words.iter().cloned().chain(offered.iter().map(|d| d.name.clone())).collect::<Vec<_>>()
            })
        }
    });
    let value = Signal::derive(move || metrics.query.with(|query| word(&query.explore.group_by)));
    let on_pick = Callback::new(move |text: String| {
        let grouping = fixed_words.iter().position(|word| *word == text).map(|place| fixed[place].clone());
        let of_dimension =
            || if text.is_empty() { MetricGrouping::Each } else { MetricGrouping::Dimension(text.clone()) };
        let grouping = grouping.unwrap_or_else(of_dimension);
        metrics.change(|query| query.explore.group_by = grouping);
    });
    view! { <Picker label="A line for" options value on_pick /> }
}

/// One list a dimension of the picked metric.
#[component]
fn Dimensions(offered: Signal<Vec<DimensionChoice>>) -> impl IntoView {
    let metrics = Metrics::expect();
    // What the address narrows stays here even where nothing matches it, so that it can be taken back.
    let names = Memo::new(move |_| {
        let mut names: Vec<String> = offered.with(|offered| offered.iter().map(|d| d.name.clone()).collect());
        metrics.query.with(|query| {
            for dimension in &query.explore.dimensions {
                if !names.contains(&dimension.name) {
                    names.push(dimension.name.clone());
                }
            }
        });
        names
    });
    let field = move |name: String| {
        let stored = StoredValue::new(name.clone());
        let options = Signal::derive(move || {
            offered.with(|offered| {
                let this = offered.iter().find(|dimension| stored.with_value(|name| *name == dimension.name));
                this.map(|dimension| dimension.values.clone()).unwrap_or_default()
            })
        });
        let value = Signal::derive(move || {
            metrics.query.with(|query| {
                let this = query.explore.dimensions.iter().find(|d| stored.with_value(|name| *name == d.name));
                this.and_then(|dimension| dimension.value.clone()).unwrap_or_default()
            })
        });
        let on_pick = Callback::new(move |value: String| {
            let name = stored.get_value();
            metrics.change(|query| {
                let dimensions = &mut query.explore.dimensions;
                dimensions.retain(|dimension| dimension.name != name);
                if !value.is_empty() {
                    dimensions.push(DimensionFilter { name, value: Some(value) });
                }
            });
        });
        view! { <Picker label=name options value on_pick /> }
    };
    move || names.get().into_iter().map(field).collect_view()
}

#[component]
fn Expressions() -> impl IntoView {
    let metrics = Metrics::expect();
    let area = NodeRef::<leptos::html::Textarea>::new();
    let text = move || metrics.query.with(|query| query.explore.expressions.join("\n"));
    let draw = move || {
        let Some(area) = area.get_untracked() else { return };
        let lines = area.value();
        let expressions: Vec<String> =
            lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect();
        if metrics.query.with_untracked(|query| query.explore.expressions != expressions) {
            metrics.change(|query| query.explore.expressions = expressions);
        }
    };
    view! {
        <label class="field wide-field">
            <span>
                "Expressions, one a line: metric math over m1, m2… above, or SEARCH(…)"
            </span>
            <textarea
                node_ref=area
                rows="2"
                spellcheck="false"
                placeholder="SEARCH('{AWS/SageMaker,EndpointName,VariantName} MetricName=\"Invocations\"', 'Sum', 300)"
                prop:value=text
                on:change=move |_| draw()
            >
                {text()}
            </textarea>
        </label>
        <button type="button" class="button" on:click=move |_| draw()>"Draw"</button>
    }
    .into_any()
}
