//! One series with what explains it: trend, season, the range that was expected, outliers and changes of level.

use super::layers::{Band, Layers, Values, check_incidents, outlier_words, outliers_counted, within};
use crate::drawing::{Drawing, Size, Table};
use crate::error::DrawError;
use crate::numbers::Scale;
use crate::parts::{TimeGrid, counted, head, nothing, over_time, same_length, shortened};
use crate::theme::Theme;
use charming::element::LineStyleType;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) const NAME: &str = "series-marks";
/// Pixels beside the grid.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 28.0;
/// Pixels of a letter of a change's label, in a wide font, and of a row of such labels.
const CHARACTER: f64 = 7.0;
const ROW: f64 = 13.0;

/// A series and the evidence about it. What is absent or empty is not drawn.
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
    /// What was expected.
    #[serde(default)]
    pub expected: Option<Band>,
    /// The slow part, one value a step.
    #[serde(default)]
    pub trend: Option<Vec<Option<f64>>>,
    /// The slow part with the one that repeats.
    #[serde(default)]
    pub season: Option<Vec<Option<f64>>>,
    /// The straight line that a trend is told by: its values at the first and at the last step.
    #[serde(default)]
    pub slope: Option<[f64; 2]>,
    /// Where values are out of the ordinary: the steps (from 0) of each incident, the one farthest out first.
    #[serde(default)]
    pub incidents: Vec<Vec<usize>>,
    /// Where the level changed.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// The levels between and around the changes.
    #[serde(default)]
    pub levels: Vec<Level>,
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

/// A level that values kept to for some time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its first step (from 0).
    pub from: usize,
    /// Its last step.
    pub to: usize,
    /// How high it is.
    pub value: f64,
}

impl SeriesMarks {
    fn check(&self) -> Result<(), DrawError> {
        let steps = self.values.len();
        self.time.check(NAME, steps)?;
        if let Some(band) = &self.expected {
            band.check(NAME, "expected", steps)?;
        }
        for (name, line) in [("trend", &self.trend), ("season", &self.season)] {
            if let Some(line) = line {
                same_length(NAME, name, line.len(), steps)?;
            }
        }
        check_incidents(NAME, &self.incidents, steps)?;
        for (number, change) in self.changes.iter().enumerate() {
            within(NAME, format!("changes[{number}].at"), change.at, steps)?;
        }
        for (number, level) in self.levels.iter().enumerate() {
            within(NAME, format!("levels[{number}].from"), level.from, steps)?;
            within(NAME, format!("levels[{number}].to"), level.to, steps)?;
        }
        Ok(())
    }

    fn scale(&self) -> Scale {
        let band = self.expected.iter().flat_map(Band::ends);
        Scale::fitting(&self.unit, self.values.iter().chain(band).chain(self.trend.iter().flatten()))
    }
}

