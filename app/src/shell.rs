//! The document around the pages, rendered on the server alone.

use crate::App;
use crate::pages::chunk_of;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;
use onepane_domain::Timestamp;
use std::collections::BTreeMap;

/// Where the built site's files are, by their hashed names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Address of the JavaScript module that loads the WASM.
    pub js: String,
    /// Address of the WASM's main module, which every page needs.
    pub wasm: String,
    /// Addresses of the chunks that a page needs beside it, by the chunk that the page itself is in.
    pub pages: BTreeMap<String, Vec<String>>,
    /// Address of the script that fetches chunks.
    pub loader: Option<String>,
    /// Address of the style sheet.
    pub css: String,
    /// Address of what charts are drawn with, which pages with charts load.
    pub echarts: Option<String>,
    /// Address of the ES module that analyses series in the browser, which the pages that show them load.
    pub series_module: Option<String>,
}

/// What a page needs to know of the request that asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestInfo {
    /// The path that was asked for.
    pub path: String,
    /// The server's time, which the browser takes over so that both write the same words.
    pub now: Timestamp,
    /// The theme the reader chose: `light` or `dark`; none for the system's.
    pub theme: Option<String>,
}

/// The whole document.
pub fn shell(site: Site, request: RequestInfo) -> impl IntoView {
    let nonce = use_nonce();
    // WebAssembly cannot import a script by its address: it borrows this.
    let start = format!(
        "import init, {{ hydrate }} from '{}'; globalThis.onepaneImport = (address) => import(address); \
         await init(); await hydrate();",
        site.js
    );
    let scripts = [site.js].into_iter().chain(site.loader);
    let chunks = chunk_of(&request.path).and_then(|page| site.pages.get(page)).cloned().unwrap_or_default();
    let modules = [site.wasm].into_iter().chain(chunks);
    provide_context(request.clone());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=request.theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta
                    name="description"
                    content="Every Amazon SageMaker workload of your organization in one pane"
                />
                <link rel="stylesheet" href=site.css />
                <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect x='1' y='1' width='14' height='14' rx='3' fill='%230f766e'/%3E%3Cpath d='M4 11V8m4 3V5m4 6V7' stroke='white' stroke-width='1.8' stroke-linecap='round'/%3E%3C/svg%3E" />
                // Early, but behind what the first picture needs: the page can be read before it comes to life.
                {scripts.map(|script| view! { <link rel="modulepreload" href=script fetchpriority="low" /> }).collect_view()}
                {modules
                    .map(|module| {
                        view! {
                            <link
                                rel="preload"
                                href=module
                                r#as="fetch"
                                r#type="application/wasm"
                                crossorigin=""
                                fetchpriority="low"
                            />
                        }
                    })
                    .collect_view()}
                <MetaTags />
                <script type="module" nonce=nonce>{start}</script>
            </head>
            <body data-now=request.now.millis() data-echarts=site.echarts data-series-module=site.series_module>
                <App />
            </body>
        </html>
    }
}
