//! Optimal segmentation of a series whose noise remembers itself.
//!
//! Within a segment the mean is a level or a straight line, and the noise is a first-order autoregression of one φ and
//! one σ for the whole series; segments are independent. For φ = 0 that is white noise; for φ = 1 a random walk, where
//! a change of level costs nothing and so cannot be claimed. The exact likelihood of a segment [s, e) is that of the
//! least-squares problem with rows √(1−φ²)·y(s) and y(t) − φ·y(t−1), t = s+1 … e−1, on the design treated alike; prefix
//! sums give it in constant time.
//!
//! Sources: Chakar, Lebarbier, Lévy-Leduc and Robin, "A robust approach for estimating change-points in the mean of an
//! AR(1) process", Bernoulli 23 (2017); Jackson and others, "An algorithm for optimal partitioning of data on an
//! interval", IEEE Signal Processing Letters 12 (2005), for the recursion. The places are so few that pruning it, as
//! PELT does, costs more than it saves.

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
}

/// Sums of products of the design's columns over a segment of `length` points: (aa, ab, bb).
fn design(length: usize, phi: f64, first: f64) -> (f64, f64, f64) {
    let rows = length.saturating_sub(1) as f64;
    let level = 1.0 - phi;
    let steps = rows * (rows + 1.0) / 2.0;
    let squares = steps * (2.0 * rows + 1.0) / 3.0;
    let aa = level * level * rows + first * first;
    let ab = level * (level * steps + phi * rows);
    let bb = level * level * squares + 2.0 * level * phi * steps + phi * phi * rows;
    (aa, ab, bb)
}

/// What a segment's mean explains, by its length alone.
#[derive(Debug, Clone, Copy)]
struct Explained {
    /// A level explains `level`·ya².
    level: f64,
    /// A line explains `line[0]`·ya² − `line[1]`·ya·yb + `line[2]`·yb².
    line: [f64; 3],
}

