//! The demo organization's security findings: eighteen months of them as Security Lake would hold them, and on.
//!
//! Every day is a function of the configuration and the day alone, so that days can be asked for in any order, again,
//! and beyond the end of the history. What is planted for tests and newcomers to find is listed by
//! [`Findings::truth`].

mod catalog;
mod events;
mod planted;
mod record;
mod resource;
mod standing;

use crate::site::{Class, Site, sites};
use catalog::Kind;
use onepane_domain::{FindingRow, Timestamp};
use planted::{Plant, Shape};
pub use planted::{PlantedKind, PlantedSeries};
use standing::Slot;

pub(crate) const DAY: i64 = 86_400_000;
/// How likely a record is imported twice.
const TWICE: f64 = 0.012;
/// Accounts that joined within the history: alias, days before its end.
const JOINED: [(&str, i64); 5] = [
    ("ml-observability", 95),
    ("research-foundation", 215),
    ("claims-staging", 318),
    ("claims-prod", 322),
    ("sandbox-eu", 401),
];
/// Accounts in which hardly anything is found.
const QUIET: [&str; 4] = ["ml-artifacts", "ml-observability", "research-control", "churn-prod"];

/// What findings to make.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingsConfig {
    /// From which all chance follows; the organization is that of the same seed.
    pub seed: u64,
    /// The end of the history. What is planted lies before.
    pub until: Timestamp,
    /// How many days the history has; what is planted needs 180, and what does not fit is left out.
    pub days: u32,
    /// How much is found: 1 gives about 800 records a day. What is planted depends on it only where it is a part of the
    /// usual.
    pub scale: f64,
}

impl FindingsConfig {
    /// Eighteen months at full scale.
    pub fn new(seed: u64, until: Timestamp) -> Self {
        Self { seed, until, days: 548, scale: 1.0 }
    }

    /// The first day of the history.
    pub fn start(&self) -> Timestamp {
        self.until.plus_days(-i64::from(self.days)).start_of_day()
    }
}

/// The findings of the demo organization.
#[derive(Debug)]
pub struct Findings {
    config: FindingsConfig,
    sites: Vec<Site>,
    /// How much is found in each account, in proportion.
    weights: Vec<f64>,
    /// The first day of each account, in days since 1970-01-01.
    joined: Vec<i64>,
    kinds: Vec<Kind>,
    plants: Vec<Plant>,
    slots: Vec<Slot>,
}

impl Findings {
    /// The findings of this configuration.
    pub fn new(config: FindingsConfig) -> Self {
        let sites = sites(config.seed);
        let kinds = catalog::kinds();
        let today = config.until.millis().div_euclid(DAY);
        let joined = |site: &Site| {
            let ago = JOINED.iter().find(|(alias, _)| *alias == site.alias).map(|(_, ago)| *ago);
            // Before everything, but so that days can be added.
            ago.map_or(i64::MIN / 2, |ago| today - ago)
        };
        let mut findings = Self {
            weights: sites.iter().map(weight).collect(),
            joined: sites.iter().map(joined).collect(),
            plants: planted::plants(&config, &kinds, &sites),
            slots: Vec::new(),
            config,
            sites,
            kinds,
        };
        findings.slots = standing::slots(&findings);
        findings
    }

    /// What they were made from.
    pub fn config(&self) -> &FindingsConfig {
        &self.config
    }

    /// The days of the history, oldest first; the last one holds its end.
    pub fn days(&self) -> impl DoubleEndedIterator<Item = Timestamp> + use<> {
        let (first, last) = (self.config.start().millis() / DAY, self.config.until.millis().div_euclid(DAY));
        (first..=last).map(|day| Timestamp::saturating_from_millis(day * DAY))
    }

    /// All records of the UTC day that holds this instant, oldest first. The day of [`FindingsConfig::until`] and those
    /// after are given whole: whoever lives on leaves out what lies ahead.
    pub fn day(&self, day: Timestamp) -> Vec<FindingRow> {
        let day = day.millis().div_euclid(DAY);
        let mut rows = Vec::with_capacity(1_024);
        standing::tell(self, day, &mut rows);
        events::tell(self, day, &mut rows);
        for plant in &self.plants {
            if let Shape::Silence { from, to } = plant.shape
                && (from..to).contains(&day)
            {
                let silent = self.kinds[plant.kind].product.name;
                rows.retain(|row| row.product != silent);
            }
        }
        rows.sort_by(|one, two| (one.time, &one.uid).cmp(&(two.time, &two.uid)));
        rows
    }

    /// What was planted.
    pub fn truth(&self) -> Vec<PlantedSeries> {
        planted::truth(&self.config, &self.kinds, &self.sites, &self.plants)
    }
}

fn weight(site: &Site) -> f64 {
    let usual = match site.class {
        Class::Platform => 0.6,
        Class::Production => 1.2,
        Class::Staging => 0.8,
        Class::Development => 1.3,
        Class::Research => 1.2,
        Class::Sandbox => 1.8,
    };
    let regions = 0.7 + 0.3 * site.regions.len() as f64;
    if QUIET.contains(&site.alias) { 0.04 } else { usual * regions }
}

fn is_weekend(day: i64) -> bool {
    // 1970-01-01 was a Thursday: Saturdays leave 2, Sundays 3.
    matches!(day.rem_euclid(7), 2 | 3)
}
