//! Optimal segmentation of a series whose noise remembers itself.
//!
//! Within a segment the mean is a level or a straight line, and the noise is a first-order autoregression of one φ and
//! one σ for the whole series; segments are independent. For φ = 0 that is white noise; for φ = 1 a random walk, where
//! a change of level costs nothing and so cannot be claimed. The exact likelihood of a segment [s, e) is that of the
//! least-squares problem with rows √(1−φ²)·y(s) and y(t) − φ·y(t−1), t = s+1 … e−1, on the design treated alike; prefix
//! sums give it in constant time.
//!
//! Sources: Chakar, Lebarbier, Lévy-Leduc and Robin, "A robust approach for estimating change-points in the mean of an
//! AR(1) process", Bernoulli 23 (2017); Killick, Fearnhead and Eckley, "Optimal detection of changepoints with a linear
//! computational cost", JASA 107 (2012), for the recursion and its pruning.

/// What the mean of a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mean {
    /// A constant.
    Level,
    /// A straight line.
    Line,
}

impl Mean {
    /// Parameters a segment.
    pub(super) fn parameters(self) -> f64 {
        match self {
            Self::Level => 1.0,
            Self::Line => 2.0,
        }
    }
}

/// Sums of products of a segment's rows: of y, of the level's column a and the line's column b.
#[derive(Debug, Clone, Copy)]
struct Moments {
    yy: f64,
    ya: f64,
    yb: f64,
    aa: f64,
    ab: f64,
    bb: f64,
}

/// A series and its prefix sums for one φ.
#[derive(Debug, Clone)]
pub(super) struct Whitened<'a> {
    values: &'a [f64],
    phi: f64,
    /// Weight of a segment's first row.
    first: f64,
    /// Before index t: Σ z, Σ z², Σ t·z with z(t) = y(t) − φ·y(t−1).
    sums: Vec<[f64; 3]>,
}

