//! The keys, explained.

use leptos::html;
use leptos::prelude::*;

const KEYS: [(&str, &str); 8] = [
    ("/", "Search"),
    ("j  k", "Next, previous row"),
    ("Enter", "Open the row"),
    ("Esc", "Leave the field, drop the selection, go back"),
    ("t", "Decide about the row (Security)"),
    ("p", "Pause or follow changes"),
    ("e", "Export what is shown as CSV"),
    ("?", "This help"),
];

/// A dialog that lists the keys; `open` says whether it is shown.
#[component]
pub(crate) fn HelpDialog(open: RwSignal<bool>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            // A dialog that is not in the document yet cannot be shown; the next change tries again.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog node_ref=dialog class="help" aria-labelledby="help-title" on:close=move |_| open.set(false)>
            <h2 id="help-title">"Keyboard"</h2>
            <dl>
                {KEYS
                    .into_iter()
                    .map(|(key, what)| {
                        let keys = key.split("  ").map(|key| view! { <kbd>{key}</kbd> }).collect_view();
                        view! {
                            <div>
                                <dt>{keys}</dt>
                                <dd>{what}</dd>
                            </div>
                        }
                    })
                    .collect_view()}
            </dl>
            <button type="button" class="button" on:click=move |_| open.set(false)>"Close"</button>
            <a class="help-more" href="/gallery" on:click=move |_| open.set(false)>"All charts, with example data"</a>
        </dialog>
    }
    .into_any()
}
