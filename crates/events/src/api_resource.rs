//! Which resource an API call was about.

use crate::arn::Arn;
use crate::cloudtrail::arn_under;
use crate::fields::{first_text, items, member, text, text_or_number};
use onepane_domain::{ApiResource, WorkloadKind};
use serde_json::Value;

/// Request parameters that name a resource whose kind is not the call's noun, the most telling first.
const KNOWN_NAMES: [(&str, &str); 16] = [
    ("hyperParameterTuningJobName", "hyper-parameter-tuning-job"),
    ("autoMLJobName", "automl-job"),
    ("trainingJobName", "training-job"),
    ("processingJobName", "processing-job"),
    ("transformJobName", "transform-job"),
    ("labelingJobName", "labeling-job"),
    ("inferenceComponentName", "inference-component"),
    ("endpointName", "endpoint"),
    ("trackingServerName", "tracking-server"),
    ("notebookInstanceName", "notebook-instance"),
    ("monitoringScheduleName", "monitoring-schedule"),
    ("featureGroupName", "feature-group"),
    ("modelCardName", "model-card"),
    ("modelPackageGroupName", "model-package-group"),
    ("clusterName", "cluster"),
    ("pipelineName", "pipeline"),
];

/// The resource of a call: by the ARN that the answer gives, else by what the request names. An ARN's rest is its name,
/// as it is for state changes, so that a call and its workload meet.
pub(crate) fn resource(record: &Value, event_name: &str) -> Option<ApiResource> {
    let noun = noun(event_name);
    let kind = kind_of_noun(noun);
    let answer = member(record, "responseElements").unwrap_or(&Value::Null);
    let request = member(record, "requestParameters").unwrap_or(&Value::Null);
    let service = member(record, "serviceEventDetails").unwrap_or(&Value::Null);
    arn_in(answer, &kind)
        .or_else(|| arn_of_kind(request, &kind))
        .or_else(|| arn_under(request, "resourceArn"))
        .map(of_arn)
        .or_else(|| studio_resource(&kind, request))
        .or_else(|| named_by_noun(noun, &kind, request))
        .or_else(|| arn_in(service, &kind).map(of_arn))
        .or_else(|| {
            let listed = items(record, "resources").iter().filter_map(|listed| first_text(listed, &["ARN", "arn"]));
            listed.filter_map(Arn::parse).map(of_arn).next()
        })
        .or_else(|| named_otherwise(request))
        .or_else(|| arn_in(request, &kind).map(of_arn))
}

fn of_arn(arn: Arn<'_>) -> ApiResource {
    ApiResource { kind: arn.kind(), name: arn.rest.to_owned(), arn: Some(arn.text.to_owned()) }
}

/// `CreateEndpointConfig` is about an `EndpointConfig`.
fn noun(event_name: &str) -> &str {
    let second_word = event_name.char_indices().skip(1).find(|(_, letter)| letter.is_ascii_uppercase());
    let noun = second_word.and_then(|(at, _)| event_name.get(at..)).unwrap_or("");
    noun.strip_suffix("V2").unwrap_or(noun)
}

/// The kind in the ARN's spelling: words in lower case, with hyphens between.
fn kind_of_noun(noun: &str) -> WorkloadKind {
    match noun {
        "AutoMLJob" => return WorkloadKind::from("automl-job"),
        "MlflowTrackingServer" => return WorkloadKind::TrackingServer,
        "NotebookInstanceLifecycleConfig" => return WorkloadKind::NotebookLifecycleConfig,
        _ => {}
    }
    let mut kebab = String::with_capacity(noun.len() + 4);
    for letter in noun.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    WorkloadKind::from(kebab)
}

/// The ARN of the kind, else the first of any kind.
fn arn_in<'a>(object: &'a Value, kind: &WorkloadKind) -> Option<Arn<'a>> {
    arn_of_kind(object, kind).or_else(|| arns(object).next())
}

fn arn_of_kind<'a>(object: &'a Value, kind: &WorkloadKind) -> Option<Arn<'a>> {
    arns(object).find(|arn| arn.kind() == *kind)
}

fn arns(object: &Value) -> impl Iterator<Item = Arn<'_>> {
    object.as_object().into_iter().flat_map(|members| members.values()).filter_map(Value::as_str).filter_map(Arn::parse)
}

/// What belongs to a Studio domain is named by several parameters, in the order of its ARN.
fn studio_resource(kind: &WorkloadKind, request: &Value) -> Option<ApiResource> {
    let domain = text(request, "domainId")?;
    let user = text(request, "userProfileName");
    let space = text(request, "spaceName");
    let (kind, name) = match (kind.as_str(), user, space) {
        ("app", ..) => {
            let owner = space.or(user)?;
            // App ARNs hold the type in lower case.
            let app_type = text(request, "appType")?.to_ascii_lowercase();
            ("app", format!("{domain}/{owner}/{app_type}/{}", text(request, "appName")?))
        }
        ("space", _, Some(space)) => ("space", format!("{domain}/{space}")),
        (_, Some(user), _) => ("user-profile", format!("{domain}/{user}")),
        (_, None, Some(space)) => ("space", format!("{domain}/{space}")),
        (_, None, None) => ("domain", domain.to_owned()),
    };
    Some(ApiResource { kind: WorkloadKind::from(kind), name, arn: None })
}

