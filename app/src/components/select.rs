//! A choice of one among few, as the pages' bars have them.

use leptos::prelude::*;

/// One of the choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The word in addresses.
    word: String,
    /// The name on the page.
    name: String,
}

impl Choice {
    pub(crate) fn new(word: &str, name: &str) -> Self {
        Self { word: word.to_owned(), name: name.to_owned() }
    }
}

/// A list that drops down.
#[component]
pub(crate) fn Select(
    /// What is chosen, for those who hear it; shown in the tooltip.
    label: &'static str,
    /// The element's id.
    id: &'static str,
    /// The choices.
    choices: Signal<Vec<Choice>>,
    /// The word of the one in force.
    chosen: Signal<String>,
    /// Called with the word that is picked.
    on_choice: Callback<String>,
    /// False while the last choice is hidden: it can be in force, but not be picked.
    #[prop(optional, into)]
    also_last: Option<Signal<bool>>,
) -> impl IntoView {
    let options = move || {
        let choices = choices.get();
        let last = choices.len().saturating_sub(1);
        let option = |(place, choice): (usize, Choice)| {
            let word = choice.word.clone();
            let is_hidden = move || place == last && also_last.is_some_and(|also_last| !also_last.get());
            view! {
                <option value=choice.word selected=move || chosen.with(|chosen| *chosen == word) hidden=is_hidden>
                    {choice.name}
                </option>
            }
        };
        choices.into_iter().enumerate().map(option).collect_view()
    };
    view! {
        <select aria-label=label title=label id=id on:change=move |event| on_choice.run(event_target_value(&event))>
            {options}
        </select>
    }
    .into_any()
}
