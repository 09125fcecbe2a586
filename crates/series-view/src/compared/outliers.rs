//! Outliers that one profile flags and the other does not.

use super::Pair;
use crate::words::{counted, moment, moments, number, span};
use onepane_domain::{Notes, Timestamp};
use onepane_insights::Outlier;

/// The ends of a range, where both are known.
type Range = Option<(f64, f64)>;

pub(super) fn differences(pair: &Pair<'_>, notes: &mut Notes) {
    let places = |outliers: &[Outlier]| outliers.iter().filter_map(|one| pair.index(one.timestamp)).collect::<Vec<_>>();
    let (own, robust) = (places(&pair.own.outliers), places(&pair.robust.outliers));
    let mut missed: Vec<usize> = robust.iter().copied().filter(|place| !own.contains(place)).collect();
    missed.dedup();
    let extra: Vec<usize> = own.iter().copied().filter(|place| !robust.contains(place)).collect();
    tell_missed(pair, &missed, notes);
    tell_extra(pair, &robust, &extra, notes);
}

fn tell_missed(pair: &Pair<'_>, missed: &[usize], notes: &mut Notes) {
    let name = pair.name;
    let (unknown, passed): (Vec<usize>, Vec<usize>) = missed
        .iter()
        .partition(|place| pair.points.around.as_ref().is_none_or(|seen| !seen.expected[**place].is_finite()));
    if !unknown.is_empty() {
        let ends = span(pair.half_window(), pair.step_ms());
        let why = match pair.points.around {
            Some(_) => format!("its trend is undefined in the first and last {ends}"),
            None => "its decomposition could not be computed".to_owned(),
        };
        notes.push(format!("robust flags {}, which {name} cannot: {why}.", times(pair, &unknown)));
    }
    let Some(&first) = passed.first() else { return };
    let let_pass = match (range(pair, first), robust_range(pair, first)) {
        (Some((lower, upper)), Some((from, to))) => format!(
            ": there it lets {} to {} pass, robust {} to {}",
            number(lower),
            number(upper),
            number(from),
            number(to)
        ),
        _ => String::new(),
    };
    notes.push(format!(
        "robust flags {}, {name} does not{let_pass}. Spikes and steps pull the means and widen the quartiles that {name} \
         measures by.",
        times(pair, &passed)
    ));
}

fn tell_extra(pair: &Pair<'_>, robust: &[usize], extra: &[usize], notes: &mut Notes) {
    let name = pair.name;
    let all = pair.own.outliers.len();
    let has_no_width = pair.points.around.as_ref().is_some_and(|seen| {
        let mut widths =
            seen.lower.iter().zip(&seen.upper).filter(|(lower, upper)| lower.is_finite() && upper.is_finite());
        widths.clone().next().is_some() && widths.all(|(lower, upper)| lower >= upper)
    });
    if has_no_width && !extra.is_empty() {
        notes.push(format!(
            "{name} flags {all} of {}: half of its residuals are the same, so its fences have no width and any other value \
             is outside of them.",
            counted(pair.own.n, "point")
        ));
        return;
    }
    let reach = pair.half_window().max(1);
    let changes: Vec<usize> =
        pair.robust.changepoints.iter().filter_map(|change| pair.index(change.timestamp)).collect();
    let near = |place: usize, all: &[usize]| {
        all.iter().copied().filter(|at| at.abs_diff(place) <= reach).min_by_key(|at| at.abs_diff(place))
    };
    let mut beside = Group::default();
    let mut at_changes = Group::default();
    let mut others = Vec::new();
    for &place in extra {
        match (near(place, robust), near(place, &changes)) {
            (Some(spike), _) => beside.add(spike),
            (None, Some(change)) => at_changes.add(change),
            (None, None) => others.push(place),
        }
    }
    let window = match pair.own.period.filter(|period| *period > 1) {
        Some(period) => format!("its mean over {}", span(period, pair.step_ms())),
        None => "its moving average".to_owned(),
    };
    if let Some((count, spikes)) = beside.told(pair) {
        let what = if beside.around.len() == 1 { "one spike" } else { "spikes" };
        notes.push(format!(
            "{name} flags {} of {what} ({spikes}), robust does not: {window} moves with a spike, and what is beside it seems \
             too low or too high.",
            counted(count, "neighbour")
        ));
    }
    if let Some((count, changes)) = at_changes.told(pair) {
        notes.push(format!(
            "{name} flags {} where the level changes ({changes}), robust does not: {window} cannot follow a step.",
            counted(count, "point")
        ));
    }
    tell_others(pair, &others, notes);
}

fn tell_others(pair: &Pair<'_>, others: &[usize], notes: &mut Notes) {
    let Some(&first) = others.first() else { return };
    let lets_pass = robust_range(pair, first)
        .map(|(from, to)| format!(", which lets {} to {} pass there", number(from), number(to)))
        .unwrap_or_default();
    let zeros = pair.points.values.iter().filter(|value| **value == 0.0).count();
    let why = match pair.are_counts_by_roots() {
        true if 2 * zeros > pair.points.values.len() => {
            "most of these counts are 0, and robust measures those above by themselves, not by their distance from 0"
        }
        true => "robust looks at the roots of counts: the larger a count, the more of its noise it forgives",
        false => "robust's fences follow how heavy the tails of the noise are, to either side by itself",
    };
    let flagged = times(pair, others);
    notes.push(format!("{} flags {flagged}, but not robust{lets_pass}: {why}.", pair.name));
}

/// Points beside others.
#[derive(Default)]
struct Group {
    count: usize,
    around: Vec<usize>,
}

impl Group {
    fn add(&mut self, around: usize) {
        self.count += 1;
        if !self.around.contains(&around) {
            self.around.push(around);
        }
    }

    fn told(&self, pair: &Pair<'_>) -> Option<(usize, String)> {
        (self.count > 0).then(|| (self.count, times(pair, &self.around)))
    }
}

fn times(pair: &Pair<'_>, places: &[usize]) -> String {
    let times: Vec<Timestamp> = places.iter().map(|place| pair.points.at(*place)).collect();
    match times.as_slice() {
        [one] => moment(*one, pair.step_ms()),
        many => moments(many, pair.step_ms()),
    }
}

/// What the profile lets pass at a point.
fn range(pair: &Pair<'_>, place: usize) -> Range {
    let seen = pair.points.around.as_ref()?;
    finite(*seen.lower.get(place)?, *seen.upper.get(place)?)
}

/// What `robust` lets pass there; nothing where it looks at other points.
fn robust_range(pair: &Pair<'_>, place: usize) -> Range {
    let seen = pair.robust.expectation.as_ref().filter(|_| pair.robust.n == pair.own.n)?;
    let at = seen.timestamps.binary_search(&pair.points.at(place)).ok()?;
    finite(*seen.lower.get(at)?, *seen.upper.get(at)?)
}

fn finite(lower: f64, upper: f64) -> Range {
    (lower.is_finite() && upper.is_finite()).then_some((lower, upper))
}
