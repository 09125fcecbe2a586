//! The charts of the gallery.

use super::charts::ChartService;
use async_trait::async_trait;
use onepane_charts::{chart_names, draw, example, large_example, metric_lines};
use onepane_domain::{ChartView, ErrorKind, Gallery, GalleryChart, PortError, PortResult};
use serde_json::Value;

/// Pixels down of a chart in the gallery.
const HEIGHT: u32 = 320;
/// So many entries of a list are shown of example data.
const SHOWN: usize = 2;

/// Draws every chart's example.
pub struct GalleryService {
    charts: ChartService,
}

impl GalleryService {
    /// Draws with `charts`.
    pub fn new(charts: ChartService) -> Self {
        Self { charts }
    }
}

#[async_trait]
impl Gallery for GalleryService {
    async fn charts(&self, first_paint: bool) -> PortResult<Vec<GalleryChart>> {
        let all = chart_names().map(|(name, shows)| async move {
            let data = example(name).map_err(|error| PortError::new(ErrorKind::Invalid, error.to_string()))?;
            let shown = abbreviated(&data);
            let drawing = move |theme, size| draw(name, &data, theme, size);
            let view = self.charts.view(HEIGHT, first_paint, drawing).await?;
            Ok(GalleryChart { view, shows: shows.to_owned(), data: shown })
        });
        futures::future::join_all(all).await.into_iter().collect()
    }

    async fn large(&self) -> PortResult<ChartView> {
        let data = large_example();
        self.charts.view(HEIGHT, false, move |theme, size| metric_lines(&data, theme, size)).await
    }
}

/// JSON for people to read: lists of plain values in one line, long ones cut.
fn abbreviated(json: &str) -> String {
    let value: Value = serde_json::from_str(json).unwrap_or_default();
    let mut text = String::new();
    write_short(&value, "\n", &mut text);
    text
}

/// `line` is a line break with the indentation of what stands around.
fn write_short(value: &Value, line: &str, out: &mut String) {
    let inner = format!("{line}  ");
    let is_plain = |value: &Value| !value.is_array() && !value.is_object();
    let (entries, brackets): (Vec<(String, &Value)>, _) = match value {
        Value::Object(fields) => (fields.iter().map(|(key, value)| (format!("\"{key}\": "), value)).collect(), "{}"),
        Value::Array(items) => (items.iter().map(|item| (String::new(), item)).collect(), "[]"),
        plain => {
            out.push_str(&plain.to_string());
            return;
        }
    };
    let most = if value.is_array() { SHOWN } else { usize::MAX };
    let in_one_line =
        entries.iter().take(most).all(|(_, value)| is_plain(value)) && (value.is_array() || entries.len() <= 2);
    let separator = if in_one_line { " " } else { inner.as_str() };
    out.push_str(&brackets[..1]);
    for (number, (key, value)) in entries.iter().take(most).enumerate() {
        if number > 0 {
            out.push(',');
        }
        if number > 0 || !in_one_line {
            out.push_str(separator);
        }
        out.push_str(key);
        write_short(value, &inner, out);
    }
    if entries.len() > most {
        out.push(',');
        out.push_str(separator);
        out.push('…');
    }
    if !in_one_line {
        out.push_str(line);
    }
    out.push_str(&brackets[1..]);
}

#[cfg(test)]
mod tests {
    use super::abbreviated;

    #[test]
    fn the_form_of_data_is_shown_and_its_length_is_not() {
        let json = r#"{"time":{"start":"x","step":1},"lines":[{"a":[1,2,3],"b":null,"c":1},1,2],"d":[[1,2,3],[1]]}"#;
        let expected = r#"{
  "d": [
    [1, 2, …],
    [1]
  ],
  "lines": [
    {
      "a": [1, 2, …],
      "b": null,
      "c": 1
    },
    1,
    …
  ],
  "time": {"start": "x", "step": 1}
}"#;
        assert_eq!(abbreviated(json), expected);
    }
}
