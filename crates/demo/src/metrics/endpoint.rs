//! Endpoints: who calls them, how fast they answer, how busy their instances are.

use super::noise::{count, swing, tenths, unit, wave, whole};
use super::{MINUTE, Metered, Reading};
use onepane_domain::{InstanceShape, StatisticSet, instance_shape};

/// The namespace of what callers see.
pub(super) const INVOCATIONS: &str = "AWS/SageMaker";
/// The namespace of what the instances see.
pub(super) const INSTANCES: &str = "/aws/sagemaker/Endpoints";

const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How much of the busiest hour's traffic each hour of the day has, by the callers' clocks.
const HOURS: [f64; 24] = [
    0.22, 0.16, 0.13, 0.12, 0.13, 0.18, 0.3, 0.46, 0.66, 0.82, 0.92, 0.97, 0.93, 0.95, 1.0, 0.98, 0.93, 0.86, 0.78,
    0.74, 0.7, 0.58, 0.43, 0.31,
];
/// The same for the days of the week, from Thursday, which 1970-01-01 was.
const DAYS: [f64; 7] = [1.0, 0.96, 0.56, 0.48, 0.97, 1.02, 1.03];

/// How an endpoint serves. Instants are epoch milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Serving {
    /// How far its callers' clocks are ahead of UTC, in milliseconds.
    pub(crate) ahead: i64,
    /// Calls a minute in the busiest hour of a usual day.
    pub(crate) calls: f64,
    /// From when on it has how many instances, by time.
    pub(crate) fleet: Vec<(i64, u32)>,
    /// When it was not well.
    pub(crate) troubles: Vec<Trouble>,
}

/// A time in which an endpoint is not well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Trouble {
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// How many times slower its model answers.
    pub(crate) slower: f64,
    /// The part of calls that fail with a 5XX.
    pub(crate) failing: f64,
}

impl Serving {
    fn instances(&self, at: i64) -> u32 {
        let now = self.fleet.iter().rev().find(|(from, _)| *from <= at).or(self.fleet.first());
        now.map_or(1, |(_, count)| (*count).max(1))
    }

    /// Calls in the minute that begins at `at`.
    fn calls_at(&self, seed: u64, at: i64) -> f64 {
        let local = at + self.ahead;
        let hour = usize::try_from(local.rem_euclid(DAY) / HOUR).unwrap_or_default();
        let within = local.rem_euclid(HOUR) as f64 / HOUR as f64;
        let next = HOURS[(hour + 1) % 24];
        let of_day = HOURS[hour] * (1.0 - within) + next * within;
        let of_week = DAYS[usize::try_from(local.div_euclid(DAY).rem_euclid(7)).unwrap_or_default()];
        // Now and then somebody sends several times as much for a quarter of an hour.
        let quarter = at.div_euclid(15 * MINUTE);
        let burst = if unit(seed ^ 0xb0_5c, quarter) < 0.004 { 2.5 + 2.0 * unit(seed, quarter) } else { 1.0 };
        let drift = 0.85 + 0.3 * wave(seed ^ 0xd1, at, 50 * MINUTE);
        let minute = at.div_euclid(MINUTE);
        let mean = self.calls * of_day * of_week * burst * drift * (1.0 + 0.12 * swing(seed, minute));
        count(mean, unit(seed ^ 0xca11, minute))
    }

    /// Gives every reading of the namespace at the minute that begins at `at`.
    pub(super) fn minute(&self, endpoint: &Metered, namespace: &str, at: i64, take: &mut impl FnMut(Reading)) {
        let seed = endpoint.seed();
        let minute = at.div_euclid(MINUTE);
        let calls = self.calls_at(seed, at);
        let instances = self.instances(at);
        let trouble = self.troubles.iter().find(|trouble| trouble.from <= at && at < trouble.to);
        // One where the fleet does as much as it was made for.
        let load =
            (calls / f64::from(instances)) / (self.calls / f64::from(self.fleet.first().map_or(1, |first| first.1)));
        if namespace == INSTANCES {
            return self.instances_minute(endpoint, at, f64::from(instances), load, trouble.is_some(), take);
        }
        if calls < 1.0 {
            return;
        }
        take(Reading::of("Invocations", "None", StatisticSet { count: calls, sum: calls, minimum: 1.0, maximum: 1.0 }));
        let share = (1_000.0 / f64::from(instances)).round() / 1_000.0;
        let shares = StatisticSet { count: calls, sum: calls * share, minimum: share, maximum: share };
        take(Reading::of("InvocationsPerInstance", "None", shares));
        let wrong = count(calls * 0.004, unit(seed ^ 0x4, minute));
        take(errors("Invocation4XXErrors", calls, wrong));
        let failing = trouble.map_or(0.000_05, |trouble| trouble.failing * (0.7 + 0.6 * unit(seed ^ 0x5, minute)));
        take(errors("Invocation5XXErrors", calls, count(calls * failing, unit(seed ^ 0x55, minute)).min(calls)));

        // Models answer in 4 to 90 milliseconds, and slower the more there is to do.
        let usual = 4_000.0 + 86_000.0 * unit(seed, 7) * unit(seed, 8);
        let crowd = 1.0 + 0.35 * load * load;
        let mean =
            usual * crowd * trouble.map_or(1.0, |trouble| trouble.slower) * (1.0 + 0.05 * swing(seed ^ 0x1a, minute));
        take(latency("ModelLatency", calls, mean, seed ^ 0x10, minute));
        let overhead = 2_600.0 + 2_400.0 * unit(seed, 9) + 300.0 * swing(seed ^ 0x0f, minute);
        // A stream carries percentiles where it is told to: of what people watch.
        take(Reading { more: [None; 3], ..latency("OverheadLatency", calls, overhead, seed ^ 0x20, minute) });
    }

