//! Alarms on a stream: how surprising each row is, given the rows before it and nothing else.
//!
//! Seven views of the stream are computed at every row: how far the row, and the mean of the last hours, lie from the
//! same time of the last days; how far from the nearest of those days; how unlike any earlier stretch the last hour and
//! the last three hours are (the distance that a matrix profile holds, to the left only); how far the last day's mean
//! moved; how the roughness changed. See [`views`](self). Each view is put on one scale by comparing it with the
//! largest values that it took in each earlier day: a value is surprising if such days do not have it. The three most
//! surprised views are summed, the sum is compared with its own earlier days in the same way, and an alarm holds off
//! further ones unless they are clearly stronger.
//!
//! Rows count in the order given: stamps that repeat or go back only matter for the length of a day.

mod calibrate;
mod views;

use calibrate::{Calibration, HoldOff};
use onepane_domain::Timestamp;

/// Alarms at this score balance missed against false ones.
pub const BALANCED: f64 = 0.5;
/// Alarms at this score keep false ones few.
pub const FEW_FALSE: f64 = 0.57;
/// Alarms at this score keep missed ones few.
pub const FEW_MISSED: f64 = 0.48;

/// The cycle never counts fewer rows: daily data are compared by fortnights.
const SHORTEST_CYCLE: usize = 14;
/// So many views are summed, the most surprised ones.
const VOICES: usize = 3;
/// A summed surprise of this makes a score of one half.
const HALF: f64 = 3.0;
/// No view's surprise counts for more: one view alone proves little.
const LOUDEST: f64 = 6.0;

const DAY_MS: i64 = 86_400_000;

/// The score of every row, 0 (nothing new) to 1, for rows as they came.
///
/// The length of a day in rows is taken from the median step between the stamps. A row scores only where an alarm would
/// be raised: once something has been told, the rows of the next one and a half days are silent unless they surprise
/// clearly more. Values that are not finite repeat the last finite one and score 0. The first days, during which there
/// is nothing to compare with, score 0.
pub fn scores(timestamps: &[Timestamp], values: &[f64]) -> Vec<f64> {
    let mut steps: Vec<i64> =
        timestamps.windows(2).map(|pair| pair[1].millis_since(pair[0])).filter(|&step| step > 0).collect();
    let cycle = if steps.is_empty() {
        SHORTEST_CYCLE
    } else {
        let middle = steps.len() / 2;
        let step = *steps.select_nth_unstable(middle).1;
        usize::try_from(DAY_MS / step).unwrap_or(SHORTEST_CYCLE)
    };
    scores_by_cycle(values, cycle)
}

/// As [`scores`], of rows of which `cycle` make a day.
pub fn scores_by_cycle(values: &[f64], cycle: usize) -> Vec<f64> {
    let cycle = cycle.clamp(SHORTEST_CYCLE, 100_000);
    let (filled, seen) = fill(values);
    let views = views::all(&filled, cycle);
    let mut each: Vec<Calibration> = views.iter().map(|_| Calibration::new(cycle)).collect();
    let mut together = Calibration::new(cycle);
    let mut hold = HoldOff::new(cycle + cycle / 2);
    let mut surprises = Vec::with_capacity(views.len());
    (0..filled.len())
        .map(|t| {
            surprises.clear();
            for (view, calibration) in views.iter().zip(&mut each) {
                surprises.push(calibration.surprise(view[t].map(|value| (value + 1e-3).ln())).clamp(0.0, LOUDEST));
            }
            surprises.sort_by(|a, b| b.total_cmp(a));
            let sum: f64 = surprises.iter().take(VOICES).sum();
            let unusual = together.surprise(Some(sum)).clamp(0.0, LOUDEST);
            let told = hold.told((sum * unusual).sqrt());
            if seen[t] { told / (told + HALF) } else { 0.0 }
        })
        .collect()
}

/// Values with what is not finite replaced by the last finite one, and which were finite.
fn fill(values: &[f64]) -> (Vec<f64>, Vec<bool>) {
    let mut last = values.iter().copied().find(|value| value.is_finite()).unwrap_or(0.0);
    let largest = values.iter().filter(|value| value.is_finite()).fold(0.0_f64, |most, value| most.max(value.abs()));
    // Squares of differences must stay finite.
    let unit = if largest > 1e100 { largest } else { 1.0 };
    let filled = values.iter().map(|&value| {
        if value.is_finite() {
            last = value;
        }
        last / unit
    });
    (filled.collect(), values.iter().map(|value| value.is_finite()).collect())
}
