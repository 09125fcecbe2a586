//! What a chart function gives.

use charming::Chart;
use serde::Serialize;
use serde_json::Value;

/// The least and most pixels that a side may have.
const SIDES: std::ops::RangeInclusive<u32> = 80..=4_000;

/// Width and height in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    width: u32,
    height: u32,
}

impl Size {
    /// A size; sides outside of 80 to 4,000 pixels are brought to the nearest of these.
    pub fn new(width: u32, height: u32) -> Self {
        let side = |pixels: u32| pixels.clamp(*SIDES.start(), *SIDES.end());
        Self { width: side(width), height: side(height) }
    }

    /// Pixels across.
    pub fn width(self) -> u32 {
        self.width
    }

    /// Pixels down.
    pub fn height(self) -> u32 {
        self.height
    }
}

impl Default for Size {
    /// 760 by 340: half of a wide page.
    fn default() -> Self {
        Self { width: 760, height: 340 }
    }
}

/// The values behind a chart, as text with units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The heads of the columns.
    pub columns: Vec<String>,
    /// The rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// A chart: its definition, and the same in words and numbers.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// The chart's name, as in [`crate::chart_names`].
    pub name: &'static str,
    /// The title.
    pub title: String,
    /// One or two sentences that say what the chart shows.
    pub summary: String,
    /// The values.
    pub table: Table,
    /// The definition, as far as charming has words for it.
    pub chart: Chart,
    /// What charming has no words for, in ECharts' own: laid over the definition, objects key by key and arrays item
    /// by item. Where ECharts wants a function it holds `{"$": name, …}`, which `tools/echarts/entry.js` makes one of.
    pub details: Value,
}

impl Drawing {
    /// The whole definition, as `onepaneCharts` of `tools/echarts/entry.js` takes it.
    pub fn option(&self) -> Value {
        // A chart is strings, numbers, lists and records, which can always be written.
        let mut option = serde_json::to_value(&self.chart).unwrap_or_default();
        lay_over(&mut option, &self.details);
        option
    }
}

/// Lays `over` over `under`: objects key by key, arrays item by item, anything else replaces what was there. charming
/// writes a list of one axis as that axis, so a list of one meets a single object too.
fn lay_over(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                lay_over(under.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Array(under), Value::Array(over)) => {
            for (at, value) in over.iter().enumerate() {
                match under.get_mut(at) {
                    Some(item) => lay_over(item, value),
                    None => under.push(value.clone()),
                }
            }
        }
        (Value::Array(under), over @ Value::Object(_)) if under.len() == 1 => lay_over(&mut under[0], over),
        (under, over) => *under = over.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::lay_over;
    use serde_json::json;

    #[test]
    fn details_are_laid_over_the_definition() {
        let mut option = json!({ "grid": [{ "left": 1 }], "series": [{ "type": "line", "data": [1] }, {}], "a": 1 });
        let details = json!({ "grid": { "right": 2 }, "series": [{ "z": 2 }, { "z": 3 }, { "z": 4 }], "a": [] });
        lay_over(&mut option, &details);
        let expected = json!({
            "grid": [{ "left": 1, "right": 2 }],
            "series": [{ "type": "line", "data": [1], "z": 2 }, { "z": 3 }, { "z": 4 }],
            "a": [],
        });
        assert_eq!(option, expected);
    }
}
