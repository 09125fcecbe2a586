//! Draws definitions to SVG without a browser: ECharts in QuickJS.
//!
//! The JavaScript is the bundle that pages load too (`scripts/build-echarts`), read at run time. Contexts are warm and
//! few, each on a thread of its own; what they may use in memory and time is limited for every render, since data comes
//! from outside. What was drawn before comes from a cache.

mod cache;
mod engine;
mod finish;
mod flight;
mod pool;

use crate::drawing::{Drawing, Size};
use crate::theme::Theme;
use cache::{Cache, Key};
use engine::Request;
use flight::Flights;
use parking_lot::Mutex;
use pool::Pool;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// What renders may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RendererConfig {
    /// Contexts, each with a thread and about 12 MB; so many charts are drawn at the same time. At least 1. The first is
    /// made at once, the others when they are first needed.
    pub contexts: usize,
    /// The most bytes that one context may hold, ECharts itself (about 10 MB) included.
    pub memory_bytes: usize,
    /// The most time that one render may take.
    pub time: Duration,
    /// The most renders that may wait for a context; at least 1. More are refused.
    pub queue: usize,
    /// The most bytes of SVG that are kept. 0 keeps nothing.
    pub cache_bytes: usize,
}

impl Default for RendererConfig {
    /// Two contexts of at most 96 MB, two seconds a render, 64 waiting, 16 MB kept.
    fn default() -> Self {
        Self { contexts: 2, memory_bytes: 96 << 20, time: Duration::from_secs(2), queue: 64, cache_bytes: 16 << 20 }
    }
}

/// Why there is no SVG.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The render took longer than it may.
    #[error("drawing took longer than {limit:?}")]
    TimeLimit {
        /// What it may take.
        limit: Duration,
    },
    /// The render needed more memory than it may have.
    #[error("drawing needed more than {limit} bytes of memory")]
    MemoryLimit {
        /// What a context may hold.
        limit: usize,
    },
    /// Too many renders are waiting already. Trying again later may help.
    #[error("too many charts are waiting to be drawn")]
    Busy,
    /// ECharts, or the bundle around it, failed: a defect of the chart or of the build.
    #[error("the chart script failed: {0}")]
    Script(String),
    /// No thread could be started, or it has ended.
    #[error("the chart threads are not running: {0}")]
    Stopped(String),
}

/// Draws definitions to SVG. Cheap to share; dropping it ends its threads after what they are drawing.
pub struct Renderer {
    pool: Pool,
    cache: Mutex<Cache>,
    flights: Flights<Key, Result<Arc<str>, RenderError>>,
}

impl Renderer {
    /// Starts a renderer with the text of the bundle, and waits (0.1 to 0.3 s) until the first context is warm.
    ///
    /// # Errors
    /// [`RenderError::Script`] if the text is not the bundle, [`RenderError::Stopped`] if no thread can be started.
    pub fn new(echarts_js: String, config: RendererConfig) -> Result<Self, RenderError> {
        let pool = Pool::start(&Arc::from(echarts_js), config)?;
        Ok(Self { pool, cache: Mutex::new(Cache::new(config.cache_bytes)), flights: Flights::default() })
    }

    /// Draws, or returns what was drawn before: the same SVG for the same drawing, theme and size, byte for byte. What
    /// is asked for again while it is being drawn is drawn once. The ids in it are its own, so that many fit in one page.
    /// It names itself for those who cannot see it; in the page's theme the page does.
    ///
    /// Blocks for the time of a render: call it from a blocking thread.
    ///
    /// # Errors
    /// [`RenderError`]; after any of them the next render starts afresh.
    pub fn svg(&self, drawing: &Drawing, size: Size, theme: Theme) -> Result<Arc<str>, RenderError> {
        let key = Key::of(drawing, size, theme)
            .map_err(|error| RenderError::Script(format!("the definition cannot be written: {error}")))?;
        if let Some(svg) = self.cache.lock().get(&key) {
            return Ok(svg);
        }
        self.flights.run(key, || self.draw(key, drawing, size, theme))
    }

    fn draw(&self, key: Key, drawing: &Drawing, size: Size, theme: Theme) -> Result<Arc<str>, RenderError> {
        // Who asked just after the last one was done finds it here.
        if let Some(svg) = self.cache.lock().get(&key) {
            return Ok(svg);
        }
        let request = Request {
            definition: drawing.option().to_string(),
            theme: theme.echarts().to_string(),
            width: size.width(),
            height: size.height(),
        };
        let raw = self.pool.draw(request)?;
        let svg: Arc<str> = Arc::from(finish::finish(&raw, &key.id(), drawing, theme));
        self.cache.lock().put(key, Arc::clone(&svg));
        Ok(svg)
    }
}

/// Reads the bundle of a site folder (`target/site`), which `manifest.json` there names.
///
/// # Errors
/// The folder has no manifest, the manifest names no bundle, or the bundle cannot be read.
pub fn bundle_of_site(site: &std::path::Path) -> io::Result<String> {
    let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let file = site.join("manifest.json");
    let with_path =
        |path: &std::path::Path, error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(&file).map_err(|error| with_path(&file, error))?;
    let manifest: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| invalid(format!("{}: {error}", file.display())))?;
    let Some(address) = manifest["echarts"].as_str() else {
        return Err(invalid(format!("{} names no echarts", file.display())));
    };
    // An address is a path below the site; what climbs out of it is none of ours.
    let path = std::path::Path::new(address.trim_start_matches('/'));
    if !path.components().all(|part| matches!(part, std::path::Component::Normal(_))) {
        return Err(invalid(format!("{} names a strange echarts: {address}", file.display())));
    }
    let bundle = site.join(path);
    std::fs::read_to_string(&bundle).map_err(|error| with_path(&bundle, error))
}
