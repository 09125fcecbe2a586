//! Every number that other tools gave for the recorded series, computed again.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::needless_pass_by_value)]

#[path = "parity/decompose.rs"]
mod decompose;
#[path = "parity/fixtures.rs"]
mod fixtures;
#[path = "parity/kats.rs"]
mod kats;
#[path = "parity/reports.rs"]
mod reports;
#[path = "parity/ruptures.rs"]
mod ruptures;
#[path = "parity/sample.rs"]
mod sample;
#[path = "parity/trend.rs"]
mod trend;
