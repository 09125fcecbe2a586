//! Pipeline executions: their steps, the jobs behind the steps, and the model packages they register.

use super::calls::{Actor, Call};
use super::jobs::{Job, JobKind, Machine, Pace, Purpose};
use super::{HOUR, LocalDay, MINUTE, Planner, SECOND};
use crate::sink::iso;
use crate::site::Class;

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Runs(JobKind),
    Checks,
    Registers,
    CreatesModel,
    Calls,
}

impl Work {
    fn step_type(self) -> &'static str {
        match self {
            Self::Runs(JobKind::Training) => "Training",
            Self::Runs(JobKind::Processing) => "Processing",
            Self::Runs(JobKind::Transform) => "Transform",
            Self::Checks => "Condition",
            Self::Registers => "RegisterModel",
            Self::CreatesModel => "Model",
            Self::Calls => "Lambda",
        }
    }
}

/// A pipeline that every account with pipelines has.
struct Definition {
    name: &'static str,
    /// The local hour of its nightly run.
    hour: i64,
    steps: &'static [(&'static str, Work)],
}

const TRAIN: JobKind = JobKind::Training;
const PROCESS: JobKind = JobKind::Processing;
const TRANSFORM: JobKind = JobKind::Transform;

const DEFINITIONS: [Definition; 4] = [
    Definition {
        name: "training",
        hour: 1,
        steps: &[
            ("Preprocess", Work::Runs(PROCESS)),
            ("Train", Work::Runs(TRAIN)),
            ("Evaluate", Work::Runs(PROCESS)),
            ("CheckMetrics", Work::Checks),
            ("CreateModel", Work::CreatesModel),
            ("RegisterModel", Work::Registers),
        ],
    },
    Definition {
        name: "batch-scoring",
        hour: 4,
        steps: &[("PrepareInput", Work::Runs(PROCESS)), ("Score", Work::Runs(TRANSFORM)), ("Publish", Work::Calls)],
    },
    Definition {
        name: "feature-refresh",
        hour: 2,
        steps: &[
            ("Extract", Work::Runs(PROCESS)),
            ("Validate", Work::Runs(PROCESS)),
            ("CheckQuality", Work::Checks),
            ("Ingest", Work::Runs(PROCESS)),
        ],
    },
    Definition {
        name: "challenger",
        hour: 13,
        steps: &[
            ("Preprocess", Work::Runs(PROCESS)),
            ("TrainLinear", Work::Runs(TRAIN)),
            ("TrainBoosted", Work::Runs(TRAIN)),
            ("Compare", Work::Runs(PROCESS)),
            ("CheckGain", Work::Checks),
            ("RegisterModel", Work::Registers),
        ],
    },
];

/// One execution under way.
struct Execution<'a> {
    region: &'static str,
    pipeline: String,
    pipeline_arn: String,
    arn: String,
    id: String,
    started: i64,
    owner: &'a str,
}

/// One step under way.
struct Step<'a> {
    name: &'a str,
    work: Work,
    started: i64,
}

