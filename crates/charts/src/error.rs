//! Why a chart cannot be drawn from what was given.

/// Data that a chart cannot be drawn from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DrawError {
    /// There is no chart of this name.
    #[error("no chart is called {name:?}; known: {known}")]
    UnknownChart {
        /// The name that was asked for.
        name: String,
        /// All names, separated by commas.
        known: String,
    },
    /// The data is no JSON, or has a field missing, unknown or of the wrong type.
    #[error("chart {chart}: {why}")]
    Json {
        /// The chart's name.
        chart: &'static str,
        /// What is wrong and where: line and column of the JSON.
        why: serde_json::Error,
    },
    /// A field's value makes no sense for the chart.
    #[error("chart {chart}: field {field}: {why}")]
    Field {
        /// The chart's name.
        chart: &'static str,
        /// The field, as a path from the top: `lines[2].values`.
        field: String,
        /// What is wrong, and what would be right.
        why: String,
    },
}

/// An error about one field.
pub(crate) fn field(chart: &'static str, field: impl Into<String>, why: impl Into<String>) -> DrawError {
    DrawError::Field { chart, field: field.into(), why: why.into() }
}
