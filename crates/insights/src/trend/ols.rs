//! The least-squares line.

use crate::stats;
use crate::stats::distributions::student_two_sided;

/// A line y = intercept + slope · x, with the fields of `scipy.stats.linregress`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearFit {
    /// Change of y per x.
    pub slope: f64,
    /// y at x = 0.
    pub intercept: f64,
    /// Pearson's correlation; NaN when all x or all y are the same.
    pub correlation: f64,
    /// Two-sided p of a slope of zero, by Student's t with n − 2 degrees of freedom. It takes the residuals for
    /// independent, which those of most series are not.
    pub p_value: f64,
    /// Standard error of the slope.
    pub slope_error: f64,
    /// Standard error of the intercept.
    pub intercept_error: f64,
}

/// Fits `y` on `x` (the shorter length counts). NaN throughout for fewer than two points or a single x.
pub fn least_squares(x: &[f64], y: &[f64]) -> LinearFit {
    let count = x.len().min(y.len());
    let (x, y) = (&x[..count], &y[..count]);
    let n = count as f64;
    let (x_mean, y_mean) = (stats::mean(x), stats::mean(y));
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (dx, dy) = (x - x_mean, y - y_mean);
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    let (xx, xy, yy) = (xx / n, xy / n, yy / n);
    let slope = xy / xx;
    let intercept = y_mean - slope * x_mean;
    let correlation = if xx == 0.0 || yy == 0.0 { f64::NAN } else { (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0) };
    let (p_value, slope_error, intercept_error) = if count == 2 {
        (if y[0] == y[1] { 1.0 } else { 0.0 }, 0.0, 0.0)
    } else {
        let freedom = n - 2.0;
        // A perfect fit would divide by zero; the term is below the last digit of anything else.
        let tiny = 1e-20;
        let t = correlation * (freedom / ((1.0 - correlation + tiny) * (1.0 + correlation + tiny))).sqrt();
        let slope_error = ((1.0 - correlation * correlation) * yy / xx / freedom).sqrt();
        (student_two_sided(t, freedom), slope_error, slope_error * (xx + x_mean * x_mean).sqrt())
    };
    LinearFit { slope, intercept, correlation, p_value, slope_error, intercept_error }
}

/// Slope and intercept of `values` on 0, 1, 2, …, as `numpy.polyfit(range(n), values, 1)`; NaN for fewer than two.
pub fn least_squares_slope(values: &[f64]) -> (f64, f64) {
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let centre = stats::mean(values);
    let (mut xy, mut xx) = (0.0, 0.0);
    for (place, value) in values.iter().enumerate() {
        let distance = place as f64 - middle;
        xy += distance * (value - centre);
        xx += distance * distance;
    }
    let slope = xy / xx;
    (slope, centre - slope * middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_lines_have_no_numbers() {
        assert!(least_squares(&[1.0], &[2.0]).slope.is_nan());
        assert!(least_squares(&[1.0, 1.0, 1.0], &[2.0, 3.0, 4.0]).p_value.is_nan());
        let flat = least_squares(&[0.0, 1.0, 2.0], &[5.0; 3]);
        assert_eq!((flat.slope, flat.intercept), (0.0, 5.0));
        assert!(flat.correlation.is_nan());
        assert_eq!(least_squares(&[0.0, 1.0], &[1.0, 3.0]).p_value, 0.0);
        assert_eq!(least_squares_slope(&[1.0, 3.0, 5.0]), (2.0, 1.0));
    }
}
