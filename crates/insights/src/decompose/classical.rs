//! The classical decomposition, as statsmodels' `seasonal_decompose` computes it.

use super::{DecomposeError, check};
use crate::report::Decomposition;
use crate::stats;
use onepane_domain::DecompositionModel;

/// Up to this many points a season the windows are added up one by one; above, sums of blocks are shared.
const DIRECT_UP_TO: usize = 32;
/// Window sums are made for so many points at once, so that they stay in the nearest cache.
const BLOCK: usize = 256;
/// Values of the season that are added side by side, at least.
const LANES: usize = 32;

/// Splits `values` into trend, season and rest.
///
/// - Trend: the [`centred_moving_average`]. With `extrapolate`, the undefined ends continue the least-squares lines
///   through the first and last `period` trend points, except that the very last defined point is never used (as in
///   statsmodels, whose index ranges are half-open). Without it they are NaN, and so is the rest there.
/// - Season: the mean of the detrended values of each phase, minus (additive) or divided by (multiplicative) the mean
///   over the phases.
/// - Rest: value − trend − season, or value / season / trend.
///
/// O(n). A period of 1 has no season: trend is the series itself.
pub fn classical(
    values: &[f64],
    period: usize,
    model: DecompositionModel,
    extrapolate: bool,
) -> Result<Decomposition, DecomposeError> {
    if period == 0 {
        return Err(DecomposeError::Window);
    }
    check(values, period)?;
    let multiplicative = model == DecompositionModel::Multiplicative;
    if multiplicative && values.iter().any(|&value| value <= 0.0) {
        return Err(DecomposeError::NotPositive);
    }
    let mut trend = centred_moving_average(values, period);
    let mut front = period / 2;
    let mut back = values.len() - 1 - period / 2;
    if extrapolate && period > 1 {
        extend_ends(&mut trend, front, back, period);
        front = 0;
        back = values.len() - 1;
    }

    let mut resid: Vec<f64> = if multiplicative {
        values.iter().zip(&trend).map(|(value, level)| value / level).collect()
    } else {
        values.iter().zip(&trend).map(|(value, level)| value - level).collect()
    };
    let phases = phase_means(&resid, period, front, back);
    let centre = stats::mean(&phases);
    let phases: Vec<f64> =
        phases.iter().map(|phase| if multiplicative { phase / centre } else { phase - centre }).collect();
    let mut seasonal = phases;
    seasonal.reserve_exact(values.len() - period);
    while seasonal.len() < values.len() {
        let more = seasonal.len().min(values.len() - seasonal.len());
        seasonal.extend_from_within(..more);
    }
    if multiplicative {
        for ((rest, value), (season, level)) in resid.iter_mut().zip(values).zip(seasonal.iter().zip(&trend)) {
            *rest = value / season / level;
        }
    } else {
        for (rest, season) in resid.iter_mut().zip(&seasonal) {
            *rest -= season;
        }
    }
    Ok(Decomposition { trend, seasonal, resid })
}

/// The centred moving average over `period` points: equal weights for an odd period; for an even one `period` + 1
/// points, the outermost two at half weight. NaN where the window reaches beyond the ends. O(n) for every period.
pub fn centred_moving_average(values: &[f64], period: usize) -> Vec<f64> {
    let half = period / 2;
    let mut average = vec![f64::NAN; values.len()];
    if period == 0 || values.len() <= 2 * half {
        return average;
    }
    let defined = values.len() - 2 * half;
    let sums = &mut average[half..half + defined];
    let weight = 1.0 / period as f64;
    if period % 2 == 1 {
        window_sums(values, weight, period, sums);
    } else {
        window_sums(&values[1..], weight, period - 1, sums);
        for (place, sum) in sums.iter_mut().enumerate() {
            *sum = 0.5 * weight * values[place] + *sum + 0.5 * weight * values[place + period];
        }
    }
    average
}

/// `sums[k]` = Σ `weight` · `values[k..k + width]`, never by subtraction, so that nothing cancels.
fn window_sums(values: &[f64], weight: f64, width: usize, sums: &mut [f64]) {
    if width > DIRECT_UP_TO {
        block_sums(values, weight, width, sums);
        return;
    }
    let mut room = [0.0; BLOCK + DIRECT_UP_TO];
    for (block, sums) in sums.chunks_mut(BLOCK).enumerate() {
        let start = block * BLOCK;
        let terms = &mut room[..sums.len() + width - 1];
        for (term, value) in terms.iter_mut().zip(&values[start..]) {
            *term = value * weight;
        }
        if width == 7 {
            direct_sums::<7>(terms, sums);
            continue;
        }
        sums.copy_from_slice(&terms[..sums.len()]);
        for offset in 1..width {
            for (sum, term) in sums.iter_mut().zip(&terms[offset..]) {
                *sum += term;
            }
        }
    }
}

/// All additions of a window at once, side by side for neighbouring windows.
fn direct_sums<const WIDTH: usize>(terms: &[f64], sums: &mut [f64]) {
    let count = sums.len();
    let shifted: [&[f64]; WIDTH] = std::array::from_fn(|offset| &terms[offset..offset + count]);
    for (place, sum) in sums.iter_mut().enumerate() {
        let mut total = shifted[0][place];
        for terms in &shifted[1..] {
            total += terms[place];
        }
        *sum = total;
    }
}

