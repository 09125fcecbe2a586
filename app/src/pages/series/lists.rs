//! What was found: insights in sentences, incidents of outliers, changes of level; each the way to its point. And where
//! the profile's numbers differ from the usual ones.

use super::state::Series;
use crate::browser;
use crate::components::ToDecide;
use crate::format;
use crate::html::Text;
use crate::pages::security::{detector_name, is_muting};
use leptos::prelude::*;
use onepane_domain::{ChangeCell, OutlierCell, SeriesInsight, SeriesQuery, Timestamp, Triage, TriagedInsight};
use std::fmt::Write;

/// Entries of a list.
const SHOWN: usize = 30;

/// Insights, outliers, changes.
#[component]
pub(super) fn Lists() -> impl IntoView {
    let series = Series::expect();
    let insights = move || {
        let links = Links(series.current());
        let triages = series.answer(|page| page.triages.clone()).unwrap_or_default();
        series.view(|view| insights_html(&view.insights, &triages, &links)).unwrap_or_default()
    };
    let outliers = move || {
        let links = Links(series.current());
        series.view(|view| outliers_html(&view.outliers, &links)).unwrap_or_default()
    };
    let changes = move || {
        let links = Links(series.current());
        series.view(|view| changes_html(&view.changes, &links)).unwrap_or_default()
    };
    let count = move |read: fn(&onepane_domain::SeriesView) -> usize| series.view(read).unwrap_or(0);
    let on_click = move |event: leptos::ev::MouseEvent| {
        let Some(button) = browser::closest(&event, "button") else { return };
        let place = button.get_attribute("data-place").and_then(|place| place.parse::<usize>().ok());
        if let Some(place) = place {
            decide(series, place);
        }
    };
    view! {
        <section class="side-list" aria-labelledby="insights-title">
            <h2 id="insights-title">"Insights" <small>{move || count(|view| view.insights.len())}</small></h2>
            <div inner_html=insights on:click=on_click></div>
        </section>
        <section class="side-list" aria-labelledby="outliers-title">
            <h2 id="outliers-title">"Outlier incidents" <small>{move || count(|view| view.outliers.len())}</small></h2>
            <div inner_html=outliers></div>
        </section>
        <section class="side-list" aria-labelledby="changes-title">
            <h2 id="changes-title">"Changes of level" <small>{move || count(|view| view.changes.len())}</small></h2>
            <div inner_html=changes></div>
        </section>
    }
    .into_any()
}

/// Opens the decision about an insight.
fn decide(series: Series, place: usize) {
    let Some(insight) = untrack(|| series.view(|view| view.insights.get(place).cloned())).flatten() else { return };
    let title = series.query.with_untracked(|query| query.key.join(" · "));
    let triages = untrack(|| series.answer(|page| page.triages.clone())).unwrap_or_default();
    let standing = series.query.with_untracked(|query| decided(&insight, &triages, query).cloned());
    let name = match &standing {
        // The decision that stands is replaced, not one put beside it.
        Some(triage) => triage.insight.clone(),
        None => series.insight(insight.detector, insight.at),
    };
    series.deciding.set(Some(ToDecide { insight: name, title, why: insight.sentence, standing }));
}

/// The decision about an insight of the series.
fn decided<'a>(insight: &SeriesInsight, triages: &'a [Triage], query: &SeriesQuery) -> Option<&'a Triage> {
    let insight = TriagedInsight { series: query.identity(), detector: insight.detector, at: insight.at };
    triages.iter().find(|triage| triage.insight.is_same_as(&insight, query.security.bucket))
}

/// Links to the points of a series.
struct Links(SeriesQuery);

impl Links {
    /// `href="…"`, and that it is the one that is open.
    fn to(&self, at: Timestamp) -> String {
        let at = self.0.security.bucket.start_of(at);
        let current = if self.0.at == Some(at) { " aria-current=\"true\"" } else { "" };
        let query = SeriesQuery { at: Some(at), ..self.0.clone() };
        format!("href=\"/security/series?{}\" data-noscroll{current}", Text(&query.to_query_string()))
    }

