//! Which workload an event is about.

use crate::arn::Arn;
use crate::detail_type::DetailType;
use crate::envelope::resources;
use crate::fields::{first_text, text, text_or_number};
use onepane_domain::WorkloadKind;
use serde_json::Value;

/// The longest name that is kept; SageMaker's own limits are far below.
const MAX_NAME: usize = 1_024;

/// The workload of an event: its kind, its name, and its ARN where the event tells one.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) kind: WorkloadKind,
    pub(crate) name: String,
    pub(crate) arn: Option<Arn<'a>>,
}

impl<'a> Subject<'a> {
    fn of_arn(kind: WorkloadKind, arn: Arn<'a>) -> Self {
        Self { kind, name: arn.rest.to_owned(), arn: Some(arn) }
    }

    /// Finds the workload: by the detail's own ARN, by an ARN of the right kind among the resources, or by the name.
    /// The error says what was looked for.
    pub(crate) fn find(what: &DetailType, event: &'a Value, detail: &'a Value) -> Result<Self, String> {
        let subject = match what.kind {
            WorkloadKind::HumanTask => human_task(event, detail),
            WorkloadKind::PipelineStep => step(what, event, detail),
            _ => by_arn(what, event, detail).or_else(|| by_name(what, detail)).or_else(|| by_any_arn(what, event)),
        };
        let subject = subject.ok_or_else(|| match what.name {
            "" => format!("no identity: no ARN of a pipeline execution in {:?} or resources", what.arn),
            name => {
                format!("no identity: neither {:?} nor {name:?} in the detail, nor such an ARN in resources", what.arn)
            }
        })?;
        if subject.name.len() > MAX_NAME {
            return Err(format!("the name of the {} is longer than {MAX_NAME} bytes", subject.kind));
        }
        Ok(subject)
    }
}

fn by_arn<'a>(what: &DetailType, event: &'a Value, detail: &'a Value) -> Option<Subject<'a>> {
    let stands_under = match what.kind {
        WorkloadKind::EndpointDeployment => WorkloadKind::Endpoint,
        WorkloadKind::PipelineStep => WorkloadKind::PipelineExecution,
        ref kind => kind.clone(),
    };
    let execution = stands_under == WorkloadKind::PipelineExecution;
    let in_detail = text(detail, what.arn).and_then(Arn::parse);
    in_detail
        .filter(|arn| !execution || arn.kind() == WorkloadKind::PipelineExecution)
        .or_else(|| resources(event).find(|arn| arn.kind() == stands_under))
        .map(|arn| Subject::of_arn(what.kind.clone(), arn))
}

fn by_name<'a>(what: &DetailType, detail: &'a Value) -> Option<Subject<'a>> {
    if let Some(name) = text(detail, what.name) {
        // The API takes an ARN wherever it takes some names.
        return Some(match Arn::parse(name) {
            Some(arn) => Subject::of_arn(what.kind.clone(), arn),
            None => Subject { kind: what.kind.clone(), name: name.to_owned(), arn: None },
        });
    }
    let (whole, version) = match what.kind {
        WorkloadKind::ModelPackage => (text(detail, "ModelPackageGroupName")?, "ModelPackageVersion"),
        WorkloadKind::ImageVersion => (first_text(detail, &["ImageName", "ImageArn"])?, "Version"),
        _ => return None,
    };
    let whole = Arn::parse(whole).map_or(whole, |arn| arn.rest);
    let version = text_or_number(detail, version)?;
    Some(Subject { kind: what.kind.clone(), name: format!("{whole}/{version}"), arn: None })
}

/// Where AWS publishes no payload, the ARN's resource type may be another than the kind.
fn by_any_arn<'a>(what: &DetailType, event: &'a Value) -> Option<Subject<'a>> {
    let arn = resources(event).next().filter(|_| !what.published)?;
    Some(Subject::of_arn(what.kind.clone(), arn))
}

/// A step has no ARN of its own: it is named after its execution.
fn step<'a>(what: &DetailType, event: &'a Value, detail: &'a Value) -> Option<Subject<'a>> {
    let execution = by_arn(what, event, detail)?;
    let name = format!("{}/{}", execution.name, text(detail, "stepName")?);
    Some(Subject { name, ..execution })
}

/// AWS publishes no payload of a human task's event. It belongs to the human loop or the labeling job that the event
/// names, else to the task itself.
fn human_task<'a>(event: &'a Value, detail: &'a Value) -> Option<Subject<'a>> {
    let arns: Vec<Arn<'a>> = resources(event).chain(detail_arns(detail)).collect();
    let owner = [WorkloadKind::HumanLoop, WorkloadKind::LabelingJob, WorkloadKind::HumanTask]
        .into_iter()
        .find_map(|kind| arns.iter().find(|arn| arn.kind() == kind).map(|arn| Subject::of_arn(kind, *arn)));
    let named = |kind: WorkloadKind, names: &[&str]| {
        let name = first_text(detail, names)?.to_owned();
        Some(Subject { kind, name, arn: None })
    };
    owner
        .or_else(|| named(WorkloadKind::HumanLoop, &["HumanLoopName"]))
        .or_else(|| named(WorkloadKind::LabelingJob, &["LabelingJobName", "labeling-job-name"]))
        .or_else(|| named(WorkloadKind::HumanTask, &["HumanTaskId", "TaskId", "HumanTaskName", "TaskName"]))
}

fn detail_arns(detail: &Value) -> impl Iterator<Item = Arn<'_>> {
    detail.as_object().into_iter().flat_map(|members| members.values()).filter_map(Value::as_str).filter_map(Arn::parse)
}
