//! Workloads over time, stacked by phase.

use crate::drawing::{Drawing, Size, Table};
use crate::error::DrawError;
use crate::numbers::format;
use crate::parts::{KeyEntry, TimeGrid, head, nothing, over_time, same_length};
use crate::theme::Theme;
use charming::element::ItemStyle;
use charming::series::Bar;
use onepane_domain::Phase;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) const NAME: &str = "workloads-by-phase";

/// How many workloads were in, or came to, each phase, per step of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadsByPhase {
    /// When the first step begins, and how long a step is.
    pub time: TimeGrid,
    /// One entry a phase, in any order; a phase that is not there counts nothing.
    pub phases: Vec<PhaseCounts>,
}

/// The counts of one phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseCounts {
    /// The phase.
    pub phase: Phase,
    /// Workloads, one number a step; as many as those of any other phase.
    pub counts: Vec<u32>,
}

/// Draws bars over time, stacked by phase, with the totals in the key.
///
/// # Errors
/// [`DrawError::Field`] if the phases have different numbers of steps.
pub fn workloads_by_phase(data: &WorkloadsByPhase, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    let steps = data.phases.first().map_or(0, |phase| phase.counts.len());
    data.time.check(NAME, steps)?;
    for (number, phase) in data.phases.iter().enumerate() {
        same_length(NAME, format!("phases[{number}].counts"), phase.counts.len(), steps)?;
    }
    let total = |counts: &[u32]| counts.iter().copied().map(u64::from).sum::<u64>();
    let mut shown: Vec<&PhaseCounts> = data.phases.iter().filter(|phase| total(&phase.counts) > 0).collect();
    // The good at the bottom, where bars are compared most easily; failures on top, where they stick out.
    shown.sort_by_key(|phase| (phase.phase == Phase::Failed, phase.phase != Phase::Succeeded, phase.phase.index()));

    let (mut chart, mut details) = over_time("", 52.0, 28.0, steps);
    let mut series = Vec::new();
    for phase in &shown {
        let values = phase.counts.iter().map(|count| Some(f64::from(*count)));
        chart = chart.series(
            Bar::new()
                .name(title_case(phase.phase))
                .stack("phases")
                .item_style(ItemStyle::new().color(theme.phase(phase.phase)))
                .data(data.time.points(values)),
        );
        series.push(json!({ "barCategoryGap": "20%", "barMaxWidth": 28 }));
    }
    let key: Vec<KeyEntry> = shown
        .iter()
        .rev()
        .map(|phase| KeyEntry {
            colour: theme.phase(phase.phase),
            words: format!("{} {}", title_case(phase.phase), written(total(&phase.counts))),
        })
        .collect();
    let title = "Workloads by phase";
    details["title"] = head(title, "", &key, theme, size);
    details["series"] = series.into();
    details["yAxis"]["minInterval"] = json!(1);
    let all: u64 = shown.iter().map(|phase| total(&phase.counts)).sum();
    if all == 0 {
        nothing(&mut details, "No workloads in this time", size, theme);
    }
    let failed = shown.iter().find(|phase| phase.phase == Phase::Failed);
    let summary = match failed.and_then(|phase| worst(&phase.counts)) {
        _ if all == 0 => "No workloads in this time.".to_owned(),
        None => format!("{} workloads, {}; none failed.", written(all), data.time.range(steps)),
        Some((at, most)) => format!(
            "{} workloads, {}; {} failed, most of them ({most}) at {}.",
            written(all),
            data.time.range(steps),
            written(failed.map_or(0, |phase| total(&phase.counts))),
            data.time.label(at),
        ),
    };
    let columns = std::iter::once("Time (UTC)".to_owned()).chain(shown.iter().map(|phase| title_case(phase.phase)));
    let row = |at: usize| {
        let cells = shown.iter().map(|phase| phase.counts[at].to_string());
        std::iter::once(data.time.label(at)).chain(cells).collect()
    };
    let table = Table { columns: columns.collect(), rows: (0..steps).map(row).collect() };
    Ok(Drawing { name: NAME, title: title.to_owned(), summary, table, chart, details })
}

/// The step with the most, if there is any.
fn worst(counts: &[u32]) -> Option<(usize, u32)> {
    let best = counts.iter().copied().enumerate().max_by_key(|(at, count)| (*count, std::cmp::Reverse(*at)));
    best.filter(|(_, count)| *count > 0)
}

fn written(count: u64) -> String {
    format(Some(count as f64), "")
}

/// A phase's word with a capital.
pub(crate) fn title_case(phase: Phase) -> String {
    let word = phase.as_str();
    word[..1].to_uppercase() + &word[1..]
}
