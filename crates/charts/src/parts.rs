//! What several charts are made of.

use crate::drawing::Size;
use crate::error::{DrawError, field};
use crate::theme::Theme;
use charming::Chart;
use charming::component::{Axis, Grid};
use charming::datatype::{CompositeValue, DataPoint};
use charming::element::AxisType;
use onepane_domain::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Above so many values a line is thinned to its visible shape (largest triangle, three buckets).
const THIN_ABOVE: usize = 2_000;
/// The most values on one grid: more than a year by the minute is no picture any more.
const MOST_POINTS: usize = 600_000;

/// Values at a regular step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeGrid {
    /// The time of the first value (UTC).
    pub start: Timestamp,
    /// Seconds from one value to the next; at least 1.
    pub step_seconds: u32,
}

impl TimeGrid {
    /// The time of a value.
    pub(crate) fn at(&self, index: usize) -> Timestamp {
        let steps = i64::try_from(index).unwrap_or(i64::MAX);
        self.start.plus_millis(steps.saturating_mul(i64::from(self.step_seconds)).saturating_mul(1_000))
    }

    /// The time of a value, for people.
    pub(crate) fn label(&self, index: usize) -> String {
        moment(self.at(index))
    }

    /// `2026-11-01 to 2026-11-30`, of this many values; empty if there are none.
    pub(crate) fn range(&self, count: usize) -> String {
        match count {
            0 => String::new(),
            1 => self.label(0),
            _ => format!("{} to {}", self.label(0), self.label(count - 1)),
        }
    }

    /// An error if the step is zero or the values are too many.
    pub(crate) fn check(&self, chart: &'static str, count: usize) -> Result<(), DrawError> {
        if self.step_seconds == 0 {
            return Err(field(chart, "time.step_seconds", "want at least 1"));
        }
        if count > MOST_POINTS {
            return Err(field(chart, "values", format!("{count} values; at most {MOST_POINTS} can be drawn")));
        }
        Ok(())
    }

    /// Values as points of a time axis.
    pub(crate) fn points(&self, values: impl IntoIterator<Item = Option<f64>>) -> Vec<DataPoint> {
        values.into_iter().enumerate().map(|(index, value)| point(self.at(index), value)).collect()
    }
}

/// A value at a time; nothing is a gap.
pub(crate) fn point(at: Timestamp, value: Option<f64>) -> DataPoint {
    let value: CompositeValue = value.filter(|value| value.is_finite()).map(six_digits).into();
    DataPoint::Value(CompositeValue::Array(vec![CompositeValue::from(at.millis()), value]))
}

/// A value in six significant digits, twice as many as are ever shown: a definition is half as long for it.
fn six_digits(value: f64) -> f64 {
    let exponent = 5.0 - value.abs().log10().floor();
    // Whole powers of ten are exact, their inverses are not.
    let power = 10_f64.powi(exponent.abs() as i32);
    let rounded = if exponent >= 0.0 { (value * power).round() / power } else { (value / power).round() * power };
    if rounded.is_finite() { rounded } else { value }
}

/// An error if a list is not as long as the one it belongs to.
pub(crate) fn same_length(
    chart: &'static str,
    path: impl Into<String>,
    length: usize,
    wanted: usize,
) -> Result<(), DrawError> {
    if length == wanted {
        return Ok(());
    }
    Err(field(chart, path, format!("has {length} values, want {wanted}: one for each time")))
}

/// `2026-11-23`, or `2026-11-23 08:30` if it is no midnight. UTC.
pub(crate) fn moment(time: Timestamp) -> String {
    let day = time.day();
    let minutes = time.millis_since(time.start_of_day()) / 60_000;
    if time == time.start_of_day() { day } else { format!("{day} {:02}:{:02}", minutes / 60, minutes % 60) }
}

/// `1 job`, `2 jobs`.
pub(crate) fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// Text that ECharts reads as text: braces would start its templates, and line breaks would break the layout.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '{' => '(',
            '}' => ')',
            '|' => '/',
            character if character.is_control() => ' ',
            character => character,
        })
        .collect()
}

