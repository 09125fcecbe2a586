//! How long work takes, as percentiles over time.

use super::metric_lines::{NamedLine, lines_with_ends};
use crate::drawing::{Drawing, Size, Table};
use crate::error::DrawError;
use crate::numbers::Scale;
use crate::parts::{TimeGrid, nothing, same_length};
use crate::theme::Theme;
use serde::{Deserialize, Serialize};

pub(crate) const NAME: &str = "duration-percentiles";

/// Percentiles of durations, in seconds, per step of time; null where nothing ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DurationPercentiles {
    /// When the first step begins, and how long a step is.
    pub time: TimeGrid,
    /// Half of the work took at most this long.
    pub p50: Vec<Option<f64>>,
    /// Nine in ten took at most this long.
    pub p90: Vec<Option<f64>>,
    /// Ninety-nine in a hundred took at most this long.
    pub p99: Vec<Option<f64>>,
}

/// Draws three lines in the unit that fits them.
///
/// # Errors
/// [`DrawError::Field`] if the percentiles differ in length.
pub fn duration_percentiles(data: &DurationPercentiles, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    let steps = data.p50.len();
    data.time.check(NAME, steps)?;
    same_length(NAME, "p90", data.p90.len(), steps)?;
    same_length(NAME, "p99", data.p99.len(), steps)?;
    let all = || data.p50.iter().chain(&data.p90).chain(&data.p99);
    let scale = Scale::fitting("Seconds", all());
    let line =
        |label, values, token, width| NamedLine { label, values, colour: theme.colour(token), width, is_dashed: false };
    let lines = [
        line("p99", &data.p99, "danger", 1.25),
        line("p90", &data.p90, "warn", 1.5),
        line("p50", &data.p50, "accent", 2.25),
    ];
    let title = "Durations";
    let below = format!("in {}: half, nine in ten and 99 in 100 took at most so long", scale.suffix);
    let (chart, mut details) = lines_with_ends(&lines, &data.time, &scale, &below, title, (theme, size));
    let newest = (0..steps).rev().find(|at| data.p50[*at].is_some_and(f64::is_finite));
    let own = |seconds: Option<f64>| Scale::of("Seconds", seconds.unwrap_or_default()).write(seconds);
    let summary = match newest {
        None => "Nothing ended in this time.".to_owned(),
        Some(at) => format!(
            "Durations, {}. At the end half took at most {}, nine in ten {}, 99 in 100 {}.",
            data.time.range(steps),
            own(data.p50[at]),
            own(data.p90[at]),
            own(data.p99[at]),
        ),
    };
    if newest.is_none() {
        nothing(&mut details, "Nothing ended in this time", size, theme);
    }
    let row = |at: usize| {
        let cells = [&data.p50, &data.p90, &data.p99].map(|values| scale.write(values[at]));
        std::iter::once(data.time.label(at)).chain(cells).collect()
    };
    let table = Table {
        columns: ["Time (UTC)", "p50", "p90", "p99"].map(str::to_owned).to_vec(),
        rows: (0..steps).map(row).collect(),
    };
    Ok(Drawing { name: NAME, title: title.to_owned(), summary, table, chart, details })
}
