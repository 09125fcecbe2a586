//! A heat map: accounts down, days across.

use crate::drawing::{Drawing, Size, Table};
use crate::error::{DrawError, field};
use crate::numbers::format;
use crate::parts::{HEAD, KeyEntry, counted, head, nothing, shortened};
use crate::theme::Theme;
use charming::Chart;
use charming::component::{Axis, Grid};
use charming::datatype::{CompositeValue, DataPoint};
use charming::element::AxisType;
use charming::series::Heatmap;
use onepane_domain::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) const NAME: &str = "account-days";
/// More cells than this are a carpet, and slow to draw.
const MOST_CELLS: usize = 60_000;
/// The characters of an account's name that are shown.
const NAME_CHARACTERS: usize = 22;

/// One number for every account and day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountDays {
    /// What the number is: `Failed jobs`, `Failure rate`.
    pub measure: String,
    /// The number's unit: `Count`, `Percent`, or any other, as it is to be written.
    pub unit: String,
    /// The first day (UTC).
    pub start: Timestamp,
    /// The accounts' names, in the order of the rows.
    pub accounts: Vec<String>,
    /// For every account its numbers, day by day; null where nothing is known. Larger is worse.
    pub values: Vec<Vec<Option<f64>>>,
}

/// Draws a cell for every account and day, the darker the worse.
///
/// # Errors
/// [`DrawError::Field`] if there is not one row for each account, rows differ in length, or there are too many cells.
pub fn account_days(data: &AccountDays, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    let days = data.values.first().map_or(0, Vec::len);
    if data.values.len() != data.accounts.len() {
        let why = format!("has {} rows, want {}: one for each account", data.values.len(), data.accounts.len());
        return Err(field(NAME, "values", why));
    }
    if let Some(row) = data.values.iter().position(|row| row.len() != days) {
        let why = format!("has {} days, want {days} as in the first row", data.values[row].len());
        return Err(field(NAME, format!("values[{row}]"), why));
    }
    if days * data.accounts.len() > MOST_CELLS {
        return Err(field(NAME, "values", format!("more than {MOST_CELLS} cells cannot be drawn")));
    }
    let suffix = match data.unit.as_str() {
        "Percent" | "%" => "%",
        "Count" | "None" => "",
        other => other,
    };
    let day = |at: usize| data.start.plus_days(i64::try_from(at).unwrap_or_default()).day();
    let names: Vec<String> = data.accounts.iter().map(|name| shortened(name, NAME_CHARACTERS)).collect();
    let known = || {
        data.values.iter().enumerate().flat_map(|(row, values)| {
            let cells = values.iter().enumerate();
            cells.filter_map(move |(at, value)| Some((row, at, value.filter(|value| value.is_finite())?)))
        })
    };
    let worst = known().max_by(|one, other| one.2.total_cmp(&other.2));
    let most = worst.map_or(0.0, |(.., value)| value.max(0.0));

    let cell = |(row, at, value): (usize, usize, f64)| -> Vec<DataPoint> {
        let place = |number: usize| DataPoint::from(CompositeValue::from(i64::try_from(number).unwrap_or_default()));
        vec![place(at), place(row), DataPoint::from(value)]
    };
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let column_names: Vec<String> = (0..days).map(|at| day(at).split_off(5)).collect();
    let chart = Chart::new()
        .animation(false)
        .grid(Grid::new().left(longest as f64 * 6.4 + 24.0).right(16).top(HEAD + 4.0).bottom(28))
        .x_axis(Axis::new().type_(AxisType::Category).data(column_names))
        .y_axis(Axis::new().type_(AxisType::Category).inverse(true).data(names))
        .series(Heatmap::new().name(data.measure.as_str()).data(known().map(cell).collect::<Vec<_>>()));

    // Four equal steps up to the worst, and a colour of its own for nothing.
    let step = |quarter: f64| most * quarter / 4.0;
    let heat = ["heat-0", "heat-1", "heat-2", "heat-3", "heat-4"].map(|token| theme.colour(token));
    let mut pieces = vec![json!({ "lte": 0, "color": heat[0] })];
    let mut key = Vec::new();
    if worst.is_some() {
        key.push(KeyEntry { colour: heat[0], words: "none".to_owned() });
    }
    if most > 0.0 {
        for (quarter, colour) in (1..=4).zip(&heat[1..]) {
            let upper = step(f64::from(quarter));
            // The last piece has no end: its end is a value itself, and rounding must not lose it.
            let until = if quarter == 4 { json!(null) } else { json!(upper) };
            let mut piece = json!({ "gt": step(f64::from(quarter) - 1.0), "color": colour });
            if !until.is_null() {
                piece["lte"] = until;
            }
            pieces.push(piece);
            key.push(KeyEntry { colour, words: format!("to {}", format(Some(upper), suffix)) });
        }
    }
    let title = format!("{} by account and day", data.measure);
    let days_named: Vec<String> = (0..days).map(day).collect();
    let mut details = json!({
        "title": head(&title, "", &key, theme, size),
        "tooltip": {
            "confine": true,
            "formatter": { "$": "cellTip", "suffix": suffix, "rows": data.accounts, "columns": days_named },
        },
        "visualMap": [{ "type": "piecewise", "show": false, "dimension": 2, "pieces": pieces }],
        "yAxis": { "axisLabel": { "interval": "auto" } },
        "series": [{ "itemStyle": { "borderColor": theme.colour("surface"), "borderWidth": 1 } }],
    });
    if worst.is_none() {
        nothing(&mut details, "Nothing is known of this time", size, theme);
    }
    let summary = match worst {
        None => "Nothing is known of this time.".to_owned(),
        Some((row, at, value)) => format!(
            "{} of {} over {}; the most is {}, in {} on {}.",
            data.measure,
            counted(data.accounts.len(), "account"),
            counted(days, "day"),
            format(Some(value), suffix),
            data.accounts[row],
            day(at),
        ),
    };
    let rows = data.accounts.iter().zip(&data.values).map(|(name, values)| {
        let cells = values.iter().map(|value| format(*value, suffix));
        std::iter::once(name.clone()).chain(cells).collect()
    });
    let columns = std::iter::once("Account".to_owned()).chain(days_named).collect();
    let table = Table { columns, rows: rows.collect() };
    Ok(Drawing { name: NAME, title, summary, table, chart, details })
}
