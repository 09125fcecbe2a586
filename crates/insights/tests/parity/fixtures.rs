//! Reading the recorded outputs, and comparing numbers with them.

use flate2::read::GzDecoder;
use onepane_domain::Timestamp;
use serde_json::Value;
use std::io::Read;

/// A fixture by its file name.
pub(crate) fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A recorded number: null is NaN, infinities are words.
pub(crate) fn number(value: &Value) -> f64 {
    match value {
        Value::Null => f64::NAN,
        Value::String(word) => word.parse().unwrap(),
        value => value.as_f64().unwrap(),
    }
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

pub(crate) fn times(value: &Value) -> Vec<Timestamp> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().parse().unwrap()).collect()
}

/// One recorded series.
pub(crate) struct Case {
    pub(crate) name: String,
    /// As recorded: possibly out of order.
    pub(crate) timestamps: Vec<Timestamp>,
    pub(crate) values: Vec<f64>,
    pub(crate) recorded: Value,
}

impl Case {
    /// Stamps and values in order of time.
    pub(crate) fn sorted(&self) -> (Vec<Timestamp>, Vec<f64>) {
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by_key(|&index| self.timestamps[index]);
        (order.iter().map(|&i| self.timestamps[i]).collect(), order.iter().map(|&i| self.values[i]).collect())
    }
}

/// The 50 series, and the outputs that hang on rounding.
pub(crate) fn cases() -> (Vec<Case>, KnifeEdges) {
    let mut file = fixture("kats.json.gz");
    let knife_edges = KnifeEdges(file["knife_edges"].as_array().unwrap().clone());
    let cases = file["cases"].as_array_mut().unwrap();
    let cases = cases
        .drain(..)
        .map(|case| Case {
            name: case["name"].as_str().unwrap().to_owned(),
            timestamps: times(&case["timestamps"]),
            values: numbers(&case["values"]),
            recorded: case,
        })
        .collect();
    (cases, knife_edges)
}

pub(crate) struct KnifeEdges(Vec<Value>);

impl KnifeEdges {
    /// Whether `what` of `series` hangs on rounding; with a multiple of the interquartile range where it has one.
    pub(crate) fn holds(&self, series: &str, what: &str, multiple: Option<f64>) -> bool {
        self.0.iter().any(|entry| {
            entry[0] == series
                && entry[1] == what
                && multiple.is_none_or(|multiple| entry[2].as_f64() == Some(multiple))
        })
    }
}

/// Compares numbers, counts them and remembers the worst.
pub(crate) struct Tally {
    family: &'static str,
    compared: usize,
    /// Deviation in units of the allowed one, deviation, and where.
    worst: (f64, f64, String),
    failures: Vec<String>,
}

impl Tally {
    pub(crate) fn new(family: &'static str) -> Self {
        Self { family, compared: 0, worst: (0.0, 0.0, String::new()), failures: Vec::new() }
    }

    /// `got` is within `allowed` of `wanted`; NaN equals NaN, an infinity itself.
    pub(crate) fn close(&mut self, place: impl Fn() -> String, got: f64, wanted: f64, allowed: f64) {
        self.compared += 1;
        if got.to_bits() == wanted.to_bits() || (got.is_nan() && wanted.is_nan()) || got == wanted {
            return;
        }
        let deviation = (got - wanted).abs();
        if deviation / allowed > self.worst.0 {
            self.worst = (deviation / allowed, deviation, place());
        }
        if deviation.is_nan() || deviation > allowed {
            self.failures.push(format!("{}: got {got}, recorded {wanted}", place()));
        }
    }

    pub(crate) fn all_close(&mut self, place: &str, got: &[f64], wanted: &[f64], allowed: f64) {
        if got.len() != wanted.len() {
            self.failures.push(format!("{place}: {} values, recorded {}", got.len(), wanted.len()));
            return;
        }
        for (index, (got, wanted)) in got.iter().zip(wanted).enumerate() {
            self.close(|| format!("{place}[{index}]"), *got, *wanted, allowed);
        }
    }

    pub(crate) fn same<T: PartialEq + std::fmt::Debug>(&mut self, place: &str, got: T, wanted: T) {
        self.compared += 1;
        if got != wanted {
            self.failures.push(format!("{place}: got {got:?}, recorded {wanted:?}"));
        }
    }

    /// Prints the count and fails if anything deviated.
    pub(crate) fn finish(self) {
        println!(
            "{}: {} values compared, worst deviation {:.1e} ({:.3} of what is allowed) at {}",
            self.family, self.compared, self.worst.1, self.worst.0, self.worst.2
        );
        let shown = self.failures.len().min(25);
        assert!(
            self.failures.is_empty(),
            "{}: {} of {} deviate\n{}",
            self.family,
            self.failures.len(),
            self.compared,
            self.failures[..shown].join("\n")
        );
    }
}

/// max(1, largest size of the values).
pub(crate) fn scale(values: &[f64]) -> f64 {
    values.iter().filter(|value| value.is_finite()).fold(1.0, |scale, value| scale.max(value.abs()))
}