/// The request's own `{noun}Name`, such as `endpointName`.
fn named_by_noun(noun: &str, kind: &WorkloadKind, request: &Value) -> Option<ApiResource> {
    if *kind == WorkloadKind::ImageVersion {
        let name = format!("{}/{}", text(request, "imageName")?, text_or_number(request, "version")?);
        return Some(ApiResource { kind: kind.clone(), name, arn: None });
    }
    let parameter = match noun {
        "" => return None,
        "MlflowTrackingServer" => "TrackingServerName".to_owned(),
        noun => format!("{noun}Name"),
    };
    // The parameter's first letter is lower-case in CloudTrail; `text` looks under both.
    Some(named(kind.clone(), text(request, &parameter)?))
}

fn named_otherwise(request: &Value) -> Option<ApiResource> {
    KNOWN_NAMES.iter().find_map(|(parameter, kind)| Some(named(WorkloadKind::from(*kind), text(request, parameter)?)))
}

/// SageMaker takes an ARN in place of some names.
fn named(kind: WorkloadKind, name: &str) -> ApiResource {
    Arn::parse(name).map_or_else(|| ApiResource { kind, name: name.to_owned(), arn: None }, of_arn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(event_name: &str, request: &Value, answer: &Value) -> Option<String> {
        let record = json!({"requestParameters": request, "responseElements": answer});
        resource(&record, event_name).map(|resource| format!("{} {}", resource.kind, resource.name))
    }

    #[test]
    fn the_answers_arn_comes_first() {
        let request = json!({"endpointName": "Mine", "endpointConfigName": "C"});
        let answer = json!({"endpointArn": "arn:aws:sagemaker:us-east-1:111122223333:endpoint/mine"});
        assert_eq!(shown("CreateEndpoint", &request, &answer).unwrap(), "endpoint mine");
        assert_eq!(shown("DeleteEndpoint", &request, &Value::Null).unwrap(), "endpoint Mine");
        assert_eq!(shown("UpdateEndpointConfig", &request, &Value::Null).unwrap(), "endpoint-config C");
    }

    #[test]
    fn resources_known_from_calls_alone_have_the_names_of_their_arns() {
        for (event, request, expected) in [
            ("DeleteDomain", json!({"domainId": "d-1"}), "domain d-1"),
            ("DeleteUserProfile", json!({"domainId": "d-1", "userProfileName": "ann"}), "user-profile d-1/ann"),
            ("CreatePresignedDomainUrl", json!({"domainId": "d-1", "userProfileName": "ann"}), "user-profile d-1/ann"),
            ("UpdateSpace", json!({"domainId": "d-1", "spaceName": "lab"}), "space d-1/lab"),
            (
                "DeleteApp",
                json!({"domainId": "d-1", "userProfileName": "ann", "appType": "JupyterServer", "appName": "default"}),
                "app d-1/ann/jupyterserver/default",
            ),
            ("DeleteInferenceComponent", json!({"inferenceComponentName": "ic"}), "inference-component ic"),
            ("StopAutoMLJob", json!({"autoMLJobName": "a"}), "automl-job a"),
            ("DescribeAutoMLJobV2", json!({"autoMLJobName": "a"}), "automl-job a"),
            ("StopCompilationJob", json!({"compilationJobName": "c"}), "compilation-job c"),
            ("StopOptimizationJob", json!({"optimizationJobName": "o"}), "optimization-job o"),
            ("CreateTrainingPlan", json!({"trainingPlanName": "p"}), "training-plan p"),
            (
                "StopHyperParameterTuningJob",
                json!({"hyperParameterTuningJobName": "t"}),
                "hyper-parameter-tuning-job t",
            ),
            (
                "ListTrainingJobsForHyperParameterTuningJob",
                json!({"hyperParameterTuningJobName": "t"}),
                "hyper-parameter-tuning-job t",
            ),
            ("StopMlflowTrackingServer", json!({"trackingServerName": "m"}), "tracking-server m"),
            ("DeleteImageVersion", json!({"imageName": "i", "version": 3}), "image-version i/3"),
            ("StartPipelineExecution", json!({"pipelineName": "p"}), "pipeline p"),
            ("AddTags", json!({"resourceArn": "arn:aws:sagemaker:us-east-1:111122223333:model/m"}), "model m"),
            (
                "StopPipelineExecution",
                json!({"pipelineExecutionArn": "arn:aws:sagemaker:us-east-1:111122223333:pipeline/p/execution/e"}),
                "pipeline-execution p/execution/e",
            ),
            (
                "DescribeModelPackage",
                json!({"modelPackageName": "arn:aws:sagemaker:us-east-1:111122223333:model-package/g/2"}),
                "model-package g/2",
            ),
            (
                "DescribeCluster",
                json!({"clusterName": "arn:aws:sagemaker:us-east-1:111122223333:cluster/c"}),
                "cluster c",
            ),
        ] {
            assert_eq!(shown(event, &request, &Value::Null).as_deref(), Some(expected), "{event}");
        }
        assert_eq!(shown("ListTrainingJobs", &json!({"maxResults": 10}), &Value::Null), None);
        assert_eq!(shown("", &Value::Null, &Value::Null), None);
    }

    #[test]
    fn service_events_tell_their_resource_in_a_list() {
        let record = json!({"requestParameters": null, "responseElements": null, "resources": [
            {"type": "AWS::SageMaker::TrainingJob", "ARN": "arn:aws:sagemaker:us-east-1:111122223333:training-job/t-1"}]});
        assert_eq!(resource(&record, "CreateTrainingJob").unwrap().name, "t-1");
    }
}
