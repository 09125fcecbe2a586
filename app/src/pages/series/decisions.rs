//! What people decided about the insights of this series.

use super::state::Series;
use crate::api;
use crate::components::Instant;
use crate::format;
use crate::pages::security::detector_name;
use leptos::prelude::*;
use leptos::task::spawn_local;
use onepane_domain::Triage;

/// The decisions, newest first, each with a way to take it back.
#[component]
pub(super) fn Decisions() -> impl IntoView {
    let series = Series::expect();
    let problem = RwSignal::new(None::<String>);
    let take_back = move |triage: Triage| {
        let insight = triage.insight;
        spawn_local(async move {
            match api::delete_triage(insight.series, insight.detector, insight.at).await {
                Ok(()) => {
                    problem.set(None);
                    series.page.refetch();
                }
                Err(error) => problem.set(Some(error.to_string())),
            }
        });
    };
    let list = move || {
        let triages = series.answer(|page| page.triages.clone()).filter(|triages| !triages.is_empty())?;
        let count = triages.len();
        let entry = move |triage: Triage| {
            let what = format!("{} of {}", detector_name(triage.insight.detector), format::date(triage.insight.at));
            let note = triage.note.clone();
            let (verdict, by, decided_at) = (triage.verdict.label(), triage.by.clone(), triage.decided_at);
            view! {
                <li>
                    <p><b>{verdict}</b>" "<span class="dim">{what}</span></p>
                    {(!note.is_empty()).then(|| view! { <p class="decision-note">{note}</p> })}
                    <p class="dim">
                        {by}", "<Instant time=decided_at />
                        <button type="button" class="link" on:click=move |_| take_back(triage.clone())>"Take back"</button>
                    </p>
                </li>
            }
        };
        Some(view! {
            <section class="side-list decisions" aria-labelledby="decisions-title">
                <h2 id="decisions-title">"Decisions" <small>{count}</small></h2>
                <ul>{triages.into_iter().map(entry).collect_view()}</ul>
                {move || problem.get().map(|text| view! { <p class="warn" role="alert">{text}</p> })}
            </section>
        })
    };
    view! { {list} }.into_any()
}
