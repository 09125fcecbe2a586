//! Bayesian online change point detection (Adams & MacKay 2007) with the models of Kats.

use super::DetectError;
use crate::stats;
use crate::stats::distributions::log_add;
use std::f64::consts::PI;

/// How values of one level are distributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BocpdModel {
    /// Normal, with the precision and the prior taken from the series: precision λ = 1/(mean of the variances of ten
    /// points in a row), prior precision λ₀ = 1/(variance of all). Kats' posterior mean lacks its prior term: Σx·λ/(λ₀ +
    /// nλ). Ten points are needed.
    Normal,
    /// Poisson, with the gamma prior (1, 0.05) on its rate.
    Poisson,
}

/// How likely it is at each point that a new level began there.
#[derive(Debug, Clone, PartialEq)]
pub struct Bocpd {
    /// The highest probability that any later point gave to a level begun here; 0 at the first point. NaN where
    /// values are missing or all the same.
    pub aggregated: Vec<f64>,
    /// The probability `lag` points later; 0 at the first and the last `lag` points.
    pub lagged: Vec<f64>,
}

impl Bocpd {
    /// The points of `probabilities` above `threshold` (Kats: 0.5).
    pub fn changes(probabilities: &[f64], threshold: f64) -> Vec<usize> {
        (0..probabilities.len()).filter(|&place| probabilities[place] > threshold).collect()
    }
}

/// Runs the detector with the probability `prior` (Kats: 0.01) of a change at any point. O(n²) time, O(n) memory.
pub fn bocpd(values: &[f64], model: BocpdModel, prior: f64, lag: usize) -> Result<Bocpd, DetectError> {
    let count = values.len();
    if model == BocpdModel::Normal && count < 10 {
        return Err(DetectError::Insufficient { need: 10, have: count });
    }
    let mut runs = Runs::new(values, model);
    let mut best = vec![f64::NEG_INFINITY; count];
    let mut lagged = vec![0.0; count];
    let (log_prior, log_stay) = (prior.ln(), (1.0 - prior).ln());
    // Log weight of a run that began at each point.
    let mut message = vec![0.0; count];
    if count > 0 {
        runs.update(0, values[0]);
    }
    for (step, &value) in values.iter().enumerate().skip(1) {
        let messages = &mut message[..step];
        runs.add_predictions(step, value, messages);
        let whole = log_sum(messages);
        // All weights together are `whole`: the share of `prior` moves to a new run, the rest stays.
        let evidence = log_add(whole + log_prior, whole + log_stay);
        for (message, best) in messages.iter_mut().zip(&mut best) {
            *message += log_stay;
            raise(best, *message - evidence);
        }
        message[step] = whole + log_prior;
        raise(&mut best[step], message[step] - evidence);
        if let Some(start) = step.checked_sub(lag) {
            lagged[start] = (message[start] - evidence).exp();
        }
        runs.update(step, value);
    }
    let mut aggregated: Vec<f64> = best.iter().map(|best| best.exp()).collect();
    for first in [aggregated.first_mut(), lagged.first_mut()].into_iter().flatten() {
        *first = 0.0;
    }
    Ok(Bocpd { aggregated, lagged })
}

/// The greater of two, NaN if either is.
fn raise(best: &mut f64, value: f64) {
    if value > *best || value.is_nan() {
        *best = value;
    }
}

fn log_sum(values: &[f64]) -> f64 {
    let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if highest.is_infinite() {
        return if values.iter().any(|value| value.is_nan()) { f64::NAN } else { highest };
    }
    let sum: f64 = values.iter().map(|value| (value - highest).exp()).sum();
    highest + sum.ln()
}

/// Sums of the values of every run, and what depends on a run's length only.
struct Runs {
    model: BocpdModel,
    /// Σ of the values since each start (normal: times λ).
    sums: Vec<f64>,
    weight: f64,
    /// Poisson: ln Γ(1 + sum) of each run. Normal: unused.
    log_gammas: Vec<f64>,
    /// By length: (1/posterior precision, ln of the predictive deviation, 1/deviation) or (ln p, ln(1 − p), 0).
    by_length: Vec<[f64; 3]>,
}

const POISSON_SHAPE: f64 = 1.0;
const POISSON_RATE: f64 = 0.05;

impl Runs {
    fn new(values: &[f64], model: BocpdModel) -> Self {
        let count = values.len();
        let mut weight = 1.0;
        let by_length = match model {
            BocpdModel::Normal => {
                let known = stats::without_nan(values);
                let prior_precision = 1.0 / stats::variance(&known, 1);
                let variances: Vec<f64> =
                    values.windows(10).map(|part| stats::variance(part, 1)).filter(|v| !v.is_nan()).collect();
                weight = 1.0 / stats::mean(&variances);
                (0..=count)
                    .map(|length| {
                        let precision = prior_precision + length as f64 * weight;
                        let deviation = (1.0 / precision + 1.0 / weight).sqrt();
                        [1.0 / precision, -deviation.ln() - 0.5 * (2.0 * PI).ln(), 1.0 / deviation]
                    })
                    .collect()
            }
            BocpdModel::Poisson => (0..=count)
                .map(|length| {
                    let more = length as f64 + POISSON_RATE;
                    [(more / (more + 1.0)).ln(), (1.0 / (more + 1.0)).ln(), 0.0]
                })
                .collect(),
        };
        let log_gammas = vec![0.0; if model == BocpdModel::Poisson { count } else { 0 }];
        Self { model, sums: vec![0.0; count], weight, log_gammas, by_length }
    }

    /// Adds to the message of every run begun before `step` the log probability of `value` in it.
    fn add_predictions(&self, step: usize, value: f64, messages: &mut [f64]) {
        let lengths = self.by_length[1..=step].iter().rev();
        match self.model {
            BocpdModel::Normal => {
                for ((message, sum), [share, log_scale, inverse]) in messages.iter_mut().zip(&self.sums).zip(lengths) {
                    let distance = (value - sum * share) * inverse;
                    *message += log_scale - 0.5 * distance * distance;
                }
            }
            BocpdModel::Poisson => {
                let whole = value >= 0.0 && value.fract() == 0.0;
                let log_factorial = libm::lgamma(value + 1.0);
                let runs = messages.iter_mut().zip(&self.sums).zip(&self.log_gammas);
                for (((message, sum), log_gamma), [log_p, log_q, _]) in runs.zip(lengths) {
                    let shape = POISSON_SHAPE + sum;
                    *message += if whole {
                        libm::lgamma(shape + value) - log_factorial - log_gamma + shape * log_p + value * log_q
                    } else if value.is_nan() {
                        f64::NAN
                    } else {
                        f64::NEG_INFINITY
                    };
                }
            }
        }
    }

    /// Lets every run begun up to `step` take in `value`.
    fn update(&mut self, step: usize, value: f64) {
        for sum in &mut self.sums[..=step] {
            *sum += value * self.weight;
        }
        for (log_gamma, sum) in self.log_gammas.iter_mut().zip(&self.sums).take(step + 1) {
            *log_gamma = libm::lgamma(POISSON_SHAPE + sum);
        }
    }
}
