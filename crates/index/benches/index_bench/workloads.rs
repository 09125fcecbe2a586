//! Believable workloads by seed.

use onepane_domain::{
    Account, AccountId, Organization, Parent, Phase, Region, Timestamp, Transition, WorkloadId, WorkloadKind,
};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;

const REGIONS: [&str; 4] = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1"];
const OUS: [&str; 5] =
    ["workloads/production", "workloads/staging", "workloads/research", "platform", "sandbox/interns"];
const PROJECTS: [&str; 16] = [
    "xgb-train",
    "churn-model",
    "fraud-detector",
    "llm-finetune",
    "nightly-etl",
    "recsys-ranker",
    "demand-forecast",
    "image-classifier",
    "ner-tagger",
    "pricing-elasticity",
    "TabularAutoML",
    "speech-asr",
    "ad-ctr",
    "search-embed",
    "credit-risk",
    "Pipelines-Prep",
];
const INSTANCES: [&str; 14] = [
    "ml.m5.large",
    "ml.m5.xlarge",
    "ml.m5.2xlarge",
    "ml.m5.4xlarge",
    "ml.c5.xlarge",
    "ml.c5.4xlarge",
    "ml.g4dn.xlarge",
    "ml.g5.xlarge",
    "ml.g5.2xlarge",
    "ml.g5.12xlarge",
    "ml.p3.2xlarge",
    "ml.p3.16xlarge",
    "ml.p4d.24xlarge",
    "ml.t3.medium",
];
const DAYS: i64 = 30;

pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn account(number: usize) -> AccountId {
    AccountId::from_number(100_000_000_000 + number as u64 * 7_919_000_113 % 800_000_000_000).unwrap()
}

pub(crate) fn organization() -> Organization {
    let accounts = (0..40).map(|n| Account { id: account(n), alias: format!("ml-{n}"), ou: OUS[n % OUS.len()].into() });
    Organization::new(accounts).unwrap()
}

pub(crate) struct Workloads {
    random: SmallRng,
    left: usize,
    tuning: Option<(WorkloadId, String, u32)>,
    last_parent: Option<WorkloadId>,
}

impl Workloads {
    pub(crate) fn new(count: usize, seed: u64) -> Self {
        Self { random: SmallRng::seed_from_u64(seed), left: count, tuning: None, last_parent: None }
    }

    pub(crate) fn a_parent(&self) -> WorkloadId {
        self.last_parent.clone().unwrap()
    }

    pub(crate) fn batch(&mut self, most: usize) -> Vec<Transition> {
        let count = most.min(self.left);
        self.left -= count;
        (0..count).map(|_| self.next()).collect()
    }

