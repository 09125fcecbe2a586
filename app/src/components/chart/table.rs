//! The numbers behind a chart.

use crate::format;
use crate::html::escape;
use onepane_domain::ChartView;
use std::fmt::Write as _;

/// Rows that a page shows; the CSV has all.
const MOST_ROWS: usize = 100;

/// The table as HTML, which is one string: thousands of cells are too many to bring to life one by one.
pub(super) fn table_html(view: &ChartView) -> String {
    let mut html = String::with_capacity(view.rows.len().min(MOST_ROWS) * view.columns.len() * 24 + 256);
    html.push_str("<table class=\"plain\"><thead><tr>");
    for column in &view.columns {
        html.push_str("<th scope=\"col\">");
        escape(column, &mut html);
        html.push_str("</th>");
    }
    html.push_str("</tr></thead><tbody>");
    for row in view.rows.iter().take(MOST_ROWS) {
        html.push_str("<tr>");
        for cell in row {
            html.push_str("<td>");
            escape(cell, &mut html);
            html.push_str("</td>");
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table>");
    if view.rows.len() > MOST_ROWS {
        let all = format::count(u64::try_from(view.rows.len()).unwrap_or(u64::MAX));
        // Writing to a String cannot fail.
        let _ = write!(html, "<p class=\"dim\">The first {MOST_ROWS} of {all} rows; the CSV has all.</p>");
    }
    html
}

/// All rows as CSV. No cell starts a formula where a spreadsheet opens it.
pub(super) fn csv(view: &ChartView) -> String {
    let mut text = String::new();
    for row in std::iter::once(&view.columns).chain(&view.rows) {
        for (number, cell) in row.iter().enumerate() {
            if number > 0 {
                text.push(',');
            }
            let mut characters = cell.chars();
            let is_formula = match characters.next() {
                Some('=' | '+' | '@' | '\t') => true,
                Some('-') => !characters.next().is_some_and(|second| second.is_ascii_digit()),
                _ => false,
            };
            let guarded = if is_formula { format!("'{cell}") } else { cell.clone() };
            if guarded.contains([',', '"', '\n', '\r']) {
                let _ = write!(text, "\"{}\"", guarded.replace('"', "\"\""));
            } else {
                text.push_str(&guarded);
            }
        }
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{csv, table_html};
    use onepane_domain::ChartView;

    fn view(cells: &[&str]) -> ChartView {
        let row = cells.iter().map(|cell| (*cell).to_owned()).collect();
        ChartView { columns: vec!["a".to_owned(); cells.len()], rows: vec![row], ..ChartView::default() }
    }

    #[test]
    fn text_stays_text_in_tables() {
        let html = table_html(&view(&["<b>&\"x\"</b>"]));
        assert!(html.contains("<td>&lt;b&gt;&amp;&quot;x&quot;&lt;/b&gt;</td>"), "{html}");
    }

    #[test]
    fn long_tables_are_cut_with_a_word() {
        let mut long = view(&["1"]);
        long.rows = vec![vec!["1".to_owned()]; 1_234];
        let html = table_html(&long);
        assert_eq!(html.matches("<td>").count(), 100);
        assert!(html.contains(&format!("100 of {} rows", crate::format::count(1_234))), "{html}");
        assert_eq!(csv(&long).lines().count(), 1_235);
    }

    #[test]
    fn cells_of_csv_are_quoted_and_never_formulas() {
        let text = csv(&view(&["=1+1", "-5 %", "-x", "a,\"b\"", "+1"]));
        assert_eq!(text, "a,a,a,a,a\r\n'=1+1,-5 %,'-x,\"a,\"\"b\"\"\",'+1\r\n");
    }
}
