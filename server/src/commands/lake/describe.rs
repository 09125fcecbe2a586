//! `onepane lake describe`: what lies in the lake.

use crate::output::Lines;
use crate::settings::Settings;
use onepane_lake::Described;
use std::process::ExitCode;

/// How to print it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum DescribeFormat {
    /// A table for people
    Table,
    /// An object for each folder of records
    Json,
}

/// Prints what each source and version holds. The status is 1 if something cannot be read.
pub(crate) fn describe(settings: &Settings, format: DescribeFormat) -> anyhow::Result<ExitCode> {
    let described = onepane_lake::describe(&settings.lake_dir)?;
    let mut lines = Lines::stdout();
    match format {
        DescribeFormat::Json => {
            for described in &described {
                if !lines.json(described)? {
                    break;
                }
            }
        }
        DescribeFormat::Table => {
            for line in table(&described) {
                if !lines.line(&line)? {
                    break;
                }
            }
        }
    }
    lines.flush()?;
    let is_whole = described.iter().all(|described| described.notes.is_empty());
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn table(described: &[Described]) -> Vec<String> {
    let head = ["folder", "files", "size", "records", "days", "first", "last", "accounts", "regions"];
    let mut rows = vec![head.map(str::to_owned)];
    for described in described {
        let day =
            |day: Option<onepane_domain::Timestamp>| day.map_or_else(|| "-".to_owned(), onepane_domain::Timestamp::day);
        rows.push([
            described.folder.clone(),
            grouped(described.files),
            size(described.bytes),
            grouped(described.records),
            grouped(described.days),
            day(described.first),
            day(described.last),
            grouped(described.accounts),
            if described.regions.is_empty() { "-".to_owned() } else { described.regions.join(",") },
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |row: &[String; 9]| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
            // Numbers stand to the right.
            1..=4 | 7 => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    for described in described {
        lines.push(format!("{}: dimensions {}", described.folder, described.dimensions.join(", ")));
        lines.extend(described.notes.iter().map(|note| format!("note: {note}")));
    }
    lines
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn size(bytes: u64) -> String {
    // Sizes are for reading only.
    #[allow(clippy::cast_precision_loss)]
    let bytes = bytes as f64;
    match bytes {
        ..1e6 => format!("{:.1} kB", bytes / 1e3),
        ..1e9 => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.1} GB", bytes / 1e9),
    }
}
