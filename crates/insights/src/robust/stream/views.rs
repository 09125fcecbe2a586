//! What can be unusual about a row. Every view of row t uses rows up to t alone; `None` before it is defined.

use crate::robust::numbers::Trailing;
use crate::stats::median_of;

/// The same time of day is looked up on so many days before.
const DAYS: usize = 10;
/// The nearest day is sought among so many days.
const MANY_DAYS: usize = 90;
/// Earlier stretches are compared over so many rows back: 35 days of five minutes.
const FARTHEST: usize = 10_080;
/// The normal range is measured over so many rows.
const RANGE_ROWS: usize = 10_080;

/// A view: one value a row.
pub(super) type View = Vec<Option<f64>>;

/// All views of `values` with `cycle` rows a day.
pub(super) fn all(values: &[f64], cycle: usize) -> Vec<View> {
    let range = ranges(values);
    let hour = (cycle / 24).max(1);
    vec![
        moved(values, &range, cycle, 2 * cycle),
        roughness(values, &range, (cycle / 2).max(8), 2 * cycle),
        same_time(values, &range, cycle, 1),
        same_time(values, &range, cycle, cycle / 6 + 1),
        nearest_day(values, &range, cycle, hour + 1),
        novelty(values, &range, hour.max(4)),
        novelty(values, &range, (cycle / 8).max(6)),
    ]
}

/// The range from the first to the ninth decile of the rows before, as the standard deviation of a normal
/// distribution; where that is 0, a thousandth of the value.
fn ranges(values: &[f64]) -> Vec<f64> {
    let mut trailing = Trailing::new(RANGE_ROWS);
    values
        .iter()
        .map(|&value| {
            let range = (trailing.window.quantile(0.9) - trailing.window.quantile(0.1)) / 2.563;
            trailing.push(value);
            if range > 0.0 { range } else { 1e-3 * (value.abs() + 1e-9) }
        })
        .collect()
}

/// Sums of the values before each row.
fn sums(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    std::iter::once(0.0)
        .chain(values.map(|value| {
            sum += value;
            sum
        }))
        .collect()
}

/// Mean of the last `rows` values, or of as many as there are.
fn recent_means(values: &[f64], rows: usize) -> Vec<f64> {
    let sums = sums(values.iter().copied());
    (0..values.len())
        .map(|t| {
            let from = (t + 1).saturating_sub(rows);
            (sums[t + 1] - sums[from]) / (t + 1 - from) as f64
        })
        .collect()
}

/// How far the mean of the last `short` rows lies from that of the `long` rows before them.
fn moved(values: &[f64], range: &[f64], short: usize, long: usize) -> View {
    let sums = sums(values.iter().copied());
    (0..values.len())
        .map(|t| {
            let start = (t + 1).checked_sub(short)?;
            let earliest = start.checked_sub(long + 1)? + 1;
            let now = (sums[t + 1] - sums[start]) / short as f64;
            let before = (sums[start] - sums[earliest]) / long as f64;
            Some((now - before).abs() / range[t])
        })
        .collect()
}

/// How much the mean step of the last `short` rows differs from that of the `long` rows before, as a ratio's logarithm.
fn roughness(values: &[f64], range: &[f64], short: usize, long: usize) -> View {
    let steps = std::iter::once(0.0).chain(values.windows(2).map(|pair| (pair[1] - pair[0]).abs()));
    let sums = sums(steps);
    (0..values.len())
        .map(|t| {
            let start = (t + 1).checked_sub(short)?;
            let earliest = start.checked_sub(long + 1)? + 1;
            let least = 0.02 * range[t];
            let now = (sums[t + 1] - sums[start]) / short as f64 + least;
            let before = (sums[start] - sums[earliest]) / long as f64 + least;
            Some((now / before).ln().abs())
        })
        .collect()
}

/// How far the mean of the last `rows` rows lies from the median of what it was at the same time of the last days.
fn same_time(values: &[f64], range: &[f64], cycle: usize, rows: usize) -> View {
    let means = recent_means(values, rows);
    let mut then = Vec::with_capacity(DAYS);
    (0..values.len())
        .map(|t| {
            if t < 2 * cycle {
                return None;
            }
            then.clear();
            then.extend((1..=DAYS).map_while(|day| t.checked_sub(day * cycle)).map(|at| means[at]));
            Some((means[t] - median_of(&mut then)).abs() / range[t])
        })
        .collect()
}

/// How far the mean of the last `rows` rows lies from the most similar of the earlier days, up to an hour earlier or
/// later in each.
fn nearest_day(values: &[f64], range: &[f64], cycle: usize, rows: usize) -> View {
    let means = recent_means(values, rows);
    let half_hour = (cycle / 48).max(1);
    (0..values.len())
        .map(|t| {
            if t < 2 * cycle {
                return None;
            }
            let mut nearest = f64::INFINITY;
            for at in (1..=MANY_DAYS).map_while(|day| t.checked_sub(day * cycle)) {
                for shifted in 0..5 {
                    // From an hour before to an hour after; a day's start may lack the former.
                    if let Some(at) = (at + shifted * half_hour).checked_sub(2 * half_hour) {
                        nearest = nearest.min((means[t] - means[at]).abs());
                    }
                }
            }
            Some(nearest / range[t])
        })
        .collect()
}

/// The distance of the last `rows` rows to the earlier stretch that is most like them.
///
/// For each lag the sum of squared differences is carried from row to row, so the work is rows times lags.
fn novelty(values: &[f64], range: &[f64], rows: usize) -> View {
    let n = values.len();
    let mut nearest = vec![f64::INFINITY; n];
    let mut squares = Vec::with_capacity(n);
    for lag in rows..n.min(FARTHEST) {
        squares.clear();
        squares.extend(values[lag..].iter().zip(values).map(|(now, then)| (now - then) * (now - then)));
        let mut sum: f64 = squares.iter().take(rows - 1).sum();
        let ends = squares.iter().skip(rows - 1).zip(&squares).zip(nearest.iter_mut().skip(lag + rows - 1));
        for ((entering, leaving), nearest) in ends {
            sum += entering;
            *nearest = nearest.min(sum);
            sum -= leaving;
        }
    }
    nearest
        .iter()
        .enumerate()
        .map(|(t, distance)| {
            (t > 4 * rows && distance.is_finite()).then(|| (distance.max(0.0) / rows as f64).sqrt() / range[t])
        })
        .collect()
}
