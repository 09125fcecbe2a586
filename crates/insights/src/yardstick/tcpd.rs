//! Scores of change points against those that several people marked.
//!
//! van den Burg and Williams, "An Evaluation of Change Point Detection Algorithms", arXiv:2003.06222, section 4. A
//! change point is the index of the first observation of the new segment. Index 0 belongs to every set, marked or
//! predicted, so that no ratio is 0 / 0.
//!
//! - F1 with margin M: precision = |pairs(union of all marks, prediction)| / |prediction|, recall = mean over people of
//!   |pairs(their marks, prediction)| / |their marks|, F1 their harmonic mean. A pair is a marked and a predicted point
//!   at most M apart; each predicted point pairs once.
//! - Covering: mean over people of Σ over their segments A of |A| · max over predicted segments B of |A∩B|/|A∪B|,
//!   divided by the number of observations.

use super::visiting::VisitingSet;

/// How far apart a marked and a predicted point may be: the benchmark's 5.
pub const MARGIN: usize = 5;

/// What a prediction is worth on one series.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Score {
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Share of the predicted points that someone marked.
    pub precision: f64,
    /// Mean share of each person's points that were predicted.
    pub recall: f64,
    /// How well the segments overlap, 0 to 1.
    pub cover: f64,
}

/// Scores `predicted` indices on a series of `n` observations against one list of marks a person.
///
/// Predictions count once each and only within 1..n−1, as the benchmark cleans them. No people or no observations
/// give zeros.
pub fn score(n: usize, marks: &[Vec<usize>], predicted: &[usize]) -> Score {
    let cleaned: Vec<usize> = predicted.iter().copied().filter(|&x| x >= 1 && x + 1 < n).collect();
    compare(n, marks, cleaned)
}

/// Scores points as they are; people's own may lie anywhere.
fn compare(n: usize, marks: &[Vec<usize>], mut points: Vec<usize>) -> Score {
    if n == 0 || marks.is_empty() {
        return Score::default();
    }
    points.push(0);
    points.sort_unstable();
    points.dedup();

    let mut union = VisitingSet::new();
    let mut recall = 0.0;
    for person in marks {
        let own = VisitingSet::of(person.iter().copied().chain([0]));
        recall += pairs(&own, &points) as f64 / own.len() as f64;
        for mark in own.iter() {
            union.add(mark);
        }
    }
    recall /= marks.len() as f64;
    let precision = pairs(&union, &points) as f64 / points.len() as f64;
    let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
    Score { f1, precision, recall, cover: covering(n, marks, &points) }
}

/// What each person scores against the others, averaged: the bar that people set.
pub fn people(n: usize, marks: &[Vec<usize>]) -> Score {
    let mut mean = Score::default();
    let count = marks.len() as f64;
    for (own, person) in marks.iter().enumerate() {
        let others: Vec<Vec<usize>> =
            marks.iter().enumerate().filter(|(i, _)| *i != own).map(|(_, marks)| marks.clone()).collect();
        let one = compare(n, &others, person.clone());
        mean.f1 += one.f1 / count;
        mean.precision += one.precision / count;
        mean.recall += one.recall / count;
        mean.cover += one.cover / count;
    }
    mean
}

/// How many marks find a prediction of their own: in the set's order, each takes the nearest that is free.
fn pairs(marks: &VisitingSet, predicted: &[usize]) -> usize {
    let mut free = predicted.to_vec();
    let mut count = 0;
    for mark in marks.iter() {
        let nearest = (0..free.len()).min_by_key(|&i| free[i].abs_diff(mark));
        if let Some(i) = nearest
            && free[i].abs_diff(mark) <= MARGIN
        {
            free.remove(i);
            count += 1;
        }
    }
    count
}

fn covering(n: usize, marks: &[Vec<usize>], predicted: &[usize]) -> f64 {
    let found = segments(n, predicted);
    let total: f64 = marks
        .iter()
        .map(|person| {
            let own = segments(n, person);
            own.iter()
                .map(|&(start, end)| {
                    let best = found.iter().map(|&(from, to)| {
                        let both = to.min(end).saturating_sub(from.max(start));
                        let either = (end - start) + (to - from) - both;
                        both as f64 / either as f64
                    });
                    (end - start) as f64 * best.fold(0.0, f64::max)
                })
                .sum::<f64>()
                / n as f64
        })
        .sum();
    total / marks.len() as f64
}

/// The half-open segments that these change points cut.
fn segments(n: usize, points: &[usize]) -> Vec<(usize, usize)> {
    let mut bounds: Vec<usize> = points.iter().copied().filter(|&x| x > 0 && x < n).chain([0, n]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    bounds.windows(2).map(|pair| (pair[0], pair[1])).collect()
}
