//! Accounts by day: where failures cluster.

use crate::components::{AccountName, Empty};
use crate::format;
use leptos::prelude::*;
use onepane_domain::{AccountId, DayCell, Timestamp};
use std::collections::BTreeMap;

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
        let text = if day % 7 == (DAYS - 1) % 7 { format::day(at) } else { String::new() };
        view! { <th scope="col"><span>{text}</span></th> }
    });
    let body = rows.into_iter().map(|(account, row)| {
        let failed = failed_of(&row);
        let total: u32 = row.iter().flatten().map(|cell| cell.total).sum();
        view! {
            <tr>
                <th scope="row"><a href=format!("/jobs?account={account}")><AccountName id=account /></a></th>
                {row.into_iter().enumerate().map(|(day, cell)| heat_cell(account, first, day, cell)).collect_view()}
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
                        {heads.collect_view()}
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

fn heat_cell(account: AccountId, first: Timestamp, day: usize, cell: Option<DayCell>) -> impl IntoView + use<> {
    let Some(cell) = cell.filter(|cell| cell.total > 0) else {
        return view! { <td></td> }.into_any();
    };
    let from = first.plus_days(i64::try_from(day).unwrap_or(0));
    let to = from.plus_days(1);
    let title = format!(
        "{}: {} jobs, {} failed, {} succeeded",
        format::day(from),
        format::count(u64::from(cell.total)),
        cell.failed,
        format::count(u64::from(cell.succeeded))
    );
    let href = format!("/jobs?account={account}&from={from}&to={to}");
    view! {
        <td>
            <a href=href tabindex="-1" title=title.clone() aria-label=title data-failed=failed_level(cell.failed, cell.total)></a>
        </td>
    }
    .into_any()
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
