//! Splitting a series into segments of one level: exact search with pruning, greedy halving, and kernels.
//!
//! Breakpoints are where segments end, as in `ruptures`: each is the first point of the next segment, and the last one
//! is the number of points.

mod binary;
mod kernel;
mod pelt;

pub use binary::{Stop, binary_segmentation};
pub use kernel::{Kernel, KernelDiagonal, kernel_segmentation, median_gamma};
pub use pelt::pelt;

use crate::stats;

/// Where the segments of the best split of `count` points end, in order: `begins` holds, for each end, where the last
/// segment before it begins.
fn ends_of_segments(begins: &[usize], count: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut end = count;
    while end > 0 {
        ends.push(end);
        end = begins[end];
    }
    ends.reverse();
    ends
}

/// Running sums of the values less their mean, and of their squares: the cost of any segment at once.
pub(crate) struct SquaredError<'a> {
    values: &'a [f64],
    /// (Σ x, Σ x²) of the points before each place.
    sums: Vec<(f64, f64)>,
    /// Costs closer than this can be in either order: what rounding can do to them.
    rounding: f64,
}

impl<'a> SquaredError<'a> {
    pub(crate) fn new(values: &'a [f64]) -> Self {
        let centre = stats::mean(values);
        let mut sums = Vec::with_capacity(values.len() + 1);
        let (mut sum, mut squares) = (0.0, 0.0);
        sums.push((0.0, 0.0));
        for value in values {
            let deviation = value - centre;
            sum += deviation;
            squares += deviation * deviation;
            sums.push((sum, squares));
        }
        Self { values, sums, rounding: 4.0 * f64::EPSILON * squares * values.len() as f64 }
    }

    /// Σ(x − mean of the segment)² over the points `from..to`.
    pub(crate) fn cost(&self, from: usize, to: usize) -> f64 {
        let (sum, squares) = (self.sums[to].0 - self.sums[from].0, self.sums[to].1 - self.sums[from].1);
        squares - sum * sum / (to - from) as f64
    }

    /// The same with the rounding of numpy, which decides between equally good segmentations in `ruptures`. O(n).
    pub(crate) fn cost_as_numpy(&self, from: usize, to: usize) -> f64 {
        stats::variance(&self.values[from..to], 0) * (to - from) as f64
    }
}
