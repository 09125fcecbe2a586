//! From values at instants to a regular grid: order, repeated instants, frequency, gaps.

mod calendar;
mod fill;
mod frequency;

pub use fill::fill_gaps;
pub use frequency::{Frequency, Inferred, Unit, infer_frequency};

use crate::series::Series;
use onepane_domain::Timestamp;

/// A series in order of time, with what had to be done to it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ordered {
    /// Instants, never falling.
    pub timestamps: Vec<Timestamp>,
    /// Values; NaN is missing, none is infinite.
    pub values: Vec<f64>,
    /// What a reader should know, one sentence each.
    pub notes: Vec<String>,
}

impl Ordered {
    /// Whether an instant occurs more than once.
    pub fn has_duplicates(&self) -> bool {
        self.timestamps.windows(2).any(|pair| pair[0] == pair[1])
    }
}

/// Sorts a series by time, keeping the order of repeated instants, and takes infinities for missing.
pub fn ordered(series: &Series) -> Ordered {
    let count = series.timestamps.len().min(series.values.len());
    let mut notes = Vec::new();
    if series.timestamps.len() != series.values.len() {
        notes.push("Timestamps and values differ in number; the rest was left out.".to_owned());
    }
    let mut timestamps = series.timestamps[..count].to_vec();
    let mut values = series.values[..count].to_vec();
    if timestamps.windows(2).any(|pair| pair[1] < pair[0]) {
        notes.push("The points were not in order of time and were sorted.".to_owned());
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|&index| timestamps[index]);
        timestamps = order.iter().map(|&index| timestamps[index]).collect();
        values = order.iter().map(|&index| values[index]).collect();
    }
    let infinite = values.iter().filter(|value| value.is_infinite()).count();
    if infinite > 0 {
        notes.push(format!("{infinite} infinite values were taken for missing."));
        for value in &mut values {
            if value.is_infinite() {
                *value = f64::NAN;
            }
        }
    }
    let missing = values.iter().filter(|value| value.is_nan()).count() - infinite;
    if missing > 0 {
        notes.push(format!("{missing} values are missing."));
    }
    let repeated = timestamps.windows(2).filter(|pair| pair[0] == pair[1]).count();
    if repeated > 0 {
        notes.push(format!("{repeated} points repeat the instant of another."));
    }
    Ordered { timestamps, values, notes }
}

/// How many points a grid may have beyond ten times those of the series: two distant points an hour apart and a
/// century later are no hourly series.
const LONGEST_GRID: usize = 1_000_000;

/// The instants from `first` to at most `last`, `step_ms` apart; none if there would be absurdly many.
pub fn even_grid(first: Timestamp, last: Timestamp, step_ms: i64, points: usize) -> Option<Vec<Timestamp>> {
    let steps = usize::try_from(last.millis_since(first) / step_ms.max(1)).ok()?;
    (steps < LONGEST_GRID.max(points.saturating_mul(10)))
        .then(|| (0..=steps as i64).map(|step| first.plus_millis(step * step_ms)).collect())
}

/// The values at exactly the instants of `grid` (both rising), NaN where there is none: pandas' `asfreq`.
pub fn at_instants(ordered: &Ordered, grid: &[Timestamp]) -> Vec<f64> {
    let mut next = 0;
    grid.iter()
        .map(|instant| {
            while ordered.timestamps.get(next).is_some_and(|stamp| stamp < instant) {
                next += 1;
            }
            if ordered.timestamps.get(next) == Some(instant) { ordered.values[next] } else { f64::NAN }
        })
        .collect()
}

/// Sums per cell of `width_ms` (counted from the epoch) from the first to the last cell: missing values and cells
/// without points count 0. pandas' `resample('D').sum()` for a width of a day. None if there would be absurdly many.
pub fn sums_per_cell(ordered: &Ordered, width_ms: i64) -> Option<(Vec<Timestamp>, Vec<f64>)> {
    let (Some(first), Some(last)) = (ordered.timestamps.first(), ordered.timestamps.last()) else {
        return Some((Vec::new(), Vec::new()));
    };
    let first = first.floor_to(width_ms);
    let grid = even_grid(first, last.floor_to(width_ms), width_ms, ordered.values.len())?;
    let mut sums = vec![0.0; grid.len()];
    for (stamp, value) in ordered.timestamps.iter().zip(&ordered.values).filter(|(_, value)| !value.is_nan()) {
        let cell = stamp.millis_since(first) / width_ms.max(1);
        if let Some(sum) = usize::try_from(cell).ok().and_then(|cell| sums.get_mut(cell)) {
            *sum += value;
        }
    }
    Some((grid, sums))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: &[i64]) -> Vec<Timestamp> {
        hours.iter().map(|hour| Timestamp::saturating_from_millis(hour * 3_600_000)).collect()
    }

    #[test]
    fn a_series_is_put_in_order_and_said_so() {
        let series =
            Series { key: String::new(), timestamps: at(&[48, 0, 24, 24]), values: vec![1.0, f64::INFINITY, 3.0, 4.0] };
        let sorted = ordered(&series);
        assert_eq!(sorted.timestamps, at(&[0, 24, 24, 48]));
        assert_eq!(sorted.values[1..], [3.0, 4.0, 1.0]);
        assert!(sorted.values[0].is_nan() && sorted.has_duplicates());
        assert_eq!(sorted.notes.len(), 3);
        let (grid, sums) = sums_per_cell(&sorted, 86_400_000).unwrap();
        assert_eq!((grid, sums), (at(&[0, 24, 48]), vec![0.0, 7.0, 1.0]));
        assert!(sums_per_cell(&sorted, 1).is_none());
    }
}
