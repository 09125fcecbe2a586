//! Measures the robust profile by public benchmarks and by planted truth:
//! `cargo run --release -p onepane-insights --example yardsticks -- --tcpd FILE --nab FILE [--write FOLDER]`.
//!
//! One fixed configuration throughout. With `--write`, the detections are written to `tcpd.json` and `nab.json` there,
//! in the form that other scorers read.
#![allow(clippy::print_stdout)]

mod nab;
mod planted;
mod tcpd;

use serde_json::Value;
use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let (mut tcpd, mut nab, mut write) = (None, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().map(PathBuf::from);
        match name.as_str() {
            "--tcpd" => tcpd = value,
            "--nab" => nab = value,
            "--write" => write = value,
            other => return Err(format!("unknown argument {other}: --tcpd FILE, --nab FILE, --write FOLDER").into()),
        }
    }
    if let Some(file) = tcpd {
        tcpd::report(&read(&file)?, write.as_deref())?;
    }
    if let Some(file) = nab {
        nab::report(&read(&file)?, write.as_deref())?;
    }
    planted::report();
    Ok(())
}

/// A JSON file, compressed if its name ends in `.gz`.
fn read(path: &Path) -> Outcome<Value> {
    let bytes = std::fs::read(path)?;
    if path.extension().is_some_and(|extension| extension == "gz") {
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text)?;
        return Ok(serde_json::from_str(&text)?);
    }
    Ok(serde_json::from_slice(&bytes)?)
}

/// The benchmark's series, by name.
fn series(file: &Value) -> Outcome<&serde_json::Map<String, Value>> {
    file["series"].as_object().ok_or_else(|| "no object `series` in the file".into())
}

/// Numbers; null is missing.
fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().into_iter().flatten().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect()
}
