//! What users of the demo organization rely on: it is large, believable, repeatable, and what is planted can be found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use onepane_demo::{DemoConfig, DemoEvent, Truth, history, organization, truth};
use onepane_domain::{ApiCall, Phase, Record, Timestamp, Transition, WorkloadId, WorkloadKind};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

const SEED: u64 = 42;

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn fingerprint(events: impl Iterator<Item = DemoEvent>) -> (u64, u64) {
    let mut hasher = DefaultHasher::new();
    let count = events.fold(0, |count, event| {
        (event.time.millis(), event.json).hash(&mut hasher);
        count + 1
    });
    (count, hasher.finish())
}

#[test]
fn the_same_seed_and_end_give_the_same_bytes_and_another_seed_gives_others() {
    let config = DemoConfig { scale: 0.05, ..DemoConfig::new(SEED, instant("2026-11-22T05:30:00Z")) };
    let first = fingerprint(history(&config));
    assert_eq!(first, fingerprint(history(&config)));
    assert!(first.0 > 10_000);
    assert_eq!(truth(&config), truth(&config));
    let other = DemoConfig { seed: SEED + 1, ..config };
    assert_ne!(first, fingerprint(history(&other)));
}

#[test]
fn truth_survives_being_written_to_a_file() {
    let config = DemoConfig { scale: 0.05, ..DemoConfig::new(SEED, instant("2026-11-22T05:30:00Z")) };
    let truth = truth(&config);
    let text = serde_json::to_string(&truth).unwrap();
    assert_eq!(serde_json::from_str::<Truth>(&text).unwrap(), truth);
}

/// Everything that the parser makes of a history.
struct Read {
    config: DemoConfig,
    delivered: u32,
    bytes: usize,
    late: u32,
    ids: HashSet<String>,
    calls: Vec<ApiCall>,
    unrecognised: HashMap<String, String>,
    /// The newest event of each workload, and its first reason for failing.
    states: HashMap<WorkloadId, Transition>,
    /// Workloads first heard of, by day of the week from Monday.
    begun: [u32; 7],
    statuses: HashSet<(WorkloadKind, String)>,
}

fn read(config: DemoConfig) -> Read {
    let mut read = Read {
        delivered: 0,
        bytes: 0,
        late: 0,
        ids: HashSet::new(),
        calls: Vec::new(),
        unrecognised: HashMap::new(),
        states: HashMap::new(),
        begun: [0; 7],
        statuses: HashSet::new(),
        config,
    };
    let mut newest = Timestamp::MIN;
    for event in history(&read.config) {
        assert!(event.time <= read.config.until && event.time >= read.config.start(), "{}", event.json);
        read.delivered += 1;
        read.bytes += event.json.len();
        read.late += u32::from(event.time < newest);
        newest = newest.max(event.time);
        let value = serde_json::from_str(&event.json).unwrap();
        let record = onepane_events::parse_event(&value).unwrap_or_else(|why| panic!("{why}: {}", event.json));
        let first_time = read.ids.insert(value["id"].as_str().unwrap().to_owned());
        match record {
            Record::Workload(transition) => read.workload(*transition),
            Record::ApiCall(call) if first_time => read.calls.push(*call),
            Record::ApiCall(_) => {}
            Record::Unrecognised(event) => {
                read.unrecognised.insert(event.event_id, event.detail_type);
            }
            Record::Rejected(rejected) => panic!("{rejected:?}"),
        }
    }
    read
}

impl Read {
    fn workload(&mut self, transition: Transition) {
        if transition.occurrence {
            return;
        }
        if let Some(status) = &transition.status {
            self.statuses.insert((transition.id.kind.clone(), status.clone()));
        }
        match self.states.get_mut(&transition.id) {
            Some(state) if state.version() >= transition.version() => {}
            Some(state) => *state = transition,
            None => {
                // 1970-01-01 was a Thursday.
                let weekday = (transition.event_time.millis() / 86_400_000 + 3) % 7;
                self.begun[weekday as usize] += 1;
                self.states.insert(transition.id.clone(), transition);
            }
        }
    }

    fn jobs(&self) -> impl Iterator<Item = &Transition> {
        self.states.values().filter(|state| state.id.kind.is_job())
    }
}

