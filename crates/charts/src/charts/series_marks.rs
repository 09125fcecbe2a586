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
    let (chart, mut details) = over_time(&scale.suffix, 64.0, 28.0, steps);
    let mut layers = Layers::new(chart, &data.time, &scale, theme);
    if let Some(band) = &data.expected {
        layers.band(band, "expected");
    }
    layers.values(&data.values, &data.measure, 1.75, upright_lines(data, theme));
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
    head(&data.measure, &below, &key, theme, size).put_above(&mut details, 14.0);
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

fn upright_lines(data: &SeriesMarks, theme: Theme) -> Value {
    let line = |change: &Change| {
        let label = shortened(&change.label, 24);
        json!({ "xAxis": data.time.at(change.at).millis(), "label": { "formatter": label } })
    };
    json!({
        "markLine": {
            "silent": true, "symbol": "none", "data": data.changes.iter().map(line).collect::<Vec<_>>(),
            "lineStyle": { "color": theme.colour("text-dim"), "type": "dashed", "width": 1 },
            "label": { "color": theme.colour("text"), "fontSize": 11, "position": "end", "distance": 3 },
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
