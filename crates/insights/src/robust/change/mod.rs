//! Changes of level: any number, steps told from ramps, spikes and wandering passed over.

mod counts;
mod kind;
mod places;
mod search;
mod segment;

use super::numbers::{MAD_TO_SD, median_of_seven};
use crate::report::{ChangeDirection, ChangeKind};
use crate::stats::distributions::chi_squared_tail;
use crate::stats::median_of;
pub(crate) use counts::borne_out;
pub use segment::Mean;
use segment::Whitened;

/// Fewer values are not searched for changes.
pub const NEED: usize = 12;
/// A value so many standard deviations of its neighbours' steps from their median is a spike, not a level.
const SPIKE: f64 = 5.0;

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The first point of the new level, or of the new slope.
    pub index: usize,
    /// Step, or ramp: a change of slope, or levels that follow each other so closely that a line fits them better.
    pub kind: ChangeKind,
    /// Which way.
    pub direction: ChangeDirection,
    /// The level before: of a step between lines, where the line before it ends; otherwise the segment's mean.
    pub before: f64,
    /// The level after.
    pub after: f64,
    /// Twice the log likelihood ratio of the change against none, the other changes given.
    pub llr: f64,
    /// Probability of so large a ratio anywhere under none: n times the chi-squared tail, at most 1.
    pub p_value: f64,
    /// after − before in standard deviations of the noise around the levels.
    pub effect: f64,
}

/// The changes of a series and the model behind them.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// In order of time.
    pub changes: Vec<Change>,
    /// Levels or lines.
    pub mean: Mean,
    /// How much of its last error the noise keeps: 0 is white, 1 a random walk.
    pub memory: f64,
    /// Whether the level changes so often that none of the changes is told.
    pub restless: bool,
}

impl Changes {
    const NONE: Self = Self { changes: Vec::new(), mean: Mean::Level, memory: 0.0, restless: false };
}

/// The changes of level of `values`: finite, evenly spaced, without season.
///
/// Spikes of up to three points are taken out first (Hampel's filter). Then the likeliest segmentation is found, see
/// [`segment`](self) for its model and [`search`](self) for how much a change must gain.
pub fn changes(values: &[f64]) -> Changes {
    let n = values.len();
    if n < NEED {
        return Changes::NONE;
    }
    let clean = without_spikes(values);
    let centre = median_of(&mut clean.clone());
    let unit = clean.iter().map(|value| (value - centre).abs() / n as f64).sum::<f64>();
    if !unit.is_finite() || unit <= f64::MIN_POSITIVE * 1e20 || unit <= centre.abs() * 1e-12 {
        return Changes::NONE;
    }
    let scaled: Vec<f64> = clean.iter().map(|value| (value - centre) / unit).collect();
    let found = search::search(&scaled);
    let whitened = Whitened::new(&scaled, found.phi);
    let kinds = kind::kinds(&scaled, &whitened, &found);
    let bounds: Vec<usize> = [0].into_iter().chain(found.changes.iter().copied()).chain([n]).collect();
    let spread = kind::noise_around(&found).sqrt();
    let changes = bounds.windows(3).zip(kinds).map(|(around, shape)| {
        let [start, index, end] = [around[0], around[1], around[2]];
        let gain = whitened.cost(start, end, found.mean)
            - whitened.cost(start, index, found.mean)
            - whitened.cost(index, end, found.mean);
        let llr = (gain / found.variance).max(0.0);
        Change {
            index,
            kind: shape.kind,
            direction: if shape.after >= shape.before { ChangeDirection::Increase } else { ChangeDirection::Decrease },
            before: centre + unit * shape.before,
            after: centre + unit * shape.after,
            llr,
            p_value: (n as f64 * chi_squared_tail(llr, found.mean.parameters())).min(1.0),
            effect: (shape.after - shape.before) / spread,
        }
    });
    Changes { changes: changes.collect(), mean: found.mean, memory: found.phi, restless: found.restless }
}

/// Values with spikes of up to three points replaced by the median of their seven neighbours.
fn without_spikes(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    let mut steps: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    // By the median of the steps. Where many are 0, as in counts of rare events, the median says little, and the mean
    // absolute difference takes its place: of two normal values it is 1.128 standard deviations; spikes raise it, so it
    // counts for less.
    let still = steps.iter().filter(|step| **step == 0.0).count();
    let by_mean = steps.iter().sum::<f64>() / steps.len().max(1) as f64 / 1.128;
    let by_median = MAD_TO_SD * median_of(&mut steps) / std::f64::consts::SQRT_2;
    let usual = if still * 4 > steps.len() { by_median.max(0.7 * by_mean) } else { by_median };
    let reach = SPIKE * usual;
    let mut window = [0.0; 7];
    (0..n)
        .map(|t| {
            let around = &values[t.saturating_sub(3)..(t + 4).min(n)];
            let middle = match <[f64; 7]>::try_from(around) {
                Ok(seven) => median_of_seven(seven),
                Err(_) => {
                    let window = &mut window[..around.len()];
                    window.copy_from_slice(around);
                    median_of(window)
                }
            };
            if (values[t] - middle).abs() > reach { middle } else { values[t] }
        })
        .collect()
}
