//! What the stand-in keeps.

use onepane_domain::{AccountId, MetricId, Region, StatisticSet, Timestamp};
use std::collections::BTreeMap;

/// The minutes of a metric.
pub type Minutes = BTreeMap<Timestamp, StatisticSet>;

/// Metrics by Region, metric and account.
#[derive(Default)]
pub struct Store {
    regions: BTreeMap<Region, BTreeMap<(MetricId, AccountId), Minutes>>,
}

/// A metric, its account and its minutes.
pub type Kept<'a> = (&'a MetricId, AccountId, &'a Minutes);

impl Store {
    /// As `PutMetricData`: what comes later for the same minute is added.
    pub fn put(
        &mut self,
        account: AccountId,
        region: &Region,
        metric: &MetricId,
        points: &[(Timestamp, StatisticSet)],
    ) {
        let metrics = self.regions.entry(region.clone()).or_default();
        let minutes = metrics.entry((metric.clone(), account)).or_default();
        for (time, set) in points {
            let minute = time.floor_to(60_000);
            minutes.entry(minute).and_modify(|there| *there = there.and(*set)).or_insert(*set);
        }
    }

    /// All metrics of a Region, by metric and account.
    pub fn metrics(&self, region: &Region) -> impl Iterator<Item = Kept<'_>> {
        let metrics = self.regions.get(region).into_iter().flatten();
        metrics.map(|((metric, account), minutes)| (metric, *account, minutes))
    }

    pub fn find(&self, region: &Region, metric: &MetricId, account: AccountId) -> Option<&Minutes> {
        self.regions.get(region)?.get(&(metric.clone(), account))
    }
}
