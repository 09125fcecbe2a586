//! Points that stand out from trend and season.

use super::decompose::Parts;
use super::prepare::Prepared;
use super::scale::Scale;
use crate::report::{Outlier, OutlierDirection};
use crate::stats::distributions::normal_quantile;
use crate::stats::{ascending, quantile_of_sorted};

/// Fewer values have no fences.
pub(crate) const NEED: usize = 14;
/// Fences lie so many interquartile ranges from what is expected: 4.05 standard deviations of normal noise.
pub(crate) const FENCES: f64 = 3.0;
/// The interquartile range of a normal distribution in standard deviations.
const IQR_OF_NORMAL: f64 = 1.349;
/// From so many values on, the twentieth farthest out tells how heavy the tail is; of fewer the tenth does.
const ENOUGH_FOR_A_TAIL: usize = 60;
/// From so many on, the fortieth does.
const ENOUGH_FOR_A_FAR_TAIL: usize = 150;
/// The power of the tail's ratio that moves the fences: found with Student's t of three degrees, where the ratio alone,
/// if it were known exactly, would ask for less.
const POWER: f64 = 3.0;
/// A tail is taken to be at most so much heavier than a normal one.
const HEAVIEST: f64 = 2.5;
/// So many standard deviations out, a point is no noise, if there are few such.
const PLAIN: f64 = 5.5;
/// The share that is few.
const FEW: f64 = 0.03;
/// So many counts above 0 are measured by themselves.
const ENOUGH_EVENTS: usize = 20;
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
    events: Option<Events>,
}

/// How large counts are where there are any, on the scale of [`Scale::Root`].
#[derive(Debug, Clone, Copy, PartialEq)]
struct Events {
    middle: f64,
    deviation: f64,
}

impl Events {
    /// Of counts many of which are 0. The others are measured by themselves: distances from a running median of 0 mix
    /// how often something happens with how large it is when it does, and are wide where neither is.
    fn of(values: &[f64], observed: &[bool], scale: Scale) -> Option<Self> {
        if scale != Scale::Root {
            return None;
        }
        let seen = values.iter().zip(observed).filter(|(value, observed)| **observed && **value > 0.0);
        let mut sorted: Vec<f64> = seen.map(|(value, _)| scale.to(*value)).collect();
        if sorted.len() < ENOUGH_EVENTS || sorted.len() * 5 > values.len() * 4 {
            return None;
        }
        sorted.sort_unstable_by(ascending);
        // The mean of the central half: a median of counts would jump from whole number to whole number.
        let quarter = sorted.len() / 4;
        let centre = &sorted[quarter..sorted.len() - quarter];
        let middle = centre.iter().sum::<f64>() / centre.len() as f64;
        let width = |share: f64| (quantile_of_sorted(&sorted, share) - middle) / normal_quantile(share);
        // Poisson's noise at least. A few spikes among few events must not widen it: the tenth farthest out tells.
        let known = 1.0 + 2.0 / sorted.len() as f64;
        Some(Self { middle, deviation: known * f64::midpoint(width(0.75), width(0.9)).max(1.0) })
    }
}

