//! Text that a click copies.

use crate::browser;
use leptos::prelude::*;
use std::time::Duration;

/// True for a moment after each run of the callback, which copies a text.
fn copier() -> (RwSignal<bool>, Callback<String>) {
    let copied = RwSignal::new(false);
    let copy = Callback::new(move |text: String| {
        browser::copy(&text);
        copied.set(true);
        // The page may have gone by then.
        let reset = move || {
            let _ = copied.try_set(false);
        };
        set_timeout(reset, Duration::from_millis(1_500));
    });
    (copied, copy)
}

/// A button that shows `text` and copies it; says so for a moment.
#[component]
pub(crate) fn CopyText(#[prop(into)] text: String) -> impl IntoView {
    let (copied, copy) = copier();
    let to_copy = text.clone();
    view! {
        <button
            type="button"
            class="copy"
            on:click=move |_| copy.run(to_copy.clone())
            title="Copy"
            data-copied=move || copied.get().then_some("true")
        >
            <code>{text}</code>
            <span class="copy-done" aria-live="polite">{move || if copied.get() { "Copied" } else { "" }}</span>
        </button>
    }
}

/// A button that copies what stands elsewhere.
#[component]
pub(crate) fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What the button says.
    label: &'static str,
) -> impl IntoView {
    let (copied, copy) = copier();
    view! {
        <button type="button" class="button" on:click=move |_| copy.run(text.get_untracked())>
            <span aria-live="polite">{move || if copied.get() { "Copied" } else { label }}</span>
        </button>
    }
}
