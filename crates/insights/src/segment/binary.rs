//! Binary segmentation for changes of the mean: the best single split, again and again.

use super::SquaredError;

/// When to stop splitting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stop {
    /// At so many changes.
    Changes(usize),
    /// When the best split gains no more than this.
    Penalty(f64),
}

/// Greedy segmentation: breakpoints as `ruptures.Binseg(model="l2", jump=1)` gives them. None when so many changes
/// do not fit into segments of `min_size` points.
///
/// Each segment is searched once: O(n log n) for balanced splits, O(n · changes) at worst.
pub fn binary_segmentation(values: &[f64], stop: Stop, min_size: usize) -> Option<Vec<usize>> {
    let count = values.len();
    if let Stop::Changes(changes) = stop
        && (changes > count || changes * min_size + min_size > count)
    {
        return None;
    }
    let errors = SquaredError::new(values);
    let mut segments = vec![Segment::of(&errors, 0, count, min_size)];
    loop {
        if let Stop::Changes(changes) = stop
            && segments.len() > changes
        {
            break;
        }
        let mut best = 0;
        for (place, segment) in segments.iter().enumerate() {
            if segment.gain > segments[best].gain {
                best = place;
            }
        }
        let Segment { from, to, split: Some(split), gain } = segments[best] else { break };
        if let Stop::Penalty(penalty) = stop
            && gain <= penalty
        {
            break;
        }
        segments[best] = Segment::of(&errors, from, split, min_size);
        segments.insert(best + 1, Segment::of(&errors, split, to, min_size));
    }
    Some(segments.iter().map(|segment| segment.to).collect())
}

/// A segment with its best split.
#[derive(Clone, Copy)]
struct Segment {
    from: usize,
    to: usize,
    split: Option<usize>,
    gain: f64,
}

impl Segment {
    fn of(errors: &SquaredError<'_>, from: usize, to: usize, min_size: usize) -> Self {
        let mut best = Self { from, to, split: None, gain: 0.0 };
        if to == from {
            return best;
        }
        let whole = errors.cost(from, to);
        let splits = from + min_size..(to + 1).saturating_sub(min_size);
        let gains: Vec<f64> =
            splits.clone().map(|split| whole - errors.cost(from, split) - errors.cost(split, to)).collect();
        let most = gains.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let whole = errors.cost_as_numpy(from, to);
        for (split, _) in splits.zip(&gains).filter(|(_, gain)| **gain >= most - 4.0 * errors.rounding) {
            let gain = whole - errors.cost_as_numpy(from, split) - errors.cost_as_numpy(split, to);
            // The last of equally good splits, as the maximum of (gain, split) pairs.
            if best.split.is_none() || gain >= best.gain {
                best = Self { split: Some(split), gain, ..best };
            }
        }
        best
    }
}
