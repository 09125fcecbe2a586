//! Training, processing and transform jobs: their lives, and those that people start by hand.

use super::calls::{Actor, Call};
use super::{HOUR, LocalDay, MINUTE, Planner, SECOND};
use crate::failure::{Cause, Circumstances, Stage, reason};
use crate::metrics::{Metered, Running};
use crate::render::{Moment, Telling, render_processing, render_training, render_transform};
use onepane_domain::{WorkloadId, WorkloadKind};

/// The three kinds of job that run one container to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobKind {
    Training,
    Processing,
    Transform,
}

impl JobKind {
    /// As it stands in ARNs.
    pub(crate) fn arn_type(self) -> &'static str {
        match self {
            Self::Training => "training-job",
            Self::Processing => "processing-job",
            Self::Transform => "transform-job",
        }
    }

    /// As it begins field names in events: `TrainingJobName`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Training => "Training",
            Self::Processing => "Processing",
            Self::Transform => "Transform",
        }
    }

    fn lower(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Processing => "processing",
            Self::Transform => "transform",
        }
    }
}

/// What a job runs on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    pub(crate) instance_type: &'static str,
    pub(crate) count: i64,
    pub(crate) volume: i64,
}

impl Machine {
    fn has_gpu(self) -> bool {
        self.instance_type.starts_with("ml.g") || self.instance_type.starts_with("ml.p")
    }
}

/// What a job was started for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// By itself.
    Alone,
    /// A trial of the tuning job with this ARN.
    Trial(&'a str),
    /// For the step of this name of the pipeline execution with this ARN.
    Step(&'a str, &'a str),
    /// For the monitoring schedule with this ARN.
    Monitor(&'a str),
}

/// How fast a job's first and last minutes pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Minutes to get instances and data.
    Usual,
    /// Seconds, as with warm pools and small inputs.
    Brisk,
}

/// A job to be planned.
#[derive(Debug, Clone)]
pub(crate) struct Job<'a> {
    pub(crate) kind: JobKind,
    pub(crate) name: String,
    pub(crate) region: &'static str,
    pub(crate) machine: Machine,
    pub(crate) owner: &'static str,
    pub(crate) purpose: Purpose<'a>,
    pub(crate) created: i64,
    /// How long it works, without waiting and transfers, if nothing happens to it.
    pub(crate) work: i64,
    pub(crate) pace: Pace,
    /// It never ends.
    pub(crate) stuck: bool,
    /// How much likelier than usual it is to fail.
    pub(crate) risk: f64,
}

/// How a job ended.
#[derive(Debug, Clone)]
pub(crate) struct JobResult {
    pub(crate) ended: i64,
    pub(crate) failure: Option<String>,
    pub(crate) stopped: bool,
}

enum Fate {
    Completes,
    Fails(Cause),
    Stops,
    OutOfTime,
}

const GPU_SMALL: [&str; 7] = [
    "ml.g5.xlarge",
    "ml.g5.2xlarge",
    "ml.g4dn.xlarge",
    "ml.g6.xlarge",
    "ml.g6.2xlarge",
    "ml.p3.2xlarge",
    "ml.g5.4xlarge",
];
const GPU_LARGE: [&str; 5] =
    ["ml.p4d.24xlarge", "ml.p5.48xlarge", "ml.g5.48xlarge", "ml.p4d.24xlarge", "ml.g5.12xlarge"];
const CPU: [&str; 8] = [
    "ml.m5.xlarge",
    "ml.m5.2xlarge",
    "ml.m5.4xlarge",
    "ml.c5.2xlarge",
    "ml.c5.4xlarge",
    "ml.r5.2xlarge",
    "ml.m6i.xlarge",
    "ml.c6i.2xlarge",
];

/// When spot capacity was away.
fn gap_in(moments: &[Moment]) -> Option<(i64, i64)> {
    let taken = moments.iter().position(|moment| moment.secondary == "Interrupted")?;
    let back = moments.get(taken + 2)?;
    Some((moments.get(taken)?.at, back.at))
}

