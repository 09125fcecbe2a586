//! What has bitten readers of SageMaker's events, one test each.

#![allow(clippy::panic, clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use common::{arn, call, event, training_job, transition, with, without};
use onepane_domain::{Phase, Record, Transition};
use onepane_events::{parse_event, step_job};
use serde_json::{Value, json};

#[test]
fn trap_1_times_come_in_every_form() {
    for time in [
        json!("1583831889050"),
        json!(1583831889050_i64),
        json!(1583831889050.0),
        json!(1583831889.05),
        json!("2020-03-10T09:18:09.050123456Z"),
    ] {
        let detail = json!({"CreationTime": time, "TrainingStartTime": time, "TrainingEndTime": time});
        let read = transition(&with(&training_job(&detail), "time", time.clone()));
        for instant in [Some(read.event_time), read.created_at, read.started_at, read.ended_at] {
            assert_eq!(instant.unwrap().to_string(), "2020-03-10T09:18:09.050Z", "{time}");
        }
        assert_eq!(read.duration_s, Some(0.0));
    }
}

#[test]
fn trap_1_without_a_time_the_detail_tells_it_or_the_event_is_rejected() {
    let detail = json!({"LastModifiedTime": 1583831889050_i64, "CreationTime": 1});
    let event = training_job(&detail);
    assert_eq!(transition(&without(&event, "time")).event_time.to_string(), "2020-03-10T09:18:09.050Z");
    assert_eq!(transition(&with(&event, "time", json!("soon"))).event_time.to_string(), "2020-03-10T09:18:09.050Z");
    let reason = parse_event(&without(&training_job(&json!({})), "time")).unwrap_err();
    assert!(reason.contains(r#""time""#), "{reason}");
}

#[test]
fn trap_2_status_has_api_spelling_and_unknown_words_are_kept() {
    let endpoint = |status: &str| {
        let detail = json!({"EndpointArn": arn("endpoint/e"), "EndpointStatus": status});
        transition(&event("SageMaker Endpoint State Change", &[], &detail))
    };
    for (given, status, phase) in [
        ("IN_SERVICE", "InService", Phase::Succeeded),
        ("ROLLING_BACK", "RollingBack", Phase::Running),
        ("SYSTEM_UPDATING", "SystemUpdating", Phase::Running),
        ("OUT_OF_SERVICE", "OutOfService", Phase::Failed),
        ("UPDATE_ROLLBACK_FAILED", "UpdateRollbackFailed", Phase::Failed),
        ("InService", "InService", Phase::Succeeded),
        ("on holiday", "on holiday", Phase::Unknown),
    ] {
        let read = endpoint(given);
        assert_eq!((read.status.as_deref(), read.phase), (Some(status), phase));
    }
}

#[test]
fn trap_3_tags_come_as_map_as_list_or_not_at_all() {
    let map = transition(&training_job(&json!({"Tags": {"team": "vision"}})));
    let list = transition(&training_job(&json!({"Tags": [{"Key": "team", "Value": "vision"}]})));
    assert_eq!(map.tags, list.tags);
    assert_eq!(map.tags["team"], "vision");
    assert!(transition(&training_job(&json!({}))).tags.is_empty());
}

fn model(detail: &Value) -> Transition {
    transition(&event("SageMaker Model State Change", &[&arn("model/m")], detail))
}

#[test]
fn trap_4_things_without_a_status_exist_or_were_deleted() {
    let created_long_ago = "2026-11-01T00:00:00Z";
    let just_created = "2026-11-22T02:03:30Z";
    // The envelope's time has whole seconds, so a creation may seem to lie after its event.
    let a_moment_later = "2026-11-22T02:04:05.900Z";
    for (detail, phase) in [
        (json!({"Tags": {"a": "b"}, "CreationTime": created_long_ago}), Phase::Succeeded),
        (json!({"Tags": {}, "CreationTime": created_long_ago}), Phase::Deleted),
        (json!({"Tags": [], "CreationTime": created_long_ago}), Phase::Deleted),
        (json!({"Tags": {}}), Phase::Deleted),
        (json!({"Tags": {}, "CreationTime": just_created}), Phase::Succeeded),
        (json!({"Tags": {}, "CreationTime": a_moment_later}), Phase::Succeeded),
        (json!({"Tags": null, "CreationTime": created_long_ago}), Phase::Succeeded),
        (json!({"CreationTime": created_long_ago}), Phase::Succeeded),
    ] {
        let read = model(&detail);
        assert_eq!((read.status, read.phase), (None, phase), "{detail}");
    }
    // A job without tags is not deleted by that.
    let job = transition(&training_job(&json!({"TrainingJobStatus": "Completed", "Tags": {}})));
    assert_eq!(job.phase, Phase::Succeeded);
}

#[test]
fn trap_4_identity_is_found_among_the_resources() {
    let labeling = event(
        "SageMaker Ground Truth Labeling Job State Change",
        &[&arn("labeling-job/birds")],
        &json!({"LabelingJobStatus": "Completed"}),
    );
    assert_eq!(transition(&labeling).id.name, "birds");
    let human_loop = event(
        "SageMaker A2I HumanLoop Status Change",
        &[&arn("flow-definition/f"), &arn("human-loop/h")],
        &json!({"humanLoopStatus": "Failed", "failureReason": "no workers"}),
    );
    assert_eq!(transition(&human_loop).id.name, "h");
    assert_eq!(transition(&human_loop).failure_reason.unwrap(), "no workers");
    let execution = event(
        "SageMaker Model Building Pipeline Execution Status Change",
        &[&arn("pipeline/p"), &arn("pipeline/p/execution/e")],
        &json!({"currentPipelineExecutionStatus": "Executing", "pipelineArn": arn("pipeline/p")}),
    );
    assert_eq!(transition(&execution).id.name, "p/execution/e");
    assert_eq!(transition(&execution).arn, arn("pipeline/p/execution/e"));
}

#[test]
fn trap_4_without_an_arn_the_name_identifies() {
    let read = transition(&with(&training_job(&json!({"TrainingJobName": "churn-7"})), "resources", json!([])));
    assert_eq!((read.id.name.as_str(), read.arn), ("churn-7", arn("training-job/churn-7")));
    let package = json!({"ModelPackageGroupName": "g", "ModelPackageVersion": 2.0});
    assert_eq!(transition(&event("SageMaker Model Package State Change", &[], &package)).id.name, "g/2");
    let nameless = event("SageMaker Training Job State Change", &[], &json!({"TrainingJobStatus": "Failed"}));
    let reason = parse_event(&nameless).unwrap_err();
    assert!(reason.contains("no identity") && reason.contains("TrainingJobName"), "{reason}");
    // The pipeline alone is not its execution.
    let pipeline =
        event("SageMaker Model Building Pipeline Execution Status Change", &[&arn("pipeline/p")], &json!({}));
    assert!(parse_event(&pipeline).is_err());
}

#[test]
fn trap_5_explicit_nulls_and_empty_texts_are_absent() {
    let read = transition(&training_job(&json!({
        "TrainingJobStatus": "Failed", "FailureReason": null, "SecondaryStatus": "", "CreationTime": 1583831889050_i64,
        "TrainingStartTime": null, "TrainingEndTime": null, "ResourceConfig": null, "Tags": null, "TuningJobArn": null,
    })));
    assert_eq!(read.phase, Phase::Failed);
    assert_eq!((read.started_at, read.ended_at, read.duration_s), (None, None, None));
    assert_eq!((read.failure_reason, read.secondary_status, read.parent), (None, None, None));
    assert_eq!((read.instance_type, read.instance_count), (None, None));
    let backwards = transition(&training_job(&json!({"TrainingStartTime": 1583831889, "TrainingEndTime": 1583831888})));
    assert_eq!(backwards.duration_s, None);
}

#[test]
fn trap_6_children_name_their_parents() {
    let tuning = arn("hyper-parameter-tuning-job/hpo");
    let parent = transition(&training_job(&json!({"TuningJobArn": tuning}))).parent.unwrap();
    assert_eq!((parent.kind.as_str(), parent.name.as_str(), parent.arn), ("hyper-parameter-tuning-job", "hpo", tuning));

    let automl = json!({"AutoMLJobArn": arn("automl-job/auto")});
    assert_eq!(transition(&training_job(&automl)).parent.unwrap().kind.as_str(), "automl-job");

    let execution = arn("pipeline/p/execution/e");
    let tagged =
        json!({"Tags": {"sagemaker:pipeline-execution-arn": execution, "team": arn("pipeline/q/execution/f")}});
    let parent = transition(&training_job(&tagged)).parent.unwrap();
    assert_eq!((parent.kind.as_str(), parent.name.as_str()), ("pipeline-execution", "p/execution/e"));

    let job = arn("training-job/pipelines-e77-Train-x1");
    let experiment = json!({"TrainingJobArn": job, "ExperimentConfig": {"ExperimentName": "p", "TrialName": "e77"}});
    assert_eq!(transition(&training_job(&experiment)).parent.unwrap().arn, arn("pipeline/p/execution/e77"));
    let other_trial = json!({"TrainingJobArn": job, "ExperimentConfig": {"ExperimentName": "p", "TrialName": "e7"}});
    assert_eq!(transition(&training_job(&other_trial)).parent, None);
}

#[test]
fn trap_6_steps_name_their_execution_and_their_job() {
    let step = |metadata: Value| {
        event(
            "SageMaker Model Building Pipeline Execution Step Status Change",
            &[&arn("pipeline/p"), &arn("pipeline/p/execution/e")],
            &json!({"stepName": "Train", "currentStepStatus": "Failed", "failureReason": "ClientError", "metadata": metadata,
                "stepStartTime": "2026-11-22T02:00:00Z", "stepEndTime": "2026-11-22T02:00:01.5Z"}),
        )
    };
    let event = step(json!({"trainingJob": {"arn": arn("training-job/pipelines-e-Train-1")}}));
    let read = transition(&event);
    assert_eq!(read.id.name, "p/execution/e/Train");
    assert_eq!(read.parent.unwrap().name, "p/execution/e");
    assert_eq!((read.duration_s, read.failure_reason.as_deref()), (Some(1.5), Some("ClientError")));
    for (metadata, kind, name) in [
        (json!({"trainingJob": {"arn": arn("training-job/t")}}), "training-job", "t"),
        (json!({"processingJob": {"arn": arn("processing-job/t")}}), "processing-job", "t"),
        (json!({"transformJob": {"arn": arn("transform-job/t")}}), "transform-job", "t"),
        (json!({"tuningJob": {"arn": arn("hyper-parameter-tuning-job/t")}}), "hyper-parameter-tuning-job", "t"),
        (json!({"autoMLJob": {"arn": arn("automl-job/t")}}), "automl-job", "t"),
        (json!({"registerModel": {"arn": arn("model-package/g/4")}}), "model-package", "g/4"),
        (json!({"model": {"arn": arn("model/t")}}), "model", "t"),
        (json!({"qualityCheck": {"checkJobArn": arn("processing-job/t")}}), "processing-job", "t"),
    ] {
        let job = step_job(&step(metadata)).unwrap();
        assert_eq!(
            (job.kind.as_str(), job.name.as_str(), job.account.to_string()),
            (kind, name, "111122223333".into())
        );
    }
    assert_eq!(step_job(&step(json!({"condition": {"outcome": "True"}}))), None);
    assert_eq!(step_job(&training_job(&json!({"metadata": {"model": {"arn": arn("model/t")}}}))), None);
}

#[test]
fn trap_6_a_heterogeneous_cluster_and_completed_with_failures() {
    let groups = json!([{"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2}, {"InstanceType": "ml.c5.18xlarge", "InstanceCount": 1}]);
    let read = transition(&training_job(&json!({"ResourceConfig": {"InstanceGroups": groups}})));
    assert_eq!((read.instance_type.as_deref(), read.instance_count), (Some("ml.p4d.24xlarge"), Some(3)));
    let execution = event(
        "SageMaker Model Building Pipeline Execution Status Change",
        &[&arn("pipeline/p/execution/e")],
        &json!({"currentPipelineExecutionStatus": "CompletedWithFailures"}),
    );
    assert_eq!(transition(&execution).phase, Phase::Failed);
}

#[test]
fn trap_7_an_older_event_never_outranks_a_newer_one_nor_a_running_one_a_terminal_one() {
    let at = |time: &str, status: &str, id: &str| {
        let detail = json!({"EndpointStatus": status});
        let event = event("SageMaker Endpoint State Change", &[&arn("endpoint/e")], &detail);
        transition(&with(&with(&event, "time", json!(time)), "id", json!(id)))
    };
    let first = at("2026-11-22T02:00:00Z", "DELETING", "z");
    let deleted = at("2026-11-22T02:00:07Z", "DELETED", "a");
    let again = at("2026-11-22T02:00:07Z", "DELETING", "y");
    let newest = [&again, &deleted, &first].into_iter().max_by_key(|read| read.version()).unwrap();
    assert_eq!(newest, &deleted);
}

#[test]
fn trap_8_a_forwarded_event_keeps_its_origin() {
    let forwarded = with(&training_job(&json!({})), "account", json!("444455556666"));
    let read = transition(&forwarded);
    assert_eq!((read.id.account.to_string(), read.id.region.as_str()), ("444455556666".into(), "us-east-1"));
    assert_eq!(read.event_id, "e-1");
    assert_eq!(transition(&forwarded), read, "two deliveries are one event");
}

#[test]
fn trap_9_the_envelopes_account_counts_unless_it_has_not_12_digits() {
    let event = training_job(&json!({"TrainingJobArn": "arn:aws:sagemaker:eu-west-1:999900001111:training-job/t"}));
    let account = |account: Value| transition(&with(&event, "account", account)).id.account.to_string();
    assert_eq!(account(json!("111122223333")), "111122223333");
    assert_eq!(account(json!("1111222233334")), "999900001111");
    assert_eq!(account(json!("11112222333")), "999900001111");
    assert_eq!(transition(&event).id.region.as_str(), "us-east-1");
    assert_eq!(transition(&event).arn, "arn:aws:sagemaker:eu-west-1:999900001111:training-job/t");
    for broken in [
        without(&event, "account"),
        without(&event, "id"),
        without(&event, "region"),
        with(&event, "region", json!("US EAST")),
    ] {
        assert!(parse_event(&broken).is_err(), "{broken}");
    }
    let arnless = json!({"TrainingJobName": "t"});
    let event = with(&with(&training_job(&arnless), "resources", json!([])), "account", json!("13"));
    assert!(parse_event(&event).unwrap_err().contains("account"));
}

#[test]
fn trap_10_occurrences_change_no_state() {
    let detail = json!({"EventDetails": {"ClusterArn": arn("cluster/c"), "EventLevel": "Error", "Description": "failed",
        "EventDetails": {"EventMetadata": {"Instance": {"FailureMessage": "no capacity"}}}}});
    let read = transition(&event("SageMaker HyperPod Cluster Event", &[], &detail));
    assert!(read.occurrence);
    assert_eq!((read.id.name.as_str(), read.phase), ("c", Phase::Unknown));
    assert_eq!((read.status.as_deref(), read.failure_reason.as_deref()), (Some("Error"), Some("no capacity")));
    let healthy = json!({"HealthSummary": {"HealthStatus": "Healthy", "HealthStatusReason": "all well"}});
    let read = transition(&event("SageMaker HyperPod Cluster Node Health Event", &[&arn("cluster/c")], &healthy));
    assert_eq!((read.status.as_deref(), read.failure_reason), (Some("Healthy"), None));
}

#[test]
fn a_published_sample_has_its_source_twice_once_as_a_list() {
    let event = with(&training_job(&json!({})), "source", json!(["aws.sagemaker"]));
    assert!(matches!(parse_event(&event), Ok(Record::Workload(_))));
}

#[test]
fn a_model_package_tells_its_approval_and_why_its_validation_failed() {
    let detail = json!({"ModelPackageStatus": "Failed", "ModelApprovalStatus": "PendingManualApproval",
        "ModelPackageStatusDetails": {"ValidationStatuses": [{"Name": "v", "Status": "Failed", "FailureReason": "no image"}]}});
    let read = transition(&event("SageMaker Model Package State Change", &[&arn("model-package/g/1")], &detail));
    assert_eq!(read.secondary_status.as_deref(), Some("PendingManualApproval"));
    assert_eq!(read.failure_reason.as_deref(), Some("no image"));
}

fn trail(changes: &Value) -> Value {
    let mut record = json!({"eventVersion": "1.08", "eventID": "c-1", "eventTime": "2026-11-22T02:04:05Z",
        "eventSource": "sagemaker.amazonaws.com", "eventName": "StopTrainingJob", "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333", "requestParameters": {"trainingJobName": "churn"}});
    for (name, value) in changes.as_object().unwrap() {
        record[name] = value.clone();
    }
    record
}

#[test]
fn api_calls_tell_who_called() {
    for (identity, actor, actor_type) in [
        (
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/r/s"}),
            Some("arn:aws:sts::1:assumed-role/r/s"),
            Some("AssumedRole"),
        ),
        (
            json!({"accountId": "111122223333", "invokedBy": "sagemaker.amazonaws.com"}),
            Some("sagemaker.amazonaws.com"),
            None,
        ),
        (
            json!({"type": "AWSService", "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::1:role/r"}}}),
            Some("arn:aws:iam::1:role/r"),
            Some("AWSService"),
        ),
        (json!({"type": "AWSAccount", "accountId": "999900001111"}), Some("999900001111"), Some("AWSAccount")),
        (json!(null), None, None),
    ] {
        let read = call(&trail(&json!({"userIdentity": identity})));
        assert_eq!((read.actor.as_deref(), read.actor_type.as_deref()), (actor, actor_type));
    }
}

#[test]
fn api_calls_read_or_write() {
    for (changes, read_only) in [
        (json!({"eventName": "DescribeEndpoint"}), true),
        (json!({"eventName": "ListModels"}), true),
        (json!({"eventName": "BatchGetRecord"}), true),
        (json!({"eventName": "CreateEndpoint"}), false),
        (json!({"eventName": "GetRecord", "readOnly": false}), false),
        (json!({"eventName": "CreateEndpoint", "readOnly": "true"}), true),
    ] {
        assert_eq!(call(&trail(&changes)).read_only, read_only, "{changes}");
    }
}

#[test]
fn an_enveloped_call_has_the_envelopes_account_and_a_service_event_counts() {
    let record =
        trail(&json!({"recipientAccountId": "999900001111", "eventType": "AwsServiceEvent", "awsRegion": "eu-west-1",
        "errorCode": "ThrottlingException", "errorMessage": "slow down"}));
    let read = call(&event("AWS API Call via CloudTrail", &[], &record));
    assert_eq!((read.account.to_string(), read.region.as_str()), ("111122223333".into(), "us-east-1"));
    assert_eq!((read.event_id.as_str(), read.error_code.as_deref()), ("c-1", Some("ThrottlingException")));
    assert_eq!(read.workload().unwrap().name, "churn");
    let nameless = call(&event("AWS API Call via CloudTrail", &[], &without(&record, "eventID")));
    assert_eq!(nameless.event_id, "e-1");
    let service = call(&event("AWS Service Event via CloudTrail", &[], &record));
    assert_eq!(service.event_name, "StopTrainingJob");
}

#[test]
fn calls_of_other_services_are_kept_as_unrecognised() {
    let record = trail(&json!({"eventSource": "s3.amazonaws.com"}));
    for event in [event("AWS API Call via CloudTrail", &[], &record), record] {
        assert!(matches!(parse_event(&event), Ok(Record::Unrecognised(_))), "{event}");
    }
}
