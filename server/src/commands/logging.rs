//! Log lines on standard error.

use crate::settings::{LogFormat, Settings};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging. A second start in the same process (in tests) changes nothing.
pub(super) fn start(settings: &Settings) {
    let filter = EnvFilter::new(&settings.log_level);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.log_format {
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    if let Err(error) = started {
        tracing::debug!(error, "logging had been started before");
    }
}
