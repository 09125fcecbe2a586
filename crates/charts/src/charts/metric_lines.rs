//! Lines over time, with gaps where nothing was measured.

use crate::drawing::{Drawing, Size, Table};
use crate::error::DrawError;
use crate::numbers::Scale;
use crate::parts::{KeyEntry, TimeGrid, counted, head, nothing, over_time, same_length, sampling, shortened};
use crate::theme::Theme;
use charming::Chart;
use charming::element::{ItemStyle, LineStyle, LineStyleType};
use charming::series;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) const NAME: &str = "metric-lines";
/// The characters of a label that stand at a line's end.
const LABEL_CHARACTERS: usize = 26;
/// With more lines than this their ends have no room for labels; the key names the first.
const MOST_LABELS: usize = 10;
/// So many lines are in the key then, and so many characters of each.
const KEY_LINES: usize = 3;
const KEY_CHARACTERS: usize = 18;

/// Several measurements of one unit over the same time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricLines {
    /// What is measured: `GPU utilization`.
    pub measure: String,
    /// The unit in CloudWatch's words (`Seconds`, `Bytes`, `Percent`, `Count`), or any other.
    pub unit: String,
    /// The time of the first value, and the step.
    pub time: TimeGrid,
    /// The lines.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What tells it from the others: an account, a host, an endpoint.
    pub label: String,
    /// One value a step; null where nothing was measured, which leaves a gap.
    pub values: Vec<Option<f64>>,
    /// True for what a line of the same label was in the time before: drawn thin and dashed, in that line's colour.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_previous: bool,
}

impl Line {
    /// What the line is called beside the others.
    fn name(&self) -> String {
        if self.is_previous { format!("{} (before)", self.label) } else { self.label.clone() }
    }
}

impl MetricLines {
    /// The drawing of a chart of these lines, with the words and the numbers that they have in every chart.
    pub(crate) fn drawing(
        &self,
        name: &'static str,
        steps: usize,
        scale: &Scale,
        chart: Chart,
        details: Value,
    ) -> Drawing {
        let (summary, table) = (self.summary(scale), self.table(steps, scale));
        Drawing { name, title: self.measure.clone(), summary, table, chart, details }
    }

    /// The number of steps, if all lines have as many.
    pub(crate) fn steps(&self, chart: &'static str) -> Result<usize, DrawError> {
        let steps = self.lines.first().map_or(0, |line| line.values.len());
        self.time.check(chart, steps.saturating_mul(self.lines.len()))?;
        for (number, line) in self.lines.iter().enumerate() {
            same_length(chart, format!("lines[{number}].values"), line.values.len(), steps)?;
        }
        Ok(steps)
    }

    /// The unit that fits all lines.
    pub(crate) fn scale(&self) -> Scale {
        Scale::fitting(&self.unit, self.lines.iter().flat_map(|line| &line.values))
    }

    /// The highest value of all, with its line and step.
    fn highest(&self) -> Option<(usize, usize, f64)> {
        let all = self.lines.iter().enumerate().flat_map(|(line, values)| {
            values.values.iter().enumerate().filter_map(move |(at, value)| Some((line, at, (*value)?)))
        });
        all.filter(|(.., value)| value.is_finite()).max_by(|one, other| one.2.total_cmp(&other.2))
    }

    /// The measure in one sentence.
    fn summary(&self, scale: &Scale) -> String {
        match self.highest() {
            None => format!("{}: nothing was measured in this time.", self.measure),
            Some((line, at, value)) => format!(
                "{}: {}, {}; the highest is {}, {} at {}.",
                self.measure,
                counted(self.lines.len(), "line"),
                self.time.range(self.lines[line].values.len()),
                scale.write(Some(value)),
                self.lines[line].name(),
                self.time.label(at),
            ),
        }
    }

