//! Sums, means, variances and quantiles, rounded as numpy rounds them where results hang on the last digit.

pub mod distributions;

/// Above this many values numpy splits a sum in two.
const PAIRWISE_BLOCK: usize = 128;

/// The sum of `values`, in the order of additions of numpy's `add.reduce` over contiguous doubles: eight running sums
/// over blocks of up to 128 values, and halves above that. The error grows with log n, not n. 0 for no values.
pub fn pairwise_sum(values: &[f64]) -> f64 {
    pairwise_sum_by(values, |value| value)
}

/// As [`pairwise_sum`], of `term(value)`.
pub fn pairwise_sum_by<F: Fn(f64) -> f64 + Copy>(values: &[f64], term: F) -> f64 {
    let count = values.len();
    if count < 8 {
        return values.iter().fold(0.0, |sum, &value| sum + term(value));
    }
    if count > PAIRWISE_BLOCK {
        let half = count / 2;
        let (left, right) = values.split_at(half - half % 8);
        return pairwise_sum_by(left, term) + pairwise_sum_by(right, term);
    }
    let mut lanes = [0.0; 8];
    let mut blocks = values.chunks_exact(8);
    if let Some(first) = blocks.next() {
        for (lane, &value) in lanes.iter_mut().zip(first) {
            *lane = term(value);
        }
    }
    for block in blocks.by_ref() {
        for (lane, &value) in lanes.iter_mut().zip(block) {
            *lane += term(value);
        }
    }
    let sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    blocks.remainder().iter().fold(sum, |sum, &value| sum + term(value))
}

/// The mean, as `numpy.mean`; NaN for no values.
pub fn mean(values: &[f64]) -> f64 {
    pairwise_sum(values) / values.len() as f64
}

/// Σ(x − mean)² / (n − `lost`), as `numpy.var(ddof=lost)`: `lost` 0 gives the population variance, 1 the sample
/// variance. NaN for no values; NaN or infinite when n = `lost`.
pub fn variance(values: &[f64], lost: usize) -> f64 {
    let centre = mean(values);
    pairwise_sum_by(values, |value| (value - centre) * (value - centre)) / (values.len() as f64 - lost as f64)
}

/// The population standard deviation, as `numpy.std`.
pub fn population_deviation(values: &[f64]) -> f64 {
    variance(values, 0).sqrt()
}

/// The population variance of the values that are not NaN, as `numpy.nanvar`; NaN when there is none.
pub fn variance_skipping_nan(values: &[f64]) -> f64 {
    if values.iter().any(|value| value.is_nan()) { variance(&without_nan(values), 0) } else { variance(values, 0) }
}

/// The values that are not NaN, in order.
pub fn without_nan(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| !value.is_nan()).collect()
}

/// The point `share` of the way from `low` to `high`, rounded as numpy's quantiles round it.
fn between(low: f64, high: f64, share: f64) -> f64 {
    let width = high - low;
    if share >= 0.5 { high - width * (1.0 - share) } else { low + width * share }
}

/// The `share` quantile (0 to 1) of values sorted upwards, linear between neighbours as numpy's default; NaN for none.
pub fn quantile_of_sorted(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    between(sorted[below], sorted[(below + 1).min(last)], place - place.floor())
}

/// The quantiles at `shares` (each 0 to 1, going upwards) of unsorted values, which are reordered. O(n). As
/// `numpy.percentile` with linear interpolation; NaN for no values. `values` must hold no NaN.
pub fn quantiles<const N: usize>(values: &mut [f64], shares: [f64; N]) -> [f64; N] {
    let mut found = [f64::NAN; N];
    let Some(last) = values.len().checked_sub(1) else { return found };
    let mut settled = 0;
    for (result, share) in found.iter_mut().zip(shares) {
        let place = share.clamp(0.0, 1.0) * last as f64;
        let below = (place.floor() as usize).max(settled);
        let rest = &mut values[settled..];
        let (_, &mut low, above) = rest.select_nth_unstable_by(below - settled, ascending);
        let high = above.iter().copied().fold(f64::INFINITY, f64::min);
        *result = if below == last { low } else { between(low, high, place - place.floor()) };
        settled = below;
    }
    found
}

