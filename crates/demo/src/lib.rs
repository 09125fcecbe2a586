//! The demo organization of Onepane: 40 accounts, a month of SageMaker events and eighteen months of security findings,
//! made from a seed.
//!
//! Everything is fiction, and everything has the shape of the real thing: the events are EventBridge JSON as SageMaker
//! and CloudTrail send it, to be taken in through the same door as real ones. They come with what real ones come with:
//! repeated deliveries, late deliveries, explicit nulls, four ways to write a time, and six events of a detail-type that
//! does not exist ("SageMaker Quantum Job State Change"), so that a page about collection has something to show.
//!
//! The same seed and the same end give the same bytes, on every platform: no clock, no files, no network, and random
//! numbers of our own. What was planted for tests and newcomers to find is listed by [`truth`] and [`Findings::truth`].
//!
//! ```
//! use onepane_demo::{DemoConfig, history, organization};
//!
//! let config = DemoConfig { scale: 0.01, ..DemoConfig::new(42, "2026-11-22T06:00:00Z".parse().unwrap()) };
//! let events: Vec<_> = history(&config).collect();
//! assert!(events.iter().all(|event| event.time <= config.until));
//! assert_eq!(organization(42).accounts().count(), 40);
//! ```

mod failure;
mod findings;
mod json;
mod live;
mod metrics;
mod plan;
mod random;
mod render;
mod sink;
mod site;
mod truth;
mod world;

pub use findings::{Findings, FindingsConfig, PlantedKind, PlantedSeries};
pub use live::Live;
pub use metrics::Metered;
use onepane_domain::{Organization, Timestamp};
pub use truth::{BadDeployment, FailureWave, NewActor, SilentAccount, StuckJob, Truth, UnknownEvents};
use world::World;

/// What to make.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoConfig {
    /// From which all chance follows.
    pub seed: u64,
    /// The end of the history: no event is later.
    pub until: Timestamp,
    /// How many days of 24 hours the history has; what is planted needs 23.
    pub days: u32,
    /// How much happens: 1 makes at least 60,000 workloads in 30 days. What is planted does not depend on it.
    pub scale: f64,
}

impl DemoConfig {
    /// Thirty days at full scale.
    pub fn new(seed: u64, until: Timestamp) -> Self {
        Self { seed, until, days: 30, scale: 1.0 }
    }

    /// The beginning of the history.
    pub fn start(&self) -> Timestamp {
        self.until.plus_days(-i64::from(self.days))
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoEvent {
    /// When it happened, as its envelope says.
    pub time: Timestamp,
    /// The EventBridge event, on one line.
    pub json: String,
}

/// The accounts of this seed, with their aliases and OUs.
pub fn organization(seed: u64) -> Organization {
    site::organization(&site::sites(seed))
}

/// All events of the history, in the order of delivery: nearly that of time, but some come late and some twice.
///
/// Lazy: a day is planned when its events are asked for, so that about ten megabytes wait at any time.
pub fn history(config: &DemoConfig) -> impl Iterator<Item = DemoEvent> + Send + use<> {
    let (start, until) = (config.start().millis(), config.until.millis());
    let mut world = World::new(config.clone(), start - 1, until);
    std::iter::from_fn(move || {
        loop {
            let complete = (world.planned_until() - 1).min(until);
            if let Some((_, event)) = world.sink.pop(complete) {
                return Some(event);
            }
            if world.planned_until() > until {
                return None;
            }
            world.plan_next_day();
        }
    })
}

/// Everything in the history that has metrics, oldest first: see [`Metered::series`].
pub fn metered(config: &DemoConfig) -> Vec<Metered> {
    // An empty window: everything is planned and no event is written.
    let mut world = World::new(config.clone(), i64::MAX, i64::MIN);
    world.book.wanted = true;
    world.plan_until(config.until.millis());
    let mut metered = world.book.all();
    metered.retain(|metered| metered.started() < config.until);
    metered.sort_by(|one, two| (one.started(), one.workload()).cmp(&(two.started(), two.workload())));
    metered
}

/// What was planted in the history of this configuration.
pub fn truth(config: &DemoConfig) -> Truth {
    let until = config.until.millis();
    // An empty window: everything is planned and nothing is written.
    let mut world = World::new(config.clone(), i64::MAX, i64::MIN);
    world.plan_until(until);
    world.plot.truth(&world.sites, world.tally)
}