    /// The time of a point: with the hour where buckets are hours.
    fn time(&self, at: Timestamp) -> String {
        match self.0.security.bucket {
            onepane_domain::Bucket::Hour => format::day_and_minute(at),
            onepane_domain::Bucket::Day | onepane_domain::Bucket::Week => format::date(at),
        }
    }
}

fn insights_html(insights: &[SeriesInsight], triages: &[Triage], links: &Links) -> String {
    if insights.is_empty() {
        return "<p class=\"dim\">Nothing stands out.</p>".to_owned();
    }
    let mut html = "<ol class=\"insight-list\">".to_owned();
    for (place, insight) in insights.iter().enumerate().take(SHOWN) {
        let triage = decided(insight, triages, &links.0);
        // Writing to a String cannot fail.
        let _ = write!(
            html,
            "<li{muted}><a {link}><span class=\"insight-head\"><b>{score:.0}</b> {detector} · {time}</span>{sentence}</a>\
             <button type=\"button\" class=\"triage{is_decided}\" data-place=\"{place}\">{button}</button></li>",
            muted = if triage.is_some_and(|triage| is_muting(triage.verdict)) { " class=\"muted\"" } else { "" },
            link = links.to(insight.at),
            score = insight.score,
            detector = detector_name(insight.detector),
            time = links.time(insight.at),
            sentence = Text(&format::sentence(&insight.sentence)),
            is_decided = if triage.is_some() { " decided" } else { "" },
            button = triage.map_or("Decide", |triage| triage.verdict.label()),
        );
    }
    html.push_str("</ol>");
    html
}

fn outliers_html(outliers: &[OutlierCell], links: &Links) -> String {
    let rows = outliers.iter().take(SHOWN).map(|cell| {
        let against =
            cell.expected.map(|expected| format!(" <span class=\"dim\">/ {}</span>", format::number(expected)));
        [
            format!("<a {}>{}</a>", links.to(cell.at), links.time(cell.at)),
            format!("<b>{}</b>{}", format::number(cell.value), against.unwrap_or_default()),
            format::number(cell.score),
            cell.points.to_string(),
        ]
    });
    table_html(["When", "Seen / expected", "Score", "Points"], rows.collect(), outliers.len())
}

fn changes_html(changes: &[ChangeCell], links: &Links) -> String {
    let rows = changes.iter().take(SHOWN).map(|cell| {
        let sure = cell.confidence.map(|sure| format!("{} %", format::number(sure * 100.0)));
        [
            format!("<a {}>{}</a>", links.to(cell.at), links.time(cell.at)),
            format!("{} → <b>{}</b>", format::number(cell.before), format::number(cell.after)),
            if cell.is_ramp { "Ramp" } else { "Step" }.to_owned(),
            sure.unwrap_or_else(|| "–".to_owned()),
        ]
    });
    table_html(["When", "Level", "Form", "Sure"], rows.collect(), changes.len())
}

fn table_html(heads: [&str; 4], rows: Vec<[String; 4]>, all: usize) -> String {
    if rows.is_empty() {
        return "<p class=\"dim\">None.</p>".to_owned();
    }
    let mut html = "<table class=\"plain\"><thead><tr>".to_owned();
    let class = |place: usize| if place == 0 { "" } else { " class=\"num\"" };
    for (place, head) in heads.into_iter().enumerate() {
        let _ = write!(html, "<th scope=\"col\"{}>{head}</th>", class(place));
    }
    html.push_str("</tr></thead><tbody>");
    let left_out = all - rows.len();
    for row in rows {
        html.push_str("<tr>");
        for (place, cell) in row.into_iter().enumerate() {
            let _ = write!(html, "<td{}>{cell}</td>", class(place));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table>");
    if left_out > 0 {
        let _ = write!(html, "<p class=\"dim\">and {left_out} older</p>");
    }
    html
}

/// Where this profile's numbers differ from those of `robust`, and why.
#[component]
pub(super) fn Compared() -> impl IntoView {
    let series = Series::expect();
    move || {
        let notes = series.view(|view| view.compared.clone()).filter(|notes| !notes.is_empty())?;
        let name = series.settings.with(|settings| settings.profile.word());
        Some(view! {
            <section class="compared" aria-labelledby="compared-title">
                <h2 id="compared-title">{format!("Where {name} differs from robust")}</h2>
                <ul>{notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}</ul>
            </section>
        })
    }
}
