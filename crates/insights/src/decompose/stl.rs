//! STL, the seasonal-trend decomposition by loess of Cleveland, Cleveland, McRae & Terpenning (Journal of Official
//! Statistics 6, 1990), with every parameter of the article. Written from it; no library at hand gives its numbers in
//! double precision with all of them.

use super::loess::{Loess, Scratch};
use super::{DecomposeError, check};
use crate::stats;

/// Degree of a local polynomial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Degree {
    /// A level.
    Constant,
    /// A line.
    Linear,
}

/// The parameters of STL under the article's names, spelled out. [`Stl::new`] gives those of statsmodels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stl {
    /// Points a season (n_p), at least 2.
    pub period: usize,
    /// Window of the seasonal smoother (n_s) in seasons, odd, at least 3.
    pub seasonal: usize,
    /// Window of the trend smoother (n_t), odd, at least 3 and above the period.
    pub trend: usize,
    /// Window of the low-pass filter (n_l), odd, at least 3 and above the period.
    pub low_pass: usize,
    /// Degree of the seasonal smoother.
    pub seasonal_degree: Degree,
    /// Degree of the trend smoother.
    pub trend_degree: Degree,
    /// Degree of the low-pass smoother.
    pub low_pass_degree: Degree,
    /// Every how many points the seasonal smoother is evaluated; between them it is linear.
    pub seasonal_jump: usize,
    /// The same of the trend smoother.
    pub trend_jump: usize,
    /// The same of the low-pass smoother.
    pub low_pass_jump: usize,
    /// Passes of the inner loop (n_i).
    pub inner: usize,
    /// Robustness passes (n_o); 0 is not robust.
    pub outer: usize,
}

/// What [`Stl::fit`] gives: each as long as the series.
#[derive(Debug, Clone, PartialEq)]
pub struct StlComponents {
    /// The slow part.
    pub trend: Vec<f64>,
    /// The part that repeats, slowly changing.
    pub seasonal: Vec<f64>,
    /// value − trend − seasonal.
    pub resid: Vec<f64>,
    /// How much each point counted in the last pass, 0 to 1; 1 everywhere without robustness passes.
    pub weights: Vec<f64>,
}

impl Stl {
    /// statsmodels' defaults: seasonal window 7; trend window the odd number from 1.5 · period / (1 − 1.5 / 7) up;
    /// low-pass window the odd number above the period; lines everywhere; no jumps; 5 inner passes, or 2 and 15
    /// robustness passes.
    pub fn new(period: usize, robust: bool) -> Self {
        let seasonal = 7;
        let trend = (1.5 * period as f64 / (1.0 - 1.5 / seasonal as f64)).ceil() as usize;
        Self {
            period,
            seasonal,
            trend: trend | 1,
            low_pass: (period + 1) | 1,
            seasonal_degree: Degree::Linear,
            trend_degree: Degree::Linear,
            low_pass_degree: Degree::Linear,
            seasonal_jump: 1,
            trend_jump: 1,
            low_pass_jump: 1,
            inner: if robust { 2 } else { 5 },
            outer: if robust { 15 } else { 0 },
        }
    }

    /// Decomposes `values`: finite, two seasons at least.
    pub fn fit(&self, values: &[f64]) -> Result<StlComponents, DecomposeError> {
        let odd = |window: usize| window >= 3 && window % 2 == 1;
        if self.period < 2 || !odd(self.seasonal) || !odd(self.trend) || !odd(self.low_pass) {
            return Err(DecomposeError::Window);
        }
        check(values, self.period)?;
        let count = values.len();
        let mut run = Run::new(self, count);
        let mut weights = vec![1.0; count];
        for pass in 0..=self.outer {
            for _ in 0..self.inner {
                run.inner_pass(values, (pass > 0).then_some(&weights[..]));
            }
            if pass < self.outer {
                robustness_weights(values, &run.trend, &run.seasonal, &mut weights);
            }
        }
        let Run { trend, seasonal, .. } = run;
        let resid = values.iter().zip(&trend).zip(&seasonal).map(|((value, t), s)| value - t - s).collect();
        Ok(StlComponents { trend, seasonal, resid, weights })
    }
}

/// The state of one decomposition.
struct Run<'a> {
    stl: &'a Stl,
    trend: Vec<f64>,
    seasonal: Vec<f64>,
    /// The smoothed cycle-subseries, one season longer at either end.
    cycles: Vec<f64>,
    detrended: Vec<f64>,
    filtered: [Vec<f64>; 2],
    phase: Vec<f64>,
    phase_weights: Vec<f64>,
    phase_smooth: Vec<f64>,
    scratch: [Scratch; 3],
}

impl<'a> Run<'a> {
    fn new(stl: &'a Stl, count: usize) -> Self {
        let long = count + 2 * stl.period;
        Self {
            stl,
            trend: vec![0.0; count],
            seasonal: vec![0.0; count],
            cycles: vec![0.0; long],
            detrended: vec![0.0; count],
            filtered: [vec![0.0; long], vec![0.0; long]],
            phase: Vec::new(),
            phase_weights: Vec::new(),
            phase_smooth: Vec::new(),
            scratch: Default::default(),
        }
    }

