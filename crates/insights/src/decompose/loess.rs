//! Local regression on an even grid with tricube weights: the smoother inside STL.
//!
//! Points are numbered from 1, as in the article, so that windows may reach to 0 and n + 1.

use super::stl::Degree;

/// One smoother: its window, its degree and every how many points it is evaluated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loess {
    pub(super) window: usize,
    pub(super) degree: Degree,
    pub(super) jump: usize,
}

/// Tricube weights by distance for one half-width, and room for the weights of one fit.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    reach: f64,
    by_distance: Vec<f64>,
    weights: Vec<f64>,
}

impl Scratch {
    /// Makes `by_distance` hold the weights of distances 0, 1, … for half-width `reach`.
    fn prepare(&mut self, reach: f64, longest: usize) {
        if self.reach.to_bits() != reach.to_bits() {
            self.reach = reach;
            self.by_distance.clear();
        }
        for distance in self.by_distance.len()..=longest {
            let distance = distance as f64;
            self.by_distance.push(if distance > 0.999 * reach {
                0.0
            } else if distance <= 0.001 * reach {
                1.0
            } else {
                let ratio = distance / reach;
                let rest = 1.0 - ratio * ratio * ratio;
                rest * rest * rest
            });
        }
    }
}

impl Loess {
    /// Smooths `values` into `smooth`; `robustness` weighs the points where given.
    pub(super) fn smooth(self, values: &[f64], robustness: Option<&[f64]>, smooth: &mut [f64], scratch: &mut Scratch) {
        let count = values.len();
        if count < 2 {
            smooth[..count].copy_from_slice(values);
            return;
        }
        let jump = self.jump.min(count - 1).max(1);
        let half = self.window.div_ceil(2);
        let mut span = (1, self.window.min(count));
        let mut place = 1;
        while place <= count {
            span = self.span(place, jump, half, count, span);
            smooth[place - 1] = self.fit(values, place as f64, span, robustness, scratch).unwrap_or(values[place - 1]);
            place += jump;
        }
        if jump > 1 {
            self.fill_between(values, jump, span, robustness, smooth, scratch);
        }
    }

    /// The window of the fit at `place`.
    fn span(self, place: usize, jump: usize, half: usize, count: usize, last: (usize, usize)) -> (usize, usize) {
        if self.window >= count {
            (1, count)
        } else if jump == 1 {
            if place > half && last.1 != count { (last.0 + 1, last.1 + 1) } else { last }
        } else if place < half {
            (1, self.window)
        } else if place > count - half {
            (count - self.window + 1, count)
        } else {
            (place - half + 1, self.window + place - half)
        }
    }

    /// Straight lines between the fits that a jump above 1 left apart, and the fit of the very last point.
    fn fill_between(
        self,
        values: &[f64],
        jump: usize,
        span: (usize, usize),
        robustness: Option<&[f64]>,
        smooth: &mut [f64],
        scratch: &mut Scratch,
    ) {
        let count = values.len();
        let mut place = 0;
        while place + jump < count {
            join(smooth, place, place + jump);
            place += jump;
        }
        if place != count - 1 {
            smooth[count - 1] = self.fit(values, count as f64, span, robustness, scratch).unwrap_or(values[count - 1]);
            join(smooth, place, count - 1);
        }
    }

    /// The fit at `at` (numbered from 1, possibly outside) over the points `span.0..=span.1`; none if all weights
    /// vanish.
    pub(super) fn fit(
        self,
        values: &[f64],
        at: f64,
        span: (usize, usize),
        robustness: Option<&[f64]>,
        scratch: &mut Scratch,
    ) -> Option<f64> {
        let count = values.len();
        let (left, right) = span;
        let mut reach = (at - left as f64).max(right as f64 - at);
        if self.window > count {
            reach += ((self.window - count) / 2) as f64;
        }
        let farthest = (at - left as f64).abs().max((right as f64 - at).abs());
        scratch.prepare(reach, farthest as usize);
        let Scratch { by_distance, weights, .. } = scratch;
        weights.clear();
        // `at` is a whole number: distances index the table, falling to the left of it and rising to its right.
        let at_number = at as usize;
        if at_number > left {
            weights.extend(by_distance[1..=at_number - left].iter().rev().take(right + 1 - left));
        }
        if right >= at_number {
            weights.extend_from_slice(&by_distance[left.saturating_sub(at_number)..=right - at_number]);
        }
        let values = &values[left - 1..right];
        if let Some(robustness) = robustness {
            for (weight, factor) in weights.iter_mut().zip(&robustness[left - 1..right]) {
                *weight *= factor;
            }
        }
        let whole: f64 = weights.iter().sum();
        if whole <= 0.0 {
            return None;
        }
        for weight in weights.iter_mut() {
            *weight /= whole;
        }
        if reach > 0.0 && self.degree == Degree::Linear {
            let places = (left..).map(|place| place as f64);
            let centre: f64 = weights.iter().zip(places.clone()).map(|(weight, place)| weight * place).sum();
            let spread: f64 = weights
                .iter()
                .zip(places.clone())
                .map(|(weight, place)| weight * (place - centre) * (place - centre))
                .sum();
            // Points too close together carry no slope.
            if spread.sqrt() > 0.001 * (count as f64 - 1.0) {
                let lever = (at - centre) / spread;
                for (weight, place) in weights.iter_mut().zip(places) {
                    *weight *= lever * (place - centre) + 1.0;
                }
            }
        }
        Some(weights.iter().zip(values).map(|(weight, value)| weight * value).sum())
    }
}

/// Fills the points strictly between `from` and `to` with a straight line.
fn join(smooth: &mut [f64], from: usize, to: usize) {
    let slope = (smooth[to] - smooth[from]) / (to - from) as f64;
    for place in from + 1..to {
        smooth[place] = smooth[from] + slope * (place - from) as f64;
    }
}
