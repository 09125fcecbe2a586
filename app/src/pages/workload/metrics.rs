//! What a workload's instances did, over its life; and what of them stood idle.

use crate::api::ApiError;
use crate::components::{Notes, Panels};
use crate::format;
use leptos::prelude::*;
use onepane_domain::{MetricsPage, Waste, WasteResource};

/// The metrics; nothing for a workload that has none.
#[component]
pub(super) fn Metrics(answer: Resource<Result<MetricsPage, ApiError>>) -> impl IntoView {
    let told = move || answer.with(|answer| answer.as_ref().and_then(|answer| answer.as_ref().ok()).cloned());
    let panels = Memo::new(move |_| told().map(|metrics| metrics.panels).unwrap_or_default());
    let waste = move || told().map(|metrics| metrics.waste).unwrap_or_default();
    let notes = move || match answer.get() {
        Some(Ok(metrics)) => metrics.notes,
        Some(Err(ApiError::NotFound)) | None => Vec::new(),
        Some(Err(error)) => vec![format!("The metrics are missing: {error}")],
    };
    let is_there = move || panels.with(|panels| !panels.is_empty()) || !notes().is_empty();
    view! {
        <Transition>
            <Show when=is_there>
                <section aria-labelledby="metrics-title">
                    <h2 id="metrics-title">"Metrics"</h2>
                    {move || view! { <Notes notes=notes() /> }}
                    <dl class="waste">{move || waste().into_iter().map(stood_idle).collect_view()}</dl>
                    <Panels panels />
                </section>
            </Show>
        </Transition>
    }
    .into_any()
}

/// `GPU idle: 83 %`, with the number behind it.
fn stood_idle(waste: Waste) -> impl IntoView {
    let (name, device) = match waste.resource {
        WasteResource::Cpu => ("CPU idle", "vCPU"),
        WasteResource::Gpu => ("GPU idle", "GPU"),
    };
    let whole = 100 * waste.devices;
    let behind = format!(
        "mean utilization {:.0} % of {whole} % ({} {device}{} of {}), over {} measured on {} host{}",
        waste.mean_percent,
        waste.devices,
        if waste.devices == 1 { "" } else { "s" },
        waste.instance_type,
        format::duration(waste.host_hours * 3_600.0),
        waste.hosts,
        if waste.hosts == 1 { "" } else { "s" },
    );
    view! {
        <div>
            <dt>{name}</dt>
            <dd>
                <b>{format!("{:.0} %", waste.idle * 100.0)}</b>
                " "
                <span class="dim">{behind}</span>
            </dd>
        </div>
    }
}