/// Draws the value line over its expected band, trend and season beside it, outliers as marks, changes as upright lines
/// and the levels between them.
///
/// # Errors
/// [`DrawError::Field`] if lists differ in length, or a mark lies beyond the values.
pub fn series_marks(data: &SeriesMarks, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    data.check()?;
    let steps = data.values.len();
    let scale = data.scale();
    let (chart, mut details) = over_time(&scale.suffix, LEFT, RIGHT, steps);
    let rows = label_rows(data, size);
    let mut layers = Layers::new(chart, &data.time, &scale, theme);
    if let Some(band) = &data.expected {
        layers.band(band, "expected");
    }
    layers.values(&data.values, &data.measure, 1.75, upright_lines(data, &rows, theme));
    if let Some(trend) = &data.trend {
        layers.explanation(trend, "trend", "series-2");
    }
    if let Some(season) = &data.season {
        layers.explanation(season, "trend and season", "series-4");
    }
    if let (Some([first, last]), Some(end)) = (data.slope, steps.checked_sub(1)) {
        layers.pieces(&[[(0, first), (end, last)]], "slope", "series-5", LineStyleType::Dashed);
    }
    if !data.levels.is_empty() {
        let pieces = data.levels.iter().map(|level| [(level.from, level.value), (level.to, level.value)]);
        layers.pieces(&pieces.collect::<Vec<_>>(), "level", "series-1", LineStyleType::Solid);
    }
    layers.incidents(&data.incidents, &data.values);
    let below = if scale.suffix.is_empty() { String::new() } else { format!("in {}", scale.suffix) };
    let Layers { chart, looks, key, .. } = layers;
    let room = if rows.contains(&Some(1)) { 14.0 + ROW } else { 14.0 };
    head(&data.measure, &below, &key, theme, size).put_above(&mut details, room);
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

/// The row above the grid for each change's label: the second where it would touch the one before, none where it would
/// touch another there, too. The table has all.
fn label_rows(data: &SeriesMarks, size: Size) -> Vec<Option<usize>> {
    let room = (f64::from(size.width()) - LEFT - RIGHT).max(1.0);
    let pixels_a_step = room / data.values.len().saturating_sub(1).max(1) as f64;
    let mut ends = [f64::NEG_INFINITY; 2];
    let mut row_of = |change: &Change| {
        let half = CHARACTER * label(change).chars().count() as f64 / 2.0;
        let middle = pixels_a_step * change.at as f64;
        let row = ends.iter().position(|end| middle - half > end + CHARACTER)?;
        ends[row] = middle + half;
        Some(row)
    };
    data.changes.iter().map(&mut row_of).collect()
}

fn label(change: &Change) -> String {
    shortened(&change.label, 24)
}

fn upright_lines(data: &SeriesMarks, rows: &[Option<usize>], theme: Theme) -> Value {
    let line = |(change, row): (&Change, &Option<usize>)| {
        let text = match row {
            Some(row) => json!({ "formatter": label(change), "distance": 3.0 + ROW * *row as f64 }),
            None => json!({ "show": false }),
        };
        json!({ "xAxis": data.time.at(change.at).millis(), "label": text })
    };
    json!({
        "markLine": {
            "silent": true, "symbol": "none", "data": data.changes.iter().zip(rows).map(line).collect::<Vec<_>>(),
            "lineStyle": { "color": theme.colour("text-dim"), "type": "dashed", "width": 1 },
            "label": { "color": theme.colour("text"), "fontSize": 11, "position": "end" },
        },
    })
}

fn summary(data: &SeriesMarks) -> String {
    let newest = data.incidents.iter().flatten().max().map(|at| format!(", the newest at {}", data.time.label(*at)));
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
        outliers_counted(&data.incidents),
        newest.unwrap_or_default(),
    )
}

fn table(data: &SeriesMarks, scale: &Scale) -> Table {
    let lines = [("Trend", &data.trend), ("Trend and season", &data.season)];
    let lines: Vec<(&str, &Values)> =
        lines.into_iter().filter_map(|(name, line)| Some((name, line.as_ref()?))).collect();
    let level_at = |at: usize| {
        let level = data.levels.iter().find(|level| (level.from..=level.to).contains(&at));
        level.map_or_else(String::new, |level| scale.write(Some(level.value)))
    };
    let row = |at: usize| {
        let changes = data.changes.iter().filter(|change| change.at == at);
        let marks = outlier_words(&data.incidents, at).into_iter();
        let marks: Vec<String> = marks.chain(changes.map(|change| format!("change {}", change.label))).collect();
        let mut cells = vec![data.time.label(at), scale.write(data.values[at])];
        cells.extend(lines.iter().map(|(_, line)| scale.write(line[at])));
        cells.extend(data.expected.as_ref().map(|band| band.words(at, scale)));
        cells.extend((!data.levels.is_empty()).then(|| level_at(at)));
        cells.push(marks.join(", "));
        cells
    };
    let mut columns = vec!["Time (UTC)", "Value"];
    columns.extend(lines.iter().map(|(name, _)| *name));
    columns.extend(data.expected.as_ref().map(|_| "Expected"));
    columns.extend((!data.levels.is_empty()).then_some("Level"));
    columns.push("Marks");
    Table { columns: columns.into_iter().map(str::to_owned).collect(), rows: (0..data.values.len()).map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::{Change, SeriesMarks, label_rows};
    use crate::drawing::Size;
    use crate::parts::TimeGrid;

    #[test]
    fn labels_that_would_touch_stand_in_two_rows() {
        let change = |at| Change { at, label: "ramp +85.4 %".to_owned() };
        let data = SeriesMarks {
            measure: String::new(),
            unit: String::new(),
            time: TimeGrid { start: "2026-01-01T00:00:00Z".parse().unwrap(), step_seconds: 86_400 },
            values: vec![Some(1.0); 500],
            expected: None,
            trend: None,
            season: None,
            slope: None,
            incidents: Vec::new(),
            changes: [100, 130, 150, 400].map(change).to_vec(),
            levels: Vec::new(),
        };
        assert_eq!(label_rows(&data, Size::new(690, 340)), [Some(0), Some(1), None, Some(0)]);
        assert_eq!(label_rows(&data, Size::new(4_000, 340)), [Some(0); 4]);
    }
}
