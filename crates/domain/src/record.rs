//! What one delivered event becomes.

use crate::{AccountId, Phase, Region, Timestamp, WorkloadId, WorkloadKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The outcome of reading one event. Its JSON is the line that `onepane parse` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// An event about a workload.
    Workload(Box<Transition>),
    /// A CloudTrail record.
    ApiCall(Box<ApiCall>),
    /// An EventBridge event whose detail-type (or content) is not known here; kept and shown to the operator.
    Unrecognised(Box<Unrecognised>),
    /// Not an EventBridge event, or one without an identity.
    Rejected(Rejected),
}

/// One event applied to one workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// EventBridge's id of the event.
    pub event_id: String,
    /// When it happened, by the envelope.
    pub event_time: Timestamp,
    /// Which workload: account, region, kind, name.
    #[serde(flatten)]
    pub id: WorkloadId,
    /// The resource's ARN.
    pub arn: String,
    /// SageMaker's status word in its API spelling; none where the kind has no status or the event gives none.
    pub status: Option<String>,
    /// The finer status, where the kind has one.
    pub secondary_status: Option<String>,
    /// What the status comes down to.
    pub phase: Phase,
    /// When the workload was asked for.
    pub created_at: Option<Timestamp>,
    /// When it began to work.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Seconds from start to end, where both are known and in order.
    pub duration_s: Option<f64>,
    /// Why it failed, in SageMaker's words.
    pub failure_reason: Option<String>,
    /// The instance type, such as `ml.p3.2xlarge`; of the first group in a heterogeneous cluster.
    pub instance_type: Option<String>,
    /// How many instances, over all groups.
    pub instance_count: Option<u32>,
    /// The workload that this one belongs to.
    pub parent: Option<Parent>,
    /// Tags of the resource.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// True for something that happened to the workload and leaves its state as it was.
    pub occurrence: bool,
    /// EventBridge's detail-type.
    pub detail_type: String,
}

impl Transition {
    /// The place of this event in its workload's history: time, then phase rank, then event id, in a form that sorts
    /// as text. The state of a workload is its event with the greatest version, whatever the order of delivery.
    pub fn version(&self) -> String {
        // The offset keeps instants before 1970 positive, so that text order is number order.
        let millis = self.event_time.millis() - Timestamp::MIN.millis();
        format!("{millis:015}#{}#{}", self.phase.rank(), self.event_id)
    }

    /// When the workload last showed a sign of life: its end, else the event's time.
    pub fn updated_at(&self) -> Timestamp {
        self.event_time
    }
}

/// The workload that another belongs to: a tuning job of its trials, a pipeline execution of its steps.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parent {
    /// The parent's kind.
    pub kind: WorkloadKind,
    /// The parent's name, in the form of [`WorkloadId::name`].
    pub name: String,
    /// The parent's ARN.
    pub arn: String,
}

/// One CloudTrail record of a SageMaker call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApiCall {
    /// CloudTrail's id of the call (EventBridge's where CloudTrail gives none).
    pub event_id: String,
    /// When the call was made.
    pub event_time: Timestamp,
    /// The account in which it was made.
    pub account: AccountId,
    /// The Region in which it was made.
    pub region: Region,
    /// The call, such as `CreateEndpoint`.
    pub event_name: String,
    /// Who made it: an ARN, a service, or an account.
    pub actor: Option<String>,
    /// CloudTrail's identity type, such as `AssumedRole`.
    pub actor_type: Option<String>,
    /// The caller's address, or the AWS service that called.
    pub source_ip: Option<String>,
    /// The caller's user agent.
    pub user_agent: Option<String>,
    /// The error's code, where the call failed.
    pub error_code: Option<String>,
    /// The error's message, where the call failed.
    pub error_message: Option<String>,
    /// True for calls that change nothing.
    pub read_only: bool,
    /// The resource that the call was about, where it can be told.
    pub resource: Option<ApiResource>,
}

/// The resource of an API call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ApiResource {
    /// Its kind.
    pub kind: WorkloadKind,
    /// Its name.
    pub name: String,
    /// Its ARN, where the record tells it.
    pub arn: Option<String>,
}

impl ApiCall {
    /// The workload that the call was about.
    pub fn workload(&self) -> Option<WorkloadId> {
        self.resource.as_ref().map(|resource| WorkloadId {
            account: self.account,
            region: self.region.clone(),
            kind: resource.kind.clone(),
            name: resource.name.clone(),
        })
    }
}

/// An EventBridge event that is kept without being understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unrecognised {
    /// EventBridge's id.
    pub event_id: String,
    /// When it happened.
    pub event_time: Timestamp,
    /// The envelope's account.
    pub account: AccountId,
    /// The envelope's Region.
    pub region: Region,
    /// EventBridge's detail-type.
    pub detail_type: String,
}

/// Input that is no event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rejected {
    /// What is wrong, and where.
    pub reason: String,
    /// The line of the input at which it starts, counted from 1.
    pub line: u64,
}
