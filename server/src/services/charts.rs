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
        let work = move || match PageChart::new(height, draw) {
            Ok(chart) => (Ok(()), vec![chart]),
            Err(error) => (Err(PortError::new(ErrorKind::Invalid, error.to_string())), Vec::new()),
        };
        let (drawn, mut views) = self.views(first_paint, work).await?;
        drawn.map(|()| views.pop().unwrap_or_default())
    }

    /// The charts that `work` makes, beside what else it gives, on a thread that may take its time.
    pub(crate) async fn views<T: Send + 'static>(
        &self,
        first_paint: bool,
        work: impl FnOnce() -> (T, Vec<PageChart>) + Send + 'static,
    ) -> PortResult<(T, Vec<ChartView>)> {
        let renderer = self.renderer.clone().filter(|_| first_paint);
        let work = move || {
            let (beside, charts) = work();
            let view = |chart: PageChart| {
                let svg = renderer.as_ref().and_then(|renderer| pictures(renderer, &chart));
                ChartView { svg, ..chart.into_view() }
            };
            (beside, charts.into_iter().map(view).collect())
        };
        let joined = tokio::task::spawn_blocking(work).await;
        joined.map_err(|error| PortError::with_source(ErrorKind::Unavailable, "draw a chart", error))
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