impl Noise {
    /// From what trend and season leave at the observed points.
    ///
    /// Each side is measured by its quartile and by a quantile further out, both as the standard deviation of the normal
    /// distribution that has it. Where the outer is wider than the inner, the tail is heavier than normal, and the
    /// fence, which lies further out still, is moved by a power of their ratio: that keeps the share of false flags
    /// near one in a thousand or below for Student's t down to three degrees of freedom. The ratio is that of both sides, which
    /// is known best, unless the side's own is clearly larger: then the geometric mean of the two. The scale's least
    /// spread keeps counts of rare events, whose quartiles are all 0, from having no noise.
    pub(crate) fn of(values: &[f64], rest: &[f64], observed: &[bool], scale: Scale, level: f64) -> Self {
        let least = scale.least_spread(level);
        let mut sorted: Vec<f64> =
            rest.iter().zip(observed).filter(|(_, observed)| **observed).map(|(rest, _)| *rest).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        without_the_plain_ones(&mut sorted, least);
        let count = sorted.len();
        let (outer, power) = match count {
            // The root of a count has hardly any tail.
            ENOUGH_FOR_A_TAIL.. if scale == Scale::Root => (0.95, 1.0),
            ENOUGH_FOR_A_FAR_TAIL.. => (0.975, POWER),
            ENOUGH_FOR_A_TAIL.. => (0.95, POWER),
            _ => (0.9, if scale == Scale::Root { 1.0 } else { POWER }),
        };
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
            let own = (ratio(widths) * both).sqrt() - 2.0 * chance;
            let heavier = own.max(both - 0.7 * chance).clamp(1.0, HEAVIEST);
            Side { reach: (widths.1 * heavier.powf(power)).max(least) }
        };
        Self { middle, below: side(below), above: side(above), events: Events::of(values, observed, scale) }
    }

    /// The deviation above `expected`, when fences are `width` deviations away. Where less than the usual event is
    /// expected, the fence is that of the events if that is nearer.
    fn deviation_above(&self, expected: f64, width: f64) -> f64 {
        let usual = self.above.reach;
        match self.events {
            Some(events) if expected + self.middle < events.middle => {
                let fence = events.middle + width * events.deviation;
                usual.min((fence - expected - self.middle) / width)
            }
            _ => usual,
        }
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

/// What is expected at a point, and how far the fences are from there, all on the scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fences {
    /// What trend and season give.
    pub(crate) expected: f64,
    /// The middle of the noise around it.
    centre: f64,
    /// A deviation below.
    below: f64,
    /// A deviation above.
    above: f64,
    /// So many deviations away the fences stand.
    width: f64,
}

impl Fences {
    /// At the point `index`, for fences so many interquartile ranges away.
    pub(crate) fn at(index: usize, parts: &Parts, noise: &Noise, fences: f64) -> Self {
        let width = fences * IQR_OF_NORMAL;
        let expected = parts.trend[index] + parts.seasonal[index];
        let widening = parts.widening[index].sqrt();
        Self {
            expected,
            centre: expected + noise.middle,
            below: noise.below.reach * widening,
            above: noise.deviation_above(expected, width) * widening,
            width,
        }
    }

    /// The lower fence.
    pub(crate) fn lower(&self) -> f64 {
        self.centre - self.width * self.below
    }

    /// The upper fence.
    pub(crate) fn upper(&self) -> f64 {
        self.centre + self.width * self.above
    }
}

/// The observed points outside their fences.
pub(crate) fn outliers(prepared: &Prepared, scale: Scale, parts: &Parts, noise: &Noise, fences: f64) -> Vec<Outlier> {
    let mut found: Vec<Outlier> = Vec::new();
    for (index, &value) in prepared.values.iter().enumerate() {
        if !prepared.observed[index] {
            continue;
        }
        let around = Fences::at(index, parts, noise, fences);
        let off = scale.to(value) - around.expected - noise.middle;
        let deviation = if off > 0.0 { around.above } else { around.below };
        // A series without any noise has no fences to be outside of by a hair.
        let hair = 1e-9 * (around.expected.abs() + noise.middle.abs());
        if off.abs() <= (around.width * deviation).max(hair) {
            continue;
        }
        let last = found.last();
        let incident = last.and_then(|last| {
            let incident = last.incident?;
            Some(if index - last.index <= NEIGHBOURS { incident } else { incident + 1 })
        });
        found.push(Outlier {
            index,
            timestamp: prepared.timestamps[index],
            value,
            expected: Some(scale.from(around.expected)),
            lower: Some(scale.from(around.lower())),
            upper: Some(scale.from(around.upper())),
            score: (off.abs() / deviation.max(f64::MIN_POSITIVE)).min(1e6),
            direction: if off > 0.0 { OutlierDirection::High } else { OutlierDirection::Low },
            incident: Some(incident.unwrap_or(0)),
        });
    }
    found
}
