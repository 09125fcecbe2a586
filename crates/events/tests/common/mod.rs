//! Events to test with.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "helpers of tests are tests")]

use onepane_domain::{ApiCall, Record, Transition};
use serde_json::{Value, json};

/// An EventBridge event of a detail-type.
pub(crate) fn event(detail_type: &str, resources: &[&str], detail: &Value) -> Value {
    json!({"version": "0", "id": "e-1", "detail-type": detail_type, "source": "aws.sagemaker", "account": "111122223333",
        "time": "2026-11-22T02:04:05Z", "region": "us-east-1", "resources": resources, "detail": detail})
}

/// A training job's event.
pub(crate) fn training_job(detail: &Value) -> Value {
    let arn = "arn:aws:sagemaker:us-east-1:111122223333:training-job/churn";
    event("SageMaker Training Job State Change", &[arn], detail)
}

/// An ARN of the test account.
pub(crate) fn arn(rest: &str) -> String {
    format!("arn:aws:sagemaker:us-east-1:111122223333:{rest}")
}

/// The transition that an event becomes.
pub(crate) fn transition(event: &Value) -> Transition {
    match onepane_events::parse_event(event) {
        Ok(Record::Workload(transition)) => *transition,
        other => panic!("{other:?} from {event}"),
    }
}

/// The API call that an event becomes.
pub(crate) fn call(event: &Value) -> ApiCall {
    match onepane_events::parse_event(event) {
        Ok(Record::ApiCall(call)) => *call,
        other => panic!("{other:?} from {event}"),
    }
}

/// The same event with another member.
pub(crate) fn with(event: &Value, name: &str, value: Value) -> Value {
    let mut event = event.clone();
    event[name] = value;
    event
}

/// The same event without a member.
pub(crate) fn without(event: &Value, name: &str) -> Value {
    let mut event = event.clone();
    event.as_object_mut().unwrap().remove(name);
    event
}
