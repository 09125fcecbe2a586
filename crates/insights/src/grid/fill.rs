//! Filling gaps as Kats' outlier detector has pandas fill them.

use onepane_domain::Timestamp;

const MILLIS_PER_DAY: f64 = 86_400_000.0;

/// Fills the NaN of `values` at rising `stamps`: a not-a-knot cubic spline over time between the first and the last
/// known value, and the nearest known value beyond them. With fewer than four known values the spline does not exist:
/// straight lines from point to point take its place (Kats' fill fails there).
///
/// False if there is no known value at all.
pub fn fill_gaps(stamps: &[Timestamp], values: &mut [f64]) -> bool {
    let known: Vec<usize> = (0..values.len()).filter(|&index| !values[index].is_nan()).collect();
    let (Some(&first), Some(&last)) = (known.first(), known.last()) else { return values.is_empty() };
    if known.len() == values.len() {
        return true;
    }
    // Days from the first known point keep the numbers of the equations in scale.
    let day = |index: usize| stamps[index].millis_since(stamps[first]) as f64 / MILLIS_PER_DAY;
    let x: Vec<f64> = known.iter().map(|&index| day(index)).collect();
    let y: Vec<f64> = known.iter().map(|&index| values[index]).collect();
    if known.len() >= 4 {
        let slopes = spline_slopes(&x, &y);
        for (piece, ends) in known.windows(2).enumerate() {
            let (left, right) = ([x[piece], y[piece], slopes[piece]], [x[piece + 1], y[piece + 1], slopes[piece + 1]]);
            for (inner, value) in values[ends[0] + 1..ends[1]].iter_mut().enumerate() {
                *value = hermite(left, right, day(ends[0] + 1 + inner));
            }
        }
    }
    // What is still missing lies on straight lines over the points, not over time.
    for ends in known.windows(2) {
        let (from, to) = (ends[0], ends[1]);
        let step = (values[to] - values[from]) / (to - from) as f64;
        for index in from + 1..to {
            if values[index].is_nan() {
                values[index] = values[from] + step * (index - from) as f64;
            }
        }
    }
    values[..first].fill(y[0]);
    values[last + 1..].fill(y[y.len() - 1]);
    true
}

/// The cubic with given values and slopes at both ends.
fn hermite([x0, y0, slope0]: [f64; 3], [x1, y1, slope1]: [f64; 3], x: f64) -> f64 {
    let width = x1 - x0;
    let t = (x - x0) / width;
    let u = 1.0 - t;
    y0 * u * u * (1.0 + 2.0 * t) + y1 * t * t * (1.0 + 2.0 * u) + width * t * u * (slope0 * u - slope1 * t)
}

/// The slopes at the knots of the cubic spline whose third derivative does not jump at the second and the last but
/// one knot (not-a-knot; de Boor 1978, chapter IV). At least four knots, rising.
fn spline_slopes(x: &[f64], y: &[f64]) -> Vec<f64> {
    let count = x.len();
    let last = count - 1;
    let width: Vec<f64> = x.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let rise: Vec<f64> = (0..last).map(|piece| (y[piece + 1] - y[piece]) / width[piece]).collect();
    let (mut below, mut main, mut above, mut right) =
        (vec![0.0; count], vec![0.0; count], vec![0.0; count], vec![0.0; count]);
    for knot in 1..last {
        below[knot] = width[knot];
        main[knot] = 2.0 * (width[knot - 1] + width[knot]);
        above[knot] = width[knot - 1];
        right[knot] = 3.0 * (width[knot] * rise[knot - 1] + width[knot - 1] * rise[knot]);
    }
    let span = width[0] + width[1];
    main[0] = width[1];
    above[0] = span;
    right[0] = ((width[0] + 2.0 * span) * width[1] * rise[0] + width[0] * width[0] * rise[1]) / span;
    let (outer, inner) = (width[last - 1], width[last - 2]);
    let span = outer + inner;
    main[last] = inner;
    below[last] = span;
    right[last] = (outer * outer * rise[last - 2] + (2.0 * span + outer) * inner * rise[last - 1]) / span;
    for knot in 1..count {
        let share = below[knot] / main[knot - 1];
        main[knot] -= share * above[knot - 1];
        right[knot] -= share * right[knot - 1];
    }
    let mut slopes = right;
    slopes[last] /= main[last];
    for knot in (0..last).rev() {
        slopes[knot] = (slopes[knot] - above[knot] * slopes[knot + 1]) / main[knot];
    }
    slopes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubic_is_met_exactly_and_ends_stay_level() {
        let stamps: Vec<Timestamp> = (0..12).map(|day| Timestamp::saturating_from_millis(day * 86_400_000)).collect();
        let cubic = |day: usize| 2.0 + (day as f64 - 4.0).powi(3) / 10.0;
        let mut values: Vec<f64> = (0..12).map(cubic).collect();
        for gap in [0, 3, 4, 7, 11] {
            values[gap] = f64::NAN;
        }
        assert!(fill_gaps(&stamps, &mut values));
        assert!((1..11).all(|day| (values[day] - cubic(day)).abs() < 1e-12), "{values:?}");
        assert_eq!((values[0], values[11]), (cubic(1), cubic(10)));
        let mut few = [f64::NAN, 1.0, f64::NAN, 3.0];
        assert!(fill_gaps(&stamps[..4], &mut few));
        assert_eq!(few, [1.0, 1.0, 2.0, 3.0]);
        assert!(!fill_gaps(&stamps[..2], &mut [f64::NAN, f64::NAN]));
    }
}
