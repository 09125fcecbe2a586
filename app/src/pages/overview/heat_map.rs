//! Accounts by day: where failures cluster.

use crate::components::{AccountName, Empty};
use crate::format;
use leptos::prelude::*;
use onepane_domain::{AccountId, DayCell, Timestamp};
use std::collections::BTreeMap;
use std::fmt::Write;

const DAYS: i64 = 30;

/// One row an account, one column a day; worst accounts first.
#[component]
pub(crate) fn HeatMap(days: Vec<DayCell>, now: Timestamp) -> impl IntoView {
    let first = now.start_of_day().plus_days(1 - DAYS);
    let mut rows: BTreeMap<AccountId, Vec<Option<DayCell>>> = BTreeMap::new();
    for cell in days {
        let place = cell.day.millis_since(first) / 86_400_000;
        if let Some(slot) = usize::try_from(place)
            .ok()
            .and_then(|place| rows.entry(cell.account).or_insert_with(|| vec![None; 30]).get_mut(place))
        {
            *slot = Some(cell);
        }
    }
    if rows.is_empty() {
        return view! { <Empty title="No jobs in the last 30 days" hint="Events of the accounts will show here." /> }
            .into_any();
    }
    let failed_of = |row: &[Option<DayCell>]| row.iter().flatten().map(|cell| cell.failed).sum::<u32>();
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(account, row)| (std::cmp::Reverse(failed_of(row)), *account));
    let heads = (0..DAYS).map(|day| {
        let at = first.plus_days(day);
        (day % 7 == (DAYS - 1) % 7)
            .then(|| view! { <span style:grid-column=(day + 1).to_string()>{format::day(at)}</span> })
    });
    let body = rows.into_iter().map(|(account, row)| {
        let failed = failed_of(&row);
        let total: u32 = row.iter().flatten().map(|cell| cell.total).sum();
        view! {
            <tr>
                <th scope="row"><a href=format!("/jobs?account={account}")><AccountName id=account /></a></th>
                <td><div class="heat-days" inner_html=cells(account, first, &row)></div></td>
                <td class="num">{format::count(u64::from(failed))}</td>
                <td class="num dim">{share_text(failed, total)}</td>
            </tr>
        }
    });
    view! {
        <div class="heat-scroll" tabindex="0" role="region" aria-label="Jobs by account and day">
            <table class="heat">
                <thead>
                    <tr>
                        <th scope="col">"Account"</th>
                        <th scope="col"><div class="heat-days">{heads.collect_view()}</div></th>
                        <th scope="col" class="num">"Failed"</th>
                        <th scope="col" class="num">"Share"</th>
                    </tr>
                </thead>
                <tbody>{body.collect_view()}</tbody>
            </table>
        </div>
        <p class="legend" aria-hidden="true">
            "Failed share " <i data-failed="0"></i> "none " <i data-failed="1"></i> "to 5 % " <i data-failed="2"></i> "to 15 % "
            <i data-failed="3"></i> "to 40 % " <i data-failed="4"></i> "more"
        </p>
    }
    .into_any()
}

/// One row's cells as HTML. A thousand cells are too many to bring to life one by one each time that the page changes;
/// nothing in them but numbers, dates and an account's digits, so that nothing needs escaping.
fn cells(account: AccountId, first: Timestamp, row: &[Option<DayCell>]) -> String {
    let mut html = String::with_capacity(row.len() * 200);
    let mut from = first;
    for cell in row {
        let to = from.plus_days(1);
        // Writing to a String cannot fail.
        let _ = match cell.as_ref().filter(|cell| cell.total > 0) {
            None => write!(html, "<i></i>"),
            Some(cell) => write!(
                html,
                "<a href=\"/jobs?account={account}&amp;from={from}&amp;to={to}\" tabindex=\"-1\" data-failed=\"{level}\" \
                 title=\"{day}: {total} jobs, {failed} failed, {succeeded} succeeded\"></a>",
                level = failed_level(cell.failed, cell.total),
                day = format::day(from),
                total = format::count(u64::from(cell.total)),
                failed = format::count(u64::from(cell.failed)),
                succeeded = format::count(u64::from(cell.succeeded)),
            ),
        };
        from = to;
    }
    html
}

/// 0 for no failure, then up to 5, 15, 40 % and more.
fn failed_level(failed: u32, total: u32) -> u8 {
    let share = f64::from(failed) / f64::from(total.max(1));
    match share {
        share if share <= 0.0 => 0,
        share if share <= 0.05 => 1,
        share if share <= 0.15 => 2,
        share if share <= 0.40 => 3,
        _ => 4,
    }
}

fn share_text(failed: u32, total: u32) -> String {
    match total {
        0 => "–".to_owned(),
        total => format!("{:.1} %", f64::from(failed) / f64::from(total) * 100.0),
    }
}
