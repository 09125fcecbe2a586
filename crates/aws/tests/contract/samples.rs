//! Records to keep.

use onepane_domain::{
    ApiCall, ApiResource, EventItem, Phase, Record, Timestamp, Transition, Unrecognised, WorkloadId, WorkloadKind,
};
use std::collections::BTreeMap;

/// 2026-11-20T00:00:00Z and so many seconds.
pub fn at(seconds: i64) -> Timestamp {
    "2026-11-20".parse::<Timestamp>().unwrap().plus_millis(seconds * 1_000)
}

pub fn workload(kind: WorkloadKind, name: &str) -> WorkloadId {
    WorkloadId {
        account: "111122223333".parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        kind,
        name: name.into(),
    }
}

pub fn job(name: &str) -> WorkloadId {
    workload(WorkloadKind::TrainingJob, name)
}

pub fn transition(id: &WorkloadId, event_id: &str, seconds: i64, phase: Phase) -> Transition {
    Transition {
        event_id: event_id.into(),
        event_time: at(seconds),
        arn: id.usual_arn(),
        id: id.clone(),
        status: Some("InProgress".into()),
        secondary_status: None,
        phase,
        created_at: Some(at(0)),
        started_at: None,
        ended_at: None,
        duration_s: Some(12.5),
        failure_reason: Some("AlgorithmError: „Zeile 7“ — \u{1f4a5}".into()),
        instance_type: Some("ml.m5.xlarge".into()),
        instance_count: Some(1),
        parent: None,
        tags: BTreeMap::from([("team".into(), "fraud".into())]),
        occurrence: false,
        detail_type: "SageMaker Training Job State Change".into(),
    }
}

pub fn occurrence(id: &WorkloadId, event_id: &str, seconds: i64) -> Transition {
    Transition { occurrence: true, ..transition(id, event_id, seconds, Phase::Unknown) }
}

/// The event of a transition, with a `raw` of its own.
pub fn event(transition: &Transition) -> EventItem {
    let raw = format!(r#"{{"id":"{}","detail":{{"phase":"{}"}}}}"#, transition.event_id, transition.phase);
    EventItem { record: Record::Workload(Box::new(transition.clone())), raw }
}

pub fn call(workload: Option<&WorkloadId>, event_id: &str, seconds: i64) -> ApiCall {
    ApiCall {
        event_id: event_id.into(),
        event_time: at(seconds),
        account: "111122223333".parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        event_name: "StopTrainingJob".into(),
        actor: Some("arn:aws:iam::111122223333:user/ana".into()),
        actor_type: Some("IAMUser".into()),
        source_ip: None,
        user_agent: None,
        error_code: None,
        error_message: None,
        read_only: false,
        resource: workload.map(|id| ApiResource { kind: id.kind.clone(), name: id.name.clone(), arn: None }),
    }
}

pub fn call_event(call: &ApiCall) -> EventItem {
    let raw = format!(r#"{{"eventID":"{}"}}"#, call.event_id);
    EventItem { record: Record::ApiCall(Box::new(call.clone())), raw }
}

pub fn unrecognised_event(event_id: &str, seconds: i64) -> EventItem {
    let unrecognised = Unrecognised {
        event_id: event_id.into(),
        event_time: at(seconds),
        account: "111122223333".parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        detail_type: "SageMaker Time Machine State Change".into(),
    };
    EventItem { record: Record::Unrecognised(Box::new(unrecognised)), raw: format!(r#"{{"id":"{event_id}"}}"#) }
}
