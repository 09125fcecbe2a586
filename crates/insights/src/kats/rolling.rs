//! Trailing means as pandas computes them.

/// The mean of each value and the `window` − 1 before it; NaN for the first ones and where one is missing.
///
/// As pandas' `rolling(window).mean()`: a running sum whose rounding errors are carried along (Kahan), exact where a
/// window holds one value only, and never of another sign than all values of the window. O(n).
pub fn rolling_mean(values: &[f64], window: usize) -> Vec<f64> {
    if window == 0 {
        return vec![f64::NAN; values.len()];
    }
    let mut running = Running::default();
    let mut means = Vec::with_capacity(values.len());
    for (place, &value) in values.iter().enumerate() {
        if place >= window {
            running.remove(values[place - window]);
        }
        running.add(value);
        means.push(if place + 1 >= window { running.mean(window) } else { f64::NAN });
    }
    means
}

#[derive(Default)]
struct Running {
    sum: f64,
    lost_adding: f64,
    lost_removing: f64,
    known: usize,
    negative: usize,
    last: f64,
    repeated: usize,
}

impl Running {
    fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        self.known += 1;
        let corrected = value - self.lost_adding;
        let sum = self.sum + corrected;
        self.lost_adding = sum - self.sum - corrected;
        self.sum = sum;
        self.negative += usize::from(value.is_sign_negative());
        self.repeated = if value == self.last { self.repeated + 1 } else { 1 };
        self.last = value;
    }

    fn remove(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        self.known -= 1;
        let corrected = -value - self.lost_removing;
        let sum = self.sum + corrected;
        self.lost_removing = sum - self.sum - corrected;
        self.sum = sum;
        self.negative -= usize::from(value.is_sign_negative());
    }

    fn mean(&self, window: usize) -> f64 {
        if self.known < window {
            return f64::NAN;
        }
        let mean = self.sum / self.known as f64;
        if self.repeated >= self.known {
            self.last
        } else if self.negative == 0 && mean < 0.0 || self.negative == self.known && mean > 0.0 {
            0.0
        } else {
            mean
        }
    }
}

#[cfg(test)]
mod tests {
    use super::rolling_mean;

    #[test]
    fn means_need_full_windows() {
        let means = rolling_mean(&[1.0, 2.0, 3.0, f64::NAN, 5.0, 7.0], 2);
        assert!(means[0].is_nan() && means[3].is_nan() && means[4].is_nan());
        assert_eq!([means[1], means[2], means[5]], [1.5, 2.5, 6.0]);
    }
}
