//! From a series as it came to values on a regular grid, with what was mended noted.

use crate::grid;
use crate::series::Series;
use onepane_domain::Timestamp;

/// A grid is not laid over a series if more than this many of its cells a value would be empty.
const MAX_CELLS_PER_VALUE: usize = 4;
/// Share of the steps that must fit the grid.
const REGULAR_SHARE: f64 = 0.9;

const DAY_MS: i64 = 86_400_000;

/// Values in order of time, one a cell of the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The instant of each cell.
    pub timestamps: Vec<Timestamp>,
    /// The values; gaps are filled by straight lines between the neighbours.
    pub values: Vec<f64>,
    /// Whether the value was observed, not filled.
    pub observed: Vec<bool>,
    /// The grid's step; `None` where the instants follow no grid and the values are taken in their order.
    pub step_ms: Option<i64>,
    /// How many were observed.
    pub have: usize,
    /// What a reader should know.
    pub notes: Vec<String>,
}

impl Prepared {
    /// Sorts, merges what shares an instant (mean), lays a grid where the instants follow one, and fills the gaps.
    ///
    /// Calendar months count as a grid. Values that are not finite are missing. Cells before the first and after the
    /// last observed value are not made.
    pub fn of(series: &Series) -> Self {
        let ordered = grid::ordered(series);
        let notes = ordered.notes;
        let points: Vec<(Timestamp, f64)> =
            ordered.timestamps.into_iter().zip(ordered.values).filter(|point| point.1.is_finite()).collect();
        let points = merge(&points);
        let mut prepared = Self::on_grid(&points, notes);
        prepared.have = points.len();
        prepared
    }

    fn on_grid(points: &[(Timestamp, f64)], mut notes: Vec<String>) -> Self {
        let cells = cells(points);
        let Some((cells, step_ms)) = cells else {
            if points.len() > 2 {
                notes.push("the instants follow no regular grid: the values are taken in their order".to_owned());
            }
            return Self {
                timestamps: points.iter().map(|point| point.0).collect(),
                values: points.iter().map(|point| point.1).collect(),
                observed: vec![true; points.len()],
                step_ms: None,
                have: 0,
                notes,
            };
        };
        let count = cells.last().map_or(0, |last| last + 1);
        let mut values = vec![f64::NAN; count];
        let mut timestamps = vec![Timestamp::EPOCH; count];
        let mut shared = 0;
        for (&cell, &(at, value)) in cells.iter().zip(points) {
            if values[cell].is_nan() {
                values[cell] = value;
            } else {
                // Two instants that fall into one cell, as jittered stamps do.
                values[cell] = f64::midpoint(values[cell], value);
                shared += 1;
            }
            timestamps[cell] = at;
        }
        if shared > 0 {
            notes.push(format!("{shared} points fell into a cell of the grid that had one and were averaged with it"));
        }
        let observed: Vec<bool> = values.iter().map(|value| value.is_finite()).collect();
        let gaps = observed.iter().filter(|seen| !**seen).count();
        if gaps > 0 {
            notes.push(format!("{gaps} of {count} points of the grid are missing and were filled by straight lines"));
            fill(&mut values, &mut timestamps, &observed);
        }
        Self { timestamps, values, observed, step_ms: Some(step_ms), have: 0, notes }
    }
}

/// One point an instant: the mean of those that share it.
fn merge(points: &[(Timestamp, f64)]) -> Vec<(Timestamp, f64)> {
    let mut merged: Vec<(Timestamp, f64)> = Vec::with_capacity(points.len());
    for same in points.chunk_by(|a, b| a.0 == b.0) {
        // Each term is divided first: the sum of two huge values may not be finite.
        let mean = same.iter().map(|point| point.1 / same.len() as f64).sum();
        merged.push((same[0].0, mean));
    }
    merged
}

/// The cell of each point and the step, if they follow a grid.
fn cells(points: &[(Timestamp, f64)]) -> Option<(Vec<usize>, i64)> {
    let first = points.first()?.0;
    let mut steps: Vec<i64> = points.windows(2).map(|pair| pair[1].0.millis_since(pair[0].0)).collect();
    if steps.is_empty() {
        return Some((vec![0], DAY_MS));
    }
    let by_step = {
        let middle = steps.len() / 2;
        let step = *steps.select_nth_unstable(middle).1;
        let cells = points.iter().map(|point| {
            let passed = point.0.millis_since(first);
            usize::try_from((passed + step / 2) / step).unwrap_or(0)
        });
        (cells.collect::<Vec<_>>(), step)
    };
    let step = by_step.1;
    let months = (28 * DAY_MS..=31 * DAY_MS).contains(&step);
    let found = if months { (points.iter().map(|point| month(point.0, first)).collect(), step) } else { by_step };
    let fitting = if months {
        1.0
    } else {
        // Of a step that is a multiple of the grid's, jitter of a twentieth is forgiven.
        let fits = steps.iter().filter(|&&gap| {
            let off = gap.rem_euclid(step).min(step - gap.rem_euclid(step));
            gap >= step / 2 && off <= step / 20 + 1
        });
        fits.count() as f64 / steps.len() as f64
    };
    let count = found.0.last()? + 1;
    let sparse = count > points.len().saturating_mul(MAX_CELLS_PER_VALUE).max(16);
    (fitting >= REGULAR_SHARE && !sparse).then_some(found)
}

/// Whole calendar months from `first` to `at`.
fn month(at: Timestamp, first: Timestamp) -> usize {
    let count = |instant: Timestamp| {
        let text = instant.to_string();
        let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<usize>().ok());
        number(0..4).unwrap_or(0) * 12 + number(5..7).unwrap_or(1)
    };
    count(at).saturating_sub(count(first))
}

/// Fills what was not observed from its observed neighbours, by straight lines over the cells.
fn fill(values: &mut [f64], timestamps: &mut [Timestamp], observed: &[bool]) {
    let mut last = 0;
    for next in 1..values.len() {
        if !observed[next] {
            continue;
        }
        let width = next - last;
        let (from, to) = (values[last], values[next]);
        let (start, span) = (timestamps[last], timestamps[next].millis_since(timestamps[last]));
        for offset in 1..width {
            let share = offset as f64 / width as f64;
            values[last + offset] = from * (1.0 - share) + to * share;
            let passed = span / i64::try_from(width).unwrap_or(1) * i64::try_from(offset).unwrap_or(0);
            timestamps[last + offset] = start.plus_millis(passed);
        }
        last = next;
    }
}
