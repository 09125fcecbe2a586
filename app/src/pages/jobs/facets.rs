//! The facets on the left: every dimension with the counts of its values.

use super::Jobs;
use super::url::JobsUrl;
use crate::components::PhaseDot;
use crate::format;
use crate::state::Accounts;
use leptos::prelude::*;
use onepane_domain::{Facet, FacetValue, Grouping, Phase, WorkloadKind};

/// How many values a dimension shows before it is unfolded.
const FOLDED: usize = 8;

/// All dimensions.
#[component]
pub(crate) fn Facets() -> impl IntoView {
    let jobs = Jobs::expect();
    let facets = move || jobs.result(|result| result.facets.clone()).unwrap_or_default();
    view! {
        <aside class="facets" id="facets" aria-label="Filters">
            {move || {
                let url = jobs.url.get();
                facets()
                    .into_iter()
                    .filter(|facet| facet.values.iter().any(|value| value.selected) || facet.values.len() > 1)
                    .map(|facet| view! { <FacetBox facet url=url.clone() /> })
                    .collect_view()
            }}
        </aside>
    }
    .into_any()
}

#[component]
fn FacetBox(facet: Facet, url: JobsUrl) -> impl IntoView {
    let accounts = Accounts::expect();
    let dimension = facet.dimension;
    let most = facet.values.iter().map(|value| value.count).max().unwrap_or(1).max(1);
    let more = facet.more;
    let mut values = facet.values;
    let folded: Vec<FacetValue> = match values.len() > FOLDED + 1 {
        true => {
            let rest = values.split_off(FOLDED);
            let (selected, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|value| value.selected);
            values.extend(selected);
            rest
        }
        false => Vec::new(),
    };
    let row = move |value: FacetValue| {
        let href = url.toggled(dimension, &value.value).href();
        let label = label(dimension, &value.value, accounts);
        #[allow(clippy::cast_precision_loss)] // counts are far below 2^53
        let width = value.count as f64 / most as f64 * 100.0;
        let dot = (dimension == Grouping::Phase).then(|| value.value.parse::<Phase>().ok()).flatten();
        view! {
            <li>
                <a href=href data-noscroll="" class="facet-value" aria-current=value.selected.then_some("true") title=value.value>
                    <i class="tick" aria-hidden="true"></i>
                    {dot.map(|phase| view! { <PhaseDot phase /> })}
                    <span class="facet-label">{label}</span>
                    <span class="facet-count">{format::count(value.count)}</span>
                    <i class="facet-bar" style=format!("width:{width:.1}%") aria-hidden="true"></i>
                </a>
            </li>
        }
    };
    let shown = values.into_iter().map(row.clone()).collect_view();
    let folded_text = format!("{} more", folded.len());
    let unfold = (!folded.is_empty()).then(|| {
        let hidden = (more > 0).then(|| view! { <li class="dim">{more}" further values: narrow by search"</li> });
        view! {
            <details class="facet-more">
                <summary>{folded_text}</summary>
                <ul>{folded.into_iter().map(row).collect_view()}{hidden}</ul>
            </details>
        }
    });
    view! {
        <section class="facet">
            <h2>{title(dimension)}</h2>
            <ul>{shown}</ul>
            {unfold}
        </section>
    }
    .into_any()
}

/// What a dimension is called.
pub(super) fn title(dimension: Grouping) -> &'static str {
    match dimension {
        Grouping::Account => "Account",
        Grouping::Ou => "Organizational unit",
        Grouping::Region => "Region",
        Grouping::Kind => "Kind",
        Grouping::Phase => "Phase",
        Grouping::Status => "Status",
        Grouping::InstanceType => "Instance type",
        Grouping::Tag => "Tag",
        Grouping::FailureGroup => "Failure reason",
    }
}

/// What a value is called.
pub(super) fn label(dimension: Grouping, value: &str, accounts: Accounts) -> String {
    match dimension {
        Grouping::Account => value.parse().map_or_else(|_| value.to_owned(), |id| accounts.name(id)),
        Grouping::Kind => WorkloadKind::from(value).plural().to_owned(),
        Grouping::Phase => {
            let mut letters = value.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
        Grouping::Tag => value.replacen('=', ": ", 1),
        _ => value.to_owned(),
    }
}
