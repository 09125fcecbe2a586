//! The organization as it lives: one local day after another, for every account.

use crate::DemoConfig;
use crate::metrics::Book;
use crate::plan::{DAY, HOUR, LocalDay, Memory, Planner, Plot, Tally};
use crate::random::Random;
use crate::sink::Sink;
use crate::site::{MOST_AHEAD, Site, sites};

/// All accounts, what they remember, and the events that wait.
pub(crate) struct World {
    pub(crate) config: DemoConfig,
    pub(crate) sites: Vec<Site>,
    memories: Vec<Memory>,
    pub(crate) plot: Plot,
    pub(crate) tally: Tally,
    pub(crate) book: Book,
    pub(crate) sink: Sink,
    first_day: i64,
    next_day: i64,
}

impl World {
    /// A world of which events delivered after `after` and not later than `upto` are wanted.
    pub(crate) fn new(config: DemoConfig, after: i64, upto: i64) -> Self {
        let sites = sites(config.seed);
        let plot = Plot::new(&config, &sites);
        // The local day that holds the first instant, wherever clocks are farthest ahead, begins a day before.
        let first_day = config.start().millis().div_euclid(DAY) - 1;
        Self {
            sink: Sink::new(after, upto, plot.silent),
            memories: vec![Memory::default(); sites.len()],
            tally: Tally::default(),
            book: Book::default(),
            sites,
            plot,
            config,
            first_day,
            next_day: first_day,
        }
    }

    /// Every event that is delivered before this instant is planned.
    pub(crate) fn planned_until(&self) -> i64 {
        self.next_day * DAY - MOST_AHEAD * HOUR
    }

    /// Plans the next local day of every account.
    pub(crate) fn plan_next_day(&mut self) {
        let number = self.next_day;
        for index in 0..self.sites.len() {
            let Some(site) = self.sites.get(index) else { continue };
            let day = LocalDay {
                number,
                midnight: number * DAY - site.ahead,
                // 1970-01-01 was a Thursday: Saturdays leave 2, Sundays 3.
                workday: !matches!(number.rem_euclid(7), 2 | 3),
                since_start: number - self.first_day - 1,
            };
            let random = Random::of(&[self.config.seed, site.index, day.number.unsigned_abs()]);
            self.with_planner(index, random, |planner| planner.day(day));
        }
        self.next_day += 1;
    }

    /// Plans day after day until every event up to this instant is planned.
    pub(crate) fn plan_until(&mut self, instant: i64) {
        while self.planned_until() <= instant {
            self.plan_next_day();
        }
    }

    /// Hands a planner for one account to `what`, with a random stream of its own.
    pub(crate) fn with_planner(&mut self, site: usize, random: Random, what: impl FnOnce(&mut Planner<'_>)) {
        let (Some(at), Some(memory)) = (self.sites.get(site), self.memories.get_mut(site)) else { return };
        what(&mut Planner {
            site: at,
            memory,
            sink: &mut self.sink,
            plot: &self.plot,
            tally: &mut self.tally,
            book: &mut self.book,
            random,
            scale: self.config.scale,
        });
    }
}