impl Planner<'_> {
    /// A machine for a job of this kind; large ones for long training.
    pub(crate) fn machine(&mut self, kind: JobKind, large: bool) -> Machine {
        if large {
            let instance_type = self.random.pick(&GPU_LARGE);
            return Machine { instance_type, count: self.random.pick(&[1, 2, 2, 4, 8]), volume: 500 };
        }
        let gpu_share = match kind {
            JobKind::Training => self.site.habits.gpu,
            JobKind::Processing => 0.04,
            JobKind::Transform => 0.15,
        };
        let instance_type =
            if self.random.chance(gpu_share) { self.random.pick(&GPU_SMALL) } else { self.random.pick(&CPU) };
        Machine {
            instance_type,
            count: self.random.pick(&[1, 1, 1, 1, 2, 4]),
            volume: self.random.pick(&[30, 50, 100]),
        }
    }

    pub(crate) fn plan_ad_hoc(&mut self, day: LocalDay) {
        let habits = self.site.habits;
        for _ in 0..self.times(habits.ad_hoc_training, day) {
            let created = self.working_time(day);
            let work = self.random.skewed(70 * MINUTE);
            self.hand_started(JobKind::Training, created, work, false);
        }
        // Long training is queued for the weekend too.
        let weekday_factor = if day.workday { 1.0 } else { 0.6 };
        for _ in 0..self.random.count(habits.long_training * weekday_factor * self.scale) {
            let created = self.working_time(day);
            let work = 12 * HOUR + self.random.skewed(28 * HOUR);
            self.hand_started(JobKind::Training, created, work.min(66 * HOUR), true);
        }
        for _ in 0..self.times(habits.processing, day) {
            let created = self.working_time(day);
            let work = self.random.skewed(24 * MINUTE);
            self.hand_started(JobKind::Processing, created, work, false);
        }
        // Batch transforms run by the clock, most of them in the night, on weekends too.
        let transforms = self.random.count(habits.transforms * self.scale);
        for _ in 0..transforms {
            let hour = self.random.pick(&[0, 1, 2, 2, 3, 3, 4, 5, 12, 18]);
            let created = day.midnight + hour * HOUR + self.random.between(0, HOUR);
            let work = self.random.skewed(40 * MINUTE);
            self.hand_started(JobKind::Transform, created, work, false);
        }
    }

    /// A job or a small pipeline that takes 20 seconds to 10 minutes.
    pub(crate) fn something_short(&mut self, at: i64) {
        let site = self.site;
        let kind = match self.random.weighted(&[46.0, 34.0, 14.0, 6.0]) {
            0 => JobKind::Training,
            1 => JobKind::Processing,
            2 => JobKind::Transform,
            _ => return self.run_brisk_pipeline(at),
        };
        let owner = self.person();
        let subject = self.random.pick(&["smoke", "probe", "quick", "debug", "sample", "check"]);
        let job = Job {
            kind,
            name: format!("{}-{subject}-{}", site.project, self.random.suffix(8)),
            region: site.region(&mut self.random),
            machine: self.machine(kind, false),
            owner,
            purpose: Purpose::Alone,
            created: at,
            work: self.random.skewed(110 * SECOND).clamp(10 * SECOND, 9 * MINUTE),
            pace: Pace::Brisk,
            stuck: false,
            risk: 1.0,
        };
        if self.random.chance(0.3) {
            self.start_call(&job, Actor::Person(owner));
        }
        self.run_job(&job);
    }

    fn hand_started(&mut self, kind: JobKind, created: i64, work: i64, large: bool) {
        let site = self.site;
        let region = site.region(&mut self.random);
        let subject = match kind {
            JobKind::Training if large => self.random.pick(&["pretrain", "finetune-large", "distill", "long-context"]),
            JobKind::Training => {
                self.random.pick(&["xgb", "train", "finetune", "baseline", "ablation", "lr-sweep", "lora"])
            }
            JobKind::Processing => self.random.pick(&["features", "clean", "sample", "evaluate", "split", "embed"]),
            JobKind::Transform => self.random.pick(&["batch-score", "batch-embed", "backfill"]),
        };
        let owner = self.person();
        let initials = owner.split('.').next().unwrap_or("x");
        let name = format!("{}-{subject}-{initials}-{}", site.project, self.random.suffix(8));
        let job = Job {
            kind,
            name,
            region,
            machine: self.machine(kind, large),
            owner,
            purpose: Purpose::Alone,
            created,
            work,
            pace: Pace::Usual,
            stuck: false,
            risk: 1.0,
        };
        self.start_call(&job, Actor::Person(owner));
        if self.random.chance(0.03) {
            self.refused_start(&job, owner);
        }
        self.run_job(&job);
    }

    /// The call that creates the job, a second before its first event.
    pub(crate) fn start_call(&mut self, job: &Job<'_>, actor: Actor) {
        let arn = self.site.arn(job.region, &format!("{}/{}", job.kind.arn_type(), job.name));
        let word = job.kind.word();
        let (name, field, answer) =
            (format!("Create{word}Job"), format!("{}JobName", job.kind.lower()), format!("{}JobArn", job.kind.lower()));
        let role = self.role_arn();
        let request = [(field.as_str(), job.name.as_str()), ("roleArn", role.as_str())];
        let request = if job.kind == JobKind::Transform { &request[..1] } else { &request[..] };
        let response = [(answer.as_str(), arn.as_str())];
        let call = Call { name: &name, request, response: &response, ..Call::default() };
        self.call(job.region, job.created - SECOND, actor, &call);
    }

    /// A first try that SageMaker refuses, some minutes before the job.
    fn refused_start(&mut self, job: &Job<'_>, owner: &'static str) {
        let name = format!("Create{}Job", job.kind.word());
        let field = format!("{}JobName", job.kind.lower());
        let who = self.actor_arn(Actor::Person(owner));
        let denied = format!(
            "User: {who} is not authorized to perform: sagemaker:{name} on resource: {} because no identity-based \
             policy allows the sagemaker:{name} action",
            self.site.arn(job.region, &format!("{}/{}", job.kind.arn_type(), job.name))
        );
        let limit = format!(
            "The account-level service limit '{} for {} job usage' is 2 Instances, with current utilization of 2 \
             Instances and a request delta of {} Instances.",
            job.machine.instance_type,
            job.kind.lower(),
            job.machine.count
        );
        let error = match self.random.between(0, 3) {
            0 => ("AccessDenied", denied.as_str()),
            1 => ("ResourceLimitExceeded", limit.as_str()),
            2 => (
                "ValidationException",
                "1 validation error detected: Value at 'stoppingCondition.maxRuntimeInSeconds' failed to satisfy constraint: Member must have value less than or equal to 2419200",
            ),
            _ => (
                "ValidationException",
                "Could not find S3 object at the given S3Uri. Please verify the object exists and that the role has s3:GetObject permission",
            ),
        };
        let request = [(field.as_str(), job.name.as_str())];
        let call = Call { name: &name, request: &request, error: Some(error), ..Call::default() };
        let at = job.created - self.random.between(2, 40) * MINUTE;
        self.call(job.region, at, Actor::Person(owner), &call);
    }

    /// Plans all events of a job.
    pub(crate) fn run_job(&mut self, job: &Job<'_>) -> JobResult {
        let fate = self.fate(job);
        let stage = if let Fate::Fails(cause) = &fate { Some(cause.stage()) } else { None };
        let brisk = job.pace == Pace::Brisk;
        let wait = if brisk { self.random.between(2, 9) * SECOND } else { self.random.between(40, 260) * SECOND };
        let fetch = if brisk { self.random.between(2, 9) * SECOND } else { self.random.between(15, 240) * SECOND };
        let store = if brisk { self.random.between(2, 6) * SECOND } else { self.random.between(8, 70) * SECOND };
        let part = 0.03 + 0.9 * self.random.unit();
        let started = job.created + wait;
        let working = started + fetch;

        let mut moments = vec![Moment::running(job.created, "Starting")];
        let mut has_started = true;
        let ended = match (&fate, stage) {
            (_, Some(Stage::Starting)) => {
                has_started = false;
                let patience = if brisk { 20 * SECOND } else { self.random.skewed(9 * MINUTE) };
                job.created + wait + patience
            }
            (_, Some(Stage::Downloading)) => {
                moments.push(Moment::running(started, "Downloading"));
                working
            }
            _ => {
                moments.push(Moment::running(started, "Downloading"));
                moments.push(Moment::running(working, "Training"));
                let whole = matches!(fate, Fate::Completes | Fate::OutOfTime);
                let work = if whole { job.work } else { (job.work as f64 * part) as i64 };
                let mut done = working + work.max(3 * SECOND);
                if whole && job.machine.has_gpu() && work > HOUR && self.random.chance(0.05) {
                    done = self.interrupt(&mut moments, working, done);
                }
                done
            }
        };
        if has_started {
            let out_of_memory = matches!(fate, Fate::Fails(Cause::HostMemory));
            let gap = gap_in(&moments);
            let running = Running { working, gap, stuck: job.stuck, out_of_memory };
            let (site, ended) = (self.site, (!job.stuck).then_some(ended));
            self.book.job(|| {
                let id = WorkloadId {
                    account: site.account,
                    region: super::region(job.region),
                    kind: WorkloadKind::from(job.kind.arn_type()),
                    name: job.name.clone(),
                };
                Metered::job(
                    id,
                    job.machine.instance_type,
                    job.machine.count,
                    started..ended.unwrap_or(i64::MAX),
                    running,
                )
            });
        }
        if job.stuck {
            self.tell_job(job, &moments, Some(started));
            return JobResult { ended: i64::MAX, failure: None, stopped: false };
        }
        let last = match &fate {
            Fate::Completes => {
                moments.push(Moment::running(ended, "Uploading"));
                Moment { at: ended + store, status: "Completed", secondary: "Completed", reason: None }
            }
            Fate::OutOfTime => Moment { at: ended, status: "Stopped", secondary: "MaxRuntimeExceeded", reason: None },
            Fate::Stops => {
                self.stop_call(job, ended - SECOND);
                moments.push(Moment { at: ended, status: "Stopping", secondary: "Stopping", reason: None });
                Moment { at: ended + store.min(40 * SECOND), status: "Stopped", secondary: "Stopped", reason: None }
            }
            Fate::Fails(cause) => {
                let reason = self.reason(*cause, job);
                Moment { at: ended, status: "Failed", secondary: "Failed", reason: Some(reason) }
            }
        };
        let result = JobResult {
            ended: last.at,
            failure: last.reason.clone(),
            stopped: matches!(fate, Fate::Stops | Fate::OutOfTime),
        };
        if let Fate::Fails(cause) = fate {
            self.tally.failed(self.plot, self.site, job.created, cause, last.at);
        }
        moments.push(last);
        self.tell_job(job, &moments, has_started.then_some(started));
        result
    }

    /// Managed spot capacity is taken away and comes back; gives the new end.
    fn interrupt(&mut self, moments: &mut Vec<Moment>, working: i64, done: i64) -> i64 {
        let taken = working + (done - working) / 3;
        let back = taken + self.random.between(3, 50) * MINUTE;
        moments.push(Moment::running(taken, "Interrupted"));
        moments.push(Moment::running(back, "Starting"));
        moments.push(Moment::running(back + 2 * MINUTE, "Training"));
        done + (back - taken) + 2 * MINUTE
    }

    fn fate(&mut self, job: &Job<'_>) -> Fate {
        let (roll, wave_roll) = (self.random.unit(), self.random.unit());
        if job.stuck {
            return Fate::Completes;
        }
        if let Some(cause) = self.plot.wave_hits(self.site, job, wave_roll) {
            return Fate::Fails(cause);
        }
        let failing = self.site.habits.failing * job.risk;
        if roll < failing {
            return Fate::Fails(Cause::draw(&mut self.random, self.site.index, job.machine.has_gpu()));
        }
        let by_hand = matches!(job.purpose, Purpose::Alone);
        if by_hand && roll < failing + 0.035 {
            return if roll < failing + 0.03 { Fate::Stops } else { Fate::OutOfTime };
        }
        Fate::Completes
    }

    fn reason(&mut self, cause: Cause, job: &Job<'_>) -> String {
        let role = self.role();
        let about = Circumstances {
            account: &self.site.id,
            region: job.region,
            project: self.site.project,
            role: &role,
            instance_type: job.machine.instance_type,
            job: &job.name,
            work: job.kind.lower(),
        };
        reason(cause, &about, &mut self.random)
    }

    fn stop_call(&mut self, job: &Job<'_>, at: i64) {
        let name = format!("Stop{}Job", job.kind.word());
        let field = format!("{}JobName", job.kind.lower());
        let request = [(field.as_str(), job.name.as_str())];
        let call = Call { name: &name, request: &request, ..Call::default() };
        self.call(job.region, at, Actor::Person(job.owner), &call);
    }

    /// One event for each moment that a job of this kind tells about.
    fn tell_job(&mut self, job: &Job<'_>, moments: &[Moment], started: Option<i64>) {
        let arn = self.site.arn(job.region, &format!("{}/{}", job.kind.arn_type(), job.name));
        let detail_type = match job.kind {
            JobKind::Training => "SageMaker Training Job State Change",
            JobKind::Processing => "SageMaker Processing Job State Change",
            JobKind::Transform => "SageMaker Transform Job State Change",
        };
        let traits = self.random.bits();
        for (index, moment) in moments.iter().enumerate() {
            let telling = match (job.kind, job.purpose) {
                (JobKind::Training, Purpose::Trial(_) | Purpose::Step(..)) => moment.secondary != "Uploading",
                (JobKind::Training, _) => true,
                // These have no secondary status: the start and the end are told, and the work if people wait for it.
                (_, Purpose::Alone) => index == 0 || moment.secondary == "Training" || moment.status != "InProgress",
                _ => index == 0 || moment.status != "InProgress",
            };
            if !telling {
                continue;
            }
            let bits = self.random.bits();
            let envelope = crate::sink::Envelope {
                site: self.site,
                region: job.region,
                detail_type,
                at: moment.at,
                resources: &[&arn],
                bits,
            };
            let told = Telling { site: self.site, job, arn: &arn, moments: &moments[..=index], started, traits };
            self.sink.emit(&envelope, |detail| match job.kind {
                JobKind::Training => render_training(detail, &told),
                JobKind::Processing => render_processing(detail, &told),
                JobKind::Transform => render_transform(detail, &told),
            });
        }
    }
}
