//! Between charts and list: which insights are shown, how many there are, how old the numbers are and what they took.

use super::Security;
use super::url::href;
use crate::components::Instant;
use crate::format;
use leptos::prelude::*;
use onepane_domain::{EvaluationRun, InsightShow, QueryCost, SecurityPage, SecurityQuery, Timestamp};

/// Which insights; the counts; the evaluation.
#[component]
pub(super) fn Summary() -> impl IntoView {
    let security = Security::expect();
    let tab = move |show: InsightShow| {
        let to = move || {
            let since = (show == InsightShow::New).then(|| security.since.get()).flatten();
            security.query.with(|query| href(&SecurityQuery { show, since, ..query.clone() }))
        };
        let is_this = move || security.query.with(|query| query.show == show);
        let count = move || {
            let (new, muted) = security.answer(|page| (page.new, page.muted)).unwrap_or_default();
            match show {
                InsightShow::New => Some(new),
                InsightShow::Muted => Some(muted),
                InsightShow::Open | InsightShow::All => None,
            }
            .map(|count| view! { <small>{format::count(count)}</small> })
        };
        view! {
            <a href=to data-noscroll="" id=format!("show-{}", show.word()) aria-current=move || is_this().then_some("true")>
                {label(show)} {count}
            </a>
        }
    };
    view! {
        <div class="insights-head">
            <nav class="segments" aria-label="Which insights">{InsightShow::ALL.into_iter().map(tab).collect_view()}</nav>
            <p class="insights-counts" id="insights-counts">{move || security.answer(|page| counts(page, security.query.with(|query| query.show)))}</p>
            <div class="insights-cost dim">{move || {
                    security
                        .answer(|page| (span(page), page.evaluated_at, page.cost, page.runs.clone()))
                        .map(|(span, at, cost, runs)| view! { <Evaluation span at cost runs /> })
                }}</div>
        </div>
    }
    .into_any()
}

fn label(show: InsightShow) -> &'static str {
    match show {
        InsightShow::Open => "Open",
        InsightShow::New => "New",
        InsightShow::Muted => "Muted",
        InsightShow::All => "All series",
    }
}

/// `212 series looked at, 34 with insights, 2 muted; false discovery rate 5 %`.
fn counts(page: &SecurityPage, show: InsightShow) -> String {
    let given = u64::try_from(page.rows.len()).unwrap_or(u64::MAX);
    let with_insights = page.rows.iter().filter(|row| row.insight.is_some()).count();
    let with_insights = match show {
        // All of them are listed, those with insights first.
        InsightShow::All if with_insights < page.rows.len() || given == page.rows_total => {
            format!("{with_insights} with insights")
        }
        InsightShow::All => format!("at least {with_insights} with insights"),
        InsightShow::Open => format!("{} with open insights", format::count(page.rows_total)),
        InsightShow::New => format!("{} with new insights", format::count(page.rows_total)),
        InsightShow::Muted => format!("{} listed", format::count(page.rows_total)),
    };
    let mut text = format!(
        "{} series looked at, {with_insights}, {} muted",
        format::count(page.series),
        format::count(page.muted)
    );
    if page.not_analysed > 0 {
        text.push_str(&format!(", {} too short or constant", format::count(page.not_analysed)));
    }
    if let Some(rate) = page.false_discovery_rate {
        text.push_str(&format!("; false discovery rate {} %", format::number(rate * 100.0)));
    }
    text
}

/// What is looked at: `29 May 2026 – 24 Nov 2026, whole days`.
fn span(page: &SecurityPage) -> String {
    format!("{} – {}, whole {}s", format::date(page.from), format::date(page.to.plus_millis(-1)), page.bucket.word())
}

#[component]
fn Evaluation(span: String, at: Timestamp, cost: QueryCost, runs: Vec<EvaluationRun>) -> impl IntoView {
    let scanned = match (cost.reused, cost.files) {
        (true, _) => "an earlier result was used again".to_owned(),
        (false, 0) => format!("{} scanned", format::bytes(cost.bytes_scanned)),
        (false, files) => format!("{} scanned in {} files", format::bytes(cost.bytes_scanned), format::count(files)),
    };
    let history = (!runs.is_empty()).then(|| {
        view! {
            <details class="menu" name="security-menu">
                <summary class="quiet" aria-label="Newest evaluations">"Evaluations"</summary>
                <div class="menu-body runs"><Runs runs /></div>
            </details>
        }
    });
    view! {
        <span>{span}". Evaluated "<Instant time=at />", "{scanned}", "{format::count(cost.elapsed_ms)}" ms"</span>
        {history}
    }
    .into_any()
}

#[component]
fn Runs(runs: Vec<EvaluationRun>) -> impl IntoView {
    let rows = runs.into_iter().map(|run| {
        let took = format!("{} ms", format::count(run.elapsed_ms));
        let trouble = run.trouble.map(|trouble| view! { <span class="warn">{trouble}</span> });
        view! {
            <tr>
                <td><Instant time=run.at /></td>
                <td class="num">{format::count(run.series)}</td>
                <td class="num">{format::count(run.insights)}</td>
                <td class="num">{format::count(run.new)}</td>
                <td class="num">{format::bytes(run.cost.bytes_scanned)}</td>
                <td class="num">{took} {trouble}</td>
            </tr>
        }
    });
    view! {
        <table class="plain">
            <thead>
                <tr>
                    <th scope="col">"Evaluated"</th>
                    <th scope="col" class="num">"Series"</th>
                    <th scope="col" class="num">"Insights"</th>
                    <th scope="col" class="num">"New"</th>
                    <th scope="col" class="num">"Scanned"</th>
                    <th scope="col" class="num">"Took"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
