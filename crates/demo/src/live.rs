//! The organization after the history: the same days go on, and more happens in between, so that there is something
//! to watch.

use crate::plan::{HOUR, Planner, SECOND};
use crate::random::Random;
use crate::world::World;
use crate::{DemoConfig, DemoEvent};
use onepane_domain::{MetricSeries, Period, Timestamp};

/// At most this long passes without an event.
const SLOT: i64 = 2 * SECOND;
/// A gap longer than this is not filled from its beginning: nobody watched.
const LONGEST_FILLED: i64 = 6 * HOUR;

/// Continues a history: running jobs end, new ones start, and between them endpoints scale, people look around and a few
/// short jobs (20 seconds to 10 minutes) run, so that something happens every 1 to 3 seconds, day and night.
///
/// The events depend on the configuration and on how far time has come, not on how it is cut into calls.
pub struct Live {
    world: World,
    /// Start of the next slot to look at.
    next_slot: i64,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("next_slot", &self.next_slot).finish_non_exhaustive()
    }
}

impl Live {
    /// What comes after the history of this configuration. Plans that history without writing it, which takes a part
    /// of the time that [`crate::history`] takes.
    pub fn new(config: DemoConfig) -> Self {
        let until = config.until.millis();
        let mut world = World::new(config, until, i64::MAX);
        world.book.wanted = true;
        world.plan_until(until);
        world.book.forget(Timestamp::saturating_from_millis(until));
        Self { world, next_slot: until - until.rem_euclid(SLOT) + SLOT }
    }

    /// What is delivered after `from` and not later than `to`, in the order of delivery.
    ///
    /// Time goes forward: events not later than `from` that were not asked for are dropped, and a second question for
    /// the same time gives nothing.
    pub fn next_events(&mut self, from: Timestamp, to: Timestamp) -> Vec<DemoEvent> {
        let (from, to) = (from.millis(), to.millis());
        let mut events = Vec::new();
        if to - self.next_slot > LONGEST_FILLED {
            self.world.plan_until(to - LONGEST_FILLED);
            self.take(from, to - LONGEST_FILLED, &mut events);
            let resume = to - LONGEST_FILLED;
            self.next_slot = resume - resume.rem_euclid(SLOT);
        }
        while self.next_slot <= to {
            let slot = self.next_slot;
            self.next_slot += SLOT;
            self.world.plan_until(slot + SLOT);
            self.take(from, slot, &mut events);
            let quiet = self.world.sink.next_at().is_none_or(|next| next >= slot + SLOT);
            if quiet {
                self.start_something(slot);
            }
        }
        self.take(from, to, &mut events);
        events
    }

    /// The metrics of everything that runs, minute by minute, from `from` (inclusive) to `to` (exclusive); to be asked
    /// after [`Self::next_events`] up to `to`, in the order of time.
    pub fn metrics(&mut self, from: Timestamp, to: Timestamp) -> Vec<MetricSeries> {
        let running = self.world.book.between(from.millis(), to.millis());
        let series = running.flat_map(|metered| metered.series(from, to, Period::MINUTE)).collect();
        self.world.book.forget(from);
        series
    }

    fn take(&mut self, from: i64, to: i64, events: &mut Vec<DemoEvent>) {
        while let Some((delivered, event)) = self.world.sink.pop(to) {
            if delivered > from {
                events.push(event);
            }
        }
    }

    /// Lets something small happen in this slot, somewhere.
    fn start_something(&mut self, slot: i64) {
        let slot_number = (slot / SLOT).unsigned_abs();
        let mut random = Random::of(&[self.world.config.seed, slot_number, 0x11fe]);
        // The silent account stays silent, and somebody else starts something.
        let silent = self.world.plot.silent.0;
        let index = loop {
            let index = random.index(self.world.sites.len());
            if self.world.sites.get(index).is_none_or(|site| site.account != silent) {
                break index;
            }
        };
        self.world.with_planner(index, random, |planner: &mut Planner<'_>| planner.fill_a_gap(slot + SECOND));
    }
}
