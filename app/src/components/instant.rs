//! A point in time.

use crate::format;
use crate::state::Now;
use leptos::prelude::*;
use onepane_domain::Timestamp;

/// How long ago, with the full time in UTC behind it.
#[component]
pub(crate) fn Instant(time: Timestamp) -> impl IntoView {
    view! {
        <time datetime=time.to_string() title=format::instant(time)>
            {move || format::ago(time, Now::get())}
        </time>
    }
}
