//! `onepane ingest --metrics`: records of Metric Streams into the embedded metric store.

use super::{RETRIES, failed_status, open_progress, stop_on_signal};
use crate::adapters;
use crate::clock::Clock;
use crate::commands::input;
use crate::dead_letters::{DeadLetter, DeadLetters};
use crate::output;
use crate::services::{METRIC_BATCH, MetricCounts, keep_records};
use crate::settings::Settings;
use anyhow::Context;
use indicatif::ProgressBar;
use onepane_events::metric_stream::{MetricStreamReader, ParsedMetric};
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::mpsc;

/// Batches that wait for the store.
const WAITING: usize = 2;

struct Batch {
    source: Arc<str>,
    records: Vec<ParsedMetric>,
}

pub(super) async fn run(
    settings: &Settings,
    files: Vec<PathBuf>,
    mut dead_letters: DeadLetters,
) -> anyhow::Result<ExitCode> {
    let store = adapters::open_metrics(settings, &Clock::system()).await?.embedded;
    let started = Instant::now();
    let stop = stop_on_signal();
    let progress = open_progress();
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let (bar, stop_reading) = (progress.clone(), Arc::clone(&stop));
    let reading = tokio::task::spawn_blocking(move || read(&files, &sender, &bar, &stop_reading));
    let mut counts = MetricCounts::default();
    while let Some(Batch { source, records }) = receiver.recv().await {
        let mut good = Vec::with_capacity(records.len());
        for ParsedMetric { record, raw, line } in records {
            match record {
                Ok(record) => good.push(record),
                Err(reason) => {
                    counts.rejected += 1;
                    dead_letters.write(&DeadLetter { reason, line, source: source.to_string(), event: raw })?;
                }
            }
        }
        let count = good.len() as u64;
        // The file has them all: whoever runs the command again repeats what was kept, which does no harm.
        keep_records(&store, good, RETRIES).await.with_context(|| format!("keep the metrics of {source}"))?;
        counts.kept += count;
        progress.set_message(words(&counts));
    }
    progress.finish_and_clear();
    reading.await.context("read the input")??;
    let (total, seconds) = (counts.kept + counts.rejected, started.elapsed().as_secs_f64());
    // Counts of records are far below 2^53, where a float is exact.
    #[allow(clippy::cast_precision_loss)]
    let rate = total as f64 / seconds.max(0.001);
    output::print_line(&format!("{total} records in {seconds:.1} s ({rate:.0}/s): {}", words(&counts)))?;
    failed_status(&dead_letters, counts.rejected, &stop)
}

fn words(counts: &MetricCounts) -> String {
    let told = counts.pairs().into_iter().filter(|(word, _)| *word != "failed");
    told.map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn read(files: &[PathBuf], sender: &mpsc::Sender<Batch>, bar: &ProgressBar, stop: &AtomicBool) -> anyhow::Result<()> {
    for path in files {
        let input = input::open(Some(path))?;
        if let Some(bytes) = input.bytes {
            bar.inc_length(bytes);
        }
        let source: Arc<str> = input.name.into();
        let mut reader = MetricStreamReader::new(BufReader::with_capacity(64 * 1024, bar.wrap_read(input.reader)));
        loop {
            let records: Vec<ParsedMetric> = reader
                .by_ref()
                .take(METRIC_BATCH)
                .collect::<Result<_, _>>()
                .with_context(|| format!("read {source}"))?;
            // A receiver that has gone has failed, and tells why.
            if records.is_empty() || stop.load(Ordering::Relaxed) {
                break;
            }
            if sender.blocking_send(Batch { source: Arc::clone(&source), records }).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}
