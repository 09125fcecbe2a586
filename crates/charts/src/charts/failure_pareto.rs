//! Why work failed: the few reasons that make most of it.

use crate::drawing::{Drawing, Size, Table};
use crate::error::DrawError;
use crate::numbers::format;
use crate::parts::{HEAD, counted, head, nothing, shortened};
use crate::theme::Theme;
use charming::Chart;
use charming::component::{Axis, Grid};
use charming::datatype::DataPoint;
use charming::element::AxisType;
use charming::series::Bar;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) const NAME: &str = "failure-pareto";
/// The characters of a reason that are shown.
const REASON_CHARACTERS: usize = 48;
/// The pixels that a bar needs.
const BAR: u32 = 22;
/// The share of all failures that the reasons in the strong colour make together.
const VITAL: f64 = 0.8;

/// Failures by reason, in any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailurePareto {
    /// The reasons.
    pub reasons: Vec<ReasonCount>,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonCount {
    /// The reason, as people are to read it.
    pub reason: String,
    /// Failures for this reason.
    pub count: u32,
}

/// Draws a bar for each reason, most frequent first, with its count, share and running share beside it. The reasons
/// that make four in five of all failures are in the strong colour. Reasons that do not fit are one bar, `others`.
///
/// # Errors
/// None today; the type is that of all charts.
pub fn failure_pareto(data: &FailurePareto, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    let mut reasons: Vec<&ReasonCount> = data.reasons.iter().filter(|reason| reason.count > 0).collect();
    reasons.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.reason.cmp(&other.reason)));
    let total: u64 = reasons.iter().map(|reason| u64::from(reason.count)).sum();
    let share = |count: u64| count as f64 / total.max(1) as f64;

    let room = (size.height().saturating_sub(HEAD as u32 + 12) / BAR).max(2) as usize;
    let own = if reasons.len() > room { room - 1 } else { reasons.len() };
    let mut bars: Vec<(String, u64, bool)> = Vec::new();
    let mut running = 0;
    for reason in &reasons[..own] {
        let is_vital = share(running) < VITAL;
        running += u64::from(reason.count);
        bars.push((shortened(&reason.reason, REASON_CHARACTERS), u64::from(reason.count), is_vital));
    }
    if own < reasons.len() {
        bars.push((format!("{} other reasons", reasons.len() - own), total - running, false));
    }

    let longest = bars.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or_default();
    let left = (longest as f64 * 6.2 + 24.0).min(f64::from(size.width()) * 0.5);
    let names: Vec<String> = bars.iter().map(|(name, ..)| name.clone()).collect();
    let counts: Vec<DataPoint> = bars.iter().map(|(_, count, _)| DataPoint::from(*count as f64)).collect();
    let chart = Chart::new()
        .animation(false)
        .grid(Grid::new().left(left).right(128).top(HEAD).bottom(12))
        .x_axis(Axis::new().type_(AxisType::Value).show(false))
        .y_axis(Axis::new().type_(AxisType::Category).inverse(true).data(names))
        .series(Bar::new().name("Failures").bar_width("62%").data(counts));

    let percent = |part: f64| format(Some((part * 100.0).round()), "%");
    let mut sum = 0;
    let items: Vec<_> = bars
        .iter()
        .map(|(_, count, is_vital)| {
            sum += count;
            let colour = theme.colour(if *is_vital { "phase-failed" } else { "phase-stopped" });
            let label = format!("{}   {}   Σ {}", format(Some(*count as f64), ""), percent(share(*count)), percent(share(sum)));
            json!({ "value": *count, "itemStyle": { "color": colour, "borderRadius": 2 }, "label": { "formatter": label } })
        })
        .collect();
    let title = "Failures by reason";
    let vital = bars.iter().filter(|(.., is_vital)| *is_vital).count();
    let below = match total {
        0 => String::new(),
        _ => {
            format!("{} of {}: count, share, running share", counted(reasons.len(), "reason"), counted_failures(total))
        }
    };
    let mut details = json!({
        "title": head(title, &below, &[], theme, size),
        "tooltip": { "trigger": "item", "confine": true, "valueFormatter": { "$": "value", "suffix": "" } },
        "yAxis": { "axisLabel": { "color": theme.colour("text"), "width": left - 20.0, "overflow": "truncate" } },
        "series": [{
            "data": items,
            "label": { "show": true, "position": "right", "color": theme.colour("text-dim"), "fontSize": 11 },
        }],
    });
    if total == 0 {
        nothing(&mut details, "No failures in this time", size, theme);
    }
    let summary = match reasons.first() {
        None => "No failures in this time.".to_owned(),
        Some(first) => format!(
            "{}, {}; the most frequent is \u{201c}{}\u{201d} ({}), and the first {vital} make {} of all.",
            counted_failures(total),
            counted(reasons.len(), "reason"),
            first.reason,
            percent(share(u64::from(first.count))),
            percent(share(bars.iter().take(vital).map(|(_, count, _)| count).sum())),
        ),
    };
    let mut sum = 0;
    let rows = reasons.iter().map(|reason| {
        let count = u64::from(reason.count);
        sum += count;
        vec![reason.reason.clone(), count.to_string(), percent(share(count)), percent(share(sum))]
    });
    let table = Table {
        columns: ["Reason", "Failures", "Share", "Running share"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    };
    Ok(Drawing { name: NAME, title: title.to_owned(), summary, table, chart, details })
}

fn counted_failures(total: u64) -> String {
    format!("{} failure{}", format(Some(total as f64), ""), if total == 1 { "" } else { "s" })
}
