//! The bar on top of every page.

use crate::browser;
use crate::state::Live;
use leptos::prelude::*;
use leptos_router::components::A;

/// Name, pages, live state, theme, help.
#[component]
pub(crate) fn Header(on_help: impl Fn() + 'static) -> impl IntoView {
    let live = Live::expect();
    let live_text = move || match (live.paused.get(), live.connected.get()) {
        (true, _) => match live.waiting.get() {
            0 => "Paused".to_owned(),
            waiting => format!("Paused · {waiting} new"),
        },
        (false, true) => "Live".to_owned(),
        (false, false) => "Connecting".to_owned(),
    };
    let live_state = move || match (live.paused.get(), live.connected.get()) {
        (true, _) => "paused",
        (false, true) => "on",
        (false, false) => "off",
    };
    let switch_theme = move |_| browser::choose_theme(if browser::is_dark() { "light" } else { "dark" });
    view! {
        <header class="top">
            <A href="/" attr:class="brand" attr:aria-label="Onepane">
                <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
                    <rect x="0.5" y="0.5" width="15" height="15" rx="3.5" class="brand-pane" />
                    <path d="M4.2 11.5V8.2m3.8 3.3V4.5m3.8 7V6.6" class="brand-bars" />
                </svg>
                <span>"Onepane"</span>
            </A>
            <nav aria-label="Pages">
                <A href="/" exact=true>"Overview"</A>
                <A href="/jobs">"Jobs"</A>
                <A href="/metrics">"Metrics"</A>
                <A href="/security">"Security"</A>
            </nav>
            <div class="top-tools">
                <button
                    type="button"
                    class="live"
                    data-state=live_state
                    on:click=move |_| live.toggle()
                    title="Pause or follow changes"
                >
                    <i aria-hidden="true"></i>
                    <span>{live_text}</span>
                </button>
                <button type="button" class="icon" on:click=switch_theme aria-label="Switch between light and dark">
                    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                        <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.4" />
                        <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
                    </svg>
                </button>
                <button type="button" class="icon" on:click=move |_| on_help() aria-label="Keyboard help" title="Keyboard help (?)">
                    "?"
                </button>
            </div>
        </header>
    }
    .into_any()
}
