//! What charts of one series are built of: lines, bands and marks, each with its entry of the key.

use crate::error::{DrawError, field};
use crate::numbers::Scale;
use crate::parts::{KeyEntry, TimeGrid, counted, point, same_length, sampling};
use crate::theme::Theme;
use charming::Chart;
use charming::element::{AreaStyle, ItemStyle, LineStyle, LineStyleType, Symbol};
use charming::series::{Line, Scatter, Series};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Begins the names of series that are parts of another: tooltips leave them out.
const PART: char = '\u{200b}';

/// A value a step; null where there is none.
pub(super) type Values = Vec<Option<f64>>;

/// The range that values were expected in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The lower end, one value a step; null where nothing was expected.
    pub lower: Vec<Option<f64>>,
    /// The upper end, likewise.
    pub upper: Vec<Option<f64>>,
}

impl Band {
    /// All of its ends.
    pub(super) fn ends(&self) -> impl Iterator<Item = &Option<f64>> {
        self.lower.iter().chain(&self.upper)
    }

    /// An error unless both ends have a value a step.
    pub(super) fn check(&self, chart: &'static str, path: &str, steps: usize) -> Result<(), DrawError> {
        same_length(chart, format!("{path}.lower"), self.lower.len(), steps)?;
        same_length(chart, format!("{path}.upper"), self.upper.len(), steps)
    }

    /// The range at a step, for people.
    pub(super) fn words(&self, at: usize, scale: &Scale) -> String {
        format!("{} to {}", scale.write(self.lower[at]), scale.write(self.upper[at]))
    }
}

/// An error if a step lies beyond the values.
pub(super) fn within(chart: &'static str, path: String, at: usize, steps: usize) -> Result<(), DrawError> {
    if at < steps {
        return Ok(());
    }
    Err(field(chart, path, format!("is {at}, beyond the last of {steps} values")))
}

/// An error unless every incident has a step, and all steps have values.
pub(super) fn check_incidents(chart: &'static str, incidents: &[Vec<usize>], steps: usize) -> Result<(), DrawError> {
    for (number, incident) in incidents.iter().enumerate() {
        if incident.is_empty() {
            return Err(field(chart, format!("incidents[{number}]"), "has no step"));
        }
        for (place, at) in incident.iter().enumerate() {
            within(chart, format!("incidents[{number}][{place}]"), *at, steps)?;
        }
    }
    Ok(())
}

/// `3 outliers`, or `5 outliers in 3 incidents` where some belong together.
pub(super) fn outliers_counted(incidents: &[Vec<usize>]) -> String {
    let outliers = incidents.iter().map(Vec::len).sum();
    match incidents.len() == outliers {
        true => counted(outliers, "outlier"),
        false => format!("{} in {}", counted(outliers, "outlier"), counted(incidents.len(), "incident")),
    }
}

/// What a table says of the step `at` if it is an outlier.
pub(super) fn outlier_words(incidents: &[Vec<usize>], at: usize) -> Option<String> {
    let number = incidents.iter().position(|incident| incident.contains(&at))?;
    let incident = &incidents[number];
    Some(match incident.len() {
        1 => "outlier".to_owned(),
        _ if incident.first() == Some(&at) => format!("outlier, farthest of incident {}", number + 1),
        _ => format!("outlier of incident {}", number + 1),
    })
}

/// A chart as it grows. What charming has no words for stands in `looks`, one item a series.
pub(super) struct Layers<'a> {
    pub(super) chart: Chart,
    pub(super) looks: Vec<Value>,
    pub(super) key: Vec<KeyEntry>,
    pub(super) time: &'a TimeGrid,
    pub(super) scale: &'a Scale,
    pub(super) theme: Theme,
}

impl<'a> Layers<'a> {
    pub(super) fn new(chart: Chart, time: &'a TimeGrid, scale: &'a Scale, theme: Theme) -> Self {
        Self { chart, looks: Vec::new(), key: Vec::new(), time, scale, theme }
    }

    fn add(&mut self, series: impl Into<Series>, look: Value) {
        self.chart = std::mem::take(&mut self.chart).series(series);
        self.looks.push(look);
    }

    fn explain(&mut self, colour: &'static str, words: impl Into<String>) {
        self.key.push(KeyEntry { colour, words: words.into() });
    }

