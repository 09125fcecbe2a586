//! Findings over time, stacked by severity.

use crate::drawing::{Drawing, Size, Table};
use crate::error::DrawError;
use crate::numbers::format;
use crate::parts::{KeyEntry, TimeGrid, head, nothing, over_time, same_length};
use crate::theme::Theme;
use charming::element::ItemStyle;
use charming::series::Bar;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) const NAME: &str = "findings-by-severity";
/// OCSF's captions with the names of their colours, the worst first.
const SEVERITIES: [(&str, &str); 6] = [
    ("fatal", "severity-critical"),
    ("critical", "severity-critical"),
    ("high", "severity-high"),
    ("medium", "severity-medium"),
    ("low", "severity-low"),
    ("informational", "severity-informational"),
];
/// The colour of any other severity.
const OTHER: &str = "text-dim";

/// How many records of findings there are of each severity, per step of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingsBySeverity {
    /// What is counted: `Updates a day`.
    pub measure: String,
    /// When the first step begins, and how long a step is.
    pub time: TimeGrid,
    /// One entry a severity, in any order.
    pub severities: Vec<SeverityCounts>,
}

/// The counts of one severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityCounts {
    /// OCSF's caption, such as `High`; empty where records have none.
    pub severity: String,
    /// One number a step; as many as those of any other severity.
    pub counts: Vec<u64>,
}

/// Draws bars over time, stacked by severity, with the totals in the key.
///
/// # Errors
/// [`DrawError::Field`] if the severities have different numbers of steps.
pub fn findings_by_severity(data: &FindingsBySeverity, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    let steps = data.severities.first().map_or(0, |severity| severity.counts.len());
    data.time.check(NAME, steps)?;
    for (number, severity) in data.severities.iter().enumerate() {
        same_length(NAME, format!("severities[{number}].counts"), severity.counts.len(), steps)?;
    }
    let total = |severity: &SeverityCounts| severity.counts.iter().sum::<u64>();
    let mut shown: Vec<&SeverityCounts> = data.severities.iter().filter(|severity| total(severity) > 0).collect();
    // The worst at the bottom: few as they are, there they are compared most easily.
    shown.sort_by_key(|severity| (rank(&severity.severity), severity.severity.clone()));

    let (mut chart, mut details) = over_time("", 52.0, 28.0, steps);
    let mut series = Vec::new();
    for severity in &shown {
        let values = severity.counts.iter().map(|count| Some(*count as f64));
        chart = chart.series(
            Bar::new()
                .name(caption(&severity.severity))
                .stack("severities")
                .item_style(ItemStyle::new().color(colour(&severity.severity, theme)))
                .data(data.time.points(values)),
        );
        series.push(json!({ "barCategoryGap": "12%", "barMaxWidth": 28 }));
    }
    let key: Vec<KeyEntry> = shown
        .iter()
        .map(|severity| KeyEntry {
            colour: colour(&severity.severity, theme),
            words: format!("{} {}", caption(&severity.severity), written(total(severity))),
        })
        .collect();
    let title = format!("{} by severity", data.measure);
    head(&title, "", &key, theme, size).put_above(&mut details, 14.0);
    details["series"] = series.into();
    details["yAxis"]["minInterval"] = json!(1);
    let all: u64 = shown.iter().map(|severity| total(severity)).sum();
    if all == 0 {
        nothing(&mut details, "No findings in this time", size, theme);
    }
    let summary = match shown.first() {
        None => "No findings in this time.".to_owned(),
        Some(worst) => format!(
            "{}: {}, {}; {} of them {}.",
            data.measure,
            written(all),
            data.time.range(steps),
            written(total(worst)),
            caption(&worst.severity),
        ),
    };
    let columns = shown.iter().map(|severity| caption(&severity.severity).to_owned());
    let row = |at: usize| {
        let cells = shown.iter().map(|severity| severity.counts[at].to_string());
        std::iter::once(data.time.label(at)).chain(cells).collect()
    };
    let table = Table {
        columns: std::iter::once("Time (UTC)".to_owned()).chain(columns).collect(),
        rows: (0..steps).map(row).collect(),
    };
    Ok(Drawing { name: NAME, title, summary, table, chart, details })
}

fn rank(severity: &str) -> usize {
    SEVERITIES.iter().position(|(known, _)| known.eq_ignore_ascii_case(severity)).unwrap_or(SEVERITIES.len())
}

fn colour(severity: &str, theme: Theme) -> &'static str {
    theme.colour(SEVERITIES.get(rank(severity)).map_or(OTHER, |(_, token)| token))
}

fn caption(severity: &str) -> &str {
    if severity.is_empty() { "No severity" } else { severity }
}

fn written(count: u64) -> String {
    format(Some(count as f64), "")
}
