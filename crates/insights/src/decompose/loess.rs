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

/// Windows up to this half-width keep their weights for the whole decomposition.
const KEPT_UP_TO: usize = 128;
/// Fits of neighbouring points that are computed side by side.
const LANES: usize = 4;

/// Tricube weights of the distances −radius to radius, for one half-width of a window.
#[derive(Debug, Default)]
struct Tricube {
    reach: f64,
    radius: usize,
    weights: Vec<f64>,
}

impl Tricube {
    fn prepare(&mut self, reach: f64, farthest: usize) {
        if self.reach.to_bits() == reach.to_bits() && self.radius >= farthest && !self.weights.is_empty() {
            return;
        }
        (self.reach, self.radius) = (reach, farthest);
        self.weights.clear();
        self.weights.extend((0..=2 * farthest).map(|place| {
            let distance = place.abs_diff(farthest) as f64;
            if distance > 0.999 * reach {
                0.0
            } else if distance <= 0.001 * reach {
                1.0
            } else {
                let ratio = distance / reach;
                let rest = 1.0 - ratio * ratio * ratio;
                rest * rest * rest
            }
        }));
    }
}

/// The weights of the windows of one smoother (near the ends every point has its own), and room for those of a fit.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    kept: Vec<Tricube>,
    fit: Vec<f64>,
    abreast: Vec<[f64; LANES]>,
}

fn weights_of(kept: &mut Vec<Tricube>, reach: f64, farthest: usize) -> &Tricube {
    let slot = if reach < KEPT_UP_TO as f64 { reach as usize } else { KEPT_UP_TO };
    if kept.len() <= slot {
        kept.resize_with(slot + 1, Tricube::default);
    }
    let tricube = &mut kept[slot];
    tricube.prepare(reach, farthest);
    tricube
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
        let abreast = jump == 1 && self.window + LANES <= count && self.degree == Degree::Linear;
        while place <= count {
            if abreast && place >= half && place + LANES - 1 + self.window <= count + half {
                let left = place + 1 - half;
                let fits = self.fit_abreast(values, place, left, robustness, scratch);
                for (lane, fit) in fits.iter().enumerate() {
                    smooth[place - 1 + lane] = fit.unwrap_or(values[place - 1 + lane]);
                }
                place += LANES;
                span = (left + LANES - 1, left + LANES - 2 + self.window);
                continue;
            }
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
        // `at` and the window are whole numbers; distances are counted from `at`.
        let (first, last) = (left as i64 - at as i64, right as i64 - at as i64);
        let Scratch { kept, fit, .. } = scratch;
        let tricube = weights_of(kept, reach, first.unsigned_abs().max(last.unsigned_abs()) as usize);
        let from = (tricube.radius as i64 + first) as usize;
        let weights = &tricube.weights[from..from + right + 1 - left];
        let values = &values[left - 1..right];
        let robustness = robustness.map(|robustness| &robustness[left - 1..right]);

        // Operation by operation as in the authors' program: where most rests are 0 the robustness weights magnify
        // the last digit ten million times.
        fit.clear();
        let mut whole = 0.0;
        if let Some(factors) = robustness {
            fit.extend(weights.iter().zip(factors).map(|(weight, factor)| {
                let weight = factor * weight;
                whole += weight;
                weight
            }));
        } else {
            fit.extend_from_slice(weights);
            whole = weights.iter().sum();
        }
        if whole <= 0.0 {
            return None;
        }
        for weight in fit.iter_mut() {
            *weight /= whole;
        }
        if reach > 0.0 && self.degree == Degree::Linear {
            let (mut centre, mut place) = (0.0, left as f64);
            for weight in fit.iter() {
                centre += weight * place;
                place += 1.0;
            }
            let mut spread = 0.0;
            for (weight, place) in fit.iter().zip(left..) {
                let distance = place as f64 - centre;
                spread += weight * distance * distance;
            }
            // Points too close together carry no slope.
            if spread.sqrt() > 0.001 * (count as f64 - 1.0) {
                let lever = (at - centre) / spread;
                let mut sum = 0.0;
                for ((weight, place), value) in fit.iter().zip(left..).zip(values) {
                    sum += weight * (lever * (place as f64 - centre) + 1.0) * value;
                }
                return Some(sum);
            }
        }
        Some(fit.iter().zip(values).map(|(weight, value)| weight * value).sum())
    }
}

