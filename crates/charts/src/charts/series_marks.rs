//! One series with what is expected of it, and where it departs from that.

use crate::drawing::{Drawing, Size, Table};
use crate::error::{DrawError, field};
use crate::numbers::Scale;
use crate::parts::{KeyEntry, TimeGrid, counted, head, nothing, over_time, point, same_length, sampling};
use crate::theme::Theme;
use charming::element::{AreaStyle, ItemStyle, LineStyle, Symbol};
use charming::series::{Line, Scatter};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) const NAME: &str = "series-marks";
/// Begins the names of series that are parts of another: tooltips leave them out.
const PART: char = '\u{200b}';

/// A series and the evidence about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesMarks {
    /// What is counted or measured.
    pub measure: String,
    /// The unit in CloudWatch's words (`Seconds`, `Bytes`, `Percent`, `Count`), or any other.
    pub unit: String,
    /// The time of the first value, and the step.
    pub time: TimeGrid,
    /// One value a step; null leaves a gap.
    pub values: Vec<Option<f64>>,
    /// What was expected; absent if nothing is known of that.
    #[serde(default)]
    pub expected: Option<Band>,
    /// The steps (from 0) whose values are out of the ordinary.
    #[serde(default)]
    pub outliers: Vec<usize>,
    /// Where the level changed.
    #[serde(default)]
    pub changes: Vec<Change>,
}

/// The range that values were expected in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The lower end, one value a step; null where nothing was expected.
    pub lower: Vec<Option<f64>>,
    /// The upper end, likewise.
    pub upper: Vec<Option<f64>>,
}

/// A change of level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The first step (from 0) of the new level.
    pub at: usize,
    /// A few words for the line: `+38 %`.
    pub label: String,
}

