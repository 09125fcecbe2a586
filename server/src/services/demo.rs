//! The demo organization: its history into an empty store, then its life as it goes on.

mod findings;
mod metrics;
mod state;

use super::door::{self, Counts};
use super::pane::PaneService;
use crate::clock::Clock;
use crate::metrics::Metrics;
use anyhow::Context;
use findings::FindingFeeder;
use metrics::MetricFeeder;
use onepane_demo::{DemoConfig, DemoEvent, Live};
use onepane_domain::{MetricSink, Timestamp, WorkloadStore};
pub use state::DemoState;
use state::Progress;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

/// Events that go to the store in one call.
const BATCH: usize = 500;
/// Batches that wait for the store.
const WAITING: usize = 4;
/// How often an event is offered again that failed for a passing reason.
const RETRIES: u32 = 8;
/// How often the living organization is asked what happened.
const LIVE_EVERY: Duration = Duration::from_secs(1);
/// A longer pause than this (in days) is not made up for.
const CAUGHT_UP_DAYS: i64 = 2;
/// How often the file that says how far we are is written.
const NOTED_EVERY: Duration = Duration::from_secs(15);

/// Feeds the demo organization's events through the door that real events take.
pub struct DemoFeeder {
    store: Arc<dyn WorkloadStore>,
    pane: Arc<PaneService>,
    wake: Arc<Notify>,
    metrics: Arc<Metrics>,
    clock: Clock,
    state: Arc<DemoState>,
    feeder: MetricFeeder,
    findings: Option<FindingFeeder>,
}

impl DemoFeeder {
    /// A feeder that goes on from `state`.
    pub fn new(
        store: Arc<dyn WorkloadStore>,
        pane: Arc<PaneService>,
        wake: Arc<Notify>,
        metrics: Arc<Metrics>,
        clock: Clock,
        metric_sink: Arc<dyn MetricSink>,
        state: DemoState,
    ) -> Self {
        let state = Arc::new(state);
        let feeder = MetricFeeder::new(metric_sink, Arc::clone(&state));
        let progress = state.progress();
        if !progress.filled {
            pane.set_still_filling(Some(progress.until));
        }
        Self { store, pane, wake, metrics, clock, state, feeder, findings: None }
    }

    /// Security findings are written, too: into a `lake`, and `changed` is told when many are new.
    #[must_use]
    pub fn with_findings(self, lake: PathBuf, changed: Arc<Notify>) -> Self {
        let feeder = FindingFeeder::new(lake, changed, Arc::clone(&self.state), self.clock.clone());
        Self { findings: Some(feeder), ..self }
    }

    /// Fills if that is not done, then lives, until `stop`. What is under way then is finished.
    pub async fn run(self, stop: CancellationToken) {
        let events = async {
            if !self.state.progress().filled {
                self.fill(&stop).await?;
            }
            // Nobody waits for the metrics of older days: they come in while the organization lives.
            let older = async {
                let filled = self.feeder.fill_back_to(Timestamp::MIN, &stop).await;
                filled.context("feed the metrics of the demo's history")
            };
            tokio::try_join!(self.live(&stop), older).map(|_| ())
        };
        // Either goes on without the other.
        let findings = async {
            match &self.findings {
                Some(findings) => findings.run(&stop).await,
                None => Ok(()),
            }
        };
        let (events, findings) = tokio::join!(events, findings);
        if let Err(error) = events {
            tracing::error!(error = format!("{error:#}"), "the demo organization stands still");
        }
        if let Err(error) = findings {
            tracing::error!(error = format!("{error:#}"), "the demo's findings stand still");
        }
    }

