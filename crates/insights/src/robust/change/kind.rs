//! Steps told from ramps.

use super::search::Segmentation;
use super::segment::{Mean, Whitened};
use crate::report::ChangeKind;

/// Points beyond a change's neighbours that are looked at.
const SIGHT: usize = 40;
/// A ramp shorter than this is a step.
const SHORTEST_RAMP: usize = 4;
/// A single step may hide a ramp that begins and ends so far from it.
const REACH: usize = 12;
/// A jump between two lines must be so many standard errors wide to be a step.
const CLEAR_JUMP: f64 = 3.0;

/// What a change looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    pub(super) kind: ChangeKind,
    pub(super) before: f64,
    pub(super) after: f64,
}

/// Variance of the values around their mean, from that of the innovations. A random walk has none: the innovations'
/// own is given.
pub(super) fn noise_around(found: &Segmentation) -> f64 {
    found.variance / (1.0 - found.phi * found.phi).max(0.02)
}

/// The shape of each change.
pub(super) fn kinds(values: &[f64], whitened: &Whitened<'_>, found: &Segmentation) -> Vec<Shape> {
    let n = values.len();
    let bounds: Vec<usize> = [0].into_iter().chain(found.changes.iter().copied()).chain([n]).collect();
    let means: Vec<f64> = bounds
        .windows(2)
        .map(|pair| values[pair[0]..pair[1]].iter().sum::<f64>() / (pair[1] - pair[0]) as f64)
        .collect();
    let mut shapes: Vec<Shape> =
        means.windows(2).map(|pair| Shape { kind: ChangeKind::Step, before: pair[0], after: pair[1] }).collect();
    match found.mean {
        Mean::Level => ramps_among_levels(values, found, &mut shapes),
        Mean::Line => {
            let around: Vec<[usize; 3]> = bounds.windows(3).map(|part| [part[0], part[1], part[2]]).collect();
            let bends = bends(values, found, &around);
            for (i, shape) in shapes.iter_mut().enumerate() {
                let levels = *shape;
                between_lines(whitened, found, around[i], bends[i], shape);
                // A short ramp between two flat lines looks like a jump to them.
                if shape.kind == ChangeKind::Step && is_ramp(values, found, i..i + 1) {
                    *shape = Shape { kind: ChangeKind::Ramp, ..levels };
                }
            }
        }
    }
    shapes
}

/// A change between two lines is a step where they do not meet.
fn between_lines(whitened: &Whitened<'_>, found: &Segmentation, around: [usize; 3], bend: bool, shape: &mut Shape) {
    let [start, index, end] = around;
    let (level, slope) = whitened.fit(start, index, Mean::Line);
    let left = level + slope * (index - start) as f64;
    let (right, _) = whitened.fit(index, end, Mean::Line);
    // The end of a line fitted to m independent values varies with 4σ²/m; memory leaves fewer that are independent.
    let kept = (1.0 + found.phi) / (1.0 - found.phi).max(0.02);
    let end_of = |length: usize| 4.0 / (length as f64 / kept).max(4.0);
    let error = (noise_around(found) * (end_of(index - start) + end_of(end - index))).sqrt();
    if (right - left).abs() > CLEAR_JUMP * error && !bend {
        *shape = Shape { kind: ChangeKind::Step, before: left, after: right };
    } else {
        shape.kind = ChangeKind::Ramp;
    }
}

/// Which changes between lines are mere bends: those where two lines that meet, somewhere near, fit about as well as
/// two that need not. A jump between lines that were cut a little beside the bend is none.
///
/// A jump has two parameters more than a bend: its height, and a place known to the point. A line cut wrongly at its one
/// end is off at its other, too, so that neighbouring changes are also judged together.
fn bends(values: &[f64], found: &Segmentation, around: &[[usize; 3]]) -> Vec<bool> {
    let white = Whitened::new(values, 0.0);
    let excess: Vec<f64> = around.iter().map(|&around| jump_gain(values, &white, found, around)).collect();
    let most = 2.0 * (values.len() as f64).ln();
    let with = |i: usize, other: Option<&f64>| other.is_some_and(|other| excess[i] + other < 2.0 * most);
    (0..excess.len())
        .map(|i| {
            excess[i] < most || with(i, excess.get(i + 1)) || with(i, i.checked_sub(1).and_then(|j| excess.get(j)))
        })
        .collect()
}

/// By how much two lines that need not meet fit better than two that do, in variances of the noise.
fn jump_gain(values: &[f64], white: &Whitened<'_>, found: &Segmentation, around: [usize; 3]) -> f64 {
    let [start, index, end] = around;
    let seen = &values[start..end];
    let apart = white.cost(start, index, Mean::Line) + white.cost(index, end, Mean::Line);
    let reach = ((index - start).min(end - index) / 2).clamp(4, SIGHT);
    let from = index.saturating_sub(reach).max(start + 2);
    let to = (index + reach).min(end.saturating_sub(2));
    let meeting = (from..=to).step_by((reach / 10).max(1)).map(|bend| bend_residue(seen, bend - start));
    let meeting = meeting.fold(f64::INFINITY, f64::min);
    let independent = (1.0 - found.phi) / (1.0 + found.phi);
    (meeting - apart) / noise_around(found) * independent
}

