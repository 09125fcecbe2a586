//! PELT (Killick, Fearnhead & Eckley 2012) for changes of the mean.

use super::SquaredError;

/// The segmentation of least Σ(squared error + `penalty`) with segments of at least `min_size` points: breakpoints as
/// `ruptures.Pelt(model="l2", jump=1)` gives them, the first best on ties. Without points none.
///
/// Exact. O(n) where changes come all along, O(n²) at worst, a few operations each.
pub fn pelt(values: &[f64], penalty: f64, min_size: usize) -> Vec<usize> {
    let count = values.len();
    let min_size = min_size.max(1);
    if count == 0 {
        return Vec::new();
    }
    let errors = SquaredError::new(values);
    let mut search = Search::default();
    let mut exact = Exact { totals: vec![f64::NAN; count + 1] };
    // Best cost of the points before each place, and where its last segment begins; none while too short.
    let mut best = vec![f64::INFINITY; count + 1];
    let mut begins = vec![0; count + 1];
    best[0] = 0.0;
    for end in (min_size..count).chain([count]) {
        let start = end.saturating_sub(min_size);
        if best[start].is_finite() {
            search.admit(start, best[start], &errors);
        }
        let Some((total, begin)) = search.cheapest(end, penalty, &errors) else { continue };
        best[end] = total;
        let rivals = search.rivals(total + errors.rounding);
        begins[end] = if rivals.len() > 1 { exact.best(end, &rivals, &begins, penalty, &errors) } else { begin };
        search.prune(total + penalty);
    }
    super::ends_of_segments(&begins, count)
}

/// Total costs with the rounding of `ruptures`, computed where near ties ask for them.
struct Exact {
    totals: Vec<f64>,
}

impl Exact {
    /// The start among `rivals` that `ruptures` would take: the least total, the first on ties.
    fn best(
        &mut self,
        end: usize,
        rivals: &[usize],
        begins: &[usize],
        penalty: f64,
        errors: &SquaredError<'_>,
    ) -> usize {
        let (mut least, mut best) = (f64::INFINITY, rivals[0]);
        for &start in rivals {
            let total = self.total(start, begins, penalty, errors) + (errors.cost_as_numpy(start, end) + penalty);
            if total < least {
                (least, best) = (total, start);
            }
        }
        self.totals[end] = least;
        best
    }

    /// The cost of the best segmentation of the points before `end`, added up from the left.
    fn total(&mut self, end: usize, begins: &[usize], penalty: f64, errors: &SquaredError<'_>) -> f64 {
        let mut chain = vec![end];
        let mut place = end;
        while place > 0 && self.totals[place].is_nan() {
            place = begins[place];
            chain.push(place);
        }
        self.totals[0] = 0.0;
        for pair in chain.windows(2).rev() {
            let (to, from) = (pair[0], pair[1]);
            self.totals[to] = self.totals[from] + (errors.cost_as_numpy(from, to) + penalty);
        }
        self.totals[end]
    }
}

/// The starts that may still begin a best last segment, as columns.
#[derive(Default)]
struct Search {
    starts: Vec<u32>,
    places: Vec<f64>,
    sums: Vec<f64>,
    /// Best cost before the start less Σ x² before it.
    levels: Vec<f64>,
    totals: Vec<f64>,
}

impl Search {
    fn admit(&mut self, start: usize, best: f64, errors: &SquaredError<'_>) {
        let (sum, squares) = errors.sums[start];
        self.starts.push(start as u32);
        self.places.push(start as f64);
        self.sums.push(sum);
        self.levels.push(best - squares);
        self.totals.push(0.0);
    }

    /// The least total cost up to `end` and its start, the first on ties.
    fn cheapest(&mut self, end: usize, penalty: f64, errors: &SquaredError<'_>) -> Option<(f64, usize)> {
        let (sum, squares) = errors.sums[end];
        let (place, base) = (end as f64, squares + penalty);
        let columns = self.levels.iter().zip(&self.sums).zip(&self.places);
        for (total, ((level, before), start)) in self.totals.iter_mut().zip(columns) {
            let rise = sum - before;
            *total = level + base - rise * rise / (place - start);
        }
        let mut lanes = [f64::INFINITY; 4];
        let mut blocks = self.totals.chunks_exact(4);
        for block in blocks.by_ref() {
            for (lane, total) in lanes.iter_mut().zip(block) {
                *lane = if *total < *lane { *total } else { *lane };
            }
        }
        let least = blocks.remainder().iter().chain(&lanes).copied().fold(f64::INFINITY, f64::min);
        let first = self.totals.iter().position(|&total| total == least)?;
        let start = self.starts[first] as usize;
        Some((least, start))
    }

    /// The starts whose total is at most `limit`, if there are several; none otherwise.
    fn rivals(&self, limit: f64) -> Vec<usize> {
        if self.totals.iter().map(|&total| u32::from(total <= limit)).sum::<u32>() < 2 {
            return Vec::new();
        }
        let near = self.starts.iter().zip(&self.totals).filter(|(_, total)| **total <= limit);
        near.map(|(&start, _)| start as usize).collect()
    }

    /// Forgets the starts that can never be best again.
    fn prune(&mut self, limit: f64) {
        let beyond = self.totals.iter().filter(|&&total| total > limit).count();
        if beyond == 0 {
            return;
        }
        let mut kept = 0;
        for place in 0..self.totals.len() {
            if self.totals[place] <= limit {
                self.starts[kept] = self.starts[place];
                self.places[kept] = self.places[place];
                self.sums[kept] = self.sums[place];
                self.levels[kept] = self.levels[place];
                kept += 1;
            }
        }
        self.starts.truncate(kept);
        self.places.truncate(kept);
        self.sums.truncate(kept);
        self.levels.truncate(kept);
        self.totals.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every segmentation, by dynamic programming without pruning.
    fn exhaustive(values: &[f64], penalty: f64, min_size: usize) -> f64 {
        let errors = SquaredError::new(values);
        let mut best = vec![f64::INFINITY; values.len() + 1];
        best[0] = 0.0;
        for end in 1..=values.len() {
            for start in 0..=end.saturating_sub(min_size) {
                best[end] = best[end].min(best[start] + errors.cost(start, end) + penalty);
            }
        }
        best[values.len()]
    }

    #[test]
    fn pruning_loses_nothing() {
        for count in [2, 5, 30, 120_u32] {
            let values: Vec<f64> =
                (0..count).map(|i| f64::from(i * i % 13) + if i / 20 % 2 == 1 { 9.0 } else { 0.0 }).collect();
            for penalty in [1.0, 20.0, 60.0, 1e6] {
                let errors = SquaredError::new(&values);
                let breakpoints = pelt(&values, penalty, 2);
                let mut start = 0;
                let mut total = 0.0;
                for &end in &breakpoints {
                    assert!(end - start >= 2);
                    total += errors.cost(start, end) + penalty;
                    start = end;
                }
                assert!((total - exhaustive(&values, penalty, 2)).abs() < 1e-7, "{count} {penalty}");
            }
        }
        assert_eq!(pelt(&[], 1.0, 2), [0; 0]);
        assert_eq!(pelt(&[3.0], 1.0, 2), [1]);
        assert_eq!(pelt(&[f64::NAN; 5], 1.0, 2), [5]);
    }
}
