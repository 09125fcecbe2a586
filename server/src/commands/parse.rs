//! `onepane parse`.

use super::input;
use crate::output::Lines;
use anyhow::Context;
use onepane_domain::Record;
use onepane_events::EventReader;
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;

/// Prints the record of every event, one a line. The status is 1 if anything was rejected.
pub(crate) fn parse(file: Option<&Path>) -> anyhow::Result<ExitCode> {
    let input = input::open(file)?;
    let mut lines = Lines::stdout();
    let mut status = ExitCode::SUCCESS;
    for parsed in EventReader::new(BufReader::with_capacity(64 * 1024, input.reader)) {
        let parsed = parsed.with_context(|| format!("read {}", input.name))?;
        if matches!(parsed.record, Record::Rejected(_)) {
            status = ExitCode::FAILURE;
        }
        if !lines.json(&parsed.record)? {
            return Ok(status);
        }
    }
    lines.flush()?;
    Ok(status)
}
