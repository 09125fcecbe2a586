//! What lies behind a point: which records, of whom, found how, and what SageMaker did there and then.

use super::state::Series;
use crate::api::{self, Behind};
use crate::browser;
use crate::components::{CopyButton, Notes, error_note};
use crate::format;
use leptos::prelude::*;
use onepane_domain::{SecurityQuery, SeriesQuery, Timestamp};

/// Days on either side, at most.
const MOST_DAYS: u32 = 30;

/// The panel below the charts; a hint while no point is picked.
#[component]
pub(super) fn InvestigationPanel() -> impl IntoView {
    let series = Series::expect();
    let asked = Memo::new(move |_| series.query.with(question));
    let offset = RwSignal::new(0_u32);
    let answer = Resource::new(
        move || (asked.get(), offset.get()),
        |(asked, offset)| async move {
            match asked {
                Some(query) => api::get_investigation(query, offset).await.map(Some),
                None => Ok(None),
            }
        },
    );
    Effect::new(move |earlier: Option<Option<String>>| {
        let now = asked.get();
        if let Some(earlier) = earlier
            && earlier != now
        {
            offset.set(0);
            if now.is_some() {
                browser::reveal("investigation-head");
            }
        }
        now
    });
    view! {
        <section class="investigation" id="investigation" aria-labelledby="investigation-title">
            {move || match series.query.with(|query| query.at) {
                None => {
                    view! {
                        <h2 id="investigation-title">"Investigation"</h2>
                        <p class="dim">"Click a point of the chart, or an entry of the lists, to see the records behind it."</p>
                    }
                        .into_any()
                }
                Some(at) => view! { <Head at /> }.into_any(),
            }}
            <Transition fallback=|| view! { <p class="dim" aria-busy="true">"Looking …"</p> }>
                {move || Suspend::new(async move {
                    match answer.await {
                        Ok(Some(found)) => view! { <Found found offset /> }.into_any(),
                        Ok(None) => ().into_any(),
                        Err(error) => error_note(error),
                    }
                })}
            </Transition>
        </section>
    }
    .into_any()
}

/// The part of the address that the investigation depends on, if a point is picked.
fn question(query: &SeriesQuery) -> Option<String> {
    query.at?;
    let SecurityQuery { source, bucket, group_by, filters, .. } = query.security.clone();
    let security = SecurityQuery { source, bucket, group_by, filters, ..SecurityQuery::default() };
    let own = SeriesQuery { at: query.at, days: query.days, ..SeriesQuery::of(security, query.key.clone()) };
    Some(own.to_query_string())
}

/// Which time; more or fewer days; the way out.
#[component]
fn Head(at: Timestamp) -> impl IntoView {
    let series = Series::expect();
    let days = move || series.query.with(|query| query.days);
    let set = move |days: u32| series.change(|query| query.days = days.min(MOST_DAYS));
    let hourly = series.query.with_untracked(|query| query.security.bucket == onepane_domain::Bucket::Hour);
    let name = if hourly { format!("{} UTC", format::day_and_minute(at)) } else { format::date(at) };
    let span = move || {
        series.span().map(|(from, to)| format!("{} – {}", format::date(from), format::date(to.plus_millis(-1))))
    };
    let export = move || series.query.with(question).map(|query| format!("/export/findings.csv?{query}"));
    view! {
        <header class="investigation-head" id="investigation-head">
            <h2 id="investigation-title">"Behind "{name}</h2>
            <span class="dim">{span}</span>
            <span class="stepper" role="group" aria-label="Days on either side">
                <button type="button" class="button" aria-label="A day less" disabled=move || days() == 0 on:click=move |_| set(days().saturating_sub(1))>"−"</button>
                <output id="days">{move || format!("± {} days", days())}</output>
                <button type="button" class="button" aria-label="A day more" disabled=move || days() == MOST_DAYS on:click=move |_| set(days() + 1)>"+"</button>
            </span>
            <span class="push"></span>
            <a class="button" href=export rel="external" download="">"CSV"</a>
            <button type="button" class="button" on:click=move |_| series.look_at(None) aria-label="Close the investigation">"Close"</button>
        </header>
    }
    .into_any()
}

#[component]
fn Found(found: Behind, offset: RwSignal<u32>) -> impl IntoView {
    let Behind { breakdowns, rows, shown, more, sql, workloads, workloads_total, calls, scanned, notes } = found;
    let first = offset.get_untracked();
    let listed = match shown {
        0 => "none".to_owned(),
        shown => format!("{}–{}{}", first + 1, first + shown, if more { ", and more" } else { "" }),
    };
    let scanned = scanned.map_or_else(|| "read before".to_owned(), |bytes| format!("{} scanned", format::bytes(bytes)));
    let is_paged = more || first > 0;
    let step = move |later: bool| {
        let now = offset.get_untracked();
        offset.set(if later { now.saturating_add(shown.max(1)) } else { now.saturating_sub(PAGE) });
    };
    let pager = is_paged.then(|| {
        view! {
            <span class="pager">
                <button type="button" class="button" disabled=first == 0 on:click=move |_| step(false)>"Newer"</button>
                <button type="button" class="button" disabled=!more on:click=move |_| step(true)>"Older"</button>
            </span>
        }
    });
    let sql_text = sql.clone();
    view! {
        <Notes notes />
        <div class="breakdowns" inner_html=breakdowns></div>
        <section class="behind" aria-labelledby="records-title">
            <div class="behind-head">
                <h3 id="records-title">"Records" <small>{listed}", "{scanned}</small></h3>
                {pager}
            </div>
            <div class="behind-scroll" tabindex="0" role="region" aria-label="Records" inner_html=rows></div>
        </section>
        <details class="sql" id="sql">
            <summary>"The SQL that finds them" <small>"Athena"</small></summary>
            <CopyButton text=Signal::stored(sql_text) label="Copy SQL" />
            <pre tabindex="0"><code>{sql}</code></pre>
        </details>
        <div class="beside">
            <section class="behind" aria-labelledby="workloads-title">
                <h3 id="workloads-title">
                    "SageMaker workloads of these accounts" <small>{format::count(workloads_total)}" changed then"</small>
                </h3>
                <div inner_html=workloads></div>
            </section>
            <section class="behind" aria-labelledby="calls-title">
                <h3 id="calls-title">"Their SageMaker API calls" <small>"the newest"</small></h3>
                <div inner_html=calls></div>
            </section>
        </div>
    }
    .into_any()
}

/// Records of one page.
const PAGE: u32 = 100;
