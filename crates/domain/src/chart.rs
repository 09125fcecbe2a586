//! A chart as pages take it.

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
    /// The heads of the table behind it.
    pub columns: Vec<String>,
    /// The rows of that table; each has as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
    /// The definition as JSON, as the browser's chart library takes it. Colours are names of the style sheet
    /// (`var(--accent)`), so that one definition serves both themes.
    pub definition: String,
    /// The first picture as SVG, drawn by the server; colours as in the definition. Absent in what a browser asks for
    /// later: it draws by itself.
    #[serde(skip)]
    pub svg: Option<String>,
}
