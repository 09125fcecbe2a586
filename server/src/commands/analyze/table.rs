//! An analysis for reading in a terminal.

use onepane_domain::Timestamp;
use onepane_insights::{Analysis, Outcome, SeriesReport, Trend, TrendDirection};

/// Cells wider than this are cut: a key may be as long as a finding's title.
const WIDEST: usize = 48;

/// One line a series, then one an insight, strongest first.
pub(super) fn lines(analysis: &Analysis) -> Vec<String> {
    let head = ["series", "n", "period", "trend", "outliers", "changes", "outcome"].map(str::to_owned).to_vec();
    let rows = analysis.series.iter().map(series_row);
    let mut lines = aligned(std::iter::once(head).chain(rows).collect());
    if !analysis.insights.is_empty() {
        lines.push(String::new());
        let days = analysis.insights.iter().all(|insight| insight.timestamp.start_of_day() == insight.timestamp);
        let head = ["score", "when", "series", "insight"].map(str::to_owned).to_vec();
        let rows = analysis.insights.iter().map(|insight| {
            vec![
                format!("{:.0}", insight.score),
                when(insight.timestamp, days),
                name(&insight.key),
                insight.sentence.clone(),
            ]
        });
        lines.extend(aligned(std::iter::once(head).chain(rows).collect()));
    }
    lines
}

fn series_row(series: &SeriesReport) -> Vec<String> {
    vec![
        name(&series.key),
        series.n.to_string(),
        series.period.map_or_else(|| "–".to_owned(), |period| period.to_string()),
        series.trend.as_ref().map_or_else(|| "–".to_owned(), trend),
        series.outliers.len().to_string(),
        series.changepoints.len().to_string(),
        outcome(&series.outcome),
    ]
}

fn when(at: Timestamp, days: bool) -> String {
    if days { at.day() } else { at.to_string() }
}

fn name(key: &str) -> String {
    if key.is_empty() { "–".to_owned() } else { key.to_owned() }
}

fn trend(trend: &Trend) -> String {
    let direction = match trend.direction {
        TrendDirection::Up => "up",
        TrendDirection::Down => "down",
        TrendDirection::None => return "none".to_owned(),
    };
    format!("{direction} {} a step", short(trend.slope))
}

/// Three significant digits.
fn short(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    if number.abs() < 1e-3 || number.abs() >= 1e6 {
        return format!("{number:.2e}");
    }
    let digits = (2.0 - number.abs().log10().floor()).clamp(0.0, 5.0) as usize;
    format!("{number:.digits$}")
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Analysed => "analysed".to_owned(),
        Outcome::Insufficient { need, have } => format!("too short: {have} of the {need} points needed"),
        Outcome::Constant { value } => format!("constant: {}", short(*value)),
        Outcome::Unsupported { reason } => reason.clone(),
    }
}

/// Columns two spaces apart; all but the last as wide as their widest cell.
fn aligned(rows: Vec<Vec<String>>) -> Vec<String> {
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| {
            let last = row.len().saturating_sub(1);
            let cut = |(place, cell): (usize, String)| if place == last { cell } else { cut(&cell) };
            row.into_iter().enumerate().map(cut).collect()
        })
        .collect();
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    rows.iter()
        .map(|row| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        })
        .collect()
}

fn cut(cell: &str) -> String {
    if cell.chars().count() <= WIDEST {
        return cell.to_owned();
    }
    cell.chars().take(WIDEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        for (number, text) in
            [(0.0, "0"), (0.1234, "0.123"), (12.34, "12.3"), (123.4, "123"), (1234.5, "1234"), (1e-7, "1.00e-7")]
        {
            assert_eq!(short(number), text);
        }
    }

    #[test]
    fn columns_stand_under_each_other() {
        let rows = vec![vec!["a".to_owned(), "b".to_owned()], vec!["long".to_owned(), "c".to_owned()]];
        assert_eq!(aligned(rows), ["a     b", "long  c"]);
        assert_eq!(cut(&"x".repeat(60)).chars().count(), WIDEST);
    }
}