    fn instances_minute(
        &self,
        endpoint: &Metered,
        at: i64,
        instances: f64,
        load: f64,
        in_trouble: bool,
        take: &mut impl FnMut(Reading),
    ) {
        let seed = endpoint.seed();
        let minute = at.div_euclid(MINUTE);
        let InstanceShape { vcpus, gpus } =
            instance_shape(endpoint.instance_type).unwrap_or(InstanceShape { vcpus: 2, gpus: 0 });
        let strain = if in_trouble { 1.5 } else { 1.0 };
        let mut fleet = |name, level: f64, spread: f64, most: f64| {
            let value = |share: f64| whole((level + spread * share).clamp(0.0, most));
            let (least, most) = (value(-1.0), value(1.0));
            let middle = value(0.3 * swing(seed ^ 0x3a, minute));
            let set = if instances < 2.0 {
                StatisticSet::single(middle)
            } else {
                let sum = least + most + middle * (instances - 2.0);
                StatisticSet { count: instances, sum, minimum: least, maximum: most }
            };
            take(Reading::of(name, "Percent", set));
        };
        let cores = f64::from(vcpus) * 100.0;
        let busy = if gpus > 0 { 0.12 } else { 0.3 + 0.3 * unit(seed, 10) };
        let cpu = cores * busy * (0.06 + 0.94 * load * strain) * (1.0 + 0.04 * swing(seed ^ 0xc, minute));
        fleet("CPUUtilization", cpu, cpu * 0.07, cores);
        fleet("MemoryUtilization", 28.0 + 40.0 * unit(seed, 11) + 3.0 * wave(seed, at, 3 * HOUR), 2.0, 100.0);
        if gpus > 0 {
            let devices = f64::from(gpus) * 100.0;
            let gpu = devices * (0.35 + 0.3 * unit(seed, 12)) * load * strain;
            fleet("GPUUtilization", gpu, gpu * 0.08, devices);
            fleet("GPUMemoryUtilization", devices * (0.4 + 0.4 * unit(seed, 13)), 1.0, devices);
        }
    }
}

fn errors(name: &'static str, calls: f64, errors: f64) -> Reading {
    let maximum = if errors > 0.0 { 1.0 } else { 0.0 };
    let minimum = if errors >= calls { 1.0 } else { 0.0 };
    Reading::of(name, "None", StatisticSet { count: calls, sum: errors, minimum, maximum })
}

/// Latencies of so many calls around a mean, in whole microseconds, with a long tail upwards.
fn latency(name: &'static str, calls: f64, mean: f64, seed: u64, minute: i64) -> Reading {
    if calls < 2.0 {
        let only = whole(mean * (0.7 + 0.6 * unit(seed, minute)));
        let mut reading = Reading::of(name, "Microseconds", StatisticSet::single(only));
        reading.more = [5_000, 9_000, 9_900].map(|hundredths| Some((hundredths, only)));
        return reading;
    }
    let tail = 1.0 + 0.5 * unit(seed ^ 0x7a11, minute);
    // The more calls, the farther out is the slowest of them.
    let far = 2.4 + 2.6 * (1.0 - 1.0 / (1.0 + calls / 120.0));
    let average = tenths(mean);
    let set = StatisticSet {
        count: calls,
        sum: whole(average * calls),
        minimum: whole(mean * (0.42 + 0.1 * unit(seed, minute))),
        maximum: whole(mean * far * tail),
    };
    let mut reading = Reading::of(name, "Microseconds", set);
    let p99 = (1.8 + 0.35 * tail).min(far * tail);
    reading.more = [(5_000, 0.9), (9_000, 1.42), (9_900, p99)].map(|(name, times)| Some((name, whole(mean * times))));
    reading
}