    /// The newest day first, then the rest of the newest week, then the rest, so that a page is useful at once.
    async fn fill(&self, stop: &CancellationToken) -> anyhow::Result<()> {
        let started = Instant::now();
        let progress = self.state.progress();
        let config = progress.config();
        let mut counts = Counts::default();
        let mut until = Timestamp::MAX;
        for from in [progress.until.plus_days(-1), progress.until.plus_days(-7), Timestamp::MIN] {
            let done_before = progress.filled_back_to.is_some_and(|reached| reached <= from);
            if !done_before {
                self.pane.set_still_filling(Some(until.min(progress.until)));
                counts.merge(self.fill_between(&config, from, until, stop).await);
                if stop.is_cancelled() {
                    return Ok(());
                }
                self.state.update(|progress| progress.filled_back_to = Some(from))?;
                let seconds = started.elapsed().as_secs_f64();
                tracing::info!(back_to = %from.max(config.start()), ?counts, seconds, "demo history is in");
            }
            if until == Timestamp::MAX {
                self.feeder.fill_back_to(from.start_of_day(), stop).await?;
            }
            until = from;
        }
        self.state.update(|progress| progress.filled = true)?;
        self.pane.set_still_filling(None);
        Ok(())
    }

    async fn fill_between(
        &self,
        config: &DemoConfig,
        from: Timestamp,
        until: Timestamp,
        stop: &CancellationToken,
    ) -> Counts {
        let (sender, mut receiver) = mpsc::channel::<Vec<DemoEvent>>(WAITING);
        let (config, stop_making) = (config.clone(), stop.clone());
        let making = tokio::task::spawn_blocking(move || {
            let wanted = |event: &DemoEvent| event.time >= from && event.time < until;
            // Skipping to the newest day takes seconds, in which the server may be stopped.
            let going_on = |_: &DemoEvent| !stop_making.is_cancelled();
            let mut events = onepane_demo::history(&config).take_while(going_on).filter(wanted);
            loop {
                let batch: Vec<DemoEvent> = events.by_ref().take(BATCH).collect();
                if batch.is_empty() || sender.blocking_send(batch).is_err() {
                    return;
                }
            }
        });
        let mut counts = Counts::default();
        while let Some(batch) = receiver.recv().await {
            counts.merge(self.put(&batch).await);
        }
        if let Err(error) = making.await {
            tracing::error!(%error, "the demo history could not be made");
        }
        counts
    }

    async fn live(&self, stop: &CancellationToken) -> anyhow::Result<()> {
        let config = self.state.progress().config();
        let beginning = tokio::task::spawn_blocking(move || Live::new(config));
        let mut live = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            live = beginning => live?,
        };
        let mut noted_at = Instant::now();
        tracing::info!("the demo organization lives");
        while !stop.is_cancelled() {
            let now = self.clock.now();
            let from = self.state.progress().live_until.max(now.plus_days(-CAUGHT_UP_DAYS));
            let asked = tokio::task::spawn_blocking(move || {
                let events = live.next_events(from, now);
                (live, events)
            });
            let events;
            (live, events) = asked.await?;
            for batch in events.chunks(BATCH) {
                self.put(batch).await;
            }
            self.state.change(|progress| progress.live_until = now);
            live = self.feeder.live(live, now).await?;
            if noted_at.elapsed() >= NOTED_EVERY {
                noted_at = Instant::now();
                self.state.save()?;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LIVE_EVERY) => {}
            }
        }
        self.state.save()
    }

    async fn put(&self, events: &[DemoEvent]) -> Counts {
        let parsed: Vec<_> = events.iter().flat_map(|event| onepane_events::parse_all(event.json.as_bytes())).collect();
        let outcomes = door::keep(&*self.store, &parsed, RETRIES, || self.clock.now()).await;
        self.wake.notify_one();
        let mut counts = Counts::default();
        for outcome in &outcomes {
            counts.add(outcome);
            if let door::Outcome::Failed(error) = outcome {
                tracing::warn!(%error, cause = ?error.source, "a demo event was not kept");
            }
        }
        self.metrics.count_events(&counts);
        counts
    }
}

/// Where the demo's state is kept in the data folder.
pub fn state_file(data_dir: &std::path::Path) -> PathBuf {
    data_dir.join("demo.json")
}

/// The state of a demo that begins at `until`.
pub fn fresh_state(file: PathBuf, seed: u64, days: u32, scale: f64, finding_days: u32, until: Timestamp) -> DemoState {
    DemoState::fresh(
        file,
        Progress {
            seed,
            days,
            scale,
            until,
            filled_back_to: None,
            filled: false,
            live_until: until,
            metrics_back_to: None,
            metrics_until: until.floor_to(60_000),
            finding_days,
            findings_back_to: None,
            findings_until: None,
        },
    )
}
