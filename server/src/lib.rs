//! The `onepane` command: command line, configuration, services and HTTP.
//!
//! `domain` has the words, the other crates the work; here is what wires them together, and the one place that knows
//! the clock, the environment and the network.

// A page's type nests as deep as the page does.
#![recursion_limit = "256"]

mod adapters;
mod cli;
mod clock;
mod commands;
mod dead_letters;
pub mod http;
mod metrics;
mod output;
pub mod services;
pub mod settings;

pub use cli::run;
pub use clock::Clock;
pub use dead_letters::{DeadLetter, DeadLetters};
pub use metrics::Metrics;
