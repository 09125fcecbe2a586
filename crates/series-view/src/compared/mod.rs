//! Where a profile's numbers differ from those of `robust`, and why.

mod changes;
mod outliers;
mod trend;

use crate::cells::Basis;
use crate::points::Points;
use crate::words::{refusal, span};
use onepane_domain::{Notes, Profile, Timestamp};
use onepane_insights::robust::scale::Scale;
use onepane_insights::{Outcome, SeriesReport};

/// Two reports of one series.
pub(crate) struct Pair<'a> {
    /// The name of the profile.
    name: &'static str,
    profile: Profile,
    own: &'a SeriesReport,
    robust: &'a SeriesReport,
    /// The points of the profile: where both say something of the same of these, they speak of the same.
    points: &'a Points,
    basis: Basis,
}

impl Pair<'_> {
    fn index(&self, at: Timestamp) -> Option<usize> {
        self.points.index(at)
    }

    fn step_ms(&self) -> i64 {
        self.points.step_ms
    }

    /// How far the profile's moving average looks to either side.
    fn half_window(&self) -> usize {
        self.own.period.unwrap_or(1) / 2
    }

    fn are_counts_by_roots(&self) -> bool {
        self.robust.notes.iter().any(|note| note.contains(Scale::Root.name()))
    }
}

/// One sentence for each difference; one that says so where there is none.
pub(crate) fn compared(
    profile: Profile,
    own: &SeriesReport,
    robust: &SeriesReport,
    points: &Points,
    basis: Basis,
) -> Notes {
    let pair = Pair { name: profile.word(), profile, own, robust, points, basis };
    let name = pair.name;
    match (&own.outcome, &robust.outcome) {
        (Outcome::Analysed, Outcome::Analysed) => {}
        (Outcome::Analysed, other) => {
            let why = refusal(other).unwrap_or_default();
            return vec![format!("robust makes no claim about this series, {name} does. robust: {why}")];
        }
        (_, Outcome::Analysed) => return vec![format!("robust can say something of this series, {name} cannot.")],
        _ => return vec![format!("Neither {name} nor robust can say anything of this series.")],
    }
    let mut notes = Notes::new();
    season(&pair, &mut notes);
    trend::differences(&pair, &mut notes);
    outliers::differences(&pair, &mut notes);
    changes::differences(&pair, &mut notes);
    if notes.is_empty() {
        notes.push(format!("No difference: {name} and robust tell the same of this series."));
    }
    notes
}

fn season(pair: &Pair<'_>, notes: &mut Notes) {
    let real = |period: Option<usize>| period.filter(|period| *period > 1);
    let Some(assumed) = real(pair.own.period) else { return };
    let (name, step_ms) = (pair.name, pair.step_ms());
    match real(pair.robust.period) {
        None => notes.push(format!(
            "{name} assumes a season of {}; robust looks for one and finds none that chance does not make.",
            span(assumed, step_ms)
        )),
        // Of hours, where robust looks at hours and the profile at days, there is nothing to compare.
        Some(found) if found != assumed && pair.robust.n == pair.own.n => notes.push(format!(
            "{name} assumes a season of {}, robust finds one of {}.",
            span(assumed, step_ms),
            span(found, step_ms)
        )),
        Some(_) => {}
    }
}
