//! A series as a small picture: its counts as a line, its newest incident as a dot, its newest change as a line upright.

use onepane_domain::{InsightRow, Timestamp};
use std::fmt::Write;

/// Steps from the bottom to the top.
const HEIGHT: f64 = 24.0;

/// The picture as HTML; nothing in it but numbers. `from` and `to` are the ends of its time.
pub(super) fn sparkline(row: &InsightRow, from: Timestamp, to: Timestamp, html: &mut String) {
    let values = &row.sparkline;
    let highest = values.iter().copied().max().unwrap_or(0).max(1);
    // Whole steps: the browser smooths, and the text stays short.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    let height = |value: u64| (HEIGHT - value as f64 / highest as f64 * HEIGHT).round() as i64;
    let width = values.len().saturating_sub(1).max(1);
    // Writing to a String cannot fail.
    let _ = write!(html, "<span class=\"spark\"><svg viewBox=\"0 -1 {width} 26\" preserveAspectRatio=\"none\">");
    let mut line = String::with_capacity(values.len() * 4);
    let mut last = 0;
    for (place, value) in values.iter().enumerate() {
        let y = height(*value);
        let _ = match place {
            0 => write!(line, "M0 {y}l"),
            _ => write!(line, "1 {} ", y - last),
        };
        last = y;
    }
    if values.len() > 1 {
        let _ = write!(html, "<path class=\"spark-area\" d=\"{line}V25H0\"/><path class=\"spark-line\" d=\"{line}\"/>");
    }
    html.push_str("</svg>");
    if let Some(left) = row.change.and_then(|change| share(change.at, from, to)) {
        let _ = write!(html, "<i class=\"spark-change\" style=\"left:{:.1}%\"></i>", left * 100.0);
    }
    if let Some(left) = row.outlier.and_then(|outlier| share(outlier.at, from, to)) {
        // Values of several buckets may be one step here: the dot sits on the line.
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let place = ((left * values.len() as f64) as usize).min(values.len().saturating_sub(1));
        #[allow(clippy::cast_precision_loss)]
        let (x, top) =
            (place as f64 / width as f64, values.get(place).map_or(0.0, |value| (height(*value) as f64 + 1.0) / 26.0));
        let _ =
            write!(html, "<i class=\"spark-outlier\" style=\"left:{:.1}%;top:{:.0}%\"></i>", x * 100.0, top * 100.0);
    }
    html.push_str("</span>");
}

/// Where a time is between two others, if it is.
fn share(at: Timestamp, from: Timestamp, to: Timestamp) -> Option<f64> {
    let whole = to.millis_since(from);
    // Windows of years in milliseconds are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let share = at.millis_since(from) as f64 / whole.max(1) as f64;
    (0.0..1.0).contains(&share).then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use onepane_domain::OutlierCell;

    fn drawn(sparkline: Vec<u64>, outlier_at: &str) -> String {
        let at: Timestamp = outlier_at.parse().unwrap();
        let outlier = OutlierCell { at, value: 4.0, expected: None, score: 3.0, points: 1 };
        let row = InsightRow {
            key: Vec::new(),
            sparkline,
            total: 0,
            previous: None,
            level: 0.0,
            trend: None,
            outlier: Some(outlier),
            change: None,
            score: 0.0,
            insight: None,
            why: String::new(),
            triage: None,
            is_new: false,
        };
        let mut html = String::new();
        super::sparkline(&row, "2026-11-01".parse().unwrap(), "2026-11-05".parse().unwrap(), &mut html);
        html
    }

    #[test]
    fn the_highest_stands_on_top_with_its_mark() {
        let html = drawn(vec![0, 2, 4, 0], "2026-11-03");
        assert!(html.contains("d=\"M0 24l1 -12 1 -12 1 24 \""), "{html}");
        assert!(html.contains("left:66.7%;top:4%"), "{html}");
    }

    #[test]
    fn odd_series_are_drawn_without_harm() {
        for values in [Vec::new(), vec![0], vec![0, 0], vec![u64::MAX, 0]] {
            assert!(drawn(values, "2026-12-24").ends_with("</span>"));
        }
        assert!(!drawn(vec![1, 2], "2026-12-24").contains("spark-outlier"));
    }
}
