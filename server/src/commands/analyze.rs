//! `onepane analyze`.

mod input;
mod table;

use super::input as files;
use crate::cli::AnalyzeArgs;
use crate::output::Lines;
use anyhow::Context;
use clap::ValueEnum;
use onepane_insights::{Detector, Settings};
use std::process::ExitCode;

/// How the analysis is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// All numbers
    Json,
    /// One line a series and one an insight
    Table,
}

/// Prints trends, outliers and change points of the series in a file.
pub(crate) fn analyze(args: &AnalyzeArgs) -> anyhow::Result<ExitCode> {
    let mut input = files::open(args.file.as_deref())?;
    let mut bytes = Vec::new();
    input.reader.read_to_end(&mut bytes).with_context(|| format!("read {}", input.name))?;
    let text = String::from_utf8(bytes).with_context(|| input.name.clone())?;
    let series = input::read(&text).with_context(|| input.name.clone())?;
    let analysis = onepane_insights::analyze(&series, &settings(args));
    let mut lines = Lines::stdout();
    match args.format {
        Format::Json => {
            lines.json(&analysis)?;
        }
        Format::Table => {
            for line in table::lines(&analysis) {
                if !lines.line(&line)? {
                    break;
                }
            }
        }
    }
    lines.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn settings(args: &AnalyzeArgs) -> Settings {
    let mut detectors: Vec<Detector> = Vec::new();
    for detector in &args.detectors {
        if !detectors.contains(detector) {
            detectors.push(*detector);
        }
    }
    Settings {
        profile: args.profile,
        detectors,
        period: args.period,
        iqr_mult: args.iqr_mult,
        decomp: args.decomp,
        threshold: args.threshold,
        with_decomposition: args.decomposition,
    }
}
