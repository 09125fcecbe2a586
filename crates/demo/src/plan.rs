//! What happens in an account on a day.

mod calls;
mod clusters;
mod filler;
mod jobs;
mod people;
mod pipelines;
mod planted;
mod serving;
mod tuning;

use crate::json::Object;
use crate::metrics::Book;
use crate::random::Random;
use crate::sink::{Envelope, Sink};
use crate::site::Site;
pub(crate) use calls::outsider_name;
pub(crate) use filler::Autoscaled;
pub(crate) use jobs::{Job, Purpose};
pub(crate) use people::studio_domain;
pub(crate) use planted::{Plot, Tally, region};
pub(crate) use serving::EndpointState;

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// What an account remembers from one day to the next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    pub(crate) endpoints: Vec<EndpointState>,
    /// Endpoints created so far, the deleted ones too.
    pub(crate) endpoints_made: u32,
    /// The endpoint that scales by its load, from when it first did.
    pub(crate) autoscaled: Option<Autoscaled>,
    /// The newest version of each pipeline's model package group.
    pub(crate) package_versions: [u32; 4],
    /// Notebook instances that run and were not stopped.
    pub(crate) notebooks_left_on: Vec<usize>,
}

/// A day in an account's own time zone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LocalDay {
    /// Days since 1970-01-01.
    pub(crate) number: i64,
    /// Its midnight, in epoch milliseconds UTC.
    pub(crate) midnight: i64,
    /// Monday to Friday.
    pub(crate) workday: bool,
    /// Days since the first day of the history.
    pub(crate) since_start: i64,
}

/// Plans one account's day: every method below decides what happens and hands the events to the sink.
pub(crate) struct Planner<'a> {
    pub(crate) site: &'a Site,
    pub(crate) memory: &'a mut Memory,
    pub(crate) sink: &'a mut Sink,
    pub(crate) plot: &'a Plot,
    pub(crate) tally: &'a mut Tally,
    pub(crate) book: &'a mut Book,
    pub(crate) random: Random,
    pub(crate) scale: f64,
}

/// How much people start by hand in each hour of a working day.
pub(crate) const WORKING_HOURS: [f64; 24] = [
    0.3, 0.2, 0.1, 0.1, 0.1, 0.2, 0.6, 1.8, 5.0, 8.5, 9.5, 9.0, 5.5, 7.0, 9.0, 9.5, 9.0, 7.0, 4.0, 2.2, 1.6, 1.4, 1.0,
    0.6,
];

impl Planner<'_> {
    /// Everything that starts on this day.
    pub(crate) fn day(&mut self, day: LocalDay) {
        self.plan_pipelines(day);
        self.plan_tuning(day);
        self.plan_ad_hoc(day);
        self.plan_endpoints(day);
        self.plan_monitoring(day);
        self.plan_notebooks(day);
        self.plan_studio(day);
        self.plan_curation(day);
        self.plan_clusters(day);
        self.plan_planted(day);
    }

    /// How many times a thing of this daily rate is started by hand on this day.
    fn times(&mut self, rate: f64, day: LocalDay) -> u32 {
        let factor = if day.workday { 1.0 } else { self.site.habits.weekend };
        self.random.count(rate * factor * self.scale)
    }

    /// An instant at which somebody starts something by hand.
    fn working_time(&mut self, day: LocalDay) -> i64 {
        let hour = self.random.weighted(&WORKING_HOURS);
        day.midnight + i64::try_from(hour).unwrap_or(9) * HOUR + self.random.between(0, HOUR - 1)
    }

    /// Hands an event to the sink.
    fn emit(
        &mut self,
        region: &str,
        detail_type: &str,
        at: i64,
        resources: &[&str],
        fill: impl FnOnce(&mut Object<'_>),
    ) {
        let bits = self.random.bits();
        self.sink.emit(&Envelope { site: self.site, region, detail_type, at, resources, bits }, fill);
    }

    fn person(&mut self) -> &'static str {
        let site = self.site;
        self.random.pick(&site.people)
    }

    /// The role that jobs of this account run with.
    fn role(&self) -> String {
        format!("{}-execution", self.site.team)
    }

    fn role_arn(&self) -> String {
        format!("arn:aws:iam::{}:role/{}", self.site.id, self.role())
    }
}