/// Draws the value line over its expected band, with outliers as marks and changes as upright lines.
///
/// # Errors
/// [`DrawError::Field`] if lists differ in length, or a mark lies beyond the values.
pub fn series_marks(data: &SeriesMarks, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    let steps = data.values.len();
    data.time.check(NAME, steps)?;
    if let Some(band) = &data.expected {
        same_length(NAME, "expected.lower", band.lower.len(), steps)?;
        same_length(NAME, "expected.upper", band.upper.len(), steps)?;
    }
    let beyond = |at: usize| format!("is {at}, beyond the last of {steps} values");
    if let Some(number) = data.outliers.iter().position(|at| *at >= steps) {
        return Err(field(NAME, format!("outliers[{number}]"), beyond(data.outliers[number])));
    }
    if let Some(number) = data.changes.iter().position(|change| change.at >= steps) {
        return Err(field(NAME, format!("changes[{number}].at"), beyond(data.changes[number].at)));
    }
    let ends = data.expected.iter().flat_map(|band| band.lower.iter().chain(&band.upper));
    let scale = Scale::fitting(&data.unit, data.values.iter().chain(ends));
    let [accent, danger, band_colour, dim] =
        ["accent", "danger", "line-strong", "text-dim"].map(|token| theme.colour(token));

    let (mut chart, mut details) = over_time(&scale.suffix, 64.0, 28.0, steps);
    let mut looks = Vec::new();
    let mut key = vec![KeyEntry { colour: accent, words: data.measure.clone() }];
    if let Some(band) = &data.expected {
        // A band is a line that nobody sees, and on top of it the distance to its upper end, filled.
        let lower: Vec<Option<f64>> = band.lower.iter().map(|value| scale.apply(*value)).collect();
        let distance = band.upper.iter().zip(&lower).map(|(upper, lower)| {
            Some((scale.apply(*upper)? - (*lower)?).max(0.0)).filter(|distance| distance.is_finite())
        });
        let part = |name: &str, opacity: f64| {
            Line::new()
                .name(format!("{PART}{name}"))
                .stack("expected")
                .show_symbol(false)
                .silent(true)
                .line_style(LineStyle::new().opacity(0.0))
                .item_style(ItemStyle::new().color(band_colour))
                .area_style(AreaStyle::new().color(band_colour).opacity(opacity))
        };
        let distance: Vec<_> = distance.collect();
        chart = chart
            .series(part("lower", 0.0).data(data.time.points(lower)))
            .series(part("band", 0.5).data(data.time.points(distance)));
        let look = json!({ "stackStrategy": "all", "tooltip": { "show": false } });
        looks.extend([look.clone(), look]);
        key.push(KeyEntry { colour: band_colour, words: "expected".to_owned() });
    }
    chart = chart.series(
        Line::new()
            .name(data.measure.as_str())
            .show_symbol(false)
            .line_style(LineStyle::new().color(accent).width(1.75))
            .item_style(ItemStyle::new().color(accent))
            .data(data.time.points(data.values.iter().map(|value| scale.apply(*value)))),
    );
    let changes: Vec<_> = data
        .changes
        .iter()
        .map(|change| {
            let label = crate::parts::shortened(&change.label, 24);
            json!({ "xAxis": data.time.at(change.at).millis(), "label": { "formatter": label } })
        })
        .collect();
    looks.push(json!({
        "sampling": sampling(steps),
        "z": 3,
        "markLine": {
            "silent": true, "symbol": "none", "data": changes,
            "lineStyle": { "color": dim, "type": "dashed", "width": 1 },
            "label": { "color": theme.colour("text"), "fontSize": 11, "position": "end", "distance": 3 },
        },
    }));
    if !data.outliers.is_empty() {
        let marks = data.outliers.iter().map(|at| point(data.time.at(*at), scale.apply(data.values[*at])));
        chart = chart.series(
            Scatter::new()
                .name("Outlier")
                .symbol(Symbol::Diamond)
                .symbol_size(10)
                .item_style(ItemStyle::new().color(danger).border_color(theme.colour("surface")).border_width(1))
                .data(marks.collect::<Vec<_>>()),
        );
        looks.push(json!({ "z": 4 }));
        key.push(KeyEntry { colour: danger, words: counted(data.outliers.len(), "outlier") });
    }
    let below = if scale.suffix.is_empty() { String::new() } else { format!("in {}", scale.suffix) };
    details["title"] = head(&data.measure, &below, &key, theme, size);
    details["series"] = looks.into();
    let is_empty = !data.values.iter().any(|value| value.is_some_and(f64::is_finite));
    if is_empty {
        nothing(&mut details, "No values in this time", size, theme);
    }
    Ok(Drawing {
        name: NAME,
        title: data.measure.clone(),
        summary: if is_empty { "No values in this time.".to_owned() } else { summary(data) },
        table: table(data, &scale),
        chart,
        details,
    })
}

fn summary(data: &SeriesMarks) -> String {
    let newest = data.outliers.iter().max().map(|at| format!(", the newest at {}", data.time.label(*at)));
    let changes = data.changes.iter().map(|change| format!("{} ({})", data.time.label(change.at), change.label));
    let changes: Vec<String> = changes.collect();
    let changed = match changes.len() {
        0 => "no level change".to_owned(),
        count => format!("{}: {}", counted(count, "level change"), changes.join(", ")),
    };
    format!(
        "{}, {}; {}{}; {changed}.",
        data.measure,
        data.time.range(data.values.len()),
        counted(data.outliers.len(), "outlier"),
        newest.unwrap_or_default(),
    )
}

fn table(data: &SeriesMarks, scale: &Scale) -> Table {
    let row = |at: usize| {
        let mut marks = Vec::new();
        if data.outliers.contains(&at) {
            marks.push("outlier".to_owned());
        }
        marks.extend(
            data.changes.iter().filter(|change| change.at == at).map(|change| format!("change {}", change.label)),
        );
        let expected = data.expected.as_ref().map_or_else(String::new, |band| {
            format!("{} to {}", scale.write(band.lower[at]), scale.write(band.upper[at]))
        });
        vec![data.time.label(at), scale.write(data.values[at]), expected, marks.join(", ")]
    };
    Table {
        columns: ["Time (UTC)", "Value", "Expected", "Marks"].map(str::to_owned).to_vec(),
        rows: (0..data.values.len()).map(row).collect(),
    }
}