/// What is left of the values around two lines that meet at `bend`.
fn bend_residue(values: &[f64], bend: usize) -> f64 {
    // Normal equations of 1, t, and what t passes the bend by; t is counted from the bend and scaled to be near 1.
    let unit = 1.0 / values.len() as f64;
    let (mut s, mut y) = ([[0.0; 3]; 3], [0.0; 3]);
    let mut total = 0.0;
    for (t, &value) in values.iter().enumerate() {
        let along = (t as f64 - bend as f64) * unit;
        let row = [1.0, along, along.max(0.0)];
        for (i, a) in row.iter().enumerate() {
            y[i] += a * value;
            for (j, b) in row.iter().enumerate().skip(i) {
                s[i][j] += a * b;
            }
        }
        total += value * value;
    }
    // Cholesky, row by row; the residue is the total less the squares of the solved right-hand side.
    let mut solved = [0.0; 3];
    let mut lower = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..=i {
            let inner: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let left = s[j][i] - inner;
            if i == j {
                if left <= 1e-12 {
                    return f64::INFINITY;
                }
                lower[i][i] = left.sqrt();
            } else {
                lower[i][j] = left / lower[j][j];
            }
        }
        let inner: f64 = (0..i).map(|k| lower[i][k] * solved[k]).sum();
        solved[i] = (y[i] - inner) / lower[i][i];
        total -= solved[i] * solved[i];
    }
    total.max(0.0)
}

/// Levels that rise, or fall, one after the other may be a ramp that was cut into steps: the longest runs first.
fn ramps_among_levels(values: &[f64], found: &Segmentation, shapes: &mut [Shape]) {
    let mut first = 0;
    while first < shapes.len() {
        let up = shapes[first].after > shapes[first].before;
        let mut past = first + 1;
        while past < shapes.len() && (shapes[past].after > shapes[past].before) == up {
            past += 1;
        }
        for length in (1..=past - first).rev() {
            for from in first..=past - length {
                let run = from..from + length;
                let open = shapes[run.clone()].iter().all(|shape| shape.kind == ChangeKind::Step);
                if open && is_ramp(values, found, run.clone()) {
                    for shape in &mut shapes[run] {
                        shape.kind = ChangeKind::Ramp;
                    }
                }
            }
        }
        first = past;
    }
}

/// Whether level, line, level fits the neighbourhood of a run of changes better than its steps do, by Schwarz's
/// criterion with the memory of the noise allowed for.
fn is_ramp(values: &[f64], found: &Segmentation, run: std::ops::Range<usize>) -> bool {
    let n = values.len();
    let changes = &found.changes[run.clone()];
    let (Some(&first), Some(&last)) = (changes.first(), changes.last()) else { return false };
    let start = if run.start == 0 { 0 } else { found.changes[run.start - 1] }.max(first.saturating_sub(SIGHT));
    let end = found.changes.get(run.end).copied().unwrap_or(n).min(last + SIGHT);
    let seen = &values[start..end];
    let mut steps = 0.0;
    let mut from = start;
    for to in changes.iter().copied().chain([end]) {
        let segment = &values[from..to];
        let mean = segment.iter().sum::<f64>() / segment.len() as f64;
        steps += segment.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        from = to;
    }
    let reach = REACH.max((last - first) / 2);
    let stride = (reach / REACH).max(1);
    let mut line = f64::INFINITY;
    let foot_range = first.saturating_sub(reach).max(start + 1)..=(first + reach).min(end - 1);
    for foot in foot_range.step_by(stride) {
        let head_range = last.saturating_sub(reach).max(foot + SHORTEST_RAMP)..=(last + reach).min(end - 1);
        for head in head_range.step_by(stride) {
            line = line.min(ramp_residue(seen, foot - start, head - start));
        }
    }
    if !line.is_finite() {
        return false;
    }
    let count = seen.len() as f64;
    let independent = count * (1.0 - found.phi) / (1.0 + found.phi);
    let tiny = 1e-9 * values.iter().map(|value| value * value).sum::<f64>() / n as f64 * count;
    let gain = independent * ((steps + tiny) / (line + tiny)).ln();
    // What the search charges a step, its level once and its place twice, against a ramp's height, foot and head. A
    // single step is given the benefit of the doubt: a ramp of a few points always fits it as well.
    let (count, steps) = (n as f64, changes.len() as f64);
    gain > (4.0 - 3.0 * steps) * count.ln() + if changes.len() == 1 { 2.0 } else { 0.0 }
}

/// What is left of the values around a level up to `foot`, a line to `head`, and a level from there.
fn ramp_residue(values: &[f64], foot: usize, head: usize) -> f64 {
    let width = (head - foot) as f64;
    let (mut s1, mut sr, mut srr, mut sy, mut sry, mut syy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (t, &value) in values.iter().enumerate() {
        let share = (t.saturating_sub(foot) as f64 / width).min(1.0);
        s1 += 1.0;
        sr += share;
        srr += share * share;
        sy += value;
        sry += share * value;
        syy += value * value;
    }
    let determinant = s1 * srr - sr * sr;
    if determinant <= 1e-9 * s1 * srr {
        return f64::INFINITY;
    }
    let height = (s1 * sry - sr * sy) / determinant;
    let level = (sy - height * sr) / s1;
    (syy - level * sy - height * sry).max(0.0)
}
