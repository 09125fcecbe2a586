//! The histogram on top of the table; dragging over it narrows the window.

use super::Jobs;
use crate::components::Bars;
use leptos::prelude::*;
use onepane_domain::{TimeWindow, Timestamp};

/// Counts over time by phase.
#[component]
pub(crate) fn Histogram() -> impl IntoView {
    let jobs = Jobs::expect();
    let on_brush = Callback::new(move |(from, to): (Timestamp, Timestamp)| {
        jobs.go.run((jobs.url.get_untracked().within(TimeWindow::Between(from, to)), false));
    });
    move || {
        let aggregate = jobs.result(|result| result.histogram.clone()).flatten().unwrap_or_default();
        view! { <Bars aggregate label="Workloads over time" height=64 on_brush /> }
    }
}
