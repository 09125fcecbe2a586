//! Control of the false discovery rate.

/// Benjamini and Hochberg's adjusted p-values ("Controlling the false discovery rate", 1995): reporting everything with
/// q ≤ α keeps the expected share of false reports at or below α, for tests that are independent or positively related.
///
/// q of the i-th smallest p of m is the least of p(j) · m / j over j ≥ i. Values that are not probabilities (NaN) stay
/// as they are and do not count.
pub fn q_values(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).filter(|&i| !p_values[i].is_nan()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let m = order.len() as f64;
    let mut q = p_values.to_vec();
    let mut least = 1.0_f64;
    for (rank, &i) in order.iter().enumerate().rev() {
        least = least.min(p_values[i] * m / (rank + 1) as f64);
        q[i] = least;
    }
    q
}

#[cfg(test)]
mod tests {
    use super::q_values;

    #[test]
    fn adjusts_as_the_paper_does() {
        let q = q_values(&[0.01, 0.04, 0.03, 0.005, f64::NAN]);
        assert!((q[0] - 0.02).abs() < 1e-12);
        assert!((q[1] - 0.04).abs() < 1e-12);
        assert!((q[2] - 0.04).abs() < 1e-12);
        assert!((q[3] - 0.02).abs() < 1e-12);
        assert!(q[4].is_nan());
    }

    #[test]
    fn never_falls_below_p_and_keeps_their_order() {
        let p: Vec<f64> = (1..=50).map(|i| f64::from(i * i) / 2_500.0).collect();
        let q = q_values(&p);
        assert!(p.iter().zip(&q).all(|(p, q)| q >= p && *q <= 1.0));
        assert!(q.is_sorted());
    }
}
