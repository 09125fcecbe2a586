//! Every number that other tools gave for the recorded series, computed again.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "parity/decompose.rs"]
mod decompose;
#[path = "parity/fixtures.rs"]
mod fixtures;
#[path = "parity/trend.rs"]
mod trend;