/// Text cut to so many characters.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let text = plain(text);
    if text.chars().count() <= most {
        return text;
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// One entry of a key: a coloured square, then words.
pub(crate) struct KeyEntry {
    pub(crate) colour: &'static str,
    pub(crate) words: String,
}

/// The pixels of a character of the key, in a wide font.
const CHARACTER: f64 = 7.2;
/// So many lines fit below a title.
const MOST_LINES: usize = 2;

/// What stands above a chart.
pub(crate) struct Head {
    /// For `title` of a definition.
    pub(crate) titles: Value,
    /// The pixels that it takes.
    pub(crate) height: f64,
}

impl Head {
    /// Puts it above a chart of one grid, `gap` pixels away.
    pub(crate) fn put_above(self, details: &mut Value, gap: f64) {
        details["title"] = self.titles;
        details["grid"] = json!({ "top": self.height + gap });
    }
}

/// A title with a line below it, and in that line the key, if there is one: nearer to what it names than a legend, and
/// read before it is needed. Where a line is too short there are two; what does not fit then is left out.
pub(crate) fn head(title: &str, below: &str, key: &[KeyEntry], theme: Theme, size: Size) -> Head {
    let dim = theme.colour("text-dim");
    let room = f64::from(size.width()) - 24.0;
    let mut rich = json!({
        "words": { "color": dim, "fontSize": 12, "padding": [0, 14, 0, 5] },
        "below": { "color": dim, "fontSize": 12 },
    });
    // A line is entries of the key, then words; `used` are the pixels of the last one.
    let mut lines: Vec<(String, Vec<String>)> = vec![Default::default()];
    let mut used = 0.0;
    let mut fit = |lines: &mut Vec<(String, Vec<String>)>, pixels: f64| {
        if used > 0.0 && used + pixels > room {
            lines.push(Default::default());
            used = 0.0;
        }
        used += pixels;
    };
    for (number, entry) in key.iter().enumerate() {
        rich[format!("key{number}")] = json!({ "color": entry.colour, "fontSize": 13 });
        let words = plain(&entry.words);
        fit(&mut lines, 32.0 + words.chars().count() as f64 * CHARACTER);
        if let Some((line, _)) = lines.last_mut() {
            line.push_str(&format!("{{key{number}|■}}{{words|{words}}}"));
        }
    }
    for word in below.split_whitespace() {
        fit(&mut lines, (word.chars().count() + 1) as f64 * CHARACTER);
        if let Some((_, words)) = lines.last_mut() {
            words.push(plain(word));
        }
    }
    lines.truncate(MOST_LINES);
    let height = HEAD + if lines.len() > 1 { 14.0 } else { 0.0 };
    if lines.len() > 1 {
        rich["words"]["lineHeight"] = json!(15);
        rich["below"]["lineHeight"] = json!(15);
    }
    let written = lines.into_iter().map(|(keys, words)| match words.is_empty() {
        true => keys,
        false => format!("{keys}{{below|{}}}", words.join(" ")),
    });
    let subtext = written.collect::<Vec<_>>().join("\n");
    let most = (room / 9.4).max(12.0) as usize;
    let titles = json!([{
        "text": shortened(title, most), "subtext": subtext, "left": 12, "top": 8, "itemGap": 6,
        "subtextStyle": { "rich": rich },
    }]);
    Head { titles, height }
}

/// The pixels that a [`Head`] of one line takes.
pub(crate) const HEAD: f64 = 62.0;

/// A chart of values over time below a head, and its details: one grid, a time axis, and a value axis with its unit.
///
/// `values` is how many there are in the longest series.
pub(crate) fn over_time(suffix: &str, left: f64, right: f64, values: usize) -> (Chart, Value) {
    let grid = Grid::new().left(left).right(right).bottom(28);
    let chart = Chart::new()
        .animation(false)
        .grid(grid)
        .x_axis(Axis::new().type_(AxisType::Time))
        .y_axis(Axis::new().type_(AxisType::Value));
    let details = json!({
        "useUTC": true,
        "tooltip": { "trigger": "axis", "confine": true, "formatter": { "$": "timeTip", "suffix": suffix } },
        "dataZoom": [inside_zoom(values)],
        "xAxis": { "axisLabel": { "formatter": time_labels() } },
        "yAxis": { "axisLabel": { "formatter": { "$": "value", "suffix": suffix } }, "splitNumber": 4 },
    });
    (chart, details)
}

/// Zooming with ctrl and the wheel, moving with shift and the pointer, over all time axes of a chart.
///
/// Lines keep their neighbours beyond the window, so that they reach its edges; but a thinned line is thinned to what is
/// in the window alone, or little of it would be left in a narrow one.
pub(crate) fn inside_zoom(values: usize) -> Value {
    json!({
        "type": "inside", "xAxisIndex": "all", "filterMode": if values > THIN_ABOVE { "filter" } else { "none" },
        "zoomOnMouseWheel": "ctrl", "moveOnMouseMove": "shift", "moveOnMouseWheel": false, "throttle": 0,
    })
}

/// How a time axis writes its labels, by what changes at them.
pub(crate) fn time_labels() -> Value {
    json!({
        "year": "{yyyy}", "month": "{MMM}", "day": "{d} {MMM}", "hour": "{HH}:{mm}", "minute": "{HH}:{mm}",
        "second": "{HH}:{mm}:{ss}", "millisecond": "{HH}:{mm}:{ss}.{SSS}",
    })
}

/// What thins a long line; nothing for a short one.
pub(crate) fn sampling(values: usize) -> Value {
    if values > THIN_ABOVE { json!("lttb") } else { Value::Null }
}

/// A drawing's words when there is nothing to draw: they stand where the values would.
pub(crate) fn nothing(details: &mut Value, words: &str, size: Size, theme: Theme) {
    if let Some(titles) = details["title"].as_array_mut() {
        titles.push(json!({
            "text": words, "left": "center", "top": (size.height() / 2),
            "textStyle": { "color": theme.colour("text-dim"), "fontSize": 13, "fontWeight": 400 },
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::six_digits;

    #[test]
    fn values_keep_six_digits() {
        let values = [0.0, 81.234_567_8, -0.001_234_567_8, 123_456_789.0, 100.0, f64::MAX, 5e-324];
        let expected = [0.0, 81.2346, -0.001_234_57, 123_457_000.0, 100.0];
        let rounded = values.map(six_digits);
        assert_eq!(rounded[..5], expected);
        assert!(rounded.iter().all(|value| value.is_finite()) && rounded[5] > 1.7e308);
    }
}