/// Every window is the tail of one block of `width` terms and the head of the next (van Herk's scheme).
fn block_sums(values: &[f64], weight: f64, width: usize, sums: &mut [f64]) {
    let mut heads: Vec<f64> = values.iter().map(|value| value * weight).collect();
    let mut tails = heads.clone();
    for block in heads.chunks_mut(width) {
        for place in 1..block.len() {
            block[place] += block[place - 1];
        }
    }
    for block in tails.chunks_mut(width) {
        for place in (1..block.len()).rev() {
            block[place - 1] += block[place];
        }
    }
    for (place, sum) in sums.iter_mut().enumerate() {
        *sum = if place % width == 0 { tails[place] } else { tails[place] + heads[place + width - 1] };
    }
}

fn extend_ends(trend: &mut [f64], front: usize, back: usize, period: usize) {
    let head = front..(front + period).min(back).max(front + 1);
    let tail = back.saturating_sub(period).max(front)..back.max(front + 1);
    let (slope, start) = line_through(&trend[head.clone()], head.start);
    for (index, level) in trend[..front].iter_mut().enumerate() {
        *level = slope * index as f64 + start;
    }
    let (slope, start) = line_through(&trend[tail.clone()], tail.start);
    for (index, level) in trend.iter_mut().enumerate().skip(back + 1) {
        *level = slope * index as f64 + start;
    }
}

/// Slope and value at index 0 of the least-squares line; of one point, the line of least norm, as `lstsq` gives.
fn line_through(levels: &[f64], first: usize) -> (f64, f64) {
    if let [level] = levels {
        let x = first as f64;
        let share = level / (x * x + 1.0);
        return (share * x, share);
    }
    let count = levels.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let centre = stats::mean(levels);
    let (mut across, mut along) = (0.0, 0.0);
    for (place, level) in levels.iter().enumerate() {
        let distance = place as f64 - middle;
        across += distance * (level - centre);
        along += distance * distance;
    }
    let slope = across / along;
    (slope, centre - slope * (first as f64 + middle))
}

/// Means of the detrended values of each phase over `front..=back`.
fn phase_means(detrended: &[f64], period: usize, front: usize, back: usize) -> Vec<f64> {
    let defined = &detrended[front..=back];
    // Several cycles are added side by side: longer rows are added faster.
    let width = period * LANES.div_ceil(period);
    let mut lanes = vec![0.0; width];
    for row in defined.chunks(width) {
        for (lane, value) in lanes.iter_mut().zip(row) {
            *lane += value;
        }
    }
    // The first phase is that of the first defined point until all are turned.
    let mut sums = vec![0.0; period];
    for cycle in lanes.chunks(period) {
        for (sum, value) in sums.iter_mut().zip(cycle) {
            *sum += value;
        }
    }
    let (cycles, more) = (defined.len() / period, defined.len() % period);
    for (phase, sum) in sums.iter_mut().enumerate() {
        *sum /= (cycles + usize::from(phase < more)) as f64;
    }
    sums.rotate_right(front % period);
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_season_comes_apart() {
        let season = [3.0, -1.0, -2.0, 0.0, 1.0, 2.0, -3.0];
        let values: Vec<f64> = (0..70).map(|day| 10.0 + 0.5 * f64::from(day) + season[day as usize % 7]).collect();
        let parts = classical(&values, 7, DecompositionModel::Additive, true).unwrap();
        for day in 0..70 {
            assert!((parts.trend[day] - 10.0 - 0.5 * day as f64).abs() < 1e-12);
            assert!((parts.seasonal[day] - season[day % 7]).abs() < 1e-12);
            assert!(parts.resid[day].abs() < 1e-12);
        }
        let ends = classical(&values, 7, DecompositionModel::Additive, false).unwrap();
        assert!(ends.trend[2].is_nan() && !ends.trend[3].is_nan() && ends.resid[69].is_nan());
    }

    #[test]
    fn every_way_to_add_windows_agrees() {
        let values: Vec<f64> = (0..500).map(|i| f64::from(i * i % 97)).collect();
        for width in [1, 2, 7, 31, 32, 33, 52, 100, 365] {
            let mut sums = vec![0.0; values.len() - width + 1];
            window_sums(&values, 1.0, width, &mut sums);
            for (start, sum) in sums.iter().enumerate() {
                assert_eq!(*sum, values[start..start + width].iter().sum::<f64>());
            }
        }
    }

    #[test]
    fn what_cannot_be_decomposed_is_said() {
        let model = DecompositionModel::Multiplicative;
        assert_eq!(classical(&[1.0; 13], 7, model, true), Err(DecomposeError::Insufficient { need: 14, have: 13 }));
        assert_eq!(classical(&[0.0; 14], 7, model, true), Err(DecomposeError::NotPositive));
        assert_eq!(classical(&[f64::NAN; 14], 7, model, true), Err(DecomposeError::Missing));
        assert_eq!(classical(&[1.0; 14], 0, model, true), Err(DecomposeError::Window));
        for count in 2..12 {
            for period in 1..=count / 2 {
                let values: Vec<f64> = (1..=count).map(|value| value as f64).collect();
                assert!(classical(&values, period, model, true).is_ok());
            }
        }
    }
}
