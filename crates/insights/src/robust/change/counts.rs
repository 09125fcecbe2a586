//! Changes among counts of rare events, which chance alone brings together.

use super::{Change, ChangeDirection};
use crate::robust::scale::Scale;
use crate::stats::distributions::chi_squared_tail;

/// A change that is no less probable than this among counts whose rate stays is dropped, and its neighbours are judged
/// without it.
const DROPPED: f64 = 0.005;
/// One count adds at most so much to what is known of the spread: spikes are not noise.
const MOST_OF_ONE: f64 = 9.0;

/// Those of the changes that the counts themselves bear out, with the levels that they give.
///
/// Most of such a series is 0. Single events look like spikes and are taken out before levels are sought, so that three
/// events in a week stand alone among zeros, without any noise around them. So each change is tried once more: by the
/// likelihood ratio of two rates against one, of Poisson's counts, wider where the counts spread wider than Poisson's.
pub(crate) fn borne_out(counts: &[f64], mut changes: Vec<Change>) -> Vec<Change> {
    let n = counts.len();
    loop {
        let bounds: Vec<usize> =
            std::iter::once(0).chain(changes.iter().map(|change| change.index)).chain([n]).collect();
        let wider = dispersion(counts, &bounds);
        let judged: Vec<(f64, f64, f64)> = bounds
            .windows(3)
            .map(|around| {
                let (before, after) = (&counts[around[0]..around[1]], &counts[around[1]..around[2]]);
                let llr = two_rates(sum(before), before.len() as f64, sum(after), after.len() as f64) / wider;
                ((n as f64 * chi_squared_tail(llr, 1.0)).min(1.0), mean(before), mean(after))
            })
            .collect();
        let weakest = (0..changes.len()).max_by(|a, b| judged[*a].0.total_cmp(&judged[*b].0));
        match weakest.filter(|weakest| judged[*weakest].0 > DROPPED) {
            Some(weakest) => {
                changes.remove(weakest);
            }
            None => {
                for (change, (p, before, after)) in changes.iter_mut().zip(judged) {
                    // A count is at least as noisy as Poisson's, whose roots have a deviation of 1.
                    let most = (Scale::Root.to(after) - Scale::Root.to(before)).abs() / wider.sqrt();
                    *change = Change {
                        direction: if after >= before { ChangeDirection::Increase } else { ChangeDirection::Decrease },
                        before,
                        after,
                        p_value: change.p_value.max(p),
                        effect: change.effect.abs().min(most).copysign(after - before),
                        ..*change
                    };
                }
                return changes;
            }
        }
    }
}

fn sum(counts: &[f64]) -> f64 {
    counts.iter().map(|count| count.max(0.0)).sum()
}

fn mean(counts: &[f64]) -> f64 {
    sum(counts) / counts.len().max(1) as f64
}

/// Twice the log likelihood ratio of two rates against one.
fn two_rates(before: f64, days_before: f64, after: f64, days_after: f64) -> f64 {
    let rate = (before + after) / (days_before + days_after);
    let part = |events: f64, days: f64| if events > 0.0 { events * (events / (days * rate)).ln() } else { 0.0 };
    (2.0 * (part(before, days_before) + part(after, days_after))).max(0.0)
}

/// How much wider than Poisson's the counts spread around the levels between `bounds`: 1 or more.
fn dispersion(counts: &[f64], bounds: &[usize]) -> f64 {
    let spread: f64 = bounds
        .windows(2)
        .map(|pair| {
            let segment = &counts[pair[0]..pair[1]];
            let level = mean(segment);
            let of_one = |count: &f64| ((count.max(0.0) - level).powi(2) / level).min(MOST_OF_ONE);
            if level > 0.0 { segment.iter().map(of_one).sum::<f64>() } else { 0.0 }
        })
        .sum();
    let freedom = counts.len().saturating_sub(bounds.len() - 1).max(1) as f64;
    (spread / freedom).max(1.0)
}