/// One pass over a history of full size: reading it is what takes the time.
#[test]
fn a_month_of_the_organization() {
    let read = read(DemoConfig::new(SEED, instant("2026-11-18T15:00:00Z")));
    it_is_large_and_not_too_large(&read);
    it_is_everywhere(&read);
    it_has_rhythm(&read);
    it_is_delivered_as_eventbridge_delivers(&read);
    every_kind_is_understood(&read);
    jobs_fail_and_run_as_in_life(&read);
    pipelines_lead_to_their_jobs(&read);
    what_is_planted_is_there(&read);
}

fn it_is_large_and_not_too_large(read: &Read) {
    let workloads = read.states.len();
    assert!((60_000..80_000).contains(&workloads), "{workloads} workloads");
    assert!((200_000..265_000).contains(&read.delivered), "{} events", read.delivered);
    let mean = read.bytes / read.delivered as usize;
    assert!(mean <= 1_350, "{mean} bytes an event");
    assert!((25_000..60_000).contains(&read.calls.len()), "{} calls", read.calls.len());
    eprintln!(
        "{workloads} workloads, {} events ({} of them calls), {mean} bytes each",
        read.delivered,
        read.calls.len()
    );
}

fn it_is_everywhere(read: &Read) {
    let accounts: HashSet<_> = read.states.keys().map(|id| id.account).collect();
    let listed: HashSet<_> = organization(SEED).accounts().map(|account| account.id).collect();
    assert_eq!(accounts, listed);
    let regions: HashSet<_> = read.states.keys().map(|id| id.region.as_str()).collect();
    assert_eq!(regions, HashSet::from(["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"]));
}

fn it_has_rhythm(read: &Read) {
    let week = read.begun;
    let quietest_workday = week[..5].iter().min().unwrap();
    let busiest_weekend_day = week[5..].iter().max().unwrap();
    assert!(*quietest_workday > busiest_weekend_day * 13 / 10, "{week:?}");
}

fn it_is_delivered_as_eventbridge_delivers(read: &Read) {
    let repeated = read.delivered as usize - read.ids.len();
    assert!(repeated > read.ids.len() / 200, "{repeated} repeated deliveries");
    assert!(read.late > 1_000, "{} late deliveries", read.late);
}

fn every_kind_is_understood(read: &Read) {
    let kinds: HashSet<_> = read.states.keys().map(|id| &id.kind).collect();
    for kind in [
        WorkloadKind::TrainingJob,
        WorkloadKind::ProcessingJob,
        WorkloadKind::TransformJob,
        WorkloadKind::TuningJob,
        WorkloadKind::LabelingJob,
        WorkloadKind::PipelineExecution,
        WorkloadKind::PipelineStep,
        WorkloadKind::Endpoint,
        WorkloadKind::EndpointConfig,
        WorkloadKind::EndpointDeployment,
        WorkloadKind::Model,
        WorkloadKind::ModelPackage,
        WorkloadKind::ModelCard,
        WorkloadKind::FeatureGroup,
        WorkloadKind::Image,
        WorkloadKind::ImageVersion,
        WorkloadKind::NotebookInstance,
        WorkloadKind::MonitoringSchedule,
        WorkloadKind::Cluster,
        WorkloadKind::TrackingServer,
    ] {
        assert!(kinds.contains(&kind), "no {kind}");
    }
    assert!(kinds.iter().all(|kind| !matches!(kind, WorkloadKind::Other(_))), "{kinds:?}");
    let unknown: Vec<_> =
        read.states.values().filter(|state| state.phase == Phase::Unknown && state.status.is_some()).collect();
    assert!(unknown.is_empty(), "statuses without a phase, such as {:?}", unknown.first());
    for (kind, status) in [
        (WorkloadKind::Endpoint, "RollingBack"),
        (WorkloadKind::Endpoint, "InService"),
        (WorkloadKind::TrainingJob, "Stopped"),
        (WorkloadKind::PipelineExecution, "Failed"),
        (WorkloadKind::LabelingJob, "Completed"),
    ] {
        assert!(read.statuses.contains(&(kind.clone(), status.to_owned())), "no {kind} was ever {status}");
    }
}

fn jobs_fail_and_run_as_in_life(read: &Read) {
    let count = |phase: Phase| read.jobs().filter(|job| job.phase == phase).count();
    let (jobs, failed) = (read.jobs().count(), count(Phase::Failed));
    let share = failed as f64 / jobs as f64;
    assert!((0.045..0.075).contains(&share), "{failed} of {jobs} failed");
    let running = read.jobs().filter(|job| job.phase.is_active()).count();
    assert!((150..900).contains(&running), "{running} running at the end");
    for job in read.jobs().filter(|job| job.phase == Phase::Failed && job.id.kind == WorkloadKind::TrainingJob) {
        assert!(job.failure_reason.is_some(), "{:?}", job.id);
    }
    eprintln!("{jobs} jobs, {failed} failed ({:.1} %), {running} running at the end", share * 100.0);
}

