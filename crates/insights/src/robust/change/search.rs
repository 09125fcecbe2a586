//! Which segmentation is believed.

use super::places::Places;
use super::segment::{Costs, Mean, Whitened};
use crate::robust::numbers::MAD_TO_SD;
use crate::stats::median_of;

/// Memories of the noise that are tried.
const PHIS: [f64; 8] = [0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 1.0];
/// No segment is shorter.
pub(super) const SHORTEST: usize = 5;
/// Noise narrower than this share of the series' spread is not believed: what is smaller than the eye can see on a
/// chart of the whole series is no change of level, however certain.
const RESOLUTION: f64 = 0.06;
/// With more changes than three, segments must be this long on average: what changes more often has no levels.
const SETTLED: usize = 30;
/// With more changes than this, the series may as well be a walk with heavy-tailed steps: the likelier counts.
const MANY: usize = 8;
/// Rounds in which noise and segmentation improve each other.
const ROUNDS: usize = 4;

/// The segmentation that is believed, of values in units of their mean absolute deviation around the median.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Segmentation {
    pub(super) changes: Vec<usize>,
    pub(super) mean: Mean,
    pub(super) phi: f64,
    /// Variance of the innovations.
    pub(super) variance: f64,
    /// Whether levels were found that change too often to be called levels.
    pub(super) restless: bool,
}

