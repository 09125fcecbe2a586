//! `onepane ingest`.
//!
//! A run that was broken off is taken up again by running it once more: the store keeps every event once, so what had
//! been kept counts as duplicate, and a dead letter that is in the file already is not written again.

mod metrics;

use super::{input, logging};
use crate::adapters;
use crate::clock::Clock;
use crate::dead_letters::{DEAD_LETTERS, DeadLetter, DeadLetters};
use crate::output;
use crate::services::{Counts, Outcome, keep};
use crate::settings::Settings;
use anyhow::Context;
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use onepane_domain::WorkloadStore;
use onepane_events::{EventReader, Parsed};
use std::io::{BufReader, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::mpsc;

/// Events that go to the store in one call.
const BATCH: usize = 500;
/// Calls under way at once.
const IN_FLIGHT: usize = 4;
/// How often an event is offered again that failed for a passing reason: for about half a minute.
const RETRIES: u32 = 8;
/// The exit status of a run that was interrupted.
const INTERRUPTED: u8 = 130;

struct Batch {
    source: Arc<str>,
    events: Vec<Parsed>,
}

/// Keeps the events of files, or the records of Metric Streams. The status is 1 if any was rejected or could not be
/// kept.
pub(crate) fn ingest(
    settings: &Settings,
    mut files: Vec<PathBuf>,
    dead_letters: Option<PathBuf>,
    are_metrics: bool,
) -> anyhow::Result<ExitCode> {
    logging::start(settings);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    let dead_letters = DeadLetters::at(dead_letters.unwrap_or_else(|| settings.data_dir.join(DEAD_LETTERS)));
    if files.is_empty() {
        files.push(PathBuf::from("-"));
    }
    if are_metrics {
        return runtime.block_on(metrics::run(settings, files, dead_letters));
    }
    runtime.block_on(run(settings, files, dead_letters))
}

async fn run(settings: &Settings, files: Vec<PathBuf>, mut dead_letters: DeadLetters) -> anyhow::Result<ExitCode> {
    let store = adapters::open_store(settings).await?.store;
    let started = Instant::now();
    let stop = stop_on_signal();
    let progress = open_progress();
    let (sender, receiver) = mpsc::channel(IN_FLIGHT);
    let (bar, stop_reading) = (progress.clone(), Arc::clone(&stop));
    let reading = tokio::task::spawn_blocking(move || read(&files, &sender, &bar, &stop_reading));
    let counts = put(receiver, store, &mut dead_letters, &progress).await;
    progress.finish_and_clear();
    let counts = counts?;
    reading.await.context("read the input")??;
    output::print_line(&summary(&counts, started.elapsed().as_secs_f64()))?;
    failed_status(&dead_letters, counts.rejected + counts.failed, &stop)
}

/// Set when somebody interrupts.
fn stop_on_signal() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let on_signal = Arc::clone(&stop);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            on_signal.store(true, Ordering::Relaxed);
        }
    });
    stop
}

/// Tells of the dead letters and gives the exit status.
pub(super) fn failed_status(dead_letters: &DeadLetters, failed: u64, stop: &AtomicBool) -> anyhow::Result<ExitCode> {
    if let Some(path) = dead_letters.written_to() {
        output::print_line(&format!("{} dead letters are in {}", dead_letters.count(), path.display()))?;
    }
    if stop.load(Ordering::Relaxed) {
        eprintln!("onepane: interrupted; run the same command again to go on");
        return Ok(ExitCode::from(INTERRUPTED));
    }
    Ok(if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn read(files: &[PathBuf], sender: &mpsc::Sender<Batch>, bar: &ProgressBar, stop: &AtomicBool) -> anyhow::Result<()> {
    for path in files {
        let input = input::open(Some(path))?;
        if let Some(bytes) = input.bytes {
            bar.inc_length(bytes);
        }
        let source: Arc<str> = input.name.into();
        let mut events = Vec::with_capacity(BATCH);
        for parsed in EventReader::new(BufReader::with_capacity(64 * 1024, bar.wrap_read(input.reader))) {
            events.push(parsed.with_context(|| format!("read {source}"))?);
            if events.len() < BATCH {
                continue;
            }
            let full = std::mem::replace(&mut events, Vec::with_capacity(BATCH));
            let batch = Batch { source: Arc::clone(&source), events: full };
            // A receiver that has gone has failed, and tells why.
            if stop.load(Ordering::Relaxed) || sender.blocking_send(batch).is_err() {
                return Ok(());
            }
        }
        if !events.is_empty() && sender.blocking_send(Batch { source, events }).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

async fn put(
    receiver: mpsc::Receiver<Batch>,
    store: Arc<dyn WorkloadStore>,
    dead_letters: &mut DeadLetters,
    bar: &ProgressBar,
) -> anyhow::Result<Counts> {
    let clock = Clock::system();
    let batches =
        futures::stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) });
    let kept = batches.map(|batch| {
        let (store, clock) = (Arc::clone(&store), clock.clone());
        async move {
            let outcomes = keep(&*store, &batch.events, RETRIES, || clock.now()).await;
            (batch, outcomes)
        }
    });
    let mut kept = std::pin::pin!(kept.buffer_unordered(IN_FLIGHT));
    let mut counts = Counts::default();
    while let Some((batch, outcomes)) = kept.next().await {
        for (event, outcome) in batch.events.iter().zip(&outcomes) {
            counts.add(outcome);
            let reason = match outcome {
                Outcome::New | Outcome::Duplicate | Outcome::Unrecognised => continue,
                Outcome::Rejected(reason) => reason.clone(),
                Outcome::Failed(error) => error.to_string(),
            };
            let letter =
                DeadLetter { reason, line: event.line, source: batch.source.to_string(), event: event.raw.clone() };
            dead_letters.write(&letter)?;
        }
        bar.set_message(words(&counts));
    }
    Ok(counts)
}

/// Drawn on a terminal only.
pub(super) fn open_progress() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:24} {bytes}/{total_bytes} {elapsed} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn words(counts: &Counts) -> String {
    counts.pairs().map(|(word, count)| format!("{count} {word}")).join(", ")
}

fn summary(counts: &Counts, seconds: f64) -> String {
    let total: u64 = counts.pairs().iter().map(|(_, count)| count).sum();
    // Counts of events are far below 2^53, where a float is exact.
    #[allow(clippy::cast_precision_loss)]
    let rate = total as f64 / seconds.max(0.001);
    format!("{total} events in {seconds:.1} s ({rate:.0}/s): {}", words(counts))
}