    /// Steps 1 to 6 of the article.
    fn inner_pass(&mut self, values: &[f64], robustness: Option<&[f64]>) {
        let stl = self.stl;
        for ((detrended, value), trend) in self.detrended.iter_mut().zip(values).zip(&self.trend) {
            *detrended = value - trend;
        }
        self.smooth_phases(robustness);

        let [first, second] = &mut self.filtered;
        let mut length = self.cycles.len();
        moving_average(&self.cycles, stl.period, first);
        length -= stl.period - 1;
        moving_average(&first[..length], stl.period, second);
        length -= stl.period - 1;
        moving_average(&second[..length], 3, first);
        length -= 2;
        let low_pass = Loess { window: stl.low_pass, degree: stl.low_pass_degree, jump: stl.low_pass_jump };
        low_pass.smooth(&first[..length], None, second, &mut self.scratch[1]);

        for (place, seasonal) in self.seasonal.iter_mut().enumerate() {
            *seasonal = self.cycles[stl.period + place] - second[place];
        }
        for ((rest, value), seasonal) in self.detrended.iter_mut().zip(values).zip(&self.seasonal) {
            *rest = value - seasonal;
        }
        let trend = Loess { window: stl.trend, degree: stl.trend_degree, jump: stl.trend_jump };
        trend.smooth(&self.detrended, robustness, &mut self.trend, &mut self.scratch[2]);
    }

    /// Smooths the values of each phase of the season over the seasons, and one season beyond either end.
    fn smooth_phases(&mut self, robustness: Option<&[f64]>) {
        let period = self.stl.period;
        let smoother =
            Loess { window: self.stl.seasonal, degree: self.stl.seasonal_degree, jump: self.stl.seasonal_jump };
        for phase in 0..period {
            self.phase.clear();
            self.phase.extend(self.detrended[phase..].iter().step_by(period));
            let weights = robustness.map(|weights| {
                self.phase_weights.clear();
                self.phase_weights.extend(weights[phase..].iter().step_by(period));
                &self.phase_weights[..]
            });
            let count = self.phase.len();
            self.phase_smooth.clear();
            self.phase_smooth.resize(count + 2, 0.0);
            let scratch = &mut self.scratch[0];
            smoother.smooth(&self.phase, weights, &mut self.phase_smooth[1..=count], scratch);
            let reach = smoother.window.min(count);
            let before = smoother.fit(&self.phase, 0.0, (1, reach), weights, scratch);
            self.phase_smooth[0] = before.unwrap_or(self.phase_smooth[1]);
            let after = smoother.fit(&self.phase, (count + 1) as f64, (count + 1 - reach, count), weights, scratch);
            self.phase_smooth[count + 1] = after.unwrap_or(self.phase_smooth[count]);
            for (target, value) in self.cycles[phase..].iter_mut().step_by(period).zip(&self.phase_smooth) {
                *target = *value;
            }
        }
    }
}

/// Bisquare weights of the rests, with six times their median size as the reach.
fn robustness_weights(values: &[f64], trend: &[f64], seasonal: &[f64], weights: &mut [f64]) {
    for (place, weight) in weights.iter_mut().enumerate() {
        *weight = (values[place] - (trend[place] + seasonal[place])).abs();
    }
    let reach = 6.0 * stats::median_of(&mut weights.to_vec());
    for weight in weights {
        *weight = if *weight <= 0.001 * reach {
            1.0
        } else if *weight <= 0.999 * reach {
            let rest = 1.0 - (*weight / reach) * (*weight / reach);
            rest * rest
        } else {
            0.0
        };
    }
}

/// Trailing means of `width` values by a running sum, as the article's program has them.
fn moving_average(values: &[f64], width: usize, averages: &mut [f64]) {
    let divisor = width as f64;
    let mut sum: f64 = values[..width].iter().sum();
    averages[0] = sum / divisor;
    for (place, (entering, leaving)) in values[width..].iter().zip(values).enumerate() {
        sum += entering - leaving;
        averages[place + 1] = sum / divisor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_and_a_spike_counts_least() {
        let mut values: Vec<f64> = (0..210)
            .map(|day| 20.0 + 0.1 * f64::from(day) + f64::from(day % 7) + f64::from(day * day % 11) / 4.0)
            .collect();
        values[100] += 30.0;
        let parts = Stl { seasonal: 35, ..Stl::new(7, true) }.fit(&values).unwrap();
        for (day, value) in values.iter().enumerate() {
            assert!((parts.trend[day] + parts.seasonal[day] + parts.resid[day] - value).abs() < 1e-12);
            assert!((0.0..=1.0).contains(&parts.weights[day]));
        }
        assert_eq!(parts.weights[100], 0.0);
        assert!((parts.resid[100] - 30.0).abs() < 3.0, "{}", parts.resid[100]);
    }

    #[test]
    fn what_cannot_be_decomposed_is_said() {
        assert_eq!(Stl::new(1, false).fit(&[1.0; 30]), Err(DecomposeError::Window));
        assert_eq!(Stl::new(7, true).fit(&[1.0; 13]), Err(DecomposeError::Insufficient { need: 14, have: 13 }));
        assert_eq!(Stl::new(7, true).fit(&[f64::INFINITY; 14]), Err(DecomposeError::Missing));
        assert!(Stl::new(7, true).fit(&[3.0; 14]).is_ok());
    }
}
