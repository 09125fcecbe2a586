//! Who has metrics, as the plan unfolds.

use super::{Metered, Serving, Trouble, Work};
use crate::plan::DAY;
use onepane_domain::Timestamp;
use std::collections::BTreeMap;

/// Jobs and endpoints that were planned, if anybody wants to know.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// True if somebody wants to know.
    pub(crate) wanted: bool,
    jobs: Vec<Metered>,
    /// By account and name; an endpoint lives for days, and changes.
    endpoints: BTreeMap<(u64, String), Metered>,
}

impl Book {
    /// Notes a job.
    pub(crate) fn job(&mut self, job: impl FnOnce() -> Metered) {
        if self.wanted {
            self.jobs.push(job());
        }
    }

    /// Notes that an endpoint serves.
    pub(crate) fn endpoint(&mut self, endpoint: impl FnOnce() -> Metered) {
        if self.wanted {
            let endpoint = endpoint();
            let key = (endpoint.workload.account.number(), endpoint.workload.name.clone());
            self.endpoints.entry(key).or_insert(endpoint);
        }
    }

    /// Notes that an endpoint has so many instances from `at` on.
    pub(crate) fn scaled(&mut self, account: u64, name: &str, at: i64, count: u32) {
        self.change(account, name, |_, serving| serving.fleet.push((at, count)));
    }

    /// Notes that an endpoint is not well for a while.
    pub(crate) fn trouble(&mut self, account: u64, name: &str, trouble: Trouble) {
        self.change(account, name, |_, serving| serving.troubles.push(trouble));
    }

    /// Notes that an endpoint is gone.
    pub(crate) fn gone(&mut self, account: u64, name: &str, at: i64) {
        self.change(account, name, |ended, _| *ended = Some(at));
    }

    fn change(&mut self, account: u64, name: &str, change: impl FnOnce(&mut Option<i64>, &mut Serving)) {
        if !self.wanted {
            return;
        }
        if let Some(Metered { ended, work: Work::Endpoint(serving), .. }) =
            self.endpoints.get_mut(&(account, name.to_owned()))
        {
            change(ended, serving);
        }
    }

    /// All that is noted, endpoints first.
    pub(crate) fn all(self) -> Vec<Metered> {
        self.endpoints.into_values().chain(self.jobs).collect()
    }

    /// Those that run between two instants.
    pub(crate) fn between(&self, from: i64, to: i64) -> impl Iterator<Item = &Metered> {
        let all = self.endpoints.values().chain(&self.jobs);
        all.filter(move |metered| metered.started < to && metered.ended.is_none_or(|ended| ended > from))
    }

    /// Forgets what ended before an instant, and older sizes of fleets.
    pub(crate) fn forget(&mut self, before: Timestamp) {
        let before = before.millis();
        let lives = |metered: &Metered| metered.ended.is_none_or(|ended| ended > before);
        self.jobs.retain(lives);
        self.endpoints.retain(|_, endpoint| lives(endpoint));
        for endpoint in self.endpoints.values_mut() {
            let Work::Endpoint(serving) = &mut endpoint.work else { continue };
            serving.troubles.retain(|trouble| trouble.to > before);
            // The first one stays: it says what the endpoint was made for.
            let current = serving.fleet.iter().rposition(|(from, _)| *from <= before - DAY).unwrap_or_default();
            if current > 1 {
                serving.fleet.drain(1..current);
            }
        }
    }
}
