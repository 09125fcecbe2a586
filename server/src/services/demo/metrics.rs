//! The demo organization's metrics: its past day by day, newest first, and its life minute by minute.

use super::state::DemoState;
use crate::services::keep_metrics;
use onepane_demo::{DemoConfig, Live, Metered};
use onepane_domain::{MetricSeries, MetricSink, Period, PortResult, Timestamp};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Points that go to the store in one call.
const BATCH_POINTS: usize = 20_000;
/// Batches that wait for the store.
const WAITING: usize = 2;
/// How often a batch is offered again that failed for a passing reason.
const RETRIES: u32 = 8;
/// Life is caught up in pieces of this many minutes, so that little waits in memory.
const PIECE_MINUTES: i64 = 30;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Days of which everything has values by the minute.
const BY_MINUTE_DAYS: i64 = 1;
/// Days in which short jobs have values by the minute, and all others by five; before, by five and by the hour.
const DETAILED_DAYS: i64 = 15;
/// What is longer has too many minutes to keep them all.
const SHORT_JOB: i64 = 12 * HOUR;

/// Feeds metrics through the door that a metric stream's records take.
pub(super) struct MetricFeeder {
    sink: Arc<dyn MetricSink>,
    state: Arc<DemoState>,
}

impl MetricFeeder {
    pub(super) fn new(sink: Arc<dyn MetricSink>, state: Arc<DemoState>) -> Self {
        Self { sink, state }
    }

    /// Feeds the history back to `from`, as far as that is not done.
    pub(super) async fn fill_back_to(&self, from: Timestamp, stop: &CancellationToken) -> anyhow::Result<()> {
        let progress = self.state.progress();
        let config = progress.config();
        let until = progress.metrics_back_to.unwrap_or(config.until.floor_to(MINUTE));
        let from = from.max(config.start());
        if until <= from {
            return Ok(());
        }
        let started = Instant::now();
        let (sender, mut receiver) = mpsc::channel(WAITING);
        let stop_making = stop.clone();
        let making = tokio::task::spawn_blocking(move || make(&config, from, until, &sender, &stop_making));
        let mut points = 0;
        while let Some(batch) = receiver.recv().await {
            match batch {
                Batch::Series(series, period) => {
                    points += count(&series);
                    self.put(series, period).await?;
                }
                Batch::DoneBackTo(day) => self.state.update(|progress| progress.metrics_back_to = Some(day))?,
            }
        }
        making.await?;
        let seconds = started.elapsed().as_secs_f64();
        tracing::info!(back_to = %from, points, seconds, "demo metrics are in");
        Ok(())
    }

    /// Feeds life up to `now`, or a piece of it; gives the organization back.
    pub(super) async fn live(&self, mut live: Live, now: Timestamp) -> anyhow::Result<Live> {
        let to = now.floor_to(MINUTE);
        let from = self.state.progress().metrics_until.max(to.plus_days(-super::CAUGHT_UP_DAYS));
        let to = to.min(from.plus_millis(PIECE_MINUTES * MINUTE));
        if from >= to {
            return Ok(live);
        }
        let asked = tokio::task::spawn_blocking(move || {
            let series = live.metrics(from, to);
            (live, series)
        });
        let series;
        (live, series) = asked.await?;
        self.put(series, Period::MINUTE).await?;
        self.state.change(|progress| progress.metrics_until = to);
        Ok(live)
    }

    async fn put(&self, series: Vec<MetricSeries>, period: Period) -> PortResult<()> {
        keep_metrics(&*self.sink, series, period, RETRIES).await
    }
}

enum Batch {
    Series(Vec<MetricSeries>, Period),
    /// Everything since this instant has been sent.
    DoneBackTo(Timestamp),
}

fn count(series: &[MetricSeries]) -> usize {
    series.iter().map(|series| series.points.len()).sum()
}

/// Sends what the history has between two instants, a day of UTC at a time.
fn make(config: &DemoConfig, from: Timestamp, until: Timestamp, to: &mpsc::Sender<Batch>, stop: &CancellationToken) {
    let metered = onepane_demo::metered(config);
    let mut end = until;
    while end > from && !stop.is_cancelled() {
        let start = end.plus_millis(-1).start_of_day().max(from);
        for period in [60, 300, 3_600].into_iter().filter_map(|seconds| Period::new(seconds).ok()) {
            let mut batch = Vec::new();
            for metered in metered
                .iter()
                .filter(|metered| metered.started() < end && metered.ended().is_none_or(|ended| ended > start))
            {
                if period_of(metered, config.until.millis_since(start)) != period {
                    continue;
                }
                batch.extend(metered.series(start, end, period));
                let full = count(&batch) >= BATCH_POINTS;
                if full
                    && (stop.is_cancelled()
                        || to.blocking_send(Batch::Series(std::mem::take(&mut batch), period)).is_err())
                {
                    return;
                }
            }
            if to.blocking_send(Batch::Series(batch, period)).is_err() {
                return;
            }
        }
        if to.blocking_send(Batch::DoneBackTo(start)).is_err() {
            return;
        }
        end = start;
    }
}

/// How finely a workload's values of a day are kept, whose beginning lies so far back (in milliseconds).
fn period_of(metered: &Metered, age: i64) -> Period {
    let length = metered.ended().map_or(i64::MAX, |ended| ended.millis_since(metered.started()));
    let short = !metered.is_endpoint() && length <= SHORT_JOB;
    let seconds = if age <= BY_MINUTE_DAYS * DAY || (short && age <= DETAILED_DAYS * DAY) {
        60
    } else if short || age <= DETAILED_DAYS * DAY {
        300
    } else {
        3_600
    };
    Period::new(seconds).unwrap_or(Period::MINUTE)
}
