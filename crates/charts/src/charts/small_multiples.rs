//! The same measure many times: a small chart for each line, all on one scale.

use super::metric_lines::MetricLines;
use crate::drawing::{Drawing, Size};
use crate::error::DrawError;
use crate::numbers::format;
use crate::parts::{HEAD, head, inside_zoom, nothing, sampling, shortened, time_labels};
use crate::theme::Theme;
use charming::Chart;
use charming::component::{Axis, Grid};
use charming::element::{AreaStyle, AxisType, ItemStyle, LineStyle};
use charming::series;
use serde_json::json;

pub(crate) const NAME: &str = "small-multiples";
/// The least pixels of a small chart, across and down, with its title.
const LEAST: (u32, u32) = (190, 92);
/// The pixels of a small chart's title.
const TITLE: f64 = 22.0;

/// Draws one small chart for each line, all with the same scale, so that they can be compared. Lines for which there
/// is no room are left to the table, and the line below the title says how many.
///
/// # Errors
/// [`DrawError::Field`] if lines differ in length or there are too many values.
pub fn small_multiples(data: &MetricLines, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    let steps = data.steps(NAME)?;
    let scale = data.scale();
    let (width, height) = (f64::from(size.width()), f64::from(size.height()));
    let columns = (size.width() / LEAST.0).max(1) as usize;
    let fitting_rows = (size.height().saturating_sub(HEAD as u32) / LEAST.1).max(1) as usize;
    let shown = data.lines.len().min(columns * fitting_rows);
    let columns = columns.min(shown.max(1));
    let rows = shown.div_ceil(columns).max(1);

    let values = || data.lines.iter().take(shown).flat_map(|line| &line.values).filter_map(|value| scale.apply(*value));
    let top = round_up(values().fold(0.0, f64::max));
    let bottom = -round_up(values().fold(0.0, |least: f64, value| least.max(-value)));
    let (top, bottom) = if top == 0.0 && bottom == 0.0 { (1.0, 0.0) } else { (top, bottom) };

    let left = 46.0;
    // Shares of the width: the chart may be shown a little wider or narrower than it was laid out for.
    let share = |pixels: f64| format!("{}%", pixels / width * 100.0);
    let cell = ((width - left - 12.0) / columns as f64, (height - HEAD - 20.0) / rows as f64);
    let mut chart = Chart::new().animation(false);
    let mut titles = head(&data.measure, "", &[], theme, size);
    let (mut x_axes, mut y_axes, mut looks) = (Vec::new(), Vec::new(), Vec::new());
    for (number, line) in data.lines.iter().take(shown).enumerate() {
        let (column, row) = (number % columns, number / columns);
        let place = (left + column as f64 * cell.0, HEAD + row as f64 * cell.1);
        let index = number as f64;
        chart = chart
            .grid(
                Grid::new()
                    .left(share(place.0))
                    .top(place.1 + TITLE)
                    .width(share((cell.0 - 16.0).max(8.0)))
                    .height((cell.1 - TITLE - 14.0).max(8.0)),
            )
            .x_axis(Axis::new().type_(AxisType::Time).grid_index(index))
            .y_axis(Axis::new().type_(AxisType::Value).grid_index(index).min(bottom).max(top))
            .series(
                series::Line::new()
                    .name(line.label.as_str())
                    .x_axis_index(index)
                    .y_axis_index(index)
                    .show_symbol(false)
                    .line_style(LineStyle::new().color(theme.colour("accent")).width(1.5))
                    .item_style(ItemStyle::new().color(theme.colour("accent")))
                    .area_style(AreaStyle::new().color(theme.colour("accent")).opacity(0.12))
                    .data(data.time.points(line.values.iter().map(|value| scale.apply(*value)))),
            );
        // Scales are said once: down the first column and along the bottom of each column.
        let is_last_in_column = number + columns >= shown;
        x_axes
            .push(json!({ "splitNumber": 3, "axisLabel": { "show": is_last_in_column, "fontSize": 10, "formatter": time_labels() }, "axisTick": { "show": false } }));
        y_axes.push(json!({
            "interval": (top - bottom) / 2.0,
            "axisLabel": { "show": column == 0, "fontSize": 10, "formatter": { "$": "value", "suffix": "" } },
        }));
        looks.push(json!({ "sampling": sampling(line.values.len()) }));
        let newest = line.values.iter().rev().find(|value| value.is_some_and(f64::is_finite)).copied().flatten();
        let characters = ((cell.0 - 64.0) / 6.3).max(6.0) as usize;
        let mut label = |text: String, left: f64, align: &str, token: &str| {
            if let Some(titles) = titles.as_array_mut() {
                titles.push(json!({
                    "text": text, "left": share(left), "top": place.1 + 2.0, "padding": 0, "textAlign": align,
                    "textStyle": { "fontSize": 11, "fontWeight": 400, "color": theme.colour(token) },
                }));
            }
        };
        label(shortened(&line.label, characters), place.0, "left", "text");
        label(format(scale.apply(newest), &scale.suffix), place.0 + cell.0 - 18.0, "right", "text-dim");
    }
    let unit = if scale.suffix.is_empty() {
        "all on one scale".to_owned()
    } else {
        format!("in {}, all on one scale", scale.suffix)
    };
    let rest = data.lines.len() - shown;
    let below = if rest > 0 { format!("{unit}; {rest} more are in the table") } else { unit };
    titles[0] = head(&data.measure, &below, &[], theme, size)[0].take();
    let mut details = json!({
        "useUTC": true,
        "title": titles,
        "axisPointer": { "link": [{ "xAxisIndex": "all" }] },
        "dataZoom": [inside_zoom(steps)],
        "tooltip": { "trigger": "axis", "confine": true, "formatter": { "$": "timeTip", "suffix": scale.suffix } },
        "xAxis": x_axes,
        "yAxis": y_axes,
        "series": looks,
    });
    if data.is_empty() {
        nothing(&mut details, "Nothing was measured in this time", size, theme);
    }
    Ok(data.drawing(NAME, steps, &scale, chart, details))
}

/// The next number of the form 1, 2, 2.5, 4, 5 or 8 times a power of ten; 0 for 0.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let digits = value / power;
    let next = [1.0, 2.0, 2.5, 4.0, 5.0, 8.0, 10.0].into_iter().find(|step| digits <= *step + 1e-9).unwrap_or(10.0);
    // At the end of what a number can hold there is no rounder one.
    if (next * power).is_finite() { next * power } else { value }
}

#[cfg(test)]
mod tests {
    use super::round_up;

    #[test]
    fn scales_end_on_round_numbers() {
        let ends = [0.0, 1.0, 7.3, 81.0, 0.021, f64::NAN].map(round_up);
        assert_eq!(ends, [0.0, 1.0, 8.0, 100.0, 0.025, 0.0]);
        assert!(round_up(f64::MAX).is_finite());
    }
}