/// The order of values that are not NaN, cheaper than the total order of all floats.
pub(crate) fn ascending(a: &f64, b: &f64) -> std::cmp::Ordering {
    a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal)
}

/// The median, as `numpy.median`: the mean of the two middle values of an even count; NaN for none. NaN are skipped.
pub fn median(values: &[f64]) -> f64 {
    median_of(&mut without_nan(values))
}

/// As [`median`], of values that may be reordered and hold no NaN. O(n).
pub fn median_of(values: &mut [f64]) -> f64 {
    let count = values.len();
    if count == 0 {
        return f64::NAN;
    }
    let (below, &mut middle, _) = values.select_nth_unstable_by(count / 2, ascending);
    if count % 2 == 1 {
        return middle;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Halved first, so that two huge values do not overflow; halving is exact but for the tiniest.
    if middle.abs().max(lower.abs()) > f64::MAX / 4.0 { lower / 2.0 + middle / 2.0 } else { (lower + middle) / 2.0 }
}

/// The median distance from the median, not scaled: times 1.4826 it estimates a normal deviation. NaN are skipped.
pub fn median_absolute_deviation(values: &[f64]) -> f64 {
    let mut kept = without_nan(values);
    let centre = median_of(&mut kept);
    for value in &mut kept {
        *value = (*value - centre).abs();
    }
    median_of(&mut kept)
}

/// Places of the values among their sorted order, from 1; ties share the mean of their places. As `scipy.rankdata`.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let value = values[order[start]];
        let tied = order[start..].iter().take_while(|&&index| values[index] == value).count().max(1);
        let shared = (2 * start + tied + 1) as f64 / 2.0;
        for &index in &order[start..start + tied] {
            ranks[index] = shared;
        }
        start += tied;
    }
    ranks
}

/// The autocorrelations at lags 0 to `lags` (at most n − 1), each sum over n (biased), as `statsmodels.acf`. NaN for a
/// constant. O(n · lags).
pub fn autocorrelations(values: &[f64], lags: usize) -> Vec<f64> {
    let count = values.len();
    if count == 0 {
        return Vec::new();
    }
    let centre = mean(values);
    let centred: Vec<f64> = values.iter().map(|value| value - centre).collect();
    let whole = dot(&centred, &centred);
    (0..=lags.min(count - 1)).map(|lag| dot(&centred[lag..], &centred[..count - lag]) / whole).collect()
}

/// Σ a·b over the shorter of the two, in eight running sums.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (mut left, mut right) = (a.chunks_exact(8), b.chunks_exact(8));
    let mut blocks = 0;
    for (x, y) in left.by_ref().zip(right.by_ref()) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
        blocks += 1;
    }
    let rest: f64 = a.iter().zip(b).skip(blocks * 8).map(|(x, y)| x * y).sum();
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_grouped_as_numpy_groups_them() {
        // numpy.sum(numpy.full(1000, 0.1)) is 100.0 within one unit of the last place; adding in turn is not.
        let values = vec![0.1; 1000];
        assert!((pairwise_sum(&values) - 100.0).abs() <= 1.5e-14);
        assert_eq!(pairwise_sum(&[]), 0.0);
        assert_eq!(mean(&[1.0, 2.0, 4.0]), 7.0 / 3.0);
        assert!(mean(&[]).is_nan());
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        let sorted: Vec<f64> = (0..11).map(f64::from).collect();
        let mut shuffled = vec![3.0, 10.0, 1.0, 0.0, 9.0, 2.0, 8.0, 5.0, 4.0, 7.0, 6.0];
        assert_eq!(quantile_of_sorted(&sorted, 0.25), 2.5);
        assert_eq!(quantiles(&mut shuffled, [0.25, 0.5, 0.75, 1.0]), [2.5, 5.0, 7.5, 10.0]);
        assert!(quantiles(&mut [], [0.5])[0].is_nan());
        assert_eq!(median(&[4.0, f64::NAN, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median_absolute_deviation(&[1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0]), 1.0);
        assert_eq!(median(&[1e308, 1.5e308]), 1.25e308);
    }

    #[test]
    fn ties_share_their_rank() {
        assert_eq!(ranks(&[10.0, 20.0, 10.0, 5.0]), [2.5, 4.0, 2.5, 1.0]);
    }
}
