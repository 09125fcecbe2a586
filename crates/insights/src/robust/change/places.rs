//! Where a change may begin.

use super::search::SHORTEST;

/// Up to this length every point is a place.
const EVERY_POINT: usize = 64;
/// Longer series have so many places evenly spread.
const SPREAD: usize = 44;
/// Widths of the neighbourhoods whose means are compared, and how many of the sharpest contrasts of each become places.
const WIDTHS: [usize; 4] = [5, 10, 20, 40];
const SHARPEST: usize = 16;
/// A contrast less sharp than this, in standard errors of differing neighbours, is not worth a place of its own.
const SHARP: f64 = 3.0;

/// Places, in order; the last is the series' length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) list: Vec<usize>,
    /// How far apart the evenly spread ones are: a change found may be moved by that.
    pub(super) apart: usize,
}

impl Places {
    /// All points of a short series. Of a longer one, evenly spread points, and those between which the means of the
    /// neighbourhoods before and after differ most: a change of level lies at one of the latter, a change of slope,
    /// which has no sharp place, near one of the former.
    pub(super) fn of(values: &[f64]) -> Self {
        let n = values.len();
        if n <= EVERY_POINT {
            return Self { list: (SHORTEST.min(n)..=n).collect(), apart: 1 };
        }
        let apart = n.div_ceil(SPREAD);
        let mut list: Vec<usize> = (apart..=n - SHORTEST).step_by(apart).collect();
        let mut sum = 0.0;
        let sums: Vec<f64> = std::iter::once(0.0)
            .chain(values.iter().map(|value| {
                sum += value;
                sum
            }))
            .collect();
        let step: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>() / (n - 1) as f64;
        // The mean absolute step of white noise is 2σ/√π, and a contrast of two means of w has variance 2σ²/w.
        let error = 0.886 * step * std::f64::consts::SQRT_2;
        for width in WIDTHS {
            let contrast = |t: usize| (sums[t + width] - 2.0 * sums[t] + sums[t - width]).abs() / width as f64;
            let contrasts: Vec<f64> = (width..=n - width).map(contrast).collect();
            let mut peaks: Vec<(f64, usize)> = Vec::new();
            let half = width.div_ceil(2);
            for (i, &here) in contrasts.iter().enumerate() {
                let around = &contrasts[i.saturating_sub(half)..(i + half + 1).min(contrasts.len())];
                if here * (width as f64).sqrt() > SHARP * error && around.iter().all(|other| *other <= here) {
                    peaks.push((here, i + width));
                }
            }
            peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
            list.extend(peaks.iter().take(SHARPEST).map(|peak| peak.1));
        }
        list.retain(|&place| place >= SHORTEST && place + SHORTEST <= n);
        list.push(n);
        list.sort_unstable();
        list.dedup();
        Self { list, apart }
    }
}
