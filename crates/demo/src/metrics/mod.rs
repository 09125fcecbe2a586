//! What CloudWatch would tell of the demo organization's jobs and endpoints.
//!
//! A pure function of a workload and a window: a minute has the same values whether it is asked for alone or within a
//! month, today or tomorrow. Longer periods are the minutes joined. Units and sums are SageMaker's: utilisation adds up
//! over cores and devices (an instance of 4 vCPUs can be at 400 %), latencies are in microseconds.

mod book;
mod endpoint;
mod job;
pub(crate) mod noise;

pub(crate) use book::Book;
pub(crate) use endpoint::{Serving, Trouble};
pub(crate) use job::Running;

use noise::seed_of;
use onepane_domain::{
    ListedMetric, MetricId, MetricPoint, MetricSeries, Period, Statistic, StatisticSet, Timestamp, WorkloadId,
    WorkloadKind,
};

/// The only production variant of every endpoint of the demo organization.
const VARIANT: &str = "AllTraffic";
/// Hosts of a job that tell metrics; the largest clusters have more.
const MOST_HOSTS: u32 = 4;
const MINUTE: i64 = 60_000;

/// A workload that has metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct Metered {
    workload: WorkloadId,
    instance_type: &'static str,
    instance_count: u32,
    /// When its instances are up, and when they are gone.
    started: i64,
    ended: Option<i64>,
    work: Work,
}

#[derive(Debug, Clone, PartialEq)]
enum Work {
    Job(Running),
    Endpoint(Serving),
}

/// One metric of a workload at one minute: its name, its unit, and what is known of its samples.
struct Reading {
    name: &'static str,
    unit: &'static str,
    statistics: StatisticSet,
    more: [Option<(u16, f64)>; 3],
}

impl Reading {
    fn of(name: &'static str, unit: &'static str, statistics: StatisticSet) -> Self {
        Self { name, unit, statistics, more: [None; 3] }
    }

    /// A utilisation of which one sample is taken a minute.
    fn percent(name: &'static str, value: f64) -> Self {
        Self::of(name, "Percent", StatisticSet::single(value))
    }
}

/// Where readings go: a namespace and the dimensions.
struct Place {
    namespace: &'static str,
    dimensions: Vec<(String, String)>,
}

impl Metered {
    /// A job whose instances are up in this span of epoch milliseconds, which ends never if it ends at the maximum.
    pub(crate) fn job(
        workload: WorkloadId,
        instance_type: &'static str,
        count: i64,
        span: std::ops::Range<i64>,
        running: Running,
    ) -> Self {
        Self {
            workload,
            instance_type,
            instance_count: u32::try_from(count).unwrap_or(1),
            started: span.start,
            ended: Some(span.end).filter(|end| *end < i64::MAX),
            work: Work::Job(running),
        }
    }

    /// An endpoint that serves from `started` (epoch milliseconds) on.
    pub(crate) fn endpoint(workload: WorkloadId, instance_type: &'static str, started: i64, serving: Serving) -> Self {
        let instance_count = serving.fleet.first().map_or(1, |(_, count)| *count);
        Self { workload, instance_type, instance_count, started, ended: None, work: Work::Endpoint(serving) }
    }

    /// Which workload.
    pub fn workload(&self) -> &WorkloadId {
        &self.workload
    }

