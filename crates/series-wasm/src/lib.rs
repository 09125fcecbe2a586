//! Analyses and draws a series in the browser: JSON in, JSON out, the same as the server makes of it.

/// Takes a `SeriesViewRequest` as JSON and gives a `SeriesView` as JSON; see [`onepane_series_view::answer`].
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn series_view(request: &str) -> String {
    onepane_series_view::answer(request)
}