impl Explained {
    fn of(length: usize, phi: f64, first: f64) -> Self {
        let (aa, ab, bb) = design(length, phi, first);
        let determinant = aa * bb - ab * ab;
        let level = if aa < 1e-12 { 0.0 } else { 1.0 / aa };
        let line = if aa < 1e-9 {
            // Of a random walk only the slope is known.
            [0.0, 0.0, if bb > 1e-12 { 1.0 / bb } else { 0.0 }]
        } else if determinant > 1e-9 * aa * bb.max(1e-12) {
            let share = 1.0 / determinant;
            [bb * share, 2.0 * ab * share, aa * share]
        } else {
            [level, 0.0, 0.0]
        };
        Self { level, line }
    }
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
    /// By the length of a segment: divisions are dear, and each length occurs many times.
    explained: Vec<Explained>,
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
        let first = (1.0 - phi * phi).max(0.0).sqrt();
        let explained = (0..=values.len()).map(|length| Explained::of(length, phi, first)).collect();
        Self { values, phi, first, sums, explained }
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
        let head = self.values[start] * self.first;
        let level = 1.0 - self.phi;
        Moments { yy: zz + head * head, ya: level * z + self.first * head, yb: level * tz + self.phi * z }
    }

    /// Level at the start and slope that fit [start, end) best.
    pub(super) fn fit(&self, start: usize, end: usize, mean: Mean) -> (f64, f64) {
        let m = self.moments(start, end);
        let (aa, ab, bb) = design(end - start, self.phi, self.first);
        let determinant = aa * bb - ab * ab;
        match mean {
            // Of a random walk only the slope is known; the level is where it starts.
            Mean::Line if aa < 1e-9 => (self.values[start], if bb > 1e-12 { m.yb / bb } else { 0.0 }),
            Mean::Line if determinant > 1e-9 * aa * bb.max(1e-12) => {
                ((bb * m.ya - ab * m.yb) / determinant, (aa * m.yb - ab * m.ya) / determinant)
            }
            _ if aa < 1e-12 => (self.values[start], 0.0),
            _ => (m.ya / aa, 0.0),
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
        let head = self.values[start] * self.first;
        let yy = to[1] - from[1] + head * head;
        let ya = (1.0 - self.phi) * (to[0] - from[0]) + self.first * head;
        (yy - self.explained[end - start].level * ya * ya).max(0.0)
    }

    #[inline]
    fn line_cost(&self, start: usize, end: usize) -> f64 {
        let m = self.moments(start, end);
        let [p, q, r] = self.explained[end - start].line;
        (m.yy - (m.ya * (p * m.ya - q * m.yb) + r * m.yb * m.yb)).max(0.0)
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

/// What each segment between two places leaves, for one φ and one kind of mean: the search asks several times.
#[derive(Debug, Clone)]
pub(super) struct Costs {
    /// The series' start and the places.
    starts: Vec<usize>,
    /// For each place, in order: the costs of the segments that end there, from all starts that are far enough before.
    costs: Vec<f64>,
    /// For each place, where its costs begin and end.
    rows: Vec<(usize, usize)>,
}

impl Costs {
    /// `places` are in order, the last of them the series' length; no segment is shorter than `shortest`.
    pub(super) fn new(whitened: &Whitened<'_>, mean: Mean, shortest: usize, places: &[usize]) -> Self {
        let starts: Vec<usize> = std::iter::once(0).chain(places.iter().copied()).collect();
        let mut costs = Vec::with_capacity(starts.len() * starts.len() / 2);
        let mut rows = Vec::with_capacity(places.len());
        // Of each start, what its segments share: Σ z, Σ z² less the first row's square, Σ t·z, the first row's share of
        // ya, and its place.
        let level = 1.0 - whitened.phi;
        let shared: Vec<[f64; 5]> = starts
            .iter()
            .filter(|start| **start < whitened.len())
            .map(|&start| {
                let [z, zz, tz] = whitened.sums[start + 1];
                let head = whitened.values[start] * whitened.first;
                [z, zz - head * head, tz, whitened.first * head, start as f64]
            })
            .collect();
        let mut open = 0;
        for &end in places {
            while open < shared.len() && starts[open] + shortest <= end {
                open += 1;
            }
            let from = costs.len();
            let usable = shared[..open].iter().zip(&starts);
            let [z_end, zz_end, tz_end] = whitened.sums[end];
            match mean {
                Mean::Level => costs.extend(usable.map(|([z, zz, _, head, _], start)| {
                    let ya = level * (z_end - z) + head;
                    (zz_end - zz - whitened.explained[end - start].level * ya * ya).max(0.0)
                })),
                Mean::Line => costs.extend(usable.map(|([z, zz, tz, head, place], start)| {
                    let z = z_end - z;
                    let ya = level * z + head;
                    let yb = level * (tz_end - tz - place * z) + whitened.phi * z;
                    let [p, q, r] = whitened.explained[end - start].line;
                    (zz_end - zz - (ya * (p * ya - q * yb) + r * yb * yb)).max(0.0)
                })),
            }
            rows.push((from, costs.len()));
        }
        Self { starts, costs, rows }
    }

    /// The cut that makes sum of squares + `penalty` a change least.
    pub(super) fn partition(&self, penalty: f64) -> Vec<usize> {
        // best[i]: the least of what the values before starts[i] can cost; 0 with the penalty at the series' start.
        let mut best = Vec::with_capacity(self.starts.len());
        let mut from: Vec<usize> = Vec::with_capacity(self.starts.len());
        best.push(-penalty);
        from.push(0);
        for &(begin, end) in &self.rows {
            let mut least = (f64::INFINITY, 0);
            for (start, (cost, before)) in self.costs[begin..end].iter().zip(&best).enumerate() {
                let cost = cost + before;
                if cost < least.0 {
                    least = (cost, start);
                }
            }
            best.push(least.0 + penalty);
            from.push(least.1);
        }
        let mut changes = Vec::new();
        let mut at = self.starts.len() - 1;
        while from[at] > 0 {
            at = from[at];
            changes.push(self.starts[at]);
        }
        changes.reverse();
        changes
    }
}