impl Planner<'_> {
    pub(crate) fn plan_pipelines(&mut self, day: LocalDay) {
        let by_clock = matches!(self.site.class, Class::Production | Class::Platform | Class::Staging);
        let rate = self.site.habits.pipelines;
        let runs = if by_clock { self.random.count(rate * self.scale) } else { self.times(rate, day) };
        for run in 0..runs {
            let which = if by_clock { run as usize % DEFINITIONS.len() } else { self.random.index(DEFINITIONS.len()) };
            let site = self.site;
            let region = site.regions[run as usize / DEFINITIONS.len() % site.regions.len()];
            let start = if by_clock {
                day.midnight + DEFINITIONS[which].hour * HOUR + self.random.between(0, 45) * MINUTE
            } else {
                self.working_time(day)
            };
            self.run_pipeline(which, region, start, by_clock, Pace::Usual);
        }
    }

    /// A short execution, as people start them while they watch.
    pub(crate) fn run_brisk_pipeline(&mut self, start: i64) {
        let site = self.site;
        let region = site.region(&mut self.random);
        let which = self.random.pick(&[1, 2]);
        self.run_pipeline(which, region, start, false, Pace::Brisk);
    }

    fn run_pipeline(&mut self, which: usize, region: &'static str, start: i64, by_clock: bool, pace: Pace) {
        let definition = &DEFINITIONS[which];
        let pipeline = format!("{}-{}", self.site.project, definition.name);
        let pipeline_arn = self.site.arn(region, &format!("pipeline/{pipeline}"));
        let id = self.random.suffix(12);
        let arn = format!("{pipeline_arn}/execution/{id}");
        let owner = self.person();
        let execution = Execution { region, pipeline, pipeline_arn, arn, id, started: start, owner };

        let actor = if by_clock { Actor::Scheduler } else { Actor::Person(owner) };
        let request = [("pipelineName", execution.pipeline.as_str())];
        let response = [("pipelineExecutionArn", execution.arn.as_str())];
        let call = Call { name: "StartPipelineExecution", request: &request, response: &response, ..Call::default() };
        self.call(region, start - SECOND, actor, &call);
        self.tell_execution(&execution, start, "Executing", None);

        let mut at = start;
        let mut outcome = "Succeeded";
        for (name, work) in definition.steps {
            at += self.random.between(2, 9) * SECOND;
            let step = Step { name, work: *work, started: at };
            match self.run_step(&execution, &step, which, pace) {
                StepEnd::Went(end) => at = end,
                StepEnd::Failed(end) => {
                    at = end;
                    outcome = "Failed";
                    break;
                }
                StepEnd::Never => return,
            }
            // A condition that does not hold ends the execution well.
            if *work == Work::Checks && self.random.chance(0.15) {
                break;
            }
        }
        self.tell_execution(&execution, at + 2 * SECOND, outcome, Some("Executing"));
    }

    fn run_step(&mut self, execution: &Execution<'_>, step: &Step<'_>, which: usize, pace: Pace) -> StepEnd {
        let Work::Runs(kind) = step.work else {
            return self.run_light_step(execution, step, which);
        };
        if kind == PROCESS && self.random.chance(0.14) {
            let source = format!("{}/execution/{}", execution.pipeline_arn, self.random.suffix(12));
            let end = step.started + 2 * SECOND;
            self.tell_step(execution, step, end, "Succeeded", "Starting", &StepNews::CacheHit(&source));
            return StepEnd::Went(end);
        }
        let work = match (pace, kind) {
            (Pace::Brisk, _) => self.random.between(8, 120) * SECOND,
            (Pace::Usual, JobKind::Training) => self.random.skewed(48 * MINUTE),
            (Pace::Usual, JobKind::Processing) => self.random.skewed(11 * MINUTE),
            (Pace::Usual, JobKind::Transform) => self.random.skewed(28 * MINUTE),
        };
        let mut at = step.started;
        // Steps have a retry policy for what is not the script's fault.
        for attempt in 0..2 {
            let job = self.step_job(execution, step, kind, at + 3 * SECOND, work, pace);
            let arn = self.site.arn(job.region, &format!("{}/{}", kind.arn_type(), job.name));
            self.tell_step(
                execution,
                step,
                at,
                "Executing",
                if attempt == 0 { "Starting" } else { "Executing" },
                &StepNews::Job(kind, &arn),
            );
            if self.random.chance(0.25) {
                self.start_call(&job, Actor::Pipeline);
            }
            let result = self.run_job(&job);
            let end = result.ended.saturating_add(3 * SECOND);
            let Some(failure) = result.failure else {
                self.tell_step(execution, step, end, "Succeeded", "Executing", &StepNews::Job(kind, &arn));
                return StepEnd::Went(end);
            };
            let may_retry =
                attempt == 0 && (failure.starts_with("CapacityError") || failure.starts_with("InternalServerError"));
            if !may_retry {
                let word = kind.word();
                let reason = format!("ClientError: {word} job failed: {failure}");
                self.tell_step(execution, step, end, "Failed", "Executing", &StepNews::Failed(kind, &arn, &reason));
                return StepEnd::Failed(end);
            }
            at = end + 30 * SECOND;
        }
        StepEnd::Never
    }

    fn step_job<'b>(
        &mut self,
        execution: &'b Execution<'_>,
        step: &'b Step<'_>,
        kind: JobKind,
        created: i64,
        work: i64,
        pace: Pace,
    ) -> Job<'b> {
        let site = self.site;
        let machine = match kind {
            JobKind::Training => self.machine(kind, false),
            _ => Machine { count: 1, ..self.machine(kind, false) },
        };
        Job {
            kind,
            name: format!("pipelines-{}-{}-{}", execution.id, step.name.to_lowercase(), self.random.suffix(10)),
            region: execution.region,
            machine,
            owner: site.people[0],
            purpose: Purpose::Step(&execution.arn, step.name),
            created,
            work,
            pace,
            stuck: false,
            risk: 0.8,
        }
    }

    /// A step without a job: it takes seconds.
    fn run_light_step(&mut self, execution: &Execution<'_>, step: &Step<'_>, which: usize) -> StepEnd {
        let end = step.started + self.random.between(3, 20) * SECOND;
        match step.work {
            Work::Registers => {
                let package = self.register(execution, which, end - SECOND);
                self.tell_step(execution, step, end, "Succeeded", "Executing", &StepNews::Registered(&package));
            }
            Work::CreatesModel => {
                let name =
                    format!("pipelines-{}-{}-{}", execution.id, step.name.to_lowercase(), self.random.suffix(10));
                self.create_model(execution.region, &name, end - SECOND, Actor::Pipeline);
                let arn = self.site.arn(execution.region, &format!("model/{name}"));
                self.tell_step(execution, step, end, "Succeeded", "Executing", &StepNews::Model(&arn));
            }
            Work::Checks => {
                self.tell_step(execution, step, end, "Succeeded", "Executing", &StepNews::Condition);
            }
            Work::Calls | Work::Runs(_) => {
                let arn = format!("arn:aws:lambda:{}:{}:function:publish-scores", execution.region, self.site.id);
                if self.random.chance(0.02) {
                    let reason = "ClientError: Lambda function returned an error: Task timed out after 60.00 seconds";
                    self.tell_step(execution, step, end, "Failed", "Executing", &StepNews::LambdaFailed(&arn, reason));
                    return StepEnd::Failed(end);
                }
                self.tell_step(execution, step, end, "Succeeded", "Executing", &StepNews::Lambda(&arn));
            }
        }
        StepEnd::Went(end)
    }

    /// A model package, and what a person decides about it on one of the next days.
    fn register(&mut self, execution: &Execution<'_>, which: usize, at: i64) -> String {
        let version = self.memory.package_versions.get_mut(which).map_or(1, |version| {
            *version += 1;
            *version
        });
        let group = format!("{}-models", execution.pipeline);
        let region = execution.region;
        // One counter for all Regions: each Region's versions have gaps, as where packages were deleted.
        let arn = self.site.arn(region, &format!("model-package/{group}/{version}"));
        let request = [("modelPackageGroupName", group.as_str())];
        let response = [("modelPackageArn", arn.as_str())];
        let call = Call { name: "CreateModelPackage", request: &request, response: &response, ..Call::default() };
        self.call(region, at - SECOND, Actor::Pipeline, &call);
        self.tell_package(execution, &group, version, &arn, at, "PendingManualApproval", at);

        let verdict = self.random.unit();
        if verdict < 0.86 {
            let approval = if verdict < 0.72 { "Approved" } else { "Rejected" };
            let later = at + self.random.between(1, 34) * HOUR + self.random.between(0, HOUR);
            let person = self.person();
            let request = [("modelPackageArn", arn.as_str()), ("modelApprovalStatus", approval)];
            let call = Call { name: "UpdateModelPackage", request: &request, response: &response, ..Call::default() };
            self.call(region, later - SECOND, Actor::Person(person), &call);
            self.tell_package(execution, &group, version, &arn, at, approval, later);
        }
        arn
    }

    #[allow(clippy::too_many_arguments, reason = "an event's facts, used at two places side by side")]
    fn tell_package(
        &mut self,
        execution: &Execution<'_>,
        group: &str,
        version: u32,
        arn: &str,
        created: i64,
        approval: &str,
        at: i64,
    ) {
        let id = self.site.id.clone();
        let region = execution.region;
        self.emit(region, "SageMaker Model Package State Change", at, &[arn], |detail| {
            detail.text("ModelPackageGroupName", group).number("ModelPackageVersion", i64::from(version));
            detail.text("ModelPackageArn", arn).text("CreationTime", &iso(created));
            detail.object("InferenceSpecification", |inference| {
                inference.objects("Containers", [()], |container, ()| {
                    container.format("Image", format_args!("{id}.dkr.ecr.{region}.amazonaws.com/{group}:{version}"));
                    container.format("ModelDataUrl", format_args!("s3://{group}-{id}/{version}/model.tar.gz"));
                });
                inference.texts("SupportedContentTypes", &["text/csv"]);
            });
            detail.text("ModelPackageStatus", "Completed").text("ModelApprovalStatus", approval);
            detail.object("MetadataProperties", |metadata| {
                metadata.text("GeneratedBy", &execution.arn);
            });
            detail.flag("CertifyForMarketplace", false).text("LastModifiedTime", &iso(at));
        });
    }

    fn tell_execution(&mut self, execution: &Execution<'_>, at: i64, status: &str, previous: Option<&str>) {
        let resources = [execution.pipeline_arn.as_str(), execution.arn.as_str()];
        self.emit(
            execution.region,
            "SageMaker Model Building Pipeline Execution Status Change",
            at,
            &resources,
            |detail| {
                detail.format("pipelineExecutionDisplayName", format_args!("{}-{}", execution.owner, execution.id));
                detail
                    .text("currentPipelineExecutionStatus", status)
                    .some_text("previousPipelineExecutionStatus", previous);
                detail.text("executionStartTime", &iso(execution.started));
                if previous.is_some() {
                    detail.text("executionEndTime", &iso(at));
                }
                detail.text("pipelineArn", &execution.pipeline_arn).text("pipelineExecutionArn", &execution.arn);
            },
        );
    }

    fn tell_step(
        &mut self,
        execution: &Execution<'_>,
        step: &Step<'_>,
        at: i64,
        status: &str,
        previous: &str,
        news: &StepNews<'_>,
    ) {
        let resources = [execution.pipeline_arn.as_str(), execution.arn.as_str()];
        let detail_type = "SageMaker Model Building Pipeline Execution Step Status Change";
        self.emit(execution.region, detail_type, at, &resources, |detail| {
            detail.object("metadata", |metadata| {
                let (key, arn) = match news {
                    StepNews::Job(JobKind::Training, arn) | StepNews::Failed(JobKind::Training, arn, _) => {
                        ("trainingJob", arn)
                    }
                    StepNews::Job(JobKind::Processing, arn) | StepNews::Failed(JobKind::Processing, arn, _) => {
                        ("processingJob", arn)
                    }
                    StepNews::Job(JobKind::Transform, arn) | StepNews::Failed(JobKind::Transform, arn, _) => {
                        ("transformJob", arn)
                    }
                    StepNews::Registered(arn) => ("registerModel", arn),
                    StepNews::Model(arn) => ("model", arn),
                    StepNews::Lambda(arn) | StepNews::LambdaFailed(arn, _) => ("lambda", arn),
                    StepNews::CacheHit(_) => return,
                    StepNews::Condition => {
                        metadata.object("condition", |condition| {
                            condition.text("outcome", "True");
                        });
                        return;
                    }
                };
                metadata.object(key, |inner| {
                    inner.text("arn", arn);
                });
            });
            if let StepNews::CacheHit(source) = news {
                detail.object("cacheHitResult", |hit| {
                    hit.text("sourcePipelineExecutionArn", source);
                });
            }
            if let StepNews::Failed(_, _, reason) | StepNews::LambdaFailed(_, reason) = news {
                detail.text("failureReason", reason);
            }
            detail.text("stepStartTime", &iso(step.started));
            if status != "Executing" {
                detail.text("stepEndTime", &iso(at));
            }
            detail.text("stepName", step.name).text("stepType", step.work.step_type());
            detail.text("previousStepStatus", previous).text("currentStepStatus", status);
            detail.text("pipelineArn", &execution.pipeline_arn).text("pipelineExecutionArn", &execution.arn);
        });
    }
}

/// How a step ended.
enum StepEnd {
    Went(i64),
    Failed(i64),
    Never,
}

/// What a step's event tells beside its status.
enum StepNews<'a> {
    Job(JobKind, &'a str),
    Failed(JobKind, &'a str, &'a str),
    CacheHit(&'a str),
    Registered(&'a str),
    Model(&'a str),
    Lambda(&'a str),
    LambdaFailed(&'a str, &'a str),
    Condition,
}
