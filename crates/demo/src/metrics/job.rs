//! Jobs: how busy their hosts are.

use super::noise::{swing, tenths, unit, wave, whole};
use super::{MINUTE, Metered, Reading};
use onepane_domain::{InstanceShape, WorkloadKind, instance_shape};

/// How a job runs, as far as its metrics show it. Instants are epoch milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Running {
    /// When the data is there and the work begins.
    pub(crate) working: i64,
    /// When spot capacity was taken away, and when it was back.
    pub(crate) gap: Option<(i64, i64)>,
    /// It hangs.
    pub(crate) stuck: bool,
    /// It ended for want of memory.
    pub(crate) out_of_memory: bool,
}

/// What holds a job up, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// It uses what it has.
    Busy,
    /// Its GPUs wait for data that the CPUs prepare.
    Starved,
    /// It works on one core, or one GPU, and leaves the others idle.
    OneOfMany,
    /// It has far more than it needs.
    Idle,
}

impl Running {
    fn habit(seed: u64, kind: &WorkloadKind, has_gpu: bool) -> Habit {
        let roll = unit(seed, 0);
        match kind {
            WorkloadKind::ProcessingJob if roll < 0.38 => Habit::OneOfMany,
            WorkloadKind::ProcessingJob if roll < 0.5 => Habit::Idle,
            _ if has_gpu && roll < 0.14 => Habit::Starved,
            _ if roll < 0.2 => Habit::OneOfMany,
            _ if roll < 0.28 => Habit::Idle,
            _ => Habit::Busy,
        }
    }

    /// Gives every reading of host number `host` (from 0) at the minute that begins at `at`.
    pub(super) fn minute(&self, job: &Metered, host: i64, at: i64, take: &mut impl FnMut(Reading)) {
        // Instances that are gone tell nothing.
        if self.gap.is_some_and(|(taken, back)| at >= taken && at < back) {
            return;
        }
        let InstanceShape { vcpus, gpus } =
            instance_shape(job.instance_type).unwrap_or(InstanceShape { vcpus: 4, gpus: 0 });
        let (seed, cores, devices) = (job.seed(), f64::from(vcpus), f64::from(gpus));
        let own = seed ^ (host.cast_unsigned() + 1).wrapping_mul(0x9e37_79b9);
        let minute = at.div_euclid(MINUTE);
        let load = self.load(seed, at);
        let jitter = 1.0 + 0.06 * swing(own, minute);
        let habit = Self::habit(seed, &job.workload.kind, gpus > 0);

        let cpu_share = match (habit, gpus > 0) {
            _ if self.stuck => 0.004,
            (Habit::Starved, _) => 0.88,
            (Habit::OneOfMany, false) => 1.04 / cores,
            (Habit::OneOfMany, true) => 1.6 / cores,
            (Habit::Idle, _) => 0.04 + 0.05 * unit(seed, 1),
            (Habit::Busy, true) => 0.12 + 0.3 * unit(seed, 1),
            (Habit::Busy, false) => 0.55 + 0.4 * unit(seed, 1),
        };
        let cpu = (cpu_share * load * jitter * cores * 100.0).clamp(0.3, cores * 100.0);
        take(Reading::percent("CPUUtilization", if cores > 1.0 && cpu >= 10.0 { whole(cpu) } else { tenths(cpu) }));
        take(Reading::percent("MemoryUtilization", tenths(self.memory(job, own, at))));
        let done = (at - job.started) as f64 / (8 * 60 * MINUTE) as f64;
        let disk = 6.0 + 30.0 * unit(own, 2) + 24.0 * done.min(1.0) * unit(own, 3);
        take(Reading::percent("DiskUtilization", tenths(disk)));
        if gpus == 0 {
            return;
        }
        let gpu_share = match habit {
            _ if self.stuck => 0.0,
            // Data loading lets the GPUs run dry most of the time.
            Habit::Starved => 0.15,
            Habit::OneOfMany => 0.95 / devices,
            Habit::Idle => 0.22,
            Habit::Busy => 0.82 + 0.15 * unit(seed, 4),
        };
        let gpu = (gpu_share * load * jitter * devices * 100.0).clamp(0.0, devices * 100.0);
        take(Reading::percent("GPUUtilization", whole(gpu)));
        let filled = match habit {
            Habit::OneOfMany => 0.9 / devices,
            Habit::Idle => 0.18,
            Habit::Starved | Habit::Busy => 0.45 + 0.48 * unit(seed, 5),
        };
        let begun = at >= self.working;
        let memory = if begun { filled * (1.0 - 0.02 * unit(own, minute / 7)) } else { 0.01 };
        take(Reading::percent("GPUMemoryUtilization", whole(memory * devices * 100.0)));
    }

    /// How much of its usual work it does at this instant: little while data comes in, more and more at first, less at
    /// the end of an epoch, hardly any while a checkpoint is written.
    fn load(&self, seed: u64, at: i64) -> f64 {
        if at < self.working {
            return 0.06;
        }
        let worked = at - self.working;
        let ramp = (0.35 + worked as f64 / (4 * MINUTE) as f64).min(1.0);
        // Epochs of 6 to 45 minutes; the last minute of each validates and writes the checkpoint.
        let epoch = (6 + (seed >> 20) % 40).cast_signed() * MINUTE;
        let phase = worked.rem_euclid(epoch);
        let dip = if worked >= epoch && phase < MINUTE { 0.25 } else { 1.0 };
        let drift = 0.9 + 0.1 * wave(seed ^ 0x10ad, at, 20 * MINUTE);
        ramp * dip * drift
    }

    /// Percent of the host's memory; it is one pool, so that this does not add up.
    fn memory(&self, job: &Metered, own: u64, at: i64) -> f64 {
        let level = 12.0 + 55.0 * unit(own, 6);
        if at < self.working {
            return level * 0.3;
        }
        let worked = (at - self.working) as f64;
        let filled = level * (0.6 + 0.4 * (worked / (10 * MINUTE) as f64).min(1.0)) + 2.0 * wave(own, at, 9 * MINUTE);
        match job.ended.filter(|_| self.out_of_memory) {
            // It climbs to the end.
            Some(end) => {
                let share = (worked / (end - self.working).max(1) as f64).clamp(0.0, 1.0);
                (filled + (99.4 - filled) * share * share).min(99.4)
            }
            None => filled.min(96.0),
        }
    }
}
