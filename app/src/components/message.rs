//! What is said when there is nothing, or not everything, to show.

use crate::api::ApiError;
use leptos::prelude::*;

/// Nothing to show, and what to do about it.
#[component]
pub(crate) fn Empty(#[prop(into)] title: String, #[prop(into)] hint: String) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            <p>{hint}</p>
        </div>
    }
}

/// An answer that could not be had.
pub(crate) fn error_note(error: ApiError) -> AnyView {
    view! {
        <div class="empty" role="alert">
            <p class="empty-title">"Something is missing here"</p>
            <p>{error.to_string()}</p>
        </div>
    }
    .into_any()
}

/// What a reader should know about an answer; nothing where it is whole.
#[component]
pub(crate) fn Notes(notes: Vec<String>) -> impl IntoView {
    (!notes.is_empty()).then(|| {
        view! {
            <ul class="notes">
                {notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}
            </ul>
        }
    })
}
