//! What `/metrics` tells.

use crate::services::{Counts, MetricCounts};
use onepane_domain::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

/// Seconds; pages are expected below 50 ms, exports may take long.
const LATENCY_BUCKETS: [f64; 10] = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Seconds; a lake on disk answers within one, Athena within some.
const EVALUATION_BUCKETS: [f64; 8] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];

/// Everything that is counted in this process.
pub struct Metrics {
    registry: Registry,
    events: Family<OutcomeLabel, Counter>,
    metric_records: Family<OutcomeLabel, Counter>,
    requests: Family<RequestLabels, Counter>,
    latency: Family<RouteLabel, Histogram, fn() -> Histogram>,
    index_workloads: Gauge,
    index_bytes: Gauge,
    feed_age: Gauge<f64, AtomicU64>,
    feed_errors: Counter,
    unreadable: Counter,
    live_clients: Gauge,
    evaluations: Family<OutcomeLabel, Counter>,
    evaluation_duration: Histogram,
    feed_read_at: AtomicI64,
    accepted: AtomicU64,
    rejected: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("onepane");
        let events = Family::default();
        registry.register("events", "Events taken in by this server, by outcome", events.clone());
        let metric_records = Family::default();
        let help = "Metric records taken in by this server, by outcome";
        registry.register("metric_records", help, metric_records.clone());
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let make: fn() -> Histogram = || Histogram::new(LATENCY_BUCKETS);
        let latency = Family::new_with_constructor(make);
        let help = "Time to the first byte of an answer";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, latency.clone());
        let index_workloads = Gauge::default();
        registry.register("index_workloads", "Workloads in the read model", index_workloads.clone());
        let index_bytes = Gauge::default();
        registry.register_with_unit("index_memory", "Memory of the read model", Unit::Bytes, index_bytes.clone());
        let feed_age = Gauge::default();
        registry.register_with_unit("feed_age", "Time since the feed was last read", Unit::Seconds, feed_age.clone());
        let feed_errors = Counter::default();
        registry.register("feed_errors", "Times the feed could not be read", feed_errors.clone());
        let unreadable = Counter::default();
        registry.register("feed_unreadable_items", "Items of the feed left out as unreadable", unreadable.clone());
        let live_clients = Gauge::default();
        registry.register("live_clients", "Open pages that listen for changes", live_clients.clone());
        let evaluations = Family::default();
        registry.register(
            "insight_evaluations",
            "Scheduled evaluations of the insights, by outcome",
            evaluations.clone(),
        );
        let evaluation_duration = Histogram::new(EVALUATION_BUCKETS);
        let help = "Time that a scheduled evaluation of the insights took";
        registry.register_with_unit("insight_evaluation", help, Unit::Seconds, evaluation_duration.clone());
        Self {
            registry,
            events,
            metric_records,
            requests,
            latency,
            index_workloads,
            index_bytes,
            feed_age,
            feed_errors,
            unreadable,
            live_clients,
            evaluations,
            evaluation_duration,
            feed_read_at: AtomicI64::new(0),
            accepted: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
        }
    }
}

impl Metrics {
    /// Counts what became of events.
    pub fn count_events(&self, counts: &Counts) {
        for (outcome, count) in counts.pairs() {
            self.events.get_or_create(&OutcomeLabel { outcome }).inc_by(count);
        }
        self.accepted.fetch_add(counts.new + counts.duplicate + counts.unrecognised, Ordering::Relaxed);
        self.rejected.fetch_add(counts.rejected, Ordering::Relaxed);
    }

    /// Counts what became of metric records.
    pub fn count_metric_records(&self, counts: &MetricCounts) {
        for (outcome, count) in counts.pairs() {
            self.metric_records.get_or_create(&OutcomeLabel { outcome }).inc_by(count);
        }
    }

    /// Events accepted and rejected so far.
    pub fn accepted_and_rejected(&self) -> (u64, u64) {
        (self.accepted.load(Ordering::Relaxed), self.rejected.load(Ordering::Relaxed))
    }

    /// Counts a request by its route (never its path, which anyone can make up).
    pub fn count_request(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&RequestLabels { route: route.to_owned(), method, status }).inc();
        self.latency.get_or_create(&RouteLabel { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// Notes that the whole feed was read at `now`.
    pub fn feed_read(&self, now: Timestamp) {
        self.feed_read_at.store(now.millis(), Ordering::Relaxed);
    }

    /// Counts a failure to read the feed.
    pub fn feed_error(&self) {
        self.feed_errors.inc();
    }

    /// Counts an item of the feed that is left out.
    pub fn unreadable_item(&self) {
        self.unreadable.inc();
    }

    /// Counts a scheduled evaluation of the insights.
    pub fn count_evaluation(&self, succeeded: bool, took: Duration) {
        let outcome = if succeeded { "succeeded" } else { "failed" };
        self.evaluations.get_or_create(&OutcomeLabel { outcome }).inc();
        self.evaluation_duration.observe(took.as_secs_f64());
    }

    /// Counts an open page for as long as the answer is held.
    pub fn live_client(&self) -> LiveClient {
        self.live_clients.inc();
        LiveClient(self.live_clients.clone())
    }

    /// Everything in Prometheus' text format (OpenMetrics). `index` is the read model's workloads and bytes.
    pub fn text(&self, now: Timestamp, index: (u64, u64)) -> Result<String, std::fmt::Error> {
        self.index_workloads.set(i64::try_from(index.0).unwrap_or(i64::MAX));
        self.index_bytes.set(i64::try_from(index.1).unwrap_or(i64::MAX));
        let read_at = self.feed_read_at.load(Ordering::Relaxed);
        if read_at > 0 {
            let age = Duration::from_millis(u64::try_from(now.millis() - read_at).unwrap_or(0));
            self.feed_age.set(age.as_secs_f64());
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// An open page that listens; counted down when dropped.
#[derive(Debug)]
pub struct LiveClient(Gauge);

impl Drop for LiveClient {
    fn drop(&mut self) {
        self.0.dec();
    }
}
