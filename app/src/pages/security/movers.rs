//! What changed most in the last week.

use super::Security;
use super::row_html::{against, head_and_rest, key_names};
use super::url::SeriesHrefs;
use crate::format;
use crate::html::Text;
use crate::state::Accounts;
use leptos::prelude::*;
use onepane_domain::{Mover, SecurityQuery};
use std::fmt::Write;

/// How many are shown.
const SHOWN: usize = 6;

/// The series that count much more, or much less, than the week before.
#[component]
pub(super) fn Movers() -> impl IntoView {
    let security = Security::expect();
    let accounts = Accounts::expect();
    let html = move || {
        let query = security.query.get();
        security.answer(|page| list(&page.movers, &query, accounts)).unwrap_or_default()
    };
    view! {
        <section class="movers" aria-labelledby="movers-title">
            <h2 id="movers-title">"Top movers" <small>"last 7 days against the 7 before"</small></h2>
            <div inner_html=html></div>
        </section>
    }
    .into_any()
}

fn list(movers: &[Mover], query: &SecurityQuery, accounts: Accounts) -> String {
    if movers.is_empty() {
        return "<p class=\"dim\">No series moved.</p>".to_owned();
    }
    let hrefs = SeriesHrefs::of(query);
    let most = movers.iter().map(|mover| mover.now.max(mover.before)).max().unwrap_or(1).max(1);
    #[allow(clippy::cast_precision_loss)] // counts are far below 2^53
    let share = |count: u64| count as f64 / most as f64 * 100.0;
    let mut html = "<ol>".to_owned();
    for mover in movers.iter().take(SHOWN) {
        let names = key_names(&query.group_by, &mover.key, accounts);
        // Writing to a String cannot fail.
        let _ = write!(
            html,
            "<li><a href=\"{href}\"><span class=\"mover-name\" title=\"{whole}\">{name}</span>\
             <span class=\"mover-bars\"><i style=\"width:{now:.1}%\"></i><i class=\"before\" style=\"width:{before:.1}%\"></i></span>\
             <span class=\"mover-counts\">{from} → <b>{to}</b></span><span class=\"mover-change\">{change}</span></a></li>",
            href = Text(&hrefs.href(&mover.key, None)),
            whole = Text(&names.join(" · ")),
            name = Text(&head_and_rest(&query.group_by, &names).0),
            now = share(mover.now),
            before = share(mover.before),
            from = format::count(mover.before),
            to = format::count(mover.now),
            change = against(mover.now, mover.before),
        );
    }
    html.push_str("</ol>");
    html
}
