//! Points that stand out from trend and season.

use super::decompose::Parts;
use super::prepare::Prepared;
use super::scale::Scale;
use crate::report::{Outlier, OutlierDirection};
use crate::stats::distributions::normal_quantile;
use crate::stats::quantile_of_sorted;

/// Fewer values have no fences.
pub(crate) const NEED: usize = 14;
/// Fences lie so many interquartile ranges from what is expected: 4.05 standard deviations of normal noise.
pub(crate) const FENCES: f64 = 3.0;
/// The interquartile range of a normal distribution in standard deviations.
const IQR_OF_NORMAL: f64 = 1.349;
/// From so many values on, the twentieth farthest out tells how heavy the tail is; of fewer the tenth does.
const ENOUGH_FOR_A_TAIL: usize = 60;
/// A tail is taken to be at most so much heavier than a normal one.
const HEAVIEST: f64 = 2.5;
/// So many standard deviations out, a point is no noise, if there are few such.
const PLAIN: f64 = 5.5;
/// The share that is few.
const FEW: f64 = 0.03;
/// Outliers that are at most so many points apart belong to one incident.
const NEIGHBOURS: usize = 2;

/// How far the noise reaches to one side, on the scale of [`Scale`].
#[derive(Debug, Clone, Copy, PartialEq)]
struct Side {
    /// In standard deviations of normal noise, made wider where the tail is heavier than that.
    reach: f64,
}

/// The noise around expectation: its middle and its two sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Noise {
    middle: f64,
    below: Side,
    above: Side,
}

impl Noise {
    /// From what trend and season leave at the observed points.
    ///
    /// Each side is measured by its quartile and by a quantile further out, both as the standard deviation of the normal
    /// distribution that has it. Where the outer is wider than the inner, the tail is heavier than normal, and the
    /// fence, which lies further out still, is moved by the third power of their ratio: that keeps the share of false
    /// flags near that of normal noise for Student's t down to three degrees of freedom. The ratio is the geometric
    /// mean of the side's own and that of both sides, which is known better. The scale's least spread keeps counts of rare events, whose
    /// quartiles are all 0, from having no noise.
    pub(crate) fn of(rest: &[f64], observed: &[bool], scale: Scale, level: f64) -> Self {
        let least = scale.least_spread(level);
        // The root of a count has hardly any tail.
        let power = if scale == Scale::Root { 1 } else { 3 };
        let mut sorted: Vec<f64> =
            rest.iter().zip(observed).filter(|(_, observed)| **observed).map(|(rest, _)| *rest).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        without_the_plain_ones(&mut sorted, least);
        let count = sorted.len();
        let outer = if count >= ENOUGH_FOR_A_TAIL { 0.95 } else { 0.9 };
        let at = |share: f64| if count == 0 { 0.0 } else { quantile_of_sorted(&sorted, share) };
        let middle = at(0.5);
        let widths = |sign: f64| {
            let towards = |share: f64| if sign > 0.0 { at(share) - middle } else { middle - at(1.0 - share) };
            let width = |share: f64| (towards(share) / normal_quantile(share)).max(least);
            (width(0.75), width(outer))
        };
        let (below, above) = (widths(-1.0), widths(1.0));
        let ratio = |(near, far): (f64, f64)| if near > 0.0 { far / near } else { 1.0 };
        let both = ratio((below.0 + above.0, below.1 + above.1));
        let chance = 1.0 / (count.max(1) as f64).sqrt();
        let side = |widths: (f64, f64)| {
            let heavier = ((ratio(widths) * both).sqrt() - chance).clamp(1.0, HEAVIEST);
            Side { reach: (widths.1 * heavier.powi(power)).max(least) }
        };
        Self { middle, below: side(below), above: side(above) }
    }

    /// Half of the noise's whole width: a standard deviation.
    pub(crate) fn deviation(&self) -> f64 {
        f64::midpoint(self.below.reach, self.above.reach)
    }
}

/// Leaves out values, in order of size, that no noise explains, unless they are many: what is sought must not widen the
/// measure that it is sought with.
fn without_the_plain_ones(sorted: &mut Vec<f64>, least: f64) {
    if sorted.is_empty() {
        return;
    }
    let at = |share: f64| quantile_of_sorted(sorted, share);
    let (middle, width) = (at(0.5), ((at(0.75) - at(0.25)) / IQR_OF_NORMAL).max(least));
    let from = sorted.partition_point(|value| *value < middle - PLAIN * width);
    let to = sorted.partition_point(|value| *value <= middle + PLAIN * width);
    let left_out = sorted.len() - (to - from);
    if left_out as f64 <= FEW * sorted.len() as f64 {
        sorted.truncate(to);
        sorted.drain(..from);
    }
}

/// The observed points outside their fences.
pub(crate) fn outliers(prepared: &Prepared, scale: Scale, parts: &Parts, noise: &Noise, fences: f64) -> Vec<Outlier> {
    let width = fences * IQR_OF_NORMAL;
    let mut found: Vec<Outlier> = Vec::new();
    for (index, &value) in prepared.values.iter().enumerate() {
        if !prepared.observed[index] {
            continue;
        }
        let expected = parts.trend[index] + parts.seasonal[index];
        let off = scale.to(value) - expected - noise.middle;
        let side = if off > 0.0 { noise.above } else { noise.below };
        let deviation = side.reach * parts.widening[index].sqrt();
        // A series without any noise has no fences to be outside of by a hair.
        let hair = 1e-9 * (expected.abs() + noise.middle.abs());
        if off.abs() <= (width * deviation).max(hair) {
            continue;
        }
        let last = found.last();
        let incident = last.and_then(|last| {
            let incident = last.incident?;
            Some(if index - last.index <= NEIGHBOURS { incident } else { incident + 1 })
        });
        let fence = |side: Side, sign: f64| {
            scale.from(expected + noise.middle + sign * width * side.reach * parts.widening[index].sqrt())
        };
        found.push(Outlier {
            index,
            timestamp: prepared.timestamps[index],
            value,
            expected: Some(scale.from(expected)),
            lower: Some(fence(noise.below, -1.0)),
            upper: Some(fence(noise.above, 1.0)),
            score: (off.abs() / deviation.max(f64::MIN_POSITIVE)).min(1e6),
            direction: if off > 0.0 { OutlierDirection::High } else { OutlierDirection::Low },
            incident: Some(incident.unwrap_or(0)),
        });
    }
    found
}