/// The best of all segmentations into levels or lines, over all memories of the noise.
///
/// For each kind of mean and each φ the best cut is found for a known σ², then σ² from the cut, in turns. Among the
/// results the least of
///
/// n·ln(SSE/n + floor) − (k + 1)·ln(1 − φ²) + k·(2 + parameters)·ln n
///
/// is taken, k being the number of changes: minus twice the logarithm of the likelihood, the place of each change (mBIC:
/// Zhang and Siegmund, 2007) and the parameters of each segment. A wandering series is thus explained by its memory
/// before it is cut into levels. Within a cut a change costs 2·ln n + parameters·ln(1 + m·τ²·(1 − φ)²/σ²), m the mean
/// length of a segment and τ² the variance of the series: the parameters coded to the precision that the noise allows,
/// so that smooth series are not cut into ever finer pieces.
pub(super) fn search(values: &[f64]) -> Segmentation {
    let n = values.len();
    let places = Places::of(values);
    let power = values.iter().map(|value| value * value).sum::<f64>() / n as f64;
    let mut best = (
        f64::INFINITY,
        Segmentation { changes: Vec::new(), mean: Mean::Level, phi: 0.0, variance: power, restless: false },
    );
    let start = PHIS.partition_point(|phi| *phi < memory(values)).min(PHIS.len() - 1);
    let mut prepared: [Option<(Whitened<'_>, f64)>; PHIS.len()] = Default::default();
    for mean in [Mean::Level, Mean::Line] {
        let mut consider = |i: usize| {
            let (whitened, noise) = prepared[i].get_or_insert_with(|| {
                let whitened = Whitened::new(values, PHIS[i]);
                let noise = whitened.noise();
                (whitened, noise)
            });
            let costs = Costs::new(whitened, mean, SHORTEST, &places.list);
            let (criterion, found) = best_cut(whitened, &costs, *noise, mean, power, places.apart);
            if criterion < best.0 {
                best = (criterion, found);
            }
            criterion
        };
        // The criterion falls towards the best memory from both sides: walk down from a first guess.
        let first = consider(start);
        let mut least = first;
        for i in (0..start).rev() {
            let here = consider(i);
            if here > least {
                break;
            }
            least = here;
        }
        least = first;
        for i in start + 1..PHIS.len() {
            let here = consider(i);
            if here > least {
                break;
            }
            least = here;
        }
    }
    let (criterion, mut found) = best;
    let cuts = found.changes.len();
    let unsettled = cuts > 3 && n / (cuts + 1) < SETTLED;
    if unsettled || cuts > MANY && wandering(values, power) < criterion {
        found.changes.clear();
        found.restless = true;
    }
    found
}

fn best_cut(
    whitened: &Whitened<'_>,
    costs: &Costs,
    noise: f64,
    mean: Mean,
    power: f64,
    apart: usize,
) -> (f64, Segmentation) {
    let phi = whitened.phi();
    let n = whitened.len();
    let count = n as f64;
    let floor = (RESOLUTION * RESOLUTION * power * (1.0 - phi * phi)).max(1e-12);
    let first = whitened.first_weight();
    let mut variance = noise.max(1e-4 * whitened.cost(0, n, mean) / count).max(floor);
    let mut changes: Vec<usize> = Vec::new();
    let mut best: Option<(f64, Segmentation)> = None;
    for round in 0..ROUNDS {
        let length = count / (changes.len() + 1) as f64;
        let known = (1.0 + length * power / variance * ((1.0 - phi).powi(2) + 1e-3)).ln();
        let price = 2.0 * count.ln() + mean.parameters() * known;
        let last = std::mem::replace(&mut changes, costs.partition(price * variance));
        if apart > 1 {
            whitened.refine(&mut changes, mean, SHORTEST, apart);
        }
        let cuts = changes.len() as f64;
        let left = whitened.total(&changes, mean);
        let freedom = (count - (cuts + 1.0) * mean.parameters()).max(1.0);
        let slope = if mean == Mean::Line { count.ln() } else { 0.0 };
        let criterion = count * (left / count + floor).ln() - (cuts + 1.0) * first.ln()
            + cuts * (2.0 + mean.parameters()) * count.ln()
            + slope;
        let before = std::mem::replace(&mut variance, (left / freedom).max(floor));
        if best.as_ref().is_none_or(|best| criterion < best.0) {
            best = Some((criterion, Segmentation { changes: changes.clone(), mean, phi, variance, restless: false }));
        }
        // Wider noise makes changes dearer: where there were none there will be none.
        if changes.is_empty() && variance >= before || round > 0 && last == changes {
            break;
        }
    }
    best.unwrap_or((f64::INFINITY, Segmentation { changes, mean, phi, variance, restless: false }))
}

impl Whitened<'_> {
    /// Variance of the innovations from their differences, which changes of level hardly touch: by the median, and
    /// where most values are equal at least a quarter of that by the mean square.
    fn noise(&self) -> f64 {
        let mut differences = self.second_differences();
        let mean = differences.iter().map(|step| step * step).sum::<f64>() / differences.len().max(1) as f64;
        (MAD_TO_SD * median_of(&mut differences)).powi(2).max(mean / 4.0) / 2.0
    }
}

/// The criterion of a walk whose steps have heavy tails (Student's t of one, two or four degrees of freedom) and that
/// has no levels at all: jumps so many that they have a distribution of their own are its steps.
fn wandering(values: &[f64], power: f64) -> f64 {
    // ln Γ((ν+1)/2) − ln Γ(ν/2) − ln(νπ)/2.
    const DENSITIES: [(f64, f64); 3] =
        [(1.0, -1.144_729_885_849), (2.0, -1.039_720_770_840), (4.0, -0.980_829_253_012)];
    let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let count = steps.len() as f64;
    // Steps of exactly 0 would make the scale vanish.
    let floor = power * (RESOLUTION / 50.0).powi(2);
    let start = median_of(&mut steps.iter().map(|step| step.abs()).collect::<Vec<_>>()).powi(2).max(floor);
    let criteria = DENSITIES.map(|(freedom, density)| {
        let mut square = start;
        for _ in 0..20 {
            let weighted = steps.iter().map(|step| (freedom + 1.0) * step * step / (freedom * square + step * step));
            square = (square * weighted.sum::<f64>() / count).max(floor);
        }
        let tails: f64 = steps.iter().map(|step| (1.0 + step * step / (freedom * square)).ln()).sum();
        let likelihood = count * (density - 0.5 * square.ln()) - 0.5 * (freedom + 1.0) * tails;
        // The criterion of the segmentations leaves out what the normal density always has.
        -2.0 * likelihood - count * (1.0 + std::f64::consts::TAU.ln()) + 3.0 * count.ln()
    });
    criteria.into_iter().fold(f64::INFINITY, f64::min)
}

/// A first guess of the memory of the noise that changes of level do not disturb: the squared ratio of the usual step
/// over two points to that over one is 1 + φ (Chakar and others, 2017).
fn memory(values: &[f64]) -> f64 {
    let usual = |apart: usize| {
        let mut steps: Vec<f64> = values.iter().skip(apart).zip(values).map(|(now, then)| (now - then).abs()).collect();
        median_of(&mut steps)
    };
    let ratio = usual(2) / usual(1);
    if ratio.is_finite() { (ratio * ratio - 1.0).clamp(0.0, 1.0) } else { 0.0 }
}
