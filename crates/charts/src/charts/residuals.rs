//! What trend and season leave of a series, between its fences.

use super::layers::{Band, Layers, check_incidents, outlier_words, outliers_counted};
use crate::drawing::{Drawing, Size, Table};
use crate::error::DrawError;
use crate::numbers::Scale;
use crate::parts::{TimeGrid, head, nothing, over_time};
use crate::theme::Theme;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) const NAME: &str = "residuals";

/// Distances of values from what was expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Residuals {
    /// The title.
    pub title: String,
    /// The unit in CloudWatch's words (`Seconds`, `Bytes`, `Percent`, `Count`), or any other.
    pub unit: String,
    /// The time of the first value, and the step.
    pub time: TimeGrid,
    /// One distance a step; null where nothing was expected.
    pub values: Vec<Option<f64>>,
    /// The fences around 0, one pair a step.
    #[serde(default)]
    pub fences: Option<Band>,
    /// The steps (from 0) beyond the fences by incident, the one farthest out first.
    #[serde(default)]
    pub incidents: Vec<Vec<usize>>,
}

/// Draws distances around 0 between their fences, with those beyond marked.
///
/// # Errors
/// [`DrawError::Field`] if lists differ in length, or a mark lies beyond the values.
pub fn residuals(data: &Residuals, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    let steps = data.values.len();
    data.time.check(NAME, steps)?;
    if let Some(fences) = &data.fences {
        fences.check(NAME, "fences", steps)?;
    }
    check_incidents(NAME, &data.incidents, steps)?;
    let scale = Scale::fitting(&data.unit, data.values.iter().chain(data.fences.iter().flat_map(Band::ends)));

    let (chart, mut details) = over_time(&scale.suffix, 64.0, 28.0, steps);
    let mut layers = Layers::new(chart, &data.time, &scale, theme);
    if let Some(fences) = &data.fences {
        layers.band(fences, "within the fences");
    }
    let zero = json!({
        "markLine": {
            "silent": true, "symbol": "none", "data": [{ "yAxis": 0 }], "label": { "show": false },
            "lineStyle": { "color": theme.colour("text-dim"), "type": "solid", "width": 1 },
        },
    });
    layers.values(&data.values, "residual", 1.25, zero);
    layers.incidents(&data.incidents, &data.values);
    let below = if scale.suffix.is_empty() { String::new() } else { format!("in {}", scale.suffix) };
    let Layers { chart, looks, key, .. } = layers;
    head(&data.title, &below, &key, theme, size).put_above(&mut details, 14.0);
    details["series"] = looks.into();
    let known = data.values.iter().filter(|value| value.is_some_and(f64::is_finite)).count();
    if known == 0 {
        nothing(&mut details, "Nothing was expected in this time", size, theme);
    }
    let summary = match known {
        0 => "Nothing was expected in this time.".to_owned(),
        _ => format!(
            "{}, {}: {} of {steps} values compared with what was expected; {}.",
            data.title,
            data.time.range(steps),
            known,
            outliers_counted(&data.incidents),
        ),
    };
    Ok(Drawing { name: NAME, title: data.title.clone(), summary, table: table(data, &scale), chart, details })
}

fn table(data: &Residuals, scale: &Scale) -> Table {
    let row = |at: usize| {
        let mut cells = vec![data.time.label(at), scale.write(data.values[at])];
        cells.extend(data.fences.as_ref().map(|fences| fences.words(at, scale)));
        cells.push(outlier_words(&data.incidents, at).unwrap_or_default());
        cells
    };
    let mut columns = vec!["Time (UTC)", "Residual"];
    columns.extend(data.fences.as_ref().map(|_| "Fences"));
    columns.push("Marks");
    Table { columns: columns.into_iter().map(str::to_owned).collect(), rows: (0..data.values.len()).map(row).collect() }
}