impl<'a> Whitened<'a> {
    pub(super) fn new(values: &'a [f64], phi: f64) -> Self {
        let mut sums = Vec::with_capacity(values.len() + 1);
        let mut so_far = [0.0; 3];
        let mut last = None;
        sums.push(so_far);
        for (t, &value) in values.iter().enumerate() {
            let z = last.map_or(0.0, |last: f64| value - phi * last);
            so_far = [so_far[0] + z, so_far[1] + z * z, so_far[2] + t as f64 * z];
            sums.push(so_far);
            last = Some(value);
        }
        Self { values, phi, first: (1.0 - phi * phi).max(0.0).sqrt(), sums }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn phi(&self) -> f64 {
        self.phi
    }

    /// Variance of the first row of a segment over that of the others.
    pub(super) fn first_weight(&self) -> f64 {
        (self.first * self.first).max(1e-3)
    }

    /// Absolute changes from one innovation to the next.
    pub(super) fn second_differences(&self) -> Vec<f64> {
        let innovation = |t: usize| self.sums[t + 1][0] - self.sums[t][0];
        (2..self.values.len()).map(|t| (innovation(t) - innovation(t - 1)).abs()).collect()
    }

    #[inline]
    fn moments(&self, start: usize, end: usize) -> Moments {
        let (from, to) = (self.sums[start + 1], self.sums[end]);
        let (z, zz) = (to[0] - from[0], to[1] - from[1]);
        let tz = to[2] - from[2] - start as f64 * z;
        let phi = self.phi;
        let rows = (end - start - 1) as f64;
        let level = 1.0 - phi;
        let head = self.values[start] * self.first;
        let steps = rows * (rows + 1.0) / 2.0;
        let squares = steps * (2.0 * rows + 1.0) / 3.0;
        Moments {
            yy: zz + head * head,
            ya: level * z + self.first * head,
            yb: level * tz + phi * z,
            aa: level * level * rows + self.first * self.first,
            ab: level * (level * steps + phi * rows),
            bb: level * level * squares + 2.0 * level * phi * steps + phi * phi * rows,
        }
    }

    /// Level at the start and slope that fit [start, end) best.
    pub(super) fn fit(&self, start: usize, end: usize, mean: Mean) -> (f64, f64) {
        let m = self.moments(start, end);
        let determinant = m.aa * m.bb - m.ab * m.ab;
        match mean {
            // Of a random walk only the slope is known; the level is where it starts.
            Mean::Line if m.aa < 1e-9 => (self.values[start], if m.bb > 1e-12 { m.yb / m.bb } else { 0.0 }),
            Mean::Line if determinant > 1e-9 * m.aa * m.bb.max(1e-12) => {
                ((m.bb * m.ya - m.ab * m.yb) / determinant, (m.aa * m.yb - m.ab * m.ya) / determinant)
            }
            _ if m.aa < 1e-12 => (self.values[start], 0.0),
            _ => (m.ya / m.aa, 0.0),
        }
    }

    /// Sum of squares that the best mean of [start, end) leaves.
    #[inline]
    pub(super) fn cost(&self, start: usize, end: usize, mean: Mean) -> f64 {
        match mean {
            Mean::Level => self.level_cost(start, end),
            Mean::Line => self.line_cost(start, end),
        }
    }

    /// As [`Self::cost`] of a level: what it shares with [`Self::moments`], without what only a line needs.
    #[inline]
    fn level_cost(&self, start: usize, end: usize) -> f64 {
        let (from, to) = (self.sums[start + 1], self.sums[end]);
        let level = 1.0 - self.phi;
        let head = self.values[start] * self.first;
        let yy = to[1] - from[1] + head * head;
        let ya = level * (to[0] - from[0]) + self.first * head;
        let aa = level * level * (end - start - 1) as f64 + self.first * self.first;
        if aa < 1e-12 { yy.max(0.0) } else { (yy - ya * ya / aa).max(0.0) }
    }

    #[inline]
    fn line_cost(&self, start: usize, end: usize) -> f64 {
        let m = self.moments(start, end);
        let determinant = m.aa * m.bb - m.ab * m.ab;
        let explained = if m.aa < 1e-9 {
            if m.bb > 1e-12 { m.yb * m.yb / m.bb } else { 0.0 }
        } else if determinant > 1e-9 * m.aa * m.bb.max(1e-12) {
            (m.bb * m.ya * m.ya - 2.0 * m.ab * m.ya * m.yb + m.aa * m.yb * m.yb) / determinant
        } else {
            m.ya * m.ya / m.aa
        };
        (m.yy - explained).max(0.0)
    }

    /// What the segments cut by `changes` leave in all.
    pub(super) fn total(&self, changes: &[usize], mean: Mean) -> f64 {
        let ends = changes.iter().copied().chain([self.values.len()]);
        let mut start = 0;
        ends.map(|end| {
            let cost = self.cost(start, end, mean);
            start = end;
            cost
        })
        .sum()
    }

    /// The cut among `places` (in order, the last of them the series' length) that makes sum of squares + `penalty` a
    /// change least, no segment shorter than `shortest`.
    pub(super) fn partition(&self, mean: Mean, penalty: f64, shortest: usize, places: &[usize]) -> Vec<usize> {
        // best[i]: the least of what the values before places[i] can cost; 0 at the series' start.
        let mut best = Vec::with_capacity(places.len() + 1);
        let mut from: Vec<usize> = Vec::with_capacity(places.len() + 1);
        let starts: Vec<usize> = std::iter::once(0).chain(places.iter().copied()).collect();
        best.push(-penalty);
        from.push(0);
        let mut open: Vec<usize> = vec![0];
        let mut costs: Vec<f64> = Vec::new();
        let mut next_to_open = 1;
        for (i, &end) in starts.iter().enumerate().skip(1) {
            while next_to_open < i && starts[next_to_open] + shortest <= end {
                if best[next_to_open].is_finite() {
                    open.push(next_to_open);
                }
                next_to_open += 1;
            }
            let mut least = (f64::INFINITY, 0);
            costs.clear();
            for &start in &open {
                let usable = starts[start] + shortest <= end;
                let cost = if usable { best[start] + self.cost(starts[start], end, mean) } else { f64::NEG_INFINITY };
                costs.push(cost);
                if usable && cost + penalty < least.0 {
                    least = (cost + penalty, start);
                }
            }
            best.push(least.0);
            from.push(least.1);
            // What cannot win here, even without a penalty, never will.
            let mut costs = costs.iter();
            open.retain(|_| costs.next().is_some_and(|&cost| cost <= least.0));
        }
        let mut changes = Vec::new();
        let mut at = starts.len() - 1;
        while from[at] > 0 {
            at = from[at];
            changes.push(starts[at]);
        }
        changes.reverse();
        changes
    }

    /// Moves each change by up to `reach` to where it leaves least, given its neighbours.
    pub(super) fn refine(&self, changes: &mut [usize], mean: Mean, shortest: usize, reach: usize) {
        for round in 0..2 {
            let mut moved = false;
            for i in 0..changes.len() {
                let before = if i == 0 { 0 } else { changes[i - 1] };
                let after = changes.get(i + 1).copied().unwrap_or(self.values.len());
                let low = (before + shortest).max(changes[i].saturating_sub(reach));
                let high = after.saturating_sub(shortest).min(changes[i] + reach);
                let cost = |at: usize| self.cost(before, at, mean) + self.cost(at, after, mean);
                let mut best = (cost(changes[i]), changes[i]);
                for at in low..=high {
                    let here = cost(at);
                    if here < best.0 {
                        best = (here, at);
                    }
                }
                moved |= best.1 != changes[i];
                changes[i] = best.1;
            }
            if !moved || round == 1 {
                break;
            }
        }
    }
}
