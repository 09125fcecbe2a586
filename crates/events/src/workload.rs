//! Events about a workload.

use crate::detail_type::{DetailType, Meaning};
use crate::envelope::{Envelope, detail};
use crate::fields::{first_text, first_time, has_empty_tags, items, member, tags, text};
use crate::instances::instances;
use crate::parent::parent;
use crate::status::{api_spelling, phase_of};
use crate::subject::Subject;
use onepane_domain::{Phase, Record, Timestamp, Transition, Unrecognised, WorkloadId, WorkloadKind};
use serde_json::Value;

/// A thing without a status whose event lies this close to its creation was created, whatever its tags say.
const FRESH_MS: i64 = 60_000;

/// Reads an event of a known detail-type.
pub(crate) fn read(what: &DetailType, event: &Value, detail_type: &str) -> Result<Record, String> {
    let detail = match member(detail(event), "EventDetails") {
        // A HyperPod cluster event wraps its detail once more.
        Some(inner) if what.kind == WorkloadKind::Cluster && what.meaning == Meaning::Occurrence => inner,
        _ => detail(event),
    };
    let subject = match Subject::find(what, event, detail) {
        Ok(subject) => subject,
        Err(reason) if what.published => return Err(reason),
        // No payload of it is published: kept as it is, it may be understood one day.
        Err(_) => return unrecognised(event, detail_type),
    };
    let envelope = Envelope::read(event, detail_type, subject.arn.map(|arn| arn.text))?;
    Ok(Record::Workload(Box::new(transition(what, event, detail, envelope, subject))))
}

/// Keeps an event that is not understood.
pub(crate) fn unrecognised(event: &Value, detail_type: &str) -> Result<Record, String> {
    let envelope = Envelope::read(event, detail_type, None)?;
    Ok(Record::Unrecognised(Box::new(Unrecognised {
        event_id: envelope.id,
        event_time: envelope.time,
        account: envelope.account,
        region: envelope.region,
        detail_type: detail_type.to_owned(),
    })))
}

fn transition(
    what: &DetailType,
    event: &Value,
    detail: &Value,
    envelope: Envelope<'_>,
    subject: Subject<'_>,
) -> Transition {
    let Subject { kind, name, arn } = subject;
    let occurrence = what.meaning == Meaning::Occurrence;
    let status = status(what, detail);
    let phase = if occurrence { Phase::Unknown } else { phase(what, status.as_deref(), detail, envelope.time) };
    let created_at = first_time(detail, &["CreationTime", "CreatedAt"]);
    let started_at = started_at(what, detail);
    let ended_at = first_time(detail, &[what.end]);
    let (instance_type, instance_count) = instances(&kind, detail);
    let tags = tags(detail);
    let parent = parent(&kind, arn, event, &tags);
    let id = WorkloadId { account: envelope.account, region: envelope.region, kind, name };
    Transition {
        event_id: envelope.id,
        event_time: envelope.time,
        arn: arn.map_or_else(|| id.usual_arn(), |arn| arn.text.to_owned()),
        failure_reason: failure_reason(what, phase, detail),
        secondary_status: secondary_status(&id.kind, detail),
        status,
        phase,
        created_at,
        started_at,
        ended_at,
        duration_s: duration(started_at, ended_at),
        instance_type,
        instance_count,
        parent,
        tags,
        occurrence,
        detail_type: envelope.detail_type.to_owned(),
        id,
    }
}

fn status(what: &DetailType, detail: &Value) -> Option<String> {
    let health = member(detail, "HealthSummary").and_then(|summary| text(summary, "HealthStatus"));
    let generic = if what.published { None } else { text(detail, "Status") };
    let told = text(detail, what.status).or_else(|| health.filter(|_| what.meaning == Meaning::Occurrence));
    // The detail-type's own word is the surer one where the detail's shape is not published.
    let told = told.or(generic.filter(|_| what.status_word.is_none())).map(api_spelling);
    match what.kind {
        WorkloadKind::HumanLoop => told.or_else(|| what.status_word.clone()),
        WorkloadKind::ModelCardExportJob => told.or_else(|| text(detail, "Status").map(api_spelling)),
        _ => what.status_word.clone().or(told),
    }
}

