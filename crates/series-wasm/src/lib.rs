//! Analyses and draws a series in the browser: JSON in, JSON out, the same as the server makes of it.

use onepane_domain::SeriesViewRequest;
use wasm_bindgen::prelude::wasm_bindgen;

/// Takes a [`SeriesViewRequest`] as JSON and gives a [`onepane_domain::SeriesView`] as JSON, or, for a text that is no
/// request, `{"error": "why and where"}`.
#[wasm_bindgen]
pub fn series_view(request: &str) -> String {
    let answer = serde_json::from_str::<SeriesViewRequest>(request)
        .and_then(|request| serde_json::to_string(&onepane_series_view::series_view(&request)));
    answer.unwrap_or_else(|error| serde_json::json!({ "error": error.to_string() }).to_string())
}