fn pipelines_lead_to_their_jobs(read: &Read) {
    let trials = read.states.values().filter(|state| {
        state.parent.as_ref().is_some_and(|parent| {
            let tuning = WorkloadId { kind: parent.kind.clone(), name: parent.name.clone(), ..state.id.clone() };
            parent.kind == WorkloadKind::TuningJob && read.states.contains_key(&tuning)
        })
    });
    assert!(trials.count() > 5_000);
    let steps: Vec<_> = read.states.values().filter(|state| state.id.kind == WorkloadKind::PipelineStep).collect();
    let at_home = steps.iter().filter(|step| {
        let parent = step.parent.as_ref().unwrap();
        let id = WorkloadId { kind: parent.kind.clone(), name: parent.name.clone(), ..step.id.clone() };
        read.states.contains_key(&id)
    });
    assert_eq!(at_home.count(), steps.len(), "steps whose execution is known");
    let of_executions = read.states.values().filter(|state| {
        state.id.kind == WorkloadKind::TrainingJob
            && state.parent.as_ref().is_some_and(|parent| parent.kind == WorkloadKind::PipelineExecution)
    });
    assert!(of_executions.count() > 1_000);
}

fn what_is_planted_is_there(read: &Read) {
    let truth = truth(&read.config);

    assert_eq!(truth.waves.len(), 3);
    for wave in &truth.waves {
        let hit = |job: &&Transition| {
            job.id.account == wave.account
                && job.created_at.is_some_and(|at| wave.from <= at && at < wave.to)
                && matches!(
                    job.id.kind,
                    WorkloadKind::TrainingJob | WorkloadKind::ProcessingJob | WorkloadKind::TransformJob
                )
        };
        let reason = |job: &&Transition| {
            job.failure_reason.as_ref().is_some_and(|reason| reason.starts_with(&wave.reason_prefix))
        };
        let failed = read.jobs().filter(hit).filter(reason).count();
        assert_eq!(failed, wave.failures as usize, "{}", wave.alias);
        assert!(failed >= 30, "{}: {failed}", wave.alias);
        assert!(failed * 2 > read.jobs().filter(hit).count(), "most jobs of {} fail", wave.alias);
    }

    assert_eq!(truth.stuck.len(), 6);
    for stuck in &truth.stuck {
        let state = &read.states[&stuck.workload];
        assert_eq!(state.phase, Phase::Running);
        assert_eq!(state.created_at, Some(stuck.since));
        assert!(read.config.until.millis_since(stuck.since) > 3 * 86_400_000);
    }

    let silent = truth.silent.account;
    let last = read.states.values().filter(|state| state.id.account == silent).map(|state| state.event_time).max();
    assert!(last.unwrap() <= truth.silent.since && last.unwrap() > truth.silent.since.plus_days(-1));
    assert!(read.calls.iter().all(|call| call.account != silent || call.event_time <= truth.silent.since));

    let foreign: Vec<_> =
        read.calls.iter().filter(|call| call.actor.as_deref() == Some(truth.new_actor.arn.as_str())).collect();
    assert_eq!(foreign.len(), truth.new_actor.calls as usize);
    assert_eq!(foreign.iter().filter(|call| call.error_code.is_some()).count(), truth.new_actor.refused as usize);
    assert_eq!(foreign.iter().map(|call| call.event_time).min(), Some(truth.new_actor.first_seen));
    assert!(read.config.until.millis_since(truth.new_actor.first_seen) < 2 * 86_400_000);
    let from_there = read.calls.iter().filter(|call| call.source_ip.as_deref() == Some("203.0.113.77"));
    assert_eq!(from_there.count(), foreign.len(), "nobody else calls from that address");

    let endpoint = &read.states[&truth.bad_deployment.endpoint];
    assert_eq!((endpoint.phase, endpoint.event_time), (Phase::Succeeded, truth.bad_deployment.to), "taken back");

    assert_eq!(read.unrecognised.len(), truth.unknown.count as usize);
    assert!(read.unrecognised.values().all(|detail_type| *detail_type == truth.unknown.detail_type));
    assert_eq!(truth.unknown.count, 6);
}
