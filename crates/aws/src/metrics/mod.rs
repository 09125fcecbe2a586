//! Metrics from CloudWatch: one client a Region, all Regions asked at once, what one of them refuses told in a note.
//! Why it is so: `docs/decisions/0008-metrics.md`.

mod answer;
mod batch;
mod bucket;
mod data;
mod list;

use self::bucket::Bucket;
use crate::error;
use crate::retry_policy;
use async_trait::async_trait;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::error::{ProvideErrorMetadata, SdkError};
use onepane_domain::{
    AccountId, ErrorKind, MetricAnswer, MetricFilter, MetricList, MetricRequest, MetricSource, PortError, PortResult,
    Region,
};
use std::error::Error;
use std::time::Duration;

/// How CloudWatch is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricOptions {
    /// Requests for values a second, in each Region. AWS's quota is 50 a second for each account and Region
    /// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>), which all that runs in
    /// the account shares. Lists have half the quota, and so half of this.
    pub requests_per_second: f64,
    /// Requests that may go at once before they are paced.
    pub burst: u32,
    /// A Region that takes longer becomes a note; what it told until then is kept.
    pub region_within: Duration,
    /// Tries of one request, the first included.
    pub retry_attempts: u32,
    /// The account whose credentials the clients have. CloudWatch need not say whose metrics it lists where an account is
    /// no monitoring account: those are this one's.
    pub home: Option<AccountId>,
}

impl Default for MetricOptions {
    fn default() -> Self {
        // In the worst second 30 + 10 requests: a fifth of the quota is left to others.
        Self {
            requests_per_second: 30.0,
            burst: 10,
            region_within: Duration::from_secs(20),
            retry_attempts: 4,
            home: None,
        }
    }
}

/// The metrics of CloudWatch in some Regions, of the account whose credentials the clients have and of all accounts that
/// are linked to it (cross-account observability).
pub struct CloudWatchMetrics {
    places: Vec<Place>,
    region_within: Duration,
}

/// One Region.
struct Place {
    region: Region,
    client: Client,
    home: Option<AccountId>,
    values: Bucket,
    lists: Bucket,
}

impl CloudWatchMetrics {
    /// Metrics of these Regions.
    ///
    /// The clients' retries are replaced: [`retry_policy`] with [`MetricOptions::retry_attempts`] is the one place where
    /// requests are repeated. The SDK's standard mode repeats throttling errors (CloudWatch's `Throttling` among them),
    /// 5xx answers and broken connections, with exponential backoff and jitter, waits as long as the answer's
    /// `x-amz-retry-after` asks, and stops early when the budget of tokens is used up that all requests of a Region
    /// share. Repeats take no token of the bucket: they are paced by that backoff.
    pub fn new(clients: Vec<(Region, Client)>, options: MetricOptions) -> Self {
        let retries = retry_policy().with_max_attempts(options.retry_attempts.max(1));
        let (rate, burst) = (options.requests_per_second, f64::from(options.burst));
        let place = |(region, client): (Region, Client)| {
            let config = client.config().to_builder().retry_config(retries.clone()).build();
            let (values, lists) = (Bucket::new(rate, burst), Bucket::new(rate / 2.0, burst / 2.0));
            Place { region, client: Client::from_conf(config), home: options.home, values, lists }
        };
        let places = clients.into_iter().map(place).collect();
        Self { places, region_within: options.region_within }
    }
}

#[async_trait]
impl MetricSource for CloudWatchMetrics {
    async fn list(&self, filter: &MetricFilter, limit: usize) -> PortResult<MetricList> {
        list::list(self, filter, limit).await
    }

    async fn data(&self, request: &MetricRequest) -> PortResult<MetricAnswer> {
        data::data(self, request).await
    }

    fn regions(&self) -> Vec<Region> {
        self.places.iter().map(|place| place.region.clone()).collect()
    }
}

/// Why something could not be had: for callers, and in words for readers.
#[derive(Debug)]
struct Failure {
    error: PortError,
    reason: String,
}

impl Failure {
    fn of<E>(doing: &str, region: &Region, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let reason = error::reason(error).unwrap_or_else(|| "no usable answer".to_owned());
        Self { error: error::service_error(format!("{doing} in {region}"), error), reason }
    }

    fn late(doing: &str, region: &Region, after: Duration) -> Self {
        let error = PortError::new(ErrorKind::TimedOut, format!("{doing} in {region}"));
        Self { error, reason: format!("no answer within {} s", after.as_secs_f64()) }
    }

    /// `us-east-1: values of m1, m2: AccessDenied (forbidden)`.
    fn note(&self, region: &Region, what: &str) -> String {
        format!("{region}: {what}: {} ({})", self.reason, self.error.kind)
    }
}

/// What a Region told, and what went wrong there.
struct Told<T> {
    found: Vec<T>,
    notes: Vec<String>,
    failures: Vec<PortError>,
    /// True if the Region answered at least one request.
    answered: bool,
}

impl<T> Default for Told<T> {
    fn default() -> Self {
        Self { found: Vec::new(), notes: Vec::new(), failures: Vec::new(), answered: false }
    }
}

/// All Regions' answers as one: an error only if there is none.
fn gather<T>(told: Vec<Told<T>>, mut notes: Vec<String>) -> PortResult<(Vec<T>, Vec<String>)> {
    let silent = !told.is_empty() && told.iter().all(|told| !told.answered && !told.failures.is_empty());
    let mut found = Vec::new();
    let mut first = None;
    for told in told {
        found.extend(told.found);
        notes.extend(told.notes);
        first = first.or(told.failures.into_iter().next());
    }
    match first {
        Some(error) if silent => Err(error),
        _ => Ok((found, notes)),
    }
}

/// Some names of many.
fn named<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 3;
    let ids: Vec<&str> = ids.collect();
    let shown = ids.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if ids.len() > SHOWN { format!("{shown} and {} more", ids.len() - SHOWN) } else { shown }
}
