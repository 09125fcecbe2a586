//! Scores of alarms on a stream against labelled windows.
//!
//! Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark",
//! arXiv:1510.03336. A row alarms if its score reaches the threshold. The first 15 % of the rows, at most 750, are not
//! scored. With σ(y) = 2/(1 + e^(5y)) − 1:
//! - the earliest alarm in a window of w rows earns σ(−k/w)/σ(−1), k counted from the window's end;
//! - a window without alarm costs the weight of a miss;
//! - every alarm outside costs the weight of a false alarm times −σ(rows since the last window / (w − 1)), and the whole
//!   weight before the first window and far from any.
//!
//! Result: 100 · (raw − never) / (perfect − never), where `never` is the raw score without any alarm.

/// What hits, misses and false alarms weigh.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// The profile's name.
    pub name: &'static str,
    /// A window found at once.
    pub hit: f64,
    /// A window missed.
    pub miss: f64,
    /// A false alarm.
    pub false_alarm: f64,
}

/// The benchmark's three: standard, few false positives, few false negatives.
pub const PROFILES: [Weights; 3] = [
    Weights { name: "standard", hit: 1.0, miss: 1.0, false_alarm: 0.11 },
    Weights { name: "low FP", hit: 1.0, miss: 1.0, false_alarm: 0.22 },
    Weights { name: "low FN", hit: 1.0, miss: 2.0, false_alarm: 0.11 },
];

/// A file's rows and the windows among them, ready to be scored many times.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// Rows that are not scored.
    probation: usize,
    windows: usize,
    /// Windows with at least one row that is scored.
    scorable: Vec<usize>,
    /// The value of an alarm at each row, without weights.
    value: Vec<f64>,
    /// The window each row lies in.
    window: Vec<Option<usize>>,
}

/// Raw results of one or more files.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// Hits, misses and false alarms, weighted.
    pub raw: f64,
    /// The raw score of never alarming.
    pub never: f64,
    /// The raw score of alarming at each window's first row and nowhere else.
    pub perfect: f64,
    /// Windows with an alarm.
    pub found: usize,
    /// All windows.
    pub windows: usize,
    /// Rows outside all windows that alarm.
    pub false_alarms: usize,
}

impl Tally {
    /// On the benchmark's scale: 0 is never alarming, 100 perfect.
    pub fn score(&self) -> f64 {
        100.0 * (self.raw - self.never) / (self.perfect - self.never)
    }

    /// This and another, together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            raw: self.raw + other.raw,
            never: self.never + other.never,
            perfect: self.perfect + other.perfect,
            found: self.found + other.found,
            windows: self.windows + other.windows,
            false_alarms: self.false_alarms + other.false_alarms,
        }
    }
}

/// How many rows of a file of `n` are not scored.
pub fn probation(n: usize) -> usize {
    // 15 % of the rows, but never more than 15 % of 5,000.
    (n * 15 / 100).min(750)
}

impl Labelled {
    /// A file of `n` rows with windows given by their first and last row; windows that reach beyond it are cut.
    pub fn new(n: usize, windows: &[(usize, usize)]) -> Self {
        let mut value = vec![-1.0; n];
        let mut window = vec![None; n];
        for (k, &(first, last)) in windows.iter().enumerate() {
            let last = last.min(n.saturating_sub(1));
            let rows = (last + 1).saturating_sub(first) as f64;
            for row in first..=last.min(n.saturating_sub(1)) {
                value[row] = sigma(-((last - row + 1) as f64) / rows) / sigma(-1.0);
                window[row] = Some(k);
            }
            let next = windows.get(k + 1).map_or(n, |w| w.0.min(n));
            for (row, slot) in value.iter_mut().enumerate().take(next).skip(last + 1) {
                *slot = if rows > 1.0 { sigma((row - last) as f64 / (rows - 1.0)) } else { -1.0 };
            }
        }
        let probation = probation(n);
        let mut scorable: Vec<usize> = window[probation..].iter().flatten().copied().collect();
        scorable.dedup();
        Self { probation, windows: windows.len(), scorable, value, window }
    }

    /// What the rows whose score is at least `threshold` earn.
    pub fn tally(&self, scores: &[f64], threshold: f64, weights: Weights) -> Tally {
        let mut best: Vec<Option<f64>> = vec![None; self.windows];
        let mut tally = Tally {
            never: -weights.miss * self.scorable.len() as f64,
            perfect: weights.hit * self.windows as f64,
            windows: self.windows,
            ..Tally::default()
        };
        let rows = self.value.iter().zip(&self.window).zip(scores).skip(self.probation);
        for ((&value, window), &score) in rows {
            if score < threshold || score.is_nan() {
                continue;
            }
            match *window {
                Some(k) => best[k] = Some(best[k].map_or(value, |so_far| so_far.max(value))),
                None => {
                    tally.raw += weights.false_alarm * value;
                    tally.false_alarms += 1;
                }
            }
        }
        for &k in &self.scorable {
            match best[k] {
                Some(value) => {
                    tally.raw += weights.hit * value;
                    tally.found += 1;
                }
                None => tally.raw -= weights.miss,
            }
        }
        tally
    }
}

fn sigma(y: f64) -> f64 {
    if y > 3.0 { -1.0 } else { 2.0 / (1.0 + (5.0 * y).exp()) - 1.0 }
}
