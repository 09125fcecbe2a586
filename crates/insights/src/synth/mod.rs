//! Synthetic series with planted truth, the same for the same seed.
//!
//! A [`Spec`] says what a series is made of: level, slope, season, noise and what is planted into it. [`Spec::make`]
//! gives the series together with the indices at which something happens, so that a test, the demo organization or
//! `onepane synth` can ask whether a detector finds it. A spec reads and writes as JSON or TOML.

mod random;

use crate::series::Series;
use onepane_domain::Timestamp;
pub use random::Random;
use serde::{Deserialize, Serialize};

/// What a series is made of. The mean at index t is
/// (level + slope · t + shifts and ramps so far) + season(t), times the factor of any burst; noise is drawn around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spec {
    /// The series' key.
    pub key: String,
    /// How many points.
    pub points: usize,
    /// The first instant.
    pub start: Timestamp,
    /// Seconds from one point to the next.
    pub step_seconds: u32,
    /// The mean at index 0.
    pub level: f64,
    /// Change of the mean per step.
    pub slope: f64,
    /// What repeats.
    pub seasons: Vec<Season>,
    /// What is random.
    pub noise: Noise,
    /// What is planted.
    pub plants: Vec<Plant>,
    /// Share of the points that are missing (NaN), 0 to 1.
    pub missing: f64,
    /// The same seed gives the same series.
    pub seed: u64,
}

impl Default for Spec {
    /// A year of days around 100 with Gaussian noise of 5.
    fn default() -> Self {
        Self {
            key: "synthetic".to_owned(),
            points: 365,
            // 2026-01-01T00:00:00Z.
            start: Timestamp::saturating_from_millis(1_767_225_600_000),
            step_seconds: 86_400,
            level: 100.0,
            slope: 0.0,
            seasons: Vec::new(),
            noise: Noise::Gaussian { sd: 5.0 },
            plants: Vec::new(),
            missing: 0.0,
            seed: 1,
        }
    }
}

/// A pattern that repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "snake_case")]
pub enum Season {
    /// A sine wave of `amplitude` around the level.
    Sine {
        /// Points a turn.
        period: usize,
        /// Height above the level.
        amplitude: f64,
    },
    /// The last two of every seven parts of the period lie lower by `drop`: weekends.
    Weekend {
        /// Points a week.
        period: usize,
        /// How much lower.
        drop: f64,
    },
}

/// What is random about a series. Counts are never negative: where a mean is below 0, they are 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "snake_case")]
pub enum Noise {
    /// Nothing.
    None,
    /// Independent and normal.
    Gaussian {
        /// Standard deviation.
        sd: f64,
    },
    /// Normal, each error `phi` times the last plus a new one of `sd`; `phi` = 1 is a random walk.
    Ar1 {
        /// Standard deviation of what is new at each step.
        sd: f64,
        /// What stays of the last error.
        phi: f64,
    },
    /// Student's t with `freedom` degrees, times `scale`: many harmless outliers.
    Student {
        /// Degrees of freedom, at least 1.
        freedom: u32,
        /// Multiplier.
        scale: f64,
    },
    /// Counts whose variance is their mean.
    Poisson,
    /// Counts whose variance is mean + mean² · `dispersion`.
    NegativeBinomial {
        /// 0 is Poisson.
        dispersion: f64,
    },
    /// Nothing happens with probability `zeros`; otherwise Poisson.
    ZeroHeavy {
        /// Share of the points that are 0 for no other reason.
        zeros: f64,
    },
}

/// Something that happens to a series.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Plant {
    /// One point is `size` higher than drawn.
    Spike {
        /// Which.
        at: usize,
        /// How much higher; negative is lower.
        size: f64,
    },
    /// The level moves by `size` from `at` on.
    Shift {
        /// The first point of the new level.
        at: usize,
        /// By how much.
        size: f64,
    },
    /// The level moves by `size`, evenly from `from` to `to`.
    Ramp {
        /// The last point of the old level.
        from: usize,
        /// The first point of the new one.
        to: usize,
        /// By how much.
        size: f64,
    },
    /// `points` points from `at` on have `factor` times the mean.
    Burst {
        /// The first.
        at: usize,
        /// How many.
        points: usize,
        /// Times the mean.
        factor: f64,
    },
}