    fn uuid(&mut self) -> String {
        let n: u128 = self.random.random();
        let hex = format!("{n:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn suffix(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| *b"abcdefghijklmnopqrstuvwxyz0123456789".choose(&mut self.random).unwrap() as char)
            .collect()
    }

    /// A tuning job and its trials, a pipeline execution and its steps, or a workload of its own.
    fn next(&mut self) -> Transition {
        if let Some((parent, arn, left)) = self.tuning.take() {
            let child = self.child(&parent, &arn, left);
            if left > 1 {
                self.tuning = Some((parent, arn, left - 1));
            }
            return child;
        }
        let at = self.random.random_range(0..1_000);
        let kind = match at {
            0..20 => WorkloadKind::TuningJob,
            20..70 => WorkloadKind::PipelineExecution,
            70..500 => WorkloadKind::TrainingJob,
            500..750 => WorkloadKind::ProcessingJob,
            750..850 => WorkloadKind::TransformJob,
            850..880 => WorkloadKind::Endpoint,
            880..930 => WorkloadKind::Model,
            930..970 => WorkloadKind::ModelPackage,
            970..985 => WorkloadKind::NotebookInstance,
            _ => WorkloadKind::FeatureGroup,
        };
        let skewed = self.random.random::<f64>().powi(2);
        let id = self.identity(kind, account((skewed * 40.0) as usize), None);
        let state = self.state(id, None);
        let children = match state.id.kind {
            WorkloadKind::TuningJob => self.random.random_range(5..40),
            WorkloadKind::PipelineExecution => self.random.random_range(3..9),
            _ => 0,
        };
        if children > 0 {
            self.last_parent = Some(state.id.clone());
            self.tuning = Some((state.id.clone(), state.arn.clone(), children));
        }
        state
    }

    fn identity(&mut self, kind: WorkloadKind, account: AccountId, region: Option<Region>) -> WorkloadId {
        let project = *PROJECTS.choose(&mut self.random).unwrap();
        let day = now().plus_days(-self.random.random_range(0..DAYS)).day();
        let suffix = self.suffix(6);
        let name = match kind {
            WorkloadKind::PipelineExecution => format!("{project}/execution/{}", self.suffix(12)),
            _ => format!("{project}-{day}-{suffix}"),
        };
        let weight = self.random.random_range(0..10usize);
        let region = region.unwrap_or_else(|| REGIONS[[0, 0, 0, 0, 0, 1, 1, 2, 2, 3][weight]].parse().unwrap());
        WorkloadId { account, region, kind, name }
    }

    fn child(&mut self, parent: &WorkloadId, arn: &str, number: u32) -> Transition {
        let kind = match parent.kind {
            WorkloadKind::TuningJob => WorkloadKind::TrainingJob,
            _ => WorkloadKind::PipelineStep,
        };
        let name = match parent.kind {
            WorkloadKind::TuningJob => format!("{}-{number:03}-{}", parent.name, self.suffix(8)),
            _ => format!("{}/step-{number}", parent.name),
        };
        let id = WorkloadId { account: parent.account, region: parent.region.clone(), kind, name };
        let parent = Parent { kind: parent.kind.clone(), name: parent.name.clone(), arn: arn.to_owned() };
        self.state(id, Some(parent))
    }

    fn state(&mut self, id: WorkloadId, parent: Option<Parent>) -> Transition {
        let random = &mut self.random;
        let created = now().plus_millis(-random.random_range(0..DAYS * 86_400_000));
        let started = created.plus_millis(random.random_range(20_000..600_000));
        let length = (random.random::<f64>().powi(4) * 6e7) as i64 + 30_000;
        let ended = started.plus_millis(length);
        let is_job = id.kind.is_job();
        let running = ended > now();
        let phase = match random.random_range(0..100) {
            _ if running => Phase::Running,
            0..6 => Phase::Failed,
            6..10 => Phase::Stopped,
            10..12 if !is_job => Phase::Deleted,
            _ => Phase::Succeeded,
        };
        let status = match phase {
            Phase::Running => "InProgress",
            Phase::Failed => "Failed",
            Phase::Stopped => "Stopped",
            Phase::Deleted => "Deleted",
            _ if is_job => "Completed",
            _ => "InService",
        };
        let failure_reason = (phase == Phase::Failed).then(|| self.reason(&id));
        let random = &mut self.random;
        let updated = if running || !is_job { started } else { ended };
        let instance = id.kind != WorkloadKind::PipelineExecution && id.kind != WorkloadKind::ModelPackage;
        // A project has its team and its cost center; some leave tags away.
        let project = random.random_range(0..60);
        let environment = *["production", "production", "staging", "research"].choose(random).unwrap();
        let all = [
            ("project", format!("project-{project}")),
            ("team", format!("team-{}", project % 12)),
            ("cost-center", format!("cc-{}", project % 25)),
            ("env", environment.to_owned()),
        ];
        let present = [0, 1, 2, 4, 4, 4, 4, 4][random.random_range(0..8)];
        let tags: BTreeMap<String, String> = all.into_iter().take(present).map(|(k, v)| (k.to_owned(), v)).collect();
        let finished = is_job && !running;
        let arn = id.usual_arn();
        Transition {
            event_time: Timestamp::saturating_from_millis(updated.millis() / 1_000 * 1_000),
            arn: if random.random_bool(0.5) { arn } else { arn.to_lowercase() },
            detail_type: format!("SageMaker {} State Change", id.kind.label()),
            id,
            status: Some(status.into()),
            secondary_status: is_job.then(|| status.to_owned()),
            phase,
            created_at: Some(created),
            started_at: is_job.then_some(started),
            ended_at: finished.then_some(ended),
            duration_s: finished.then(|| ended.millis_since(started) as f64 / 1_000.0),
            failure_reason,
            instance_type: instance.then(|| (*INSTANCES.choose(random).unwrap()).to_owned()),
            instance_count: instance.then(|| *[1, 1, 1, 2, 4, 8].choose(random).unwrap()),
            parent,
            tags,
            occurrence: false,
            event_id: self.uuid(),
        }
    }

    /// One of some hundred causes, with what differs from failure to failure in it.
    fn reason(&mut self, id: &WorkloadId) -> String {
        let n: u32 = self.random.random_range(1..5_000);
        let uuid = self.uuid();
        let module = self.random.random_range(0..40u8);
        let module = (b'a' + module % 26) as char;
        match self.random.random_range(0..9) {
            0 => format!("AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"ValueError: column {module} has {n} missing values\"\nCommand \"/opt/conda/bin/python train.py --epochs {}\"", n % 50),
            1 => format!("ClientError: Data download failed: S3 key s3://ml-data-{n}/train/{module}/part-{n:05}.csv does not exist (Request ID: {uuid})"),
            2 => "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.".into(),
            3 => format!("AlgorithmError: CUDA out of memory in layer {module}. Tried to allocate {}.50 GiB (GPU 0; 15.78 GiB total capacity)", n % 24),
            4 => format!("AccessDeniedException: User: arn:aws:sts::{}:assumed-role/role-{n}/SageMaker is not authorized to perform: s3:GetObject{module}", id.account),
            5 => format!("InternalServerError: We encountered an internal error. Please try again. Reference {uuid}"),
            6 => format!("ResourceLimitExceeded: The account-level service limit '{} for training job usage' is {} Instances", INSTANCES[n as usize % INSTANCES.len()], n % 8),
            7 => format!("Training job {} stopped: loss is NaN at step {n} in module {module}", id.name),
            _ => format!("Timeout: worker algo-{} at 10.0.{}.{} did not answer within {n} seconds during {module}", n % 8, n % 250, n % 240),
        }
    }
}
