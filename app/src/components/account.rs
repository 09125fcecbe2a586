//! An account by the name people know.

use crate::state::Accounts;
use leptos::prelude::*;
use onepane_domain::AccountId;

/// The account's alias with the id behind it; the id alone where there is no alias.
#[component]
pub(crate) fn AccountName(id: AccountId) -> impl IntoView {
    let accounts = Accounts::expect();
    view! {
        <span class="account" title=id.to_string()>
            <Suspense fallback=move || id.to_string()>{move || accounts.name(id)}</Suspense>
        </span>
    }
}
