//! What all pages share: the clock, the live connection, the organization.

use crate::{api, browser};
use leptos::prelude::*;
use onepane_domain::{AccountId, Organization, Timestamp};

/// The time that relative times are counted from. Starts as the server's, then ticks in the browser.
#[derive(Clone, Copy)]
pub(crate) struct Now(pub(crate) RwSignal<Timestamp>);

impl Now {
    pub(crate) fn get() -> Timestamp {
        expect_context::<Self>().0.get()
    }
}

/// The live connection to the server.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    /// Counts up with every change the server tells of. Pages ask again when it moves.
    pub(crate) generation: RwSignal<u64>,
    /// True while the connection stands.
    pub(crate) connected: RwSignal<bool>,
    /// True while the reader wants the page to stand still.
    pub(crate) paused: RwSignal<bool>,
    /// Changes that came while paused.
    pub(crate) waiting: RwSignal<u64>,
}

impl Live {
    pub(crate) fn expect() -> Self {
        expect_context::<Self>()
    }

    /// Stands still, or catches up.
    pub(crate) fn toggle(self) {
        let pause = !self.paused.get_untracked();
        self.paused.set(pause);
        if !pause && self.waiting.get_untracked() > 0 {
            self.waiting.set(0);
            self.generation.update(|generation| *generation += 1);
        }
    }
}

/// The accounts known by name.
#[derive(Clone, Copy)]
pub(crate) struct Accounts(pub(crate) Resource<Organization>);

impl Accounts {
    pub(crate) fn expect() -> Self {
        expect_context::<Self>()
    }

    /// What people call the account, else its id. Reads the resource, so call it within a `Suspense`.
    pub(crate) fn name(self, id: AccountId) -> String {
        self.0
            .with(|organization| organization.as_ref().and_then(|o| o.account(id)).map(|account| account.alias.clone()))
            .unwrap_or_else(|| id.to_string())
    }
}

/// Puts the shared state in place; called once by the application.
pub(crate) fn provide() {
    let now = RwSignal::new(request_time());
    provide_context(Now(now));
    let live = Live {
        generation: RwSignal::new(0),
        connected: RwSignal::new(false),
        paused: RwSignal::new(false),
        waiting: RwSignal::new(0),
    };
    provide_context(live);
    // The organization rarely changes; a page that could not get it shows account ids.
    let organization = Resource::new(|| (), |()| async { api::get_organization().await.unwrap_or_default() });
    provide_context(Accounts(organization));

    Effect::new(move || {
        browser::every(15_000, move || now.set(browser::now()));
        browser::follow_live(
            move |total| {
                now.set(browser::now());
                if live.paused.get_untracked() {
                    live.waiting.update(|waiting| *waiting += total);
                } else {
                    live.generation.update(|generation| *generation += 1);
                }
            },
            move |connected| live.connected.set(connected),
        );
        browser::mark_hydrated();
    });
}

#[cfg(feature = "ssr")]
fn request_time() -> Timestamp {
    use_context::<crate::RequestInfo>().map_or(Timestamp::EPOCH, |request| request.now)
}

#[cfg(not(feature = "ssr"))]
fn request_time() -> Timestamp {
    browser::server_time().unwrap_or_else(browser::now)
}

/// A count that follows the server's changes, at most once in `millis`: the source of a page's resources.
pub(crate) fn throttled_changes(millis: u64) -> ReadSignal<u64> {
    let live = Live::expect();
    let (tick, set_tick) = signal(0_u64);
    let pending = StoredValue::new(false);
    Effect::new(move |earlier: Option<()>| {
        live.generation.track();
        if earlier.is_none() || pending.get_value() {
            return;
        }
        pending.set_value(true);
        let fire = move || {
            // The page may have gone in the meantime.
            if pending.try_update_value(|pending| *pending = false).is_some() {
                set_tick.try_update(|tick| *tick += 1);
            }
        };
        set_timeout(fire, std::time::Duration::from_millis(millis));
    });
    tick
}
