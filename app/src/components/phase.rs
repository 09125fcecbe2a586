//! Phases as people see them.

use leptos::prelude::*;
use onepane_domain::{Phase, Transition};

/// SageMaker's own word for where a workload stands; the phase's where it gives none.
pub(crate) fn status_text(state: &Transition) -> String {
    state.status.clone().unwrap_or_else(|| match state.phase {
        Phase::Succeeded => "Exists".to_owned(),
        phase => phase.to_string(),
    })
}

/// A dot in the phase's colour and form; for eyes only.
#[component]
pub(crate) fn PhaseDot(phase: Phase) -> impl IntoView {
    view! { <i class="dot" data-phase=phase.as_str() aria-hidden="true"></i> }
}

/// The dot with SageMaker's status word.
#[component]
pub(crate) fn PhaseMark(phase: Phase, #[prop(into)] status: String) -> impl IntoView {
    let title = format!("{status} ({phase})");
    view! {
        <span class="phase" title=title>
            <PhaseDot phase />
            <span>{status}</span>
        </span>
    }
}
