//! Which workload another belongs to.

use crate::arn::Arn;
use crate::envelope::{detail, resources};
use crate::fields::{member, text};
use crate::parse_event;
use onepane_domain::{Parent, Record, WorkloadId, WorkloadKind};
use serde_json::Value;
use std::collections::BTreeMap;

/// The ARNs by which SageMaker's own jobs name who started them, the closest first.
const OWNERS: [&str; 4] = ["TuningJobArn", "MonitoringScheduleArn", "LabelingJobArn", "AutoMLJobArn"];

/// The parts of a step's metadata that name what the step made, the most telling first.
const STEP_PARTS: [&str; 12] = [
    "TrainingJob",
    "ProcessingJob",
    "TransformJob",
    "TuningJob",
    "AutoMLJob",
    "RegisterModel",
    "Model",
    "Endpoint",
    "EndpointConfig",
    "QualityCheck",
    "ClarifyCheck",
    "InferenceComponent",
];

/// The parent of a workload, by what its event tells.
pub(crate) fn parent(
    kind: &WorkloadKind,
    arn: Option<Arn<'_>>,
    event: &Value,
    tags: &BTreeMap<String, String>,
) -> Option<Parent> {
    let detail = detail(event);
    match kind {
        WorkloadKind::PipelineStep => arn.map(Arn::to_parent),
        WorkloadKind::EndpointDeployment => {
            let endpoint = arn.map(Arn::to_parent);
            endpoint.map(|parent| Parent { kind: WorkloadKind::Endpoint, ..parent })
        }
        WorkloadKind::ImageVersion => text(detail, "ImageArn")
            .and_then(Arn::parse)
            .or_else(|| resources(event).find(|arn| arn.kind() == WorkloadKind::Image))
            .map(Arn::to_parent),
        WorkloadKind::ModelCardExportJob => {
            let arn = arn?;
            let card = arn.rest.split("/export-job/").next()?;
            let whole = arn.text.strip_suffix(arn.rest)?;
            Some(Parent { kind: WorkloadKind::ModelCard, name: card.to_owned(), arn: format!("{whole}{card}") })
        }
        kind if kind.is_job() => {
            owner(detail).or_else(|| execution_in_tags(tags)).or_else(|| execution_in_name(arn?, detail))
        }
        _ => execution_in_tags(tags),
    }
}

fn owner(detail: &Value) -> Option<Parent> {
    OWNERS.iter().find_map(|name| text(detail, name).and_then(Arn::parse)).map(Arn::to_parent)
}

/// Pipelines tag what they make with their execution.
fn execution_in_tags(tags: &BTreeMap<String, String>) -> Option<Parent> {
    let of_pipeline = tags.iter().filter(|(key, _)| key.starts_with("sagemaker:pipeline"));
    let arns = of_pipeline.filter_map(|(_, value)| Arn::parse(value));
    arns.filter(|arn| arn.kind() == WorkloadKind::PipelineExecution).map(Arn::to_parent).next()
}

/// A pipeline names its jobs `pipelines-{execution}-{step}-{suffix}` and, unless told otherwise, files them under the
/// experiment of the pipeline's name and the trial of the execution's id. Both together tell the execution.
fn execution_in_name(arn: Arn<'_>, detail: &Value) -> Option<Parent> {
    let experiment = member(detail, "ExperimentConfig")?;
    let pipeline = text(experiment, "ExperimentName")?;
    let execution = text(experiment, "TrialName")?;
    let after = arn.rest.strip_prefix("pipelines-")?.strip_prefix(execution)?;
    if !after.starts_with('-') {
        return None;
    }
    let (start, _) = arn.text.rsplit_once(':')?;
    let name = format!("{pipeline}/execution/{execution}");
    Some(Parent { kind: WorkloadKind::PipelineExecution, arn: format!("{start}:pipeline/{name}"), name })
}

/// The workload that a pipeline step started: the job (or model, or check) that its metadata names, in the account and
/// Region of the event. None for any other event, and for a step that has started nothing yet.
pub fn step_job(event: &Value) -> Option<WorkloadId> {
    let metadata = member(detail(event), "metadata")?;
    let made = STEP_PARTS.iter().find_map(|part| {
        let part = member(metadata, part)?;
        text(part, "arn").or_else(|| text(part, "checkJobArn")).and_then(Arn::parse)
    })?;
    let Ok(Record::Workload(step)) = parse_event(event) else { return None };
    let is_step = step.id.kind == WorkloadKind::PipelineStep;
    is_step.then(|| WorkloadId { kind: made.kind(), name: made.rest.to_owned(), ..step.id })
}
