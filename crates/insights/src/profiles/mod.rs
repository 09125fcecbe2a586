//! The profiles that match other tools, as reports.

mod kats;
mod sample;

pub(crate) use kats::report as kats;
pub(crate) use sample::report as sample;

use crate::kats::{CusumChange, DetectError};
use crate::report::{ChangePoint, Outcome, SeriesReport};
use crate::settings::Settings;
use onepane_domain::{Detector, Timestamp};

/// What came of the detectors of one series: its outcome in the end.
#[derive(Default)]
struct Progress {
    ran: bool,
    first_failure: Option<Outcome>,
}

impl Progress {
    /// Takes note of a detector that could not run.
    fn failed(&mut self, report: &mut SeriesReport, detector: Detector, error: &DetectError) {
        let name = match detector {
            Detector::Trend => "Trend",
            Detector::Outlier => "Outliers",
            Detector::Changepoint => "Change points",
        };
        report.notes.push(format!("{name}: not computed, {error}."));
        let outcome = match *error {
            DetectError::Insufficient { need, have }
            | DetectError::Decompose(crate::decompose::DecomposeError::Insufficient { need, have }) => {
                Outcome::Insufficient { need, have }
            }
            _ => Outcome::Unsupported { reason: format!("{error}.") },
        };
        self.first_failure.get_or_insert(outcome);
    }

    /// Analysed if anything could be, else what kept the first detector.
    fn outcome(self) -> Outcome {
        match self.first_failure {
            Some(failure) if !self.ran => failure,
            _ => Outcome::Analysed,
        }
    }
}

/// Outcomes that need no detector: nothing there, or always the same.
fn settled(values: &[f64], need: usize) -> Option<Outcome> {
    let mut known = values.iter().copied().filter(|value| !value.is_nan());
    let Some(first) = known.next() else { return Some(Outcome::Insufficient { need, have: 0 }) };
    if values.len() < need {
        return Some(Outcome::Insufficient { need, have: values.len() });
    }
    known.all(|value| value == first).then_some(Outcome::Constant { value: first })
}

fn wants(settings: &Settings, detector: Detector) -> bool {
    settings.detectors.contains(&detector)
}

/// The changes that were detected, in order of time.
fn change_points(found: &[CusumChange], stamps: &[Timestamp]) -> Vec<ChangePoint> {
    let mut changes: Vec<ChangePoint> = found
        .iter()
        .filter(|change| change.detected)
        .filter_map(|change| {
            let index = change.cp_index + 1;
            Some(ChangePoint {
                index,
                cp_index: Some(change.cp_index),
                timestamp: *stamps.get(index)?,
                direction: change.direction,
                kind: None,
                mean_before: change.mu0,
                mean_after: change.mu1,
                confidence: finite(change.confidence()),
                p_value: finite(change.p_value),
                llr: finite(change.llr),
            })
        })
        .collect();
    changes.sort_by_key(|change| change.index);
    changes
}

/// The number, if it is one.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
