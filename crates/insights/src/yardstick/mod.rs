//! Scorers of two public benchmarks, so that the detectors are measured by a rule that nobody here wrote.
//!
//! - [`tcpd`]: change points against those that people marked (Turing Change Point Dataset);
//! - [`nab`]: alarms on streams against labelled windows (Numenta Anomaly Benchmark).
//!
//! The scorers know nothing of files: `examples/yardsticks.rs` reads the benchmarks and prints the tables.

pub mod nab;
pub mod tcpd;
mod visiting;