/// A series and what was planted into it.
#[derive(Debug, Clone, PartialEq)]
pub struct Synthetic {
    /// The series.
    pub series: Series,
    /// The mean that the noise was drawn around.
    pub mean: Vec<f64>,
    /// Indices of spikes, and of all points of bursts, in order.
    pub outliers: Vec<usize>,
    /// First points of new levels, in order.
    pub shifts: Vec<usize>,
    /// First and last point of each ramp.
    pub ramps: Vec<(usize, usize)>,
}

impl Spec {
    /// The series that this describes.
    pub fn make(&self) -> Synthetic {
        let mut random = Random::new(self.seed);
        let mean: Vec<f64> = (0..self.points).map(|t| self.mean_at(t)).collect();
        let mut values = Vec::with_capacity(self.points);
        let mut error = 0.0;
        for &mean in &mean {
            values.push(self.noise.draw(mean, &mut error, &mut random));
        }
        let mut made =
            Synthetic { series: Series::default(), mean, outliers: Vec::new(), shifts: Vec::new(), ramps: Vec::new() };
        for plant in &self.plants {
            match *plant {
                Plant::Spike { at, size } => {
                    if let Some(value) = values.get_mut(at) {
                        *value += size;
                        made.outliers.push(at);
                    }
                }
                Plant::Burst { at, points, .. } => made.outliers.extend(at..(at + points).min(self.points)),
                Plant::Shift { at, .. } => made.shifts.push(at),
                Plant::Ramp { from, to, .. } => made.ramps.push((from, to)),
            }
        }
        for value in &mut values {
            if random.unit() < self.missing {
                *value = f64::NAN;
            }
        }
        made.outliers.sort_unstable();
        made.outliers.dedup();
        made.shifts.sort_unstable();
        let step_ms = i64::from(self.step_seconds) * 1_000;
        let timestamps = (0..self.points).map(|t| {
            let steps = i64::try_from(t).unwrap_or(i64::MAX);
            self.start.plus_millis(steps.saturating_mul(step_ms))
        });
        made.series = Series { key: self.key.clone(), timestamps: timestamps.collect(), values };
        made
    }

    fn mean_at(&self, t: usize) -> f64 {
        let mut level = self.level + self.slope * t as f64;
        for season in &self.seasons {
            level += season.at(t);
        }
        let mut factor = 1.0;
        for plant in &self.plants {
            match *plant {
                Plant::Spike { .. } => {}
                Plant::Shift { at, size } => level += if t >= at { size } else { 0.0 },
                Plant::Ramp { from, to, size } => {
                    let length = to.saturating_sub(from).max(1) as f64;
                    level += size * (t.saturating_sub(from) as f64 / length).min(1.0);
                }
                Plant::Burst { at, points, factor: times } => {
                    if t >= at && t < at + points {
                        factor *= times;
                    }
                }
            }
        }
        level * factor
    }
}

impl Season {
    fn at(&self, t: usize) -> f64 {
        match *self {
            Self::Sine { period, amplitude } => {
                let turn = (t % period.max(1)) as f64 / period.max(1) as f64;
                amplitude * (std::f64::consts::TAU * turn).sin()
            }
            Self::Weekend { period, drop } => {
                let part = (t % period.max(1)) * 7 / period.max(1);
                if part >= 5 { -drop } else { 0.0 }
            }
        }
    }
}

impl Noise {
    /// A value around `mean`; `error` is what the last step left.
    fn draw(self, mean: f64, error: &mut f64, random: &mut Random) -> f64 {
        match self {
            Self::None => mean,
            Self::Gaussian { sd } => mean + sd * random.normal(),
            Self::Ar1 { sd, phi } => {
                *error = phi * *error + sd * random.normal();
                mean + *error
            }
            Self::Student { freedom, scale } => mean + scale * random.student(freedom),
            Self::Poisson => random.poisson(mean),
            Self::NegativeBinomial { dispersion } if dispersion > 0.0 => {
                // A Poisson count whose own mean is drawn from a gamma distribution.
                let own = random.gamma(1.0 / dispersion) * dispersion * mean.max(0.0);
                random.poisson(own)
            }
            Self::NegativeBinomial { .. } => random.poisson(mean),
            Self::ZeroHeavy { zeros } => {
                if random.unit() < zeros {
                    0.0
                } else {
                    random.poisson(mean)
                }
            }
        }
    }
}
