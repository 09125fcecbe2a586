//! The WASM entry: takes over the page that the server rendered.

#![recursion_limit = "256"]

/// Called by the page's script once the module is loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let path = web_sys::window().and_then(|window| window.location().pathname().ok()).unwrap_or_default();
    // Without its code the page stays as the server drew it: readable, and its links lead on.
    if app::fetch_page(&path).await.is_ok() {
        leptos::mount::hydrate_body(app::App);
    }
}
