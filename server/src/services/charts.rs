//! Charts as pages take them, with their first picture.

use crate::http::SiteDir;
use onepane_charts::svg::{Renderer, RendererConfig, bundle_of_site};
use onepane_charts::{DrawError, Drawing, PageChart, Size, Theme};
use onepane_domain::{ChartView, ErrorKind, PortError, PortResult};
use std::fmt::Write as _;
use std::sync::Arc;

/// More values than this are drawn by the browser alone: a picture of them would keep other charts waiting.
const MOST_VALUES: usize = 20_000;

/// Draws charts for pages. Cheap to clone.
#[derive(Clone, Default)]
pub struct ChartService {
    renderer: Option<Arc<Renderer>>,
}

impl ChartService {
    /// Opens what charts are drawn with in the folder of the built pages. Where there is none, pages come without first
    /// pictures, and the browser draws alone. Blocks for 0.1 to 0.3 s.
    pub fn open(site: &SiteDir) -> Self {
        let opened = bundle_of_site(site.dir())
            .map_err(|error| error.to_string())
            .and_then(|bundle| Renderer::new(bundle, RendererConfig::default()).map_err(|error| error.to_string()));
        match opened {
            Ok(renderer) => Self { renderer: Some(Arc::new(renderer)) },
            Err(why) => {
                tracing::warn!("charts come without a first picture: {why}");
                Self::default()
            }
        }
    }

    /// A chart for a page, of this height in pixels; with `first_paint` with the picture that shows before any script
    /// runs. `draw` is called once for each layout, on a thread that may block.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] with the words of `draw`. A picture that cannot be drawn is left out: the browser draws.
    pub async fn view<F>(&self, height: u32, first_paint: bool, draw: F) -> PortResult<ChartView>
    where
        F: Fn(Theme, Size) -> Result<Drawing, DrawError> + Send + 'static,
    {
        let renderer = self.renderer.clone().filter(|_| first_paint);
        let work = move || {
            let chart =
                PageChart::new(height, draw).map_err(|error| PortError::new(ErrorKind::Invalid, error.to_string()))?;
            let svg = renderer.and_then(|renderer| pictures(&renderer, &chart));
            Ok(ChartView { svg, ..chart.into_view() })
        };
        let joined = tokio::task::spawn_blocking(work).await;
        joined.unwrap_or_else(|_| Err(PortError::new(ErrorKind::Unavailable, "draw a chart")))
    }
}

/// A picture for each layout, of which the style sheet shows the one that fits.
fn pictures(renderer: &Renderer, chart: &PageChart) -> Option<String> {
    let mut html = String::new();
    for (layout, drawing, size) in chart.layouts() {
        if drawing.table.rows.len() > MOST_VALUES {
            return None;
        }
        match renderer.svg(drawing, size, Theme::Page) {
            Ok(svg) => {
                let width = size.width();
                // Writing to a String cannot fail.
                let _ = write!(html, "<div class=\"chart-{layout}\" style=\"--drawn:{width}px\">{svg}</div>");
            }
            Err(error) => {
                tracing::warn!(chart = drawing.name, %error, "a chart comes without its first picture");
                return None;
            }
        }
    }
    Some(html)
}
