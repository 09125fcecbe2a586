//! Exact segmentation in the feature space of a kernel (Arlot, Celisse & Harchaoui 2019), with pruning from the left.

use crate::stats;

/// How alike two values are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kernel {
    /// x · y: the same as squared errors.
    Linear,
    /// exp(−γ(x − y)²), with γ(x − y)² kept within 0.01 and 100.
    Gaussian {
        /// γ.
        gamma: f64,
        /// How alike a value is to itself.
        diagonal: KernelDiagonal,
    },
}

/// The kernel of a value with itself, in which the two implementations in `ruptures` differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KernelDiagonal {
    /// 1: `Pelt(model="rbf")`.
    One,
    /// exp(−0.01), as between any near values: `KernelCPD(kernel="rbf")`.
    Clipped,
}

impl Kernel {
    fn between(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Linear => a * b,
            Self::Gaussian { gamma, .. } => (-((a - b) * (a - b) * gamma).clamp(0.01, 100.0)).exp(),
        }
    }

    fn itself(self, a: f64) -> f64 {
        match self {
            Self::Linear => a * a,
            Self::Gaussian { diagonal: KernelDiagonal::One, .. } => 1.0,
            Self::Gaussian { diagonal: KernelDiagonal::Clipped, .. } => (-0.01_f64).exp(),
        }
    }
}

/// 1 over the median squared distance of all pairs, or 1 if that is 0: the γ that `ruptures` takes. O(n²).
pub fn median_gamma(values: &[f64]) -> f64 {
    let mut distances = Vec::with_capacity(values.len() * values.len().saturating_sub(1) / 2);
    for (place, a) in values.iter().enumerate() {
        distances.extend(values[place + 1..].iter().map(|b| (a - b) * (a - b)));
    }
    let median = stats::median_of(&mut distances);
    if median > 0.0 { 1.0 / median } else { 1.0 }
}

/// The segmentation of least Σ(scatter in feature space + `penalty`) with segments of at least `min_size` points, as
/// `ruptures` finds it with a Gaussian kernel. O(n²) time, O(n) memory.
pub fn kernel_segmentation(values: &[f64], kernel: Kernel, penalty: f64, min_size: usize) -> Vec<usize> {
    let count = values.len();
    let min_size = min_size.max(1);
    if count == 0 {
        return Vec::new();
    }
    // Σ of the kernel over all pairs of each segment that ends at the current point, and of the diagonal before it.
    let mut within = vec![0.0; count];
    let mut diagonal = vec![0.0; count + 1];
    let mut best = vec![f64::INFINITY; count + 1];
    let mut begins = vec![0; count + 1];
    let mut costs = vec![0.0; count];
    best[0] = 0.0;
    let mut first = 0;
    for end in 1..=count {
        let newest = values[end - 1];
        let itself = kernel.itself(newest);
        diagonal[end] = diagonal[end - 1] + itself;
        let mut alike = itself;
        within[end - 1] += itself;
        for start in (first..end - 1).rev() {
            alike += kernel.between(values[start], newest);
            within[start] += 2.0 * alike - itself;
        }
        for start in first..(end + 1).saturating_sub(min_size) {
            if !best[start].is_finite() {
                continue;
            }
            let cost = diagonal[end] - diagonal[start] - within[start] / (end - start) as f64;
            costs[start] = best[start] + cost;
            if costs[start] + penalty < best[end] {
                best[end] = costs[start] + penalty;
                begins[end] = start;
            }
        }
        // A start that is beaten by a new one here is beaten for ever; only those at the left are dropped.
        while first + min_size <= end && (costs[first] >= best[end] || best[first].is_infinite()) {
            first += 1;
        }
    }
    super::ends_of_segments(&begins, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::pelt;

    #[test]
    fn the_linear_kernel_is_the_squared_error() {
        let values: Vec<f64> =
            (0..90_u32).map(|i| f64::from(i * i % 7) + if (30..60).contains(&i) { 12.0 } else { 0.0 }).collect();
        for penalty in [5.0, 50.0, 1e5] {
            let breakpoints = kernel_segmentation(&values, Kernel::Linear, penalty, 2);
            assert_eq!(breakpoints, pelt(&values, penalty, 2));
        }
        let kernel = Kernel::Gaussian { gamma: median_gamma(&values), diagonal: KernelDiagonal::One };
        assert_eq!(kernel_segmentation(&values, kernel, 5.0, 2), [30, 60, 90]);
        assert_eq!(kernel_segmentation(&[f64::NAN; 3], kernel, 5.0, 2), [3]);
    }
}