    /// What it runs on.
    pub fn instance_type(&self) -> &'static str {
        self.instance_type
    }

    /// When its first metrics come.
    pub fn started(&self) -> Timestamp {
        Timestamp::saturating_from_millis(self.started)
    }

    /// When its last metrics came; none if it still runs at the end of what is planned.
    pub fn ended(&self) -> Option<Timestamp> {
        self.ended.map(Timestamp::saturating_from_millis)
    }

    /// True for an endpoint, false for a job.
    pub fn is_endpoint(&self) -> bool {
        matches!(self.work, Work::Endpoint(_))
    }

    /// Its metrics from `from` (inclusive) to `to` (exclusive), of whole minutes, joined into points of `period`. A
    /// period that the window cuts has only the minutes within. Metrics without samples are absent.
    pub fn series(&self, from: Timestamp, to: Timestamp, period: Period) -> Vec<MetricSeries> {
        let first = from.millis().max(self.started).div_euclid(MINUTE);
        let end = to.millis().min(self.ended.unwrap_or(i64::MAX));
        let last = (end + MINUTE - 1).div_euclid(MINUTE);
        let mut series = Vec::new();
        for (number, place) in (0..).zip(self.places()) {
            let mut all: Vec<Growing> = Vec::new();
            for minute in first..last {
                let at = Timestamp::saturating_from_millis(minute * MINUTE).floor_to(period.millis());
                let mut take = |reading: Reading| Growing::take(&mut all, at, &reading);
                match &self.work {
                    Work::Job(running) => running.minute(self, number, minute * MINUTE, &mut take),
                    Work::Endpoint(serving) => serving.minute(self, place.namespace, minute * MINUTE, &mut take),
                }
            }
            series.extend(all.into_iter().filter_map(|growing| growing.done(self, &place)));
        }
        series
    }

    fn places(&self) -> Vec<Place> {
        let pair = |name: &str, value: String| (name.to_owned(), value);
        match &self.work {
            Work::Job(_) => {
                let namespace = match self.workload.kind {
                    WorkloadKind::ProcessingJob => "/aws/sagemaker/ProcessingJobs",
                    WorkloadKind::TransformJob => "/aws/sagemaker/TransformJobs",
                    _ => "/aws/sagemaker/TrainingJobs",
                };
                let hosts = 1..=self.instance_count.clamp(1, MOST_HOSTS);
                let host = |number| pair("Host", format!("{}/algo-{number}", self.workload.name));
                hosts.map(|number| Place { namespace, dimensions: vec![host(number)] }).collect()
            }
            Work::Endpoint(_) => {
                let dimensions =
                    vec![pair("EndpointName", self.workload.name.clone()), pair("VariantName", VARIANT.to_owned())];
                let place = |namespace| Place { namespace, dimensions: dimensions.clone() };
                vec![place(endpoint::INVOCATIONS), place(endpoint::INSTANCES)]
            }
        }
    }

    /// From which all of its chance follows.
    fn seed(&self) -> u64 {
        seed_of(&[self.workload.account.number()], &self.workload.name)
    }
}

/// A series as its minutes come in.
struct Growing {
    name: &'static str,
    unit: &'static str,
    points: Vec<MetricPoint>,
}

impl Growing {
    fn take(all: &mut Vec<Self>, at: Timestamp, reading: &Reading) {
        let place = match all.iter().position(|growing| growing.name == reading.name) {
            Some(place) => place,
            None => {
                all.push(Self { name: reading.name, unit: reading.unit, points: Vec::new() });
                all.len() - 1
            }
        };
        let Some(growing) = all.get_mut(place) else { return };
        let more = reading.more.iter().flatten();
        match growing.points.last_mut().filter(|point| point.time == at) {
            None => {
                let more = more.map(|(hundredths, value)| (Statistic::Percentile(*hundredths), *value)).collect();
                growing.points.push(MetricPoint { time: at, statistics: reading.statistics, more });
            }
            Some(point) => {
                // Percentiles of the joined minutes: their mean by samples, which is near enough for a demo.
                let (had, new) = (point.statistics.count, reading.statistics.count);
                for ((_, mean), (_, value)) in point.more.iter_mut().zip(more) {
                    *mean = noise::whole((*mean * had + value * new) / (had + new));
                }
                point.statistics = point.statistics.and(reading.statistics);
            }
        }
    }

    fn done(mut self, metered: &Metered, place: &Place) -> Option<MetricSeries> {
        for point in &mut self.points {
            // Sums of decimals pick up dust behind the third digit.
            point.statistics.sum = (point.statistics.sum * 1_000.0).round() / 1_000.0;
        }
        // A name of the demo organization is one that CloudWatch allows.
        let metric = MetricId::new(place.namespace, self.name, place.dimensions.iter().cloned()).ok()?;
        let WorkloadId { account, region, .. } = &metered.workload;
        let metric = ListedMetric { account: *account, region: region.clone(), metric };
        Some(MetricSeries { metric, unit: Some(self.unit.to_owned()), points: self.points })
    }
}
