//! EventBridge and CloudTrail JSON of Amazon SageMaker, read into Onepane's records.
//!
//! Input is a JSON object (also pretty-printed over many lines, also several one after another), an array of objects,
//! JSON Lines, or a CloudTrail log file (`{"Records": […]}`); an object is an EventBridge event or a bare CloudTrail
//! record. Nothing is lost: what is not understood becomes [`Record::Unrecognised`], what is no event becomes
//! [`Record::Rejected`] with the reason and the line.
//!
//! [`metric_stream`] reads what CloudWatch Metric Streams send.
//!
//! Pure: no clock, no environment, no network; it also compiles to WebAssembly.
//!
//! ```
//! let input = br#"{"id":"1","detail-type":"SageMaker Training Job State Change","source":"aws.sagemaker",
//!     "account":"111122223333","time":"2026-11-22T02:04:05Z","region":"us-east-1",
//!     "detail":{"TrainingJobName":"churn","TrainingJobStatus":"InProgress"}}"#;
//! let parsed = onepane_events::parse_all(input);
//! let onepane_domain::Record::Workload(transition) = &parsed[0].record else { unreachable!() };
//! assert_eq!(transition.phase, onepane_domain::Phase::Running);
//! ```

mod api_resource;
mod arn;
mod cloudtrail;
mod detail_type;
mod envelope;
mod fields;
mod instances;
mod json_reader;
pub mod metric_stream;
mod parent;
mod reader;
mod recovery;
mod status;
mod subject;
mod window;
mod workload;

pub use json_reader::{JsonItem, JsonReader, MAX_EVENT_BYTES, MAX_REJECTED_BYTES};
pub use parent::step_job;
pub use reader::{EventReader, Parsed, parse_all};
pub use status::{api_spelling, phase_of};

use detail_type::DetailType;
use onepane_domain::Record;
use serde_json::Value;

/// Reads one event: an EventBridge envelope, or a bare CloudTrail record. Never gives [`Record::Rejected`].
///
/// # Errors
/// Says what is missing or wrong, and in which member, where the value is no event or has no identity.
pub fn parse_event(value: &Value) -> Result<Record, String> {
    if !value.is_object() {
        return Err(format!("not an event: {} instead of a JSON object", json_type(value)));
    }
    let Some(detail_type) = value.get("detail-type") else {
        return if cloudtrail::is_record(value) {
            cloudtrail::read_record(value)
        } else {
            Err(r#"neither an EventBridge event (no "detail-type") nor a CloudTrail record (no "eventName")"#
                .to_owned())
        };
    };
    let Some(detail_type) = detail_type.as_str() else {
        return Err(format!(r#""detail-type" is {} instead of a text"#, json_type(detail_type)));
    };
    if cloudtrail::is_envelope(detail_type) {
        return cloudtrail::read_enveloped(value, detail_type);
    }
    match DetailType::find(detail_type) {
        Some(what) if is_from_sagemaker(value) => workload::read(&what, value, detail_type),
        _ => workload::unrecognised(value, detail_type),
    }
}

/// EventBridge lets nobody but AWS write a source that begins with `aws.`. One of AWS's samples has it as a list.
fn is_from_sagemaker(event: &Value) -> bool {
    let is_sagemaker = |source: &Value| source.as_str() == Some("aws.sagemaker");
    match event.get("source") {
        Some(Value::Array(sources)) => sources.len() == 1 && sources.iter().all(is_sagemaker),
        Some(source) => is_sagemaker(source),
        None => false,
    }
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