    /// A filled range, behind all else.
    pub(super) fn band(&mut self, band: &Band, words: &str) {
        let colour = self.theme.colour("line-strong");
        // A band is a line that nobody sees, and on top of it the distance to its upper end, filled.
        let lower: Values = band.lower.iter().map(|value| self.scale.apply(*value)).collect();
        let distance = band.upper.iter().zip(&lower).map(|(upper, lower)| {
            Some((self.scale.apply(*upper)? - (*lower)?).max(0.0)).filter(|distance| distance.is_finite())
        });
        let distance: Values = distance.collect();
        let part = |name: &str, opacity: f64| {
            Line::new()
                .name(format!("{PART}{name}"))
                .stack(words)
                .show_symbol(false)
                .silent(true)
                .line_style(LineStyle::new().opacity(0.0))
                .item_style(ItemStyle::new().color(colour))
                .area_style(AreaStyle::new().color(colour).opacity(opacity))
        };
        let look = json!({ "stackStrategy": "all", "tooltip": { "show": false } });
        self.add(part("lower", 0.0).data(self.time.points(lower)), look.clone());
        self.add(part("band", 0.5).data(self.time.points(distance)), look);
        self.explain(colour, words);
    }

    /// The line of the values themselves, with what `look` adds.
    pub(super) fn values(&mut self, values: &[Option<f64>], words: &str, width: f64, look: Value) {
        let colour = self.theme.colour("accent");
        let line = Line::new()
            .name(words)
            .show_symbol(false)
            .line_style(LineStyle::new().color(colour).width(width))
            .item_style(ItemStyle::new().color(colour))
            .data(self.time.points(values.iter().map(|value| self.scale.apply(*value))));
        let mut all = json!({ "sampling": sampling(values.len()), "z": 3 });
        if let (Some(all), Value::Object(look)) = (all.as_object_mut(), look) {
            all.extend(look);
        }
        self.add(line, all);
        // Named first, though it is drawn over what was expected.
        self.key.insert(0, KeyEntry { colour, words: words.to_owned() });
    }

    /// A line beside the values that explains them.
    pub(super) fn explanation(&mut self, values: &[Option<f64>], words: &str, token: &str) {
        let colour = self.theme.colour(token);
        let line = Line::new()
            .name(words)
            .show_symbol(false)
            .silent(true)
            .line_style(LineStyle::new().color(colour).width(1.5))
            .item_style(ItemStyle::new().color(colour))
            .data(self.time.points(values.iter().map(|value| self.scale.apply(*value))));
        self.add(line, json!({ "sampling": sampling(values.len()), "z": 4 }));
        self.explain(colour, words);
    }

    /// Straight pieces, each from a step and value to another.
    pub(super) fn pieces(&mut self, pieces: &[[(usize, f64); 2]], words: &str, token: &str, dash: LineStyleType) {
        let colour = self.theme.colour(token);
        let mut points = Vec::with_capacity(3 * pieces.len());
        for piece in pieces {
            points.extend(piece.iter().map(|(at, value)| point(self.time.at(*at), self.scale.apply(Some(*value)))));
            // The gap to the next piece.
            points.push(point(self.time.at(piece[1].0), None));
        }
        let line = Line::new()
            .name(format!("{PART}{words}"))
            .show_symbol(false)
            .silent(true)
            .line_style(LineStyle::new().color(colour).width(1.75).type_(dash))
            .item_style(ItemStyle::new().color(colour))
            .data(points);
        self.add(line, json!({ "z": 4, "tooltip": { "show": false } }));
        self.explain(colour, words);
    }

    /// Marks for outliers: the farthest of an incident large, those beside it small.
    pub(super) fn incidents(&mut self, incidents: &[Vec<usize>], values: &[Option<f64>]) {
        if incidents.is_empty() {
            return;
        }
        let colour = self.theme.colour("danger");
        let edge = self.theme.colour("surface");
        let farthest = incidents.iter().filter_map(|incident| incident.first()).copied();
        let beside = incidents.iter().flat_map(|incident| incident.iter().skip(1)).copied();
        for (name, size, steps) in
            [("Outlier", 10, farthest.collect::<Vec<_>>()), ("Outlier beside", 6, beside.collect())]
        {
            if steps.is_empty() {
                continue;
            }
            let marks = steps.iter().map(|at| point(self.time.at(*at), self.scale.apply(values[*at])));
            let marks = Scatter::new()
                .name(name)
                .symbol(Symbol::Diamond)
                .symbol_size(size)
                .item_style(ItemStyle::new().color(colour).border_color(edge).border_width(1))
                .data(marks.collect::<Vec<_>>());
            self.add(marks, json!({ "z": 5 }));
        }
        self.explain(colour, outliers_counted(incidents));
    }
}
