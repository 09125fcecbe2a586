//! Counting by each of the rules.
//!
//! Findings are told apart by 128 bits of their uid's hash (XXH3, seeded with the group): that two of a billion findings
//! share one by chance has a probability of about one in 10²⁰, far less than that of a wrong bit in memory.

use super::groups::Grouper;
use crate::scan::{Batch, Question};
use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};
use onepane_domain::{Bucket, CountingRule, Timestamp};
use onepane_findings::OPEN_STATUS_IDS;
use parking_lot::Mutex;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Parts of a set, so that threads seldom wait for each other.
const SHARDS: usize = 64;

/// Buckets by number, from the window's first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    start: i64,
    width: i64,
}

impl Grid {
    pub(super) fn new(bucket: Bucket, from: Timestamp) -> Self {
        Self { start: bucket.start_of(from).millis(), width: bucket.millis() }
    }

    fn number(self, time: i64) -> u32 {
        u32::try_from((time - self.start).div_euclid(self.width)).unwrap_or(0)
    }

    /// The start of a bucket.
    pub(super) fn start(self, number: u32) -> Timestamp {
        Timestamp::saturating_from_millis(self.start.saturating_add(i64::from(number).saturating_mul(self.width)))
    }
}

/// Counts by group and bucket.
pub(super) type Counts = HashMap<(u32, u32), u64>;

/// What the threads share to count findings and not records.
pub(super) enum Seen {
    Nothing,
    /// By bucket.
    InBuckets(Mutex<HashMap<u32, Arc<Shards<HashSet<u128>>>>>),
    First(Shards<HashMap<Hash, First>>),
}

/// 128 bits in parts, so that they and what is known of a finding lie side by side without a gap.
type Hash = [u32; 4];

fn parts(hash: u128) -> Hash {
    #[allow(clippy::cast_possible_truncation)]
    [0, 32, 64, 96].map(|shift| (hash >> shift) as u32)
}

pub(super) struct Shards<T>(Vec<Mutex<T>>);

impl<T: Default> Shards<T> {
    fn new() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }

    fn with<R>(&self, hash: u128, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        // The set itself looks at other bits.
        #[allow(clippy::cast_possible_truncation)]
        let shard = (hash >> 100) as usize % SHARDS;
        self.0.get(shard).map(|shard| work(&mut shard.lock()))
    }
}

/// What is known of a finding in a group.
pub(super) struct First {
    group: u32,
    /// The bucket of its first record; [`OLD`] if a record says that it was created before the window.
    bucket: u32,
}

const OLD: u32 = u32::MAX;

impl Seen {
    pub(super) fn new(rule: CountingRule) -> Self {
        match rule {
            CountingRule::Updates => Self::Nothing,
            CountingRule::Distinct | CountingRule::Active => Self::InBuckets(Mutex::default()),
            CountingRule::FirstSeen => Self::First(Shards::new()),
        }
    }

    /// No record before `time` will come any more: buckets that end before need not be remembered.
    pub(super) fn forget_before(&self, grid: Grid, time: i64) {
        if let Self::InBuckets(buckets) = self {
            buckets.lock().retain(|bucket, _| grid.start(*bucket).millis().saturating_add(grid.width) > time);
        }
    }

    /// The findings by their first bucket.
    pub(super) fn firsts(self, counts: &mut Counts) {
        let Self::First(shards) = self else { return };
        for shard in shards.0 {
            for first in shard.into_inner().into_values().filter(|first| first.bucket != OLD) {
                *counts.entry((first.group, first.bucket)).or_default() += 1;
            }
        }
    }
}

/// One thread's counting.
pub(super) struct Counter<'a> {
    rule: CountingRule,
    grid: Grid,
    seen: &'a Seen,
    grouper: Grouper<'a>,
    dimensions: usize,
    pub(super) counts: Counts,
    /// The bucket that was last looked at.
    at: Option<(u32, Arc<Shards<HashSet<u128>>>)>,
}

impl<'a> Counter<'a> {
    pub(super) fn new(rule: CountingRule, grid: Grid, seen: &'a Seen, grouper: Grouper<'a>, dimensions: usize) -> Self {
        Self { rule, grid, seen, grouper, dimensions, counts: Counts::new(), at: None }
    }

    /// Counts a batch. Its texts are the groups' and then the uid; its numbers are the status and the time of creation.
    pub(super) fn take(&mut self, batch: &Batch<'_>, question: &Question) {
        self.grouper.forget_places();
        for &record in batch.kept {
            if self.rule == CountingRule::Active && !is_open(batch.long(0, record)) {
                continue;
            }
            let group = self.grouper.group(|dimension| batch.text(dimension, record));
            let bucket = self.grid.number(batch.time(record));
            let counts = match self.rule {
                CountingRule::Updates => true,
                CountingRule::Distinct | CountingRule::Active => {
                    let uid = batch.text(self.dimensions, record);
                    uid.is_empty() || self.is_new(bucket, xxh3_128_with_seed(uid, u64::from(group)))
                }
                CountingRule::FirstSeen => {
                    let is_old = batch.long(1, record).is_some_and(|created| created < question.from);
                    let uid = batch.text(self.dimensions, record);
                    if uid.is_empty() {
                        !is_old
                    } else {
                        let bucket = if is_old { OLD } else { bucket };
                        self.first(xxh3_128_with_seed(uid, u64::from(group)), First { group, bucket });
                        false
                    }
                }
            };
            if counts {
                *self.counts.entry((group, bucket)).or_default() += 1;
            }
        }
    }

    fn is_new(&mut self, bucket: u32, hash: u128) -> bool {
        let Seen::InBuckets(buckets) = self.seen else { return false };
        let shards = match &self.at {
            Some((at, shards)) if *at == bucket => shards,
            _ => {
                let shards = Arc::clone(buckets.lock().entry(bucket).or_insert_with(|| Arc::new(Shards::new())));
                &self.at.insert((bucket, shards)).1
            }
        };
        shards.with(hash, |set| set.insert(hash)).unwrap_or(false)
    }

    fn first(&self, hash: u128, new: First) {
        let Seen::First(shards) = self.seen else { return };
        shards.with(hash, |seen| match seen.entry(parts(hash)) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                let is_old = known.bucket == OLD || new.bucket == OLD;
                known.bucket = if is_old { OLD } else { known.bucket.min(new.bucket) };
            }
            Entry::Vacant(place) => {
                place.insert(new);
            }
        });
    }
}

fn is_open(status: Option<i64>) -> bool {
    status.is_some_and(|status| OPEN_STATUS_IDS.iter().any(|open| i64::from(*open) == status))
}
