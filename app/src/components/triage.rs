//! A decision about an insight: acknowledged, expected or false, with a note and by whom.

use crate::api;
use crate::browser;
use crate::format;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use onepane_domain::{Triage, TriagedInsight, Verdict};

/// Where this browser keeps the name of whoever decides.
const NAME: &str = "onepane-name";

/// An insight to decide about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToDecide {
    pub(crate) insight: TriagedInsight,
    /// The series by name.
    pub(crate) title: String,
    /// The insight in a sentence.
    pub(crate) why: String,
    /// The decision that stands.
    pub(crate) standing: Option<Triage>,
}

/// What a verdict means for the list.
fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Acknowledged => "Somebody is at it; it stays in the list.",
        Verdict::Expected => "It was to be expected; it leaves the list and stays countable.",
        Verdict::FalsePositive => "There is nothing to it; it leaves the list and stays countable.",
    }
}

/// A dialog that is open while there is something to decide.
#[component]
pub(crate) fn TriageDialog(
    /// What is decided about; none closes the dialog.
    deciding: RwSignal<Option<ToDecide>>,
    /// Called when a decision was kept or taken back.
    on_done: Callback<()>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let verdict = RwSignal::new(Verdict::Acknowledged);
    let note = RwSignal::new(String::new());
    let by = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        let subject = deciding.get();
        match (&subject, dialog.open()) {
            (Some(subject), false) => {
                let standing = subject.standing.as_ref();
                verdict.set(standing.map_or(Verdict::Acknowledged, |triage| triage.verdict));
                note.set(standing.map(|triage| triage.note.clone()).unwrap_or_default());
                by.set(browser::remembered(NAME).unwrap_or_default());
                problem.set(None);
                // A dialog that is not in the document yet cannot be shown; the next change tries again.
                let _ = dialog.show_modal();
            }
            (None, true) => dialog.close(),
            _ => {}
        }
    });
    let finish = move |result: Result<(), api::ApiError>| match result {
        Ok(()) => {
            deciding.set(None);
            on_done.run(());
        }
        Err(error) => problem.set(Some(error.to_string())),
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(ToDecide { insight, .. }) = deciding.get_untracked() else { return };
        let (name, note) = (by.get_untracked().trim().to_owned(), note.get_untracked().trim().to_owned());
        browser::remember(NAME, &name);
        let TriagedInsight { series, detector, at } = insight;
        let verdict = verdict.get_untracked();
        spawn_local(async move { finish(api::put_triage(series, detector, at, verdict, note, name).await) });
    };
    let take_back = move |_| {
        let Some(ToDecide { insight, .. }) = deciding.get_untracked() else { return };
        let TriagedInsight { series, detector, at } = insight;
        spawn_local(async move { finish(api::delete_triage(series, detector, at).await) });
    };
    let about = move |read: fn(&ToDecide) -> String| deciding.with(|subject| subject.as_ref().map(read));
    let choice = move |one: Verdict| {
        view! {
            <label class="verdict">
                <input
                    type="radio"
                    name="verdict"
                    prop:checked=move || verdict.get() == one
                    on:change=move |_| verdict.set(one)
                />
                <b>{one.label()}</b>
                <span class="dim">{meaning(one)}</span>
            </label>
        }
    };
    view! {
        <dialog node_ref=dialog class="help decision" aria-labelledby="decision-title" on:close=move |_| deciding.set(None)>
            <form on:submit=save>
                <h2 id="decision-title">{move || about(|subject| subject.title.clone())}</h2>
                <p class="dim">{move || about(|subject| format::sentence(&subject.why))}</p>
                <fieldset>
                    <legend class="sr-only">"Decision"</legend>
                    {Verdict::ALL.map(choice).collect_view()}
                </fieldset>
                <label class="field">
                    <span>"Note"</span>
                    <textarea
                        rows="3"
                        maxlength="2000"
                        prop:value=note
                        on:input=move |event| note.set(event_target_value(&event))
                    ></textarea>
                </label>
                <label class="field">
                    <span>"By"</span>
                    <input
                        type="text"
                        required
                        maxlength="80"
                        autocomplete="name"
                        prop:value=by
                        on:input=move |event| by.set(event_target_value(&event))
                    />
                </label>
                {move || problem.get().map(|text| view! { <p class="warn" role="alert">{text}</p> })}
                <p class="dim standing">
                    {move || {
                        deciding.with(|subject| {
                            let standing = subject.as_ref()?.standing.as_ref()?;
                            Some(format!(
                                "{} by {}, {}",
                                standing.verdict.label(),
                                standing.by,
                                format::instant(standing.decided_at)
                            ))
                        })
                    }}
                </p>
                <div class="decision-buttons">
                    <button type="submit" class="button primary">"Keep"</button>
                    {move || {
                        let stands = deciding.with(|subject| subject.as_ref().is_some_and(|s| s.standing.is_some()));
                        stands.then(|| view! { <button type="button" class="button" on:click=take_back>"Take back"</button> })
                    }}
                    <button type="button" class="button" on:click=move |_| deciding.set(None)>"Cancel"</button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}
