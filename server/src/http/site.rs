//! The built pages: scripts, styles and the WebAssembly, as `make site` leaves them.

use axum::Router;
use axum::http::{HeaderValue, header};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// The addresses of what a page loads; each holds a hash of its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The script that starts the WebAssembly.
    pub js: String,
    /// The WebAssembly's main module.
    pub wasm: String,
    /// The chunks that a page loads beside it, by page.
    #[serde(default)]
    pub pages: BTreeMap<String, Vec<String>>,
    /// The script that loads chunks.
    #[serde(default)]
    pub loader: Option<String>,
    /// The style.
    pub css: String,
    /// What charts are drawn with; absent in a site that was built without it.
    #[serde(default)]
    pub echarts: Option<String>,
    /// Scripts of the modules that pages load only when they need them, by name.
    #[serde(default)]
    pub modules: BTreeMap<String, String>,
}

/// The folder of the built pages.
#[derive(Debug, Clone)]
pub struct SiteDir {
    dir: PathBuf,
    manifest: Result<Manifest, String>,
}

impl SiteDir {
    /// Reads the folder's `manifest.json`. A folder that is not there is no error yet: the pages say so.
    pub fn open(dir: &Path) -> Self {
        let file = dir.join("manifest.json");
        let text = std::fs::read_to_string(&file).map_err(|error| error.to_string());
        let manifest = text.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        let manifest = manifest.map_err(|why| format!("{}: {why}: run `make site`", file.display()));
        Self { dir: dir.to_owned(), manifest }
    }

    /// What a page loads, or one line that says why there is nothing and what to do.
    pub fn manifest(&self) -> Result<&Manifest, &str> {
        self.manifest.as_ref().map_err(String::as_str)
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// What stands under `/pkg`: compressed before, and kept for ever, because an address changes with its content.
pub(super) fn packages(site: &SiteDir) -> Router {
    let files = ServeDir::new(site.dir().join("pkg")).precompressed_br().precompressed_gzip();
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    let keep = SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, move |response: &axum::http::Response<_>| {
        response.status().is_success().then(|| for_ever.clone())
    });
    Router::new().fallback_service(files).layer(keep)
}
