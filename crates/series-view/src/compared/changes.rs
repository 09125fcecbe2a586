//! Changes of level that the profiles tell differently.

use super::Pair;
use crate::words::moments;
use onepane_domain::{Notes, Timestamp};
use onepane_insights::robust::RESTLESS;
use onepane_insights::{ChangeDirection, ChangeKind, ChangePoint, Trend, TrendDirection};

/// Changes so many points apart are one.
const SAME: usize = 3;
/// A ramp whose end is not told goes on for such a share of the series.
const RAMP_SHARE: usize = 8;

/// What `robust` tells as one: a step, or a ramp from where it bends first to where it bends last.
struct Told {
    from: usize,
    to: usize,
    direction: ChangeDirection,
    is_ramp: bool,
    at: Timestamp,
}

impl Told {
    fn explains(&self, place: usize, direction: ChangeDirection) -> bool {
        self.direction == direction && place + SAME >= self.from && place <= self.to + SAME
    }
}

pub(super) fn differences(pair: &Pair<'_>, notes: &mut Notes) {
    let robust = told_by_robust(pair);
    let (mut as_steps, mut extra) = (Vec::new(), Vec::new());
    let own: Vec<(usize, &ChangePoint)> =
        pair.own.changepoints.iter().filter_map(|change| Some((pair.index(change.timestamp)?, change))).collect();
    for (place, change) in &own {
        let mut explaining = robust.iter().filter(|told| told.explains(*place, change.direction)).peekable();
        match (explaining.peek().is_some(), explaining.all(|told| told.is_ramp)) {
            (false, _) => extra.push(change.timestamp),
            (true, true) => as_steps.push(change.timestamp),
            (true, false) => {}
        }
    }
    let is_missed = |told: &&Told| !own.iter().any(|(place, change)| told.explains(*place, change.direction));
    let missed: Vec<Timestamp> = robust.iter().filter(is_missed).map(|told| told.at).collect();
    tell(pair, &as_steps, &extra, &missed, notes);
}

fn told_by_robust(pair: &Pair<'_>) -> Vec<Told> {
    let is_ramp = |change: &ChangePoint| change.kind == Some(ChangeKind::Ramp);
    let changes: Vec<(usize, &ChangePoint)> =
        pair.robust.changepoints.iter().filter_map(|change| Some((pair.index(change.timestamp)?, change))).collect();
    let together = |(_, a): &(usize, &ChangePoint), (_, b): &(usize, &ChangePoint)| {
        is_ramp(a) && is_ramp(b) && a.direction == b.direction
    };
    let runs = changes.chunk_by(together);
    runs.filter_map(|run| {
        let (&(from, first), &(last, _)) = (run.first()?, run.last()?);
        let open_end = if is_ramp(first) && run.len() == 1 { pair.points.values.len() / RAMP_SHARE } else { 0 };
        let (direction, is_ramp) = (first.direction, is_ramp(first));
        Some(Told { from, to: last + open_end, direction, is_ramp, at: first.timestamp })
    })
    .collect()
}

fn tell(pair: &Pair<'_>, as_steps: &[Timestamp], extra: &[Timestamp], missed: &[Timestamp], notes: &mut Notes) {
    let name = pair.name;
    let times = |all: &[Timestamp]| moments(all, pair.step_ms());
    if !as_steps.is_empty() {
        notes.push(format!(
            "robust tells a ramp where {name} tells a step ({}): a slope fits these points better than a jump; CUSUM knows \
             jumps alone.",
            times(as_steps)
        ));
    }
    if !extra.is_empty() {
        let claims = |trend: &Trend| trend.direction != TrendDirection::None;
        let why = if pair.robust.notes.iter().any(|note| note == RESTLESS) {
            "robust finds that the level wanders all the time and tells none of its changes"
        } else if pair.robust.trend.as_ref().is_some_and(claims) {
            "it compares all before with all after, and a steady trend makes these differ, too"
        } else {
            "it takes every point for independent of the one before, so that chance looks like a change more often"
        };
        notes.push(format!("{name} tells a change on {} that robust does not: {why}.", times(extra)));
    }
    if !missed.is_empty() {
        notes.push(format!(
            "robust tells changes that {name} does not ({}): CUSUM finds at most one rise and one fall in a series.",
            times(missed)
        ));
    }
}