impl Loess {
    /// The fits at `place` and its next neighbours, whose windows of one size begin at `left` and its next ones: the
    /// same operations as [`Self::fit`], in the same order, for all of them at once.
    fn fit_abreast(
        self,
        values: &[f64],
        place: usize,
        left: usize,
        robustness: Option<&[f64]>,
        scratch: &mut Scratch,
    ) -> [Option<f64>; LANES] {
        let before = place - left;
        let reach = before.max(self.window - 1 - before);
        let Scratch { kept, abreast: fit, .. } = scratch;
        let tricube = weights_of(kept, reach as f64, reach);
        let weights = &tricube.weights[tricube.radius - before..tricube.radius - before + self.window];
        let mut whole = [0.0; LANES];
        fit.clear();
        for (place, &weight) in weights.iter().enumerate() {
            let mut row = [weight; LANES];
            if let Some(robustness) = robustness {
                for (weight, factor) in row.iter_mut().zip(&robustness[left - 1 + place..]) {
                    *weight *= factor;
                }
            }
            for (whole, weight) in whole.iter_mut().zip(&row) {
                *whole += weight;
            }
            fit.push(row);
        }
        let places = |row: usize| {
            let first = (left + row) as f64;
            [first, first + 1.0, first + 2.0, first + 3.0]
        };
        let mut centre = [0.0; LANES];
        for (number, row) in fit.iter_mut().enumerate() {
            let places = places(number);
            for lane in 0..LANES {
                row[lane] /= whole[lane];
                centre[lane] += row[lane] * places[lane];
            }
        }
        let mut spread = [0.0; LANES];
        for (number, row) in fit.iter().enumerate() {
            let places = places(number);
            for lane in 0..LANES {
                let distance = places[lane] - centre[lane];
                spread[lane] += row[lane] * distance * distance;
            }
        }
        // A lever of 0 leaves the weights as they are: points too close together carry no slope.
        let least = 0.001 * (values.len() as f64 - 1.0);
        let lever: [f64; LANES] = std::array::from_fn(|lane| {
            if spread[lane].sqrt() > least { ((place + lane) as f64 - centre[lane]) / spread[lane] } else { 0.0 }
        });
        let mut sums = [0.0; LANES];
        for (number, row) in fit.iter().enumerate() {
            let places = places(number);
            let values = &values[left - 1 + number..left - 1 + number + LANES];
            for lane in 0..LANES {
                sums[lane] += row[lane] * (lever[lane] * (places[lane] - centre[lane]) + 1.0) * values[lane];
            }
        }
        std::array::from_fn(|lane| (whole[lane] > 0.0).then_some(sums[lane]))
    }
}

/// Fills the points strictly between `from` and `to` with a straight line.
fn join(smooth: &mut [f64], from: usize, to: usize) {
    let slope = (smooth[to] - smooth[from]) / (to - from) as f64;
    for place in from + 1..to {
        smooth[place] = smooth[from] + slope * (place - from) as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_abreast_are_the_single_fits() {
        let values: Vec<f64> =
            (0..60_i32).map(|place| f64::from(place * place % 23) + f64::from(place) / 3.0).collect();
        let mut robustness: Vec<f64> = (0..60_i32).map(|place| f64::from(place * 7 % 11) / 11.0).collect();
        robustness[20..40].fill(0.0);
        for window in [3, 7, 15, 51] {
            for robustness in [None, Some(&robustness[..])] {
                let loess = Loess { window, degree: Degree::Linear, jump: 1 };
                let (mut scratch, mut smooth) = (Scratch::default(), vec![0.0; values.len()]);
                loess.smooth(&values, robustness, &mut smooth, &mut scratch);
                let half = window.div_ceil(2);
                let mut span = (1, window);
                for place in 1..=values.len() {
                    span = loess.span(place, 1, half, values.len(), span);
                    let single = loess.fit(&values, place as f64, span, robustness, &mut scratch);
                    assert_eq!(smooth[place - 1], single.unwrap_or(values[place - 1]), "{window} {place}");
                }
            }
        }
    }
}
