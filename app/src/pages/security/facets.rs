//! The facets on the left: the dimensions with their values, each a link that filters by it, and one that leaves it out.

use super::Security;
use super::url::{has, href, toggled, value_name};
use crate::format;
use crate::html::Text;
use crate::state::Accounts;
use leptos::prelude::*;
use onepane_domain::{Dimension, DimensionInfo, FilterRule, FindingFacet, SecurityQuery};
use std::fmt::Write;

/// How many values a dimension shows before it is unfolded.
const FOLDED: usize = 7;

/// All dimensions that tell records apart.
#[component]
pub(super) fn Facets() -> impl IntoView {
    let security = Security::expect();
    let accounts = Accounts::expect();
    let html = move || {
        let query = security.query.get();
        let facets = security.answer(|page| (page.facets.clone(), page.dimensions.clone())).unwrap_or_default();
        let mut html = String::new();
        for facet in &facets.0 {
            if facet.values.len() > 1 || facet.values.iter().any(|(value, _)| is_picked(&query, facet, value)) {
                write_facet(facet, &facets.1, &query, accounts, &mut html);
            }
        }
        html
    };
    view! { <aside class="facets" id="facets" aria-label="Filters" inner_html=html></aside> }.into_any()
}

fn is_picked(query: &SecurityQuery, facet: &FindingFacet, value: &str) -> bool {
    [FilterRule::Any, FilterRule::Not].into_iter().any(|rule| has(query, &facet.dimension, rule, value))
}

fn write_facet(
    facet: &FindingFacet,
    dimensions: &[DimensionInfo],
    query: &SecurityQuery,
    accounts: Accounts,
    html: &mut String,
) {
    let most = facet.values.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let (shown, folded): (Vec<_>, Vec<_>) = facet.values.iter().enumerate().partition(|(place, (value, _))| {
        *place < FOLDED || facet.values.len() <= FOLDED + 1 || is_picked(query, facet, value)
    });
    let values = |list: Vec<(usize, &(String, u64))>, html: &mut String| {
        html.push_str("<ul>");
        list.into_iter().for_each(|(_, (value, count))| {
            let name = dimension_value(&facet.dimension, value, accounts);
            let (wanted, unwanted) =
                (has(query, &facet.dimension, FilterRule::Any, value), has(query, &facet.dimension, FilterRule::Not, value));
            let link = |rule| href(&toggled(query, &facet.dimension, rule, value));
            #[allow(clippy::cast_precision_loss)] // counts are far below 2^53
            let width = *count as f64 / most as f64 * 100.0;
            // Writing to a String cannot fail.
            let _ = write!(
                html,
                "<li class=\"facet-row\"><a class=\"facet-value\" data-noscroll href=\"{href}\" title=\"{title}\"{current}>{dot}\
                 <span class=\"facet-label\">{label}</span><span class=\"facet-count\">{count}</span>\
                 <i class=\"facet-bar\" style=\"width:{width:.1}%\"></i></a>\
                 <a class=\"facet-not\" data-noscroll href=\"{not}\" aria-label=\"Leave out {label}\" title=\"Leave out\"{left_out}>\u{2260}</a></li>",
                href = Text(&link(FilterRule::Any)),
                not = Text(&link(FilterRule::Not)),
                title = Text(value_name(value)),
                label = Text(short(&facet.dimension, &name)),
                count = format::count(*count),
                current = if wanted { " aria-current=\"true\"" } else { "" },
                left_out = if unwanted { " aria-current=\"true\"" } else { "" },
                dot = match facet.dimension == Dimension::SEVERITY {
                    true => severity_dot(value),
                    false => String::new(),
                },
            );
        });
        html.push_str("</ul>");
    };
    let _ = write!(html, "<section class=\"facet\"><h2>{}</h2>", Text(dimension_label(dimensions, &facet.dimension)));
    values(shown, html);
    if !folded.is_empty() {
        let _ = write!(html, "<details class=\"facet-more\"><summary>{} more</summary>", folded.len());
        values(folded, html);
        html.push_str("</details>");
    }
    html.push_str("</section>");
}

/// The end of a type's path, which tells it apart; other values as they are.
fn short<'a>(dimension: &Dimension, name: &'a str) -> &'a str {
    let end = (*dimension == Dimension::TYPE).then(|| name.rsplit('/').next()).flatten();
    end.filter(|end| !end.is_empty()).unwrap_or(name)
}

/// A mark in the colour of a severity.
pub(crate) fn severity_dot(severity: &str) -> String {
    format!("<i class=\"severity\" data-severity=\"{}\"></i>", Text(severity))
}

/// What a dimension is called: its label, else its name.
pub(crate) fn dimension_label<'a>(dimensions: &'a [DimensionInfo], dimension: &'a Dimension) -> &'a str {
    let known = dimensions.iter().find(|known| known.dimension == *dimension);
    known.map_or(dimension.as_str(), |known| known.label.as_str())
}

/// What a value is called: accounts by the name that people know. Read within a `Suspense`.
pub(crate) fn dimension_value(dimension: &Dimension, value: &str, accounts: Accounts) -> String {
    match value.parse() {
        Ok(id) if *dimension == Dimension::ACCOUNT => accounts.name(id),
        _ => value_name(value).to_owned(),
    }
}
