//! Tuning jobs and their trials.

use super::calls::{Actor, Call};
use super::jobs::{Job, JobKind, Machine, Pace, Purpose};
use super::{LocalDay, MINUTE, Planner, SECOND};
use crate::render::write_tags;

/// The state of a tuning job's trials.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    completed: i64,
    running: i64,
    failed: i64,
    stopped: i64,
}

impl Planner<'_> {
    pub(crate) fn plan_tuning(&mut self, day: LocalDay) {
        for _ in 0..self.times(self.site.habits.tuning_jobs, day) {
            let start = self.working_time(day);
            self.run_tuning(start);
        }
    }

    fn run_tuning(&mut self, start: i64) {
        let site = self.site;
        let region = site.region(&mut self.random);
        let owner = self.person();
        // SageMaker allows 32 characters for a tuning job's name.
        let project: String = site.project.chars().take(12).collect();
        let name = format!("{project}-hpo-{}", self.random.suffix(8));
        let arn = site.arn(region, &format!("hyper-parameter-tuning-job/{name}"));
        let role = self.role_arn();
        let request = [("hyperParameterTuningJobName", name.as_str()), ("roleArn", role.as_str())];
        let response = [("hyperParameterTuningJobArn", arn.as_str())];
        let call =
            Call { name: "CreateHyperParameterTuningJob", request: &request, response: &response, ..Call::default() };
        self.call(region, start - SECOND, Actor::Person(owner), &call);

        let trials = self.random.between(8, 40);
        let lanes = usize::try_from(self.random.between(2, 6)).unwrap_or(2);
        let machine = Machine { count: 1, ..self.machine(JobKind::Training, false) };
        let median = self.random.between(14, 70) * MINUTE;
        let mut free = vec![start + 20 * SECOND; lanes];
        let mut counters = Counters::default();
        self.tell_tuning(region, &name, &arn, machine, owner, start, start, ("InProgress", counters));
        for trial in 1..=trials {
            // The next trial takes the lane that is free first.
            let Some(lane) = free.iter_mut().min() else { break };
            let begin = *lane;
            let job = Job {
                kind: JobKind::Training,
                name: format!("{name}-{trial:03}-{}", self.random.hex(8)),
                region,
                machine,
                owner,
                purpose: Purpose::Trial(&arn),
                created: begin,
                work: self.random.skewed(median),
                pace: Pace::Usual,
                stuck: false,
                risk: 0.8,
            };
            if trial % 12 == 1 {
                self.start_call(&job, Actor::Service);
            }
            let result = self.run_job(&job);
            match (&result.failure, result.stopped) {
                (Some(_), _) => counters.failed += 1,
                (None, true) => counters.stopped += 1,
                (None, false) => counters.completed += 1,
            }
            *lane = result.ended + 10 * SECOND;
            if trial == trials / 2 {
                let halfway = Counters { running: i64::try_from(lanes).unwrap_or(1), ..counters };
                self.tell_tuning(region, &name, &arn, machine, owner, start, result.ended, ("InProgress", halfway));
            }
        }
        let end = free.iter().copied().max().unwrap_or(start) + 20 * SECOND;
        // A tuning job fails when most of its trials do.
        let status = if counters.failed > counters.completed { "Failed" } else { "Completed" };
        self.tell_tuning(region, &name, &arn, machine, owner, start, end, (status, counters));
    }

    #[allow(clippy::too_many_arguments, reason = "an event's facts, used at three places side by side")]
    fn tell_tuning(
        &mut self,
        region: &str,
        name: &str,
        arn: &str,
        machine: Machine,
        owner: &str,
        created: i64,
        at: i64,
        (status, counters): (&str, Counters),
    ) {
        let site = self.site;
        let bits = self.random.bits();
        let envelope = crate::sink::Envelope {
            site,
            region,
            detail_type: "SageMaker HyperParameter Tuning Job State Change",
            at,
            resources: &[arn],
            bits,
        };
        self.sink.emit(&envelope, |detail| {
            detail.text("HyperParameterTuningJobName", name).text("HyperParameterTuningJobArn", arn);
            detail.object("TrainingJobDefinition", |definition| {
                definition.object("AlgorithmSpecification", |algorithm| {
                    algorithm.format(
                        "TrainingImage",
                        format_args!("{}.dkr.ecr.{region}.amazonaws.com/{}-training:stable", site.id, site.project),
                    );
                    algorithm.text("TrainingInputMode", "File");
                });
                definition.format("RoleArn", format_args!("arn:aws:iam::{}:role/{}-execution", site.id, site.team));
                definition.object("ResourceConfig", |resources| {
                    resources.text("InstanceType", machine.instance_type).number("InstanceCount", machine.count);
                    resources.number("VolumeSizeInGB", machine.volume);
                });
            });
            detail.text("HyperParameterTuningJobStatus", status);
            if status == "Failed" {
                detail.text(
                    "FailureReason",
                    "ClientError: Too many training jobs failed. See the failure reasons of the trials.",
                );
            }
            // Strings in the published sample, so strings here.
            detail.format("CreationTime", format_args!("{created}")).format("LastModifiedTime", format_args!("{at}"));
            if status != "InProgress" {
                detail.format("HyperParameterTuningEndTime", format_args!("{at}"));
            }
            detail.object("TrainingJobStatusCounters", |count| {
                count.number("Completed", counters.completed).number("InProgress", counters.running);
                count
                    .number("RetryableError", 0)
                    .number("NonRetryableError", counters.failed)
                    .number("Stopped", counters.stopped);
            });
            write_tags(detail, site, owner, &[]);
        });
    }
}