fn phase(what: &DetailType, status: Option<&str>, detail: &Value, event_time: Timestamp) -> Phase {
    match status {
        Some(status) => phase_of(&what.kind, status),
        None if what.meaning == Meaning::Existence && is_deleted(detail, event_time) => Phase::Deleted,
        None if what.meaning == Meaning::Existence => Phase::Succeeded,
        None => Phase::Unknown,
    }
}

/// A model and an endpoint config have no status. SageMaker tells their deletion by an event with empty tags; but one
/// that never had tags looks the same when it is created. So empty tags mean deletion unless the event lies within
/// 60 s of the creation (on either side: the envelope's time has whole seconds, and clocks differ). An event that
/// does not tell its tags is no deletion.
fn is_deleted(detail: &Value, event_time: Timestamp) -> bool {
    let fresh =
        first_time(detail, &["CreationTime"]).is_some_and(|created| event_time.millis_since(created).abs() <= FRESH_MS);
    has_empty_tags(detail) && !fresh
}

fn started_at(what: &DetailType, detail: &Value) -> Option<Timestamp> {
    match what.kind {
        WorkloadKind::EndpointDeployment => {
            member(detail, "PendingDeploymentSummary").and_then(|summary| first_time(summary, &["StartTime"]))
        }
        _ => first_time(detail, &[what.start]),
    }
}

fn duration(started_at: Option<Timestamp>, ended_at: Option<Timestamp>) -> Option<f64> {
    let millis = ended_at?.millis_since(started_at?);
    (millis >= 0).then_some(millis as f64 / 1_000.0)
}

/// The finer status: a training job's, what a feature group's offline store does, whether a model package is approved,
/// and how far a deployment's variant is.
fn secondary_status(kind: &WorkloadKind, detail: &Value) -> Option<String> {
    let word = match kind {
        WorkloadKind::ModelPackage => text(detail, "ModelApprovalStatus"),
        WorkloadKind::FeatureGroup => member(detail, "OfflineStoreStatus").and_then(|store| text(store, "Status")),
        WorkloadKind::EndpointDeployment => {
            let pending = member(detail, "PendingDeploymentSummary").and_then(variant_status);
            pending.or_else(|| variant_status(detail))
        }
        _ => text(detail, "SecondaryStatus"),
    };
    word.map(api_spelling)
}

fn variant_status(deployment: &Value) -> Option<&str> {
    let statuses = items(deployment, "ProductionVariants").iter().flat_map(|variant| items(variant, "VariantStatus"));
    statuses.filter_map(|status| text(status, "Status")).next()
}

fn failure_reason(what: &DetailType, phase: Phase, detail: &Value) -> Option<String> {
    let told = first_text(detail, &["FailureReason", "FailureMessage"]);
    let reason = match what.meaning {
        Meaning::Occurrence => told.or_else(|| occurrence_failure(detail)),
        _ if phase == Phase::Failed => told
            .or_else(|| first_text(detail, &["ExitMessage", "StatusMessage"]))
            .or_else(|| validation_failure(detail)),
        _ => told,
    };
    reason.map(str::to_owned)
}

/// Why a HyperPod node is unhealthy, or why an operation on it failed.
fn occurrence_failure(detail: &Value) -> Option<&str> {
    if let Some(summary) = member(detail, "HealthSummary") {
        let healthy = text(summary, "HealthStatus").is_none_or(|status| status.eq_ignore_ascii_case("healthy"));
        return if healthy { None } else { text(summary, "HealthStatusReason") };
    }
    let metadata = member(member(detail, "EventDetails")?, "EventMetadata")?;
    let levels = metadata.as_object()?.values();
    levels.filter_map(|level| text(level, "FailureMessage")).next()
}

/// Why the validation or the image scan of a model package failed.
fn validation_failure(detail: &Value) -> Option<&str> {
    let details = member(detail, "ModelPackageStatusDetails")?;
    let checks = items(details, "ValidationStatuses").iter().chain(items(details, "ImageScanStatuses"));
    checks.filter_map(|check| text(check, "FailureReason")).next()
}