    /// A row for each step, a column for each line.
    fn table(&self, steps: usize, scale: &Scale) -> Table {
        let labels = self.lines.iter().map(Line::name);
        let row = |at: usize| {
            let cells = self.lines.iter().map(|line| scale.write(line.values[at]));
            std::iter::once(self.time.label(at)).chain(cells).collect()
        };
        Table {
            columns: std::iter::once("Time (UTC)".to_owned()).chain(labels).collect(),
            rows: (0..steps).map(row).collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.highest().is_none()
    }
}

/// Draws a line for each entry, named at its end.
///
/// # Errors
/// [`DrawError::Field`] if lines differ in length or there are too many values.
pub fn metric_lines(data: &MetricLines, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    let steps = data.steps(NAME)?;
    let scale = data.scale();
    let names: Vec<String> = data.lines.iter().map(Line::name).collect();
    let colour = |line: &Line| {
        let same = data.lines.iter().position(|other| other.label == line.label);
        theme.series(same.unwrap_or_default())
    };
    let named: Vec<NamedLine<'_>> = data
        .lines
        .iter()
        .zip(&names)
        .map(|(line, name)| NamedLine {
            label: name,
            values: &line.values,
            colour: colour(line),
            width: if line.is_previous { 1.0 } else { 1.75 },
            is_dashed: line.is_previous,
        })
        .collect();
    let below = if scale.suffix.is_empty() || data.is_empty() { String::new() } else { format!("in {}", scale.suffix) };
    let (chart, mut details) = lines_with_ends(&named, &data.time, &scale, &below, &data.measure, (theme, size));
    // No utilization is above 100 %, so its axis need not be either.
    let is_share = scale.suffix == "%" && data.highest().is_some_and(|(.., value)| value > 50.0 && value <= 100.0);
    if is_share {
        details["yAxis"]["max"] = json!(100);
        details["yAxis"]["interval"] = json!(25);
    }
    if data.is_empty() {
        nothing(&mut details, "Nothing was measured in this time", size, theme);
    }
    Ok(data.drawing(NAME, steps, &scale, chart, details))
}

/// A line with its looks.
pub(crate) struct NamedLine<'a> {
    pub(crate) label: &'a str,
    pub(crate) values: &'a [Option<f64>],
    pub(crate) colour: &'static str,
    pub(crate) width: f64,
    /// Dashed lines stand behind the others and have no name at their end.
    pub(crate) is_dashed: bool,
}

/// Lines over time with their names at their right ends; with very many lines a key of the first instead.
pub(crate) fn lines_with_ends(
    lines: &[NamedLine<'_>],
    time: &TimeGrid,
    scale: &Scale,
    below: &str,
    title: &str,
    (theme, size): (Theme, Size),
) -> (charming::Chart, Value) {
    let named = || lines.iter().filter(|line| !line.is_dashed);
    let at_ends = named().count() <= MOST_LABELS;
    let longest = named().map(|line| line.label.chars().count().min(LABEL_CHARACTERS)).max().unwrap_or_default();
    let right = if at_ends { longest as f64 * 6.6 + 24.0 } else { 28.0 };
    let steps = lines.iter().map(|line| line.values.len()).max().unwrap_or_default();
    let (mut chart, mut details) = over_time(&scale.suffix, 64.0, right, steps);
    let mut looks = Vec::new();
    for line in lines {
        let values = line.values.iter().map(|value| scale.apply(*value));
        chart = chart.series(
            series::Line::new()
                .name(line.label)
                .show_symbol(false)
                .connect_nulls(false)
                .line_style(line_style(line))
                .item_style(ItemStyle::new().color(line.colour))
                .data(time.points(values)),
        );
        looks.push(json!({
            "sampling": sampling(line.values.len()),
            "emphasis": { "focus": "series" },
            "endLabel": {
                "show": at_ends && !line.is_dashed, "formatter": shortened(line.label, LABEL_CHARACTERS),
                "color": line.colour, "fontSize": 11, "distance": 6,
            },
            "labelLayout": { "moveOverlap": "shiftY" },
        }));
        // A value between two gaps is a line of no length: only its dot shows it.
        if let Some(look) = looks.last_mut().filter(|_| has_lone_value(line.values)) {
            look["showSymbol"] = json!(true);
        }
    }
    let key: Vec<KeyEntry> = match at_ends {
        true => Vec::new(),
        false => named()
            .take(KEY_LINES)
            .map(|line| KeyEntry { colour: line.colour, words: shortened(line.label, KEY_CHARACTERS) })
            .collect(),
    };
    let more = if at_ends { String::new() } else { format!("and {} more, ", named().count() - key.len()) };
    details["title"] = head(title, &format!("{more}{below}"), &key, theme, size);
    details["series"] = looks.into();
    if at_ends {
        // The names of the lowest lines stand where the last label of the axis would.
        details["xAxis"]["axisLabel"]["showMaxLabel"] = json!(false);
    }
    (chart, details)
}

fn line_style(line: &NamedLine<'_>) -> LineStyle {
    let style = LineStyle::new().width(line.width).color(line.colour);
    if line.is_dashed { style.type_(LineStyleType::Dashed).opacity(0.7) } else { style }
}

/// Whether some value has no neighbour.
fn has_lone_value(values: &[Option<f64>]) -> bool {
    let is_there = |at: Option<usize>| at.and_then(|at| values.get(at)).is_some_and(Option::is_some);
    values.len() <= 400
        && (0..values.len()).any(|at| is_there(Some(at)) && !is_there(at.checked_sub(1)) && !is_there(Some(at + 1)))
}
