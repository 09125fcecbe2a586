//! `onepane lake import`: findings as JSON into the lake.

use crate::commands::ingest::{failed_status, open_progress};
use crate::commands::input;
use crate::dead_letters::{DEAD_LETTERS, DeadLetter, DeadLetters};
use crate::output;
use crate::settings::Settings;
use anyhow::Context;
use onepane_domain::{OcsfVersion, SourceName};
use onepane_events::{JsonItem, JsonReader};
use onepane_lake::{FINDING_LISTS, LakeWriter, read_finding};
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Findings between two looks at the progress.
const STEP: u64 = 1_000;
/// Rejected findings that are told one by one; all of them are in the dead letters.
const TOLD: u64 = 10;

/// Writes the findings of files into the lake. The status is 1 if any was rejected; each rejected one is a dead letter with
/// its line and the reason. An import that was broken off is taken up again by running it once more: files are named by
/// their content, so what is there already is not written twice.
pub(crate) fn import(
    settings: &Settings,
    mut files: Vec<PathBuf>,
    dead_letters: Option<PathBuf>,
    version: OcsfVersion,
) -> anyhow::Result<ExitCode> {
    let path = dead_letters.unwrap_or_else(|| settings.data_dir.join(DEAD_LETTERS));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let mut dead_letters = DeadLetters::at(path);
    if files.is_empty() {
        files.push(PathBuf::from("-"));
    }
    let mut writer = LakeWriter::new(&settings.lake_dir, &SourceName::SECURITY_HUB, version)?;
    let started = Instant::now();
    let progress = open_progress();
    let (mut read, mut rejected) = (0u64, 0u64);
    for path in &files {
        let input = input::open(Some(path))?;
        if let Some(bytes) = input.bytes {
            progress.inc_length(bytes);
        }
        let reader = BufReader::with_capacity(64 * 1024, progress.wrap_read(input.reader));
        for item in JsonReader::new(reader, FINDING_LISTS) {
            let JsonItem { value, raw, line } = item.with_context(|| format!("read {}", input.name))?;
            read += 1;
            match value.and_then(|value| read_finding(&value)) {
                Ok(finding) => writer.add(finding)?,
                Err(reason) => {
                    rejected += 1;
                    if rejected <= TOLD {
                        progress.suspend(|| eprintln!("onepane: {}:{line}: {reason}", input.name));
                    }
                    dead_letters.write(&DeadLetter { reason, line, source: input.name.clone(), event: raw })?;
                }
            }
            if read.is_multiple_of(STEP) {
                progress.set_message(format!("{read} findings, {rejected} rejected"));
            }
        }
    }
    let written = writer.finish()?;
    progress.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    // Counts of findings are far below 2^53, where a float is exact.
    #[allow(clippy::cast_precision_loss)]
    let rate = read as f64 / seconds.max(0.001);
    let repeated = match written.repeated_files {
        0 => String::new(),
        files => format!(", {files} files were there already"),
    };
    output::print_line(&format!(
        "{read} findings in {seconds:.1} s ({rate:.0}/s): {} imported, {rejected} rejected; {} new files{repeated}",
        written.records, written.files
    ))?;
    failed_status(&dead_letters, rejected, &AtomicBool::new(false))
}
