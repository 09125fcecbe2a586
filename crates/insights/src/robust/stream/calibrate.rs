//! From values of a view to surprises, and from surprises to alarms.

use crate::stats::quantile_of_sorted;
use std::collections::VecDeque;

/// The interquartile range of a normal distribution in standard deviations.
const IQR_OF_NORMAL: f64 = 1.349;
/// What the spread of a day's largest logarithm is taken to be before any day was seen, and how many days that weighs.
const PRIOR_SPREAD: f64 = 0.25;
const PRIOR_DAYS: f64 = 8.0;
/// The spread is never taken to be less.
const LEAST_SPREAD: f64 = 0.02;
/// An alarm within the hold-off must be louder than the last by this.
const CLEARLY: f64 = 1.0;

/// Compares a view with the largest values that it took in each earlier block of rows.
#[derive(Debug, Clone)]
pub(super) struct Calibration {
    block: usize,
    /// The largest value of each block so far, in order of size.
    largest: Vec<f64>,
    now: f64,
    rows: usize,
}

impl Calibration {
    pub(super) fn new(block: usize) -> Self {
        Self { block, largest: Vec::new(), now: f64::NEG_INFINITY, rows: 0 }
    }

    /// How many spreads `value` lies above the median of the earlier blocks' largest; 0 before there are two. Then
    /// takes note of it. `None` is a row at which the view cannot be computed yet.
    pub(super) fn surprise(&mut self, value: Option<f64>) -> f64 {
        let Some(value) = value.filter(|value| value.is_finite()) else { return 0.0 };
        let days = self.largest.len();
        let surprise = if days < 2 {
            0.0
        } else {
            let q = |p| quantile_of_sorted(&self.largest, p);
            let seen = (q(0.75) - q(0.25)) / IQR_OF_NORMAL;
            let spread = (seen * days as f64 + PRIOR_SPREAD * PRIOR_DAYS) / (days as f64 + PRIOR_DAYS);
            (value - q(0.5)) / (spread + LEAST_SPREAD)
        };
        self.now = self.now.max(value);
        self.rows += 1;
        if self.rows == self.block {
            let at = self.largest.partition_point(|other| *other < self.now);
            self.largest.insert(at, self.now);
            self.now = f64::NEG_INFINITY;
            self.rows = 0;
        }
        surprise
    }
}

/// Keeps what has been told from being told again.
#[derive(Debug, Clone)]
pub(super) struct HoldOff {
    rows: usize,
    row: usize,
    /// Row and loudness of what was told of late; louder ones follow quieter ones.
    told: VecDeque<(usize, f64)>,
}

impl HoldOff {
    pub(super) fn new(rows: usize) -> Self {
        Self { rows, row: 0, told: VecDeque::new() }
    }

    /// The loudness itself where it is news, otherwise 0.
    pub(super) fn told(&mut self, loudness: f64) -> f64 {
        let row = self.row;
        self.row += 1;
        while self.told.front().is_some_and(|oldest| oldest.0 + self.rows < row) {
            self.told.pop_front();
        }
        let loudest = self.told.back().map_or(0.0, |last| last.1);
        if loudness <= loudest + CLEARLY {
            return 0.0;
        }
        self.told.push_back((row, loudness));
        loudness
    }
}
