//! A chart as pages take it.

use crate::PortResult;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A chart, ready to be shown: its definition, and the same in words and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChartView {
    /// The chart's name: `metric-lines`.
    pub name: String,
    /// The title.
    pub title: String,
    /// One or two sentences that say what it shows.
    pub summary: String,
    /// Pixels down. Across it takes the room there is.
    pub height: u32,
    /// The heads of the table behind it.
    pub columns: Vec<String>,
    /// The rows of that table; each has as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
    /// The definition as JSON, as `tools/echarts/page.js` takes it; empty if there is none. Colours are names of the
    /// style sheet (`var(--accent)`), so that one definition serves both themes.
    pub definition: String,
    /// The first picture, drawn by the server: HTML with an SVG for each layout; colours as in the definition. Absent in
    /// what a browser asks for later: it draws by itself.
    #[serde(skip)]
    pub svg: Option<String>,
}

/// A chart of the gallery, with what makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GalleryChart {
    /// The chart of its example data.
    pub view: ChartView,
    /// What charts of this name show, in a few words.
    pub shows: String,
    /// The form of its data: the example as JSON, with long lists cut.
    pub data: String,
}

/// Answers the gallery: every chart there is, with example data.
#[async_trait]
pub trait Gallery: Send + Sync {
    /// Every chart; with `first_paint` with its first picture.
    async fn charts(&self, first_paint: bool) -> PortResult<Vec<GalleryChart>>;
    /// A chart of very many values.
    async fn large(&self) -> PortResult<ChartView>;
}
