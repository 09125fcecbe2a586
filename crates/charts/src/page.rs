//! A chart as pages take it: one definition for both themes and for wide and narrow places.

use crate::drawing::{Drawing, Size};
use crate::error::DrawError;
use crate::theme::Theme;
use onepane_domain::ChartView;
use serde_json::{Map, Value, json};

/// The layouts of a chart in a page: the width it is laid out for, and where that is used. `style/chart.css` and
/// `tools/echarts/page.js` know the border too.
const WIDE: u32 = 690;
const NARROW: u32 = 358;
/// Below this width of its place a chart takes the narrow layout.
const NARROW_BELOW: u32 = 520;

/// A chart for pages, in both layouts.
#[derive(Debug, Clone)]
pub struct PageChart {
    wide: Drawing,
    narrow: Drawing,
    height: u32,
}

impl PageChart {
    /// Draws a chart of this height, in pixels, with `draw`: once for each layout.
    ///
    /// # Errors
    /// That of `draw`.
    pub fn new(height: u32, draw: impl Fn(Theme, Size) -> Result<Drawing, DrawError>) -> Result<Self, DrawError> {
        let of_width = |width| draw(Theme::Page, Size::new(width, height));
        Ok(Self { wide: of_width(WIDE)?, narrow: of_width(NARROW)?, height: Size::new(WIDE, height).height() })
    }

    /// The drawings of both layouts with their sizes and names, for the first picture.
    pub fn layouts(&self) -> [(&'static str, &Drawing, Size); 2] {
        [("wide", &self.wide, Size::new(WIDE, self.height)), ("narrow", &self.narrow, Size::new(NARROW, self.height))]
    }

    /// What pages take, without a picture.
    pub fn into_view(self) -> ChartView {
        let Self { wide, narrow, height } = self;
        let option = wide.option();
        let mut definition = json!({ "theme": Theme::Page.echarts() });
        if let Some(change) = change(&option, &narrow.option()) {
            definition["narrow"] = json!({ "below": NARROW_BELOW, "change": change });
        }
        definition["option"] = option;
        ChartView {
            name: wide.name.to_owned(),
            title: wide.title,
            summary: wide.summary,
            height,
            columns: wide.table.columns,
            rows: wide.table.rows,
            definition: definition.to_string(),
            svg: None,
        }
    }
}

/// What makes `from` into `to`, nothing if they are the same: `{"=": value}` replaces, `{"~": {key: change, …}}` changes
/// keys of an object (a key that goes is changed by `{}`) or items of an array as long as before. The values of the
/// chart are the same in all layouts and are not said twice. Undone by `changed` in `tools/echarts/page.js`.
fn change(from: &Value, to: &Value) -> Option<Value> {
    if from == to {
        return None;
    }
    let changes: Map<String, Value> = match (from, to) {
        (Value::Object(from), Value::Object(to)) => {
            let kept = to.iter().filter_map(|(key, value)| {
                let change = from.get(key).map_or_else(|| Some(json!({ "=": value })), |before| change(before, value));
                Some((key.clone(), change?))
            });
            let gone = from.keys().filter(|key| !to.contains_key(*key)).map(|key| (key.clone(), json!({})));
            kept.chain(gone).collect()
        }
        (Value::Array(from), Value::Array(to)) if from.len() == to.len() => {
            let items = from.iter().zip(to).enumerate();
            items.filter_map(|(at, (before, value))| Some((at.to_string(), change(before, value)?))).collect()
        }
        _ => return Some(json!({ "=": to })),
    };
    Some(json!({ "~": changes }))
}

#[cfg(test)]
mod tests {
    use super::change;
    use serde_json::json;

    #[test]
    fn only_what_differs_between_layouts_is_said() {
        let wide =
            json!({ "grid": { "left": 64, "top": 1 }, "series": [{ "data": [1, 2] }, { "z": 1 }], "a": 1, "b": [] });
        let narrow =
            json!({ "grid": { "left": 20, "top": 1 }, "series": [{ "data": [1, 2] }, { "z": 2 }], "b": [1], "c": 0 });
        let expected = json!({ "~": {
            "grid": { "~": { "left": { "=": 20 } } },
            "series": { "~": { "1": { "~": { "z": { "=": 2 } } } } },
            "a": {}, "b": { "=": [1] }, "c": { "=": 0 },
        } });
        assert_eq!(change(&wide, &narrow), Some(expected));
        assert_eq!(change(&wide, &wide), None);
    }
}
