//! What fills the time between the planned events once the history is over, so that there is always something to watch.

use super::calls::{Actor, Call};
use super::serving::EndpointState;
use super::{Planner, SECOND};

/// An endpoint that scales by its load, day and night.
#[derive(Debug, Clone)]
pub(crate) struct Autoscaled {
    endpoint: EndpointState,
    /// When its last change is done.
    settled: i64,
}

/// Calls that only look, with the parameter that names what they look at.
const LOOKS: [(&str, Option<&str>); 8] = [
    ("ListTrainingJobs", None),
    ("ListProcessingJobs", None),
    ("ListEndpoints", None),
    ("Search", None),
    ("DescribeEndpoint", Some("endpointName")),
    ("ListPipelineExecutions", Some("pipelineName")),
    ("DescribeDomain", Some("domainId")),
    ("ListTags", Some("resourceArn")),
];

impl Planner<'_> {
    /// Something small at this instant. Few of these are jobs, or the day would soon hold several times the jobs that
    /// are usual: most are somebody who looks, or an endpoint that scales.
    pub(crate) fn fill_a_gap(&mut self, at: i64) {
        match self.random.weighted(&[2.0, 34.0, 64.0]) {
            0 => self.something_short(at),
            1 => self.scale_by_load(at),
            _ => self.look(at),
        }
    }

    fn scale_by_load(&mut self, at: i64) {
        let Autoscaled { mut endpoint, settled } = match self.memory.autoscaled.take() {
            Some(autoscaled) => autoscaled,
            None => {
                let endpoint = self.old_endpoint("autoscaled", at);
                self.note_serving(&endpoint, at);
                Autoscaled { endpoint, settled: at }
            }
        };
        if settled > at {
            self.memory.autoscaled = Some(Autoscaled { endpoint, settled });
            return self.look(at);
        }
        let ready = self.scale_within(&mut endpoint, at, 15..75);
        self.memory.autoscaled = Some(Autoscaled { endpoint, settled: ready + SECOND });
    }

    fn look(&mut self, at: i64) {
        let (name, parameter) = self.random.pick(&LOOKS);
        let person = self.person();
        let site = self.site;
        let region = site.region(&mut self.random);
        let value = match parameter {
            Some("resourceArn") => site.arn(region, &format!("endpoint/{}-autoscaled", site.project)),
            Some("domainId") => format!("d-{}", site.project),
            Some("pipelineName") => format!("{}-training", site.project),
            _ => format!("{}-autoscaled", site.project),
        };
        let request = [(parameter.unwrap_or_default(), value.as_str())];
        let request = if parameter.is_some() { &request[..] } else { &[] };
        self.call(region, at, Actor::Person(person), &Call { name, request, read_only: true, ..Call::default() });
    }
}
