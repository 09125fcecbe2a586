//! Saved views: a name for what the address shows, shared by everyone who uses this Onepane.

use super::Jobs;
use crate::api;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A menu of the saved views, with a field to save this one.
#[component]
pub(crate) fn SavedViews() -> impl IntoView {
    let jobs = Jobs::expect();
    let changed = RwSignal::new(0_u32);
    let views = LocalResource::new(move || {
        changed.track();
        api::views()
    });
    let name = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let finish = move |result: Result<(), api::ApiError>| match result {
        Ok(()) => {
            problem.set(None);
            name.set(String::new());
            changed.update(|changed| *changed += 1);
        }
        Err(error) => problem.set(Some(error.to_string())),
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (name, query) = (name.get_untracked().trim().to_owned(), jobs.url.get_untracked().search());
        if !name.is_empty() {
            spawn_local(async move { finish(api::save_view(name, query).await) });
        }
    };
    let delete = move |name: String| spawn_local(async move { finish(api::delete_view(name).await) });
    let list = move || {
        let views = views.get()?.unwrap_or_default();
        let empty = views.is_empty().then(|| view! { <li class="dim">"No saved views yet"</li> });
        let entries = views.into_iter().map(|(name, query)| {
            let label = format!("Delete view {name}");
            let to_delete = name.clone();
            view! {
                <li class="view-entry">
                    <a href=format!("/jobs?{query}") data-noscroll="">{name}</a>
                    <button type="button" aria-label=label on:click=move |_| delete(to_delete.clone())>"×"</button>
                </li>
            }
        });
        Some((entries.collect_view(), empty))
    };
    view! {
        <details class="menu wide-only" name="jobs-menu">
            <summary class="button">"Views"</summary>
            <div class="menu-body">
                <ul>{list}</ul>
                <form on:submit=save>
                    <input
                        type="text"
                        maxlength="80"
                        placeholder="Save this view as …"
                        aria-label="Name of the view"
                        prop:value=name
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                    <button type="submit" class="button">"Save"</button>
                </form>
                {move || problem.get().map(|text| view! { <p class="warn" role="alert">{text}</p> })}
            </div>
        </details>
    }
    .into_any()
}
