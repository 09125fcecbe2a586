//! Text that a click copies.

use crate::browser;
use leptos::prelude::*;
use std::time::Duration;

/// A button that shows `text` and copies it; says so for a moment.
#[component]
pub(crate) fn CopyText(#[prop(into)] text: String) -> impl IntoView {
    let copied = RwSignal::new(false);
    let to_copy = text.clone();
    let copy = move |_| {
        browser::copy(&to_copy);
        copied.set(true);
        set_timeout(move || copied.set(false), Duration::from_millis(1_500));
    };
    view! {
        <button type="button" class="copy" on:click=copy title="Copy" data-copied=move || copied.get().then_some("true")>
            <code>{text}</code>
            <span class="copy-done" aria-live="polite">{move || if copied.get() { "Copied" } else { "" }}</span>
        </button>
    }
}
