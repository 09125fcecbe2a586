//! One series, analysed and drawn: by the server for the first paint, by the browser when a parameter changes.

use super::{ChangeCell, Detector, OutlierCell, SeriesSettings, TrendCell};
use crate::{ChartView, Notes, Timestamp};
use serde::{Deserialize, Serialize};

/// A series on a regular grid.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SeriesInput {
    /// What it is called on the page.
    pub name: String,
    /// What is counted: `Updates a day`.
    pub measure: String,
    /// The time of the first value.
    pub start: Timestamp,
    /// Milliseconds from one value to the next.
    pub step_ms: i64,
    /// The counts; 0 where there were none.
    pub values: Vec<f64>,
}

/// What the browser hands to the module that analyses and draws (as JSON).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SeriesViewRequest {
    /// The series.
    pub series: SeriesInput,
    /// The parameters, and which layers are drawn.
    pub settings: SeriesSettings,
}

/// One finding of a detector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesInsight {
    /// Who found it.
    pub detector: Detector,
    /// The instant that it points at.
    pub at: Timestamp,
    /// How much it deserves a look, 0 to 100.
    pub score: f64,
    /// One plain sentence.
    pub sentence: String,
}

/// What the *Series* page shows of its series.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SeriesView {
    /// What could be said: a sentence such as "Analysed: 540 points, season of 7 days (found)."
    pub outcome: String,
    /// Points a season, where there is one.
    pub period: Option<usize>,
    /// All findings, strongest first.
    pub insights: Vec<SeriesInsight>,
    /// The trend, if one can be claimed.
    pub trend: Option<TrendCell>,
    /// Incidents of outliers, newest first.
    pub outliers: Vec<OutlierCell>,
    /// Changes of level, newest first.
    pub changes: Vec<ChangeCell>,
    /// The chart of the values with the layers, and the one of what remains (absent where nothing was decomposed).
    pub charts: Vec<ChartView>,
    /// Where the numbers of this profile differ from those of `robust`, and why; empty for `robust` itself.
    pub compared: Notes,
    /// What a reader should know of the series: points missing, detectors that could not run.
    pub notes: Notes,
}
