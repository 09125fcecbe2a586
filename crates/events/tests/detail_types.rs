//! Every detail-type that SageMaker sends is recognised, with its kind, name, status and phase.

#![allow(clippy::panic, clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use common::{arn, event, transition};
use onepane_domain::{Phase, Record};
use serde_json::{Value, json};

/// Detail-type, the resource's part of the ARN, detail → kind, name, status, phase.
type Row = (&'static str, &'static str, Value, &'static str, &'static str, Option<&'static str>, Phase);

fn state_changes() -> Vec<Row> {
    let running = Phase::Running;
    let good = Phase::Succeeded;
    vec![
        (
            "SageMaker Training Job State Change",
            "training-job/j",
            json!({"TrainingJobStatus": "InProgress"}),
            "training-job",
            "j",
            Some("InProgress"),
            running,
        ),
        (
            "SageMaker Processing Job State Change",
            "processing-job/j",
            json!({"ProcessingJobStatus": "Completed"}),
            "processing-job",
            "j",
            Some("Completed"),
            good,
        ),
        (
            "SageMaker Transform Job State Change",
            "transform-job/j",
            json!({"TransformJobStatus": "Failed"}),
            "transform-job",
            "j",
            Some("Failed"),
            Phase::Failed,
        ),
        (
            "SageMaker HyperParameter Tuning Job State Change",
            "hyper-parameter-tuning-job/j",
            json!({"HyperParameterTuningJobStatus": "Stopping"}),
            "hyper-parameter-tuning-job",
            "j",
            Some("Stopping"),
            Phase::Stopping,
        ),
        (
            "SageMaker Ground Truth Labeling Job State Change",
            "labeling-job/j",
            json!({"LabelingJobStatus": "Initializing"}),
            "labeling-job",
            "j",
            Some("Initializing"),
            Phase::Pending,
        ),
        (
            "SageMaker Model Building Pipeline Execution Status Change",
            "pipeline/p/execution/e",
            json!({"currentPipelineExecutionStatus": "Executing"}),
            "pipeline-execution",
            "p/execution/e",
            Some("Executing"),
            running,
        ),
        (
            "SageMaker Model Building Pipeline Execution Step Status Change",
            "pipeline/p/execution/e",
            json!({"currentStepStatus": "Starting", "stepName": "Train"}),
            "pipeline-execution-step",
            "p/execution/e/Train",
            Some("Starting"),
            Phase::Pending,
        ),
        (
            "SageMaker Endpoint State Change",
            "endpoint/e",
            json!({"EndpointStatus": "IN_SERVICE"}),
            "endpoint",
            "e",
            Some("InService"),
            good,
        ),
        (
            "SageMaker Endpoint Config State Change",
            "endpoint-config/c",
            json!({"Tags": {"a": "b"}}),
            "endpoint-config",
            "c",
            None,
            good,
        ),
        (
            "SageMaker Endpoint Deployment State Change",
            "endpoint/e",
            json!({"EndpointStatus": "UPDATING"}),
            "endpoint-deployment",
            "e",
            Some("Updating"),
            running,
        ),
        ("SageMaker Model State Change", "model/m", json!({}), "model", "m", None, good),
        (
            "SageMaker Model Package State Change",
            "model-package/g/3",
            json!({"ModelPackageStatus": "Completed"}),
            "model-package",
            "g/3",
            Some("Completed"),
            good,
        ),
        (
            "SageMaker Model Card State Change",
            "model-card/c",
            json!({"ModelCardStatus": "PendingReview"}),
            "model-card",
            "c",
            Some("PendingReview"),
            Phase::Pending,
        ),
        (
            "SageMaker Model Card Export Job State Change",
            "model-card/c/export-job/x",
            json!({"Status": "InProgress"}),
            "model-card-export-job",
            "c/export-job/x",
            Some("InProgress"),
            running,
        ),
        (
            "SageMaker Feature Group State Change",
            "feature-group/f",
            json!({"FeatureGroupStatus": "CreateFailed"}),
            "feature-group",
            "f",
            Some("CreateFailed"),
            Phase::Failed,
        ),
        (
            "SageMaker Image State Change",
            "image/i",
            json!({"ImageStatus": "Created"}),
            "image",
            "i",
            Some("Created"),
            good,
        ),
        (
            "SageMaker Image Version State Change",
            "image-version/i/2",
            json!({"ImageVersionStatus": "Deleting"}),
            "image-version",
            "i/2",
            Some("Deleting"),
            Phase::Stopping,
        ),
        (
            "SageMaker Notebook Instance State Change",
            "notebook-instance/n",
            json!({"NotebookInstanceStatus": "Stopped"}),
            "notebook-instance",
            "n",
            Some("Stopped"),
            Phase::Stopped,
        ),
        (
            "SageMaker Notebook Lifecycle Config State Change",
            "notebook-instance-lifecycle-config/l",
            json!({}),
            "notebook-lifecycle-config",
            "l",
            None,
            good,
        ),
        (
            "SageMaker Algorithm State Change",
            "algorithm/a",
            json!({"AlgorithmStatus": "Pending"}),
            "algorithm",
            "a",
            Some("Pending"),
            Phase::Pending,
        ),
        (
            "SageMaker Monitoring Schedule State Change",
            "monitoring-schedule/s",
            json!({"MonitoringScheduleStatus": "Scheduled"}),
            "monitoring-schedule",
            "s",
            Some("Scheduled"),
            good,
        ),
        (
            "SageMaker HyperPod Cluster State Change",
            "cluster/c",
            json!({"ClusterStatus": "RollingBack"}),
            "cluster",
            "c",
            Some("RollingBack"),
            running,
        ),
        (
            "SageMaker A2I HumanLoop Status Change",
            "human-loop/h",
            json!({"humanLoopStatus": "Stopped"}),
            "human-loop",
            "h",
            Some("Stopped"),
            Phase::Stopped,
        ),
        (
            "SageMaker Evaluation Job Status Change",
            "evaluation-job/v",
            json!({"EvaluationJobStatus": "InProgress"}),
            "evaluation-job",
            "v",
            Some("InProgress"),
            running,
        ),
        ("SageMaker Human Loop Finished", "human-loop/h", json!({}), "human-loop", "h", Some("Finished"), good),
    ]
}

#[test]
fn every_state_change_is_recognised() {
    for (detail_type, resource, detail, kind, name, status, phase) in state_changes() {
        let transition = transition(&event(detail_type, &[&arn(resource)], &detail));
        assert_eq!(transition.id.kind.as_str(), kind, "{detail_type}");
        assert_eq!(transition.id.name, name, "{detail_type}");
        assert_eq!(transition.arn, arn(resource), "{detail_type}");
        assert_eq!(transition.status.as_deref(), status, "{detail_type}");
        assert_eq!(transition.phase, phase, "{detail_type}");
        assert_eq!(transition.detail_type, detail_type);
        assert!(!transition.occurrence, "{detail_type}");
    }
}

#[test]
fn tracking_servers_tell_their_state_in_the_detail_type() {
    for (words, status, phase) in [
        ("Creating", "Creating", Phase::Running),
        ("Created", "Created", Phase::Succeeded),
        ("Create Failed", "CreateFailed", Phase::Failed),
        ("Updating", "Updating", Phase::Running),
        ("Updated", "Updated", Phase::Succeeded),
        ("Update Failed", "UpdateFailed", Phase::Failed),
        ("Deleting", "Deleting", Phase::Stopping),
        ("Deleted", "Deleted", Phase::Deleted),
        ("Delete Failed", "DeleteFailed", Phase::Failed),
        ("Starting", "Starting", Phase::Pending),
        ("Started", "Started", Phase::Succeeded),
        ("Start Failed", "StartFailed", Phase::Failed),
        ("Stopping", "Stopping", Phase::Stopping),
        ("Stopped", "Stopped", Phase::Stopped),
        ("Stop Failed", "StopFailed", Phase::Failed),
        ("Maintenance In Progress", "MaintenanceInProgress", Phase::Running),
        ("Maintenance Complete", "MaintenanceComplete", Phase::Succeeded),
        ("Maintenance Failed", "MaintenanceFailed", Phase::Failed),
    ] {
        let resource = arn("mlflow-tracking-server/t");
        let transition = transition(&event(&format!("SageMaker Tracking Server {words}"), &[&resource], &json!({})));
        assert_eq!((transition.id.kind.as_str(), transition.id.name.as_str()), ("tracking-server", "t"), "{words}");
        assert_eq!((transition.status.as_deref(), transition.phase), (Some(status), phase), "{words}");
        assert!(!transition.occurrence);
    }
}

#[test]
fn occurrences_are_recognised_and_change_no_state() {
    let mut rows = vec![
        (
            "SageMaker HyperPod Cluster Event".to_owned(),
            "cluster/c",
            json!({"EventDetails": {"ClusterName": "c", "EventLevel": "Error"}}),
            ("cluster", "c", Some("Error")),
        ),
        (
            "SageMaker HyperPod Cluster Node Health Event".to_owned(),
            "cluster/c",
            json!({"HealthSummary": {"HealthStatus": "Unhealthy"}}),
            ("cluster", "c", Some("Unhealthy")),
        ),
        (
            "SageMaker Human Loop Step Execution Finished".to_owned(),
            "human-loop/h",
            json!({}),
            ("human-loop", "h", Some("StepExecutionFinished")),
        ),
        (
            "SageMaker Ground Truth Labeling Job Task Status Change".to_owned(),
            "workteam/w",
            json!({"labeling-job-arn": arn("labeling-job/l"), "workteam-team-arn": arn("workteam/w"), "State": "Accepted"}),
            ("labeling-job", "l", Some("Accepted")),
        ),
    ];
    for word in ["Accepted", "Created", "Declined", "Expired", "Returned", "Submitted"] {
        let detail_type = format!("SageMaker Human Task {word}");
        rows.push((detail_type.clone(), "human-loop/h", json!({}), ("human-loop", "h", Some(word))));
        rows.push((detail_type.clone(), "labeling-job/l", json!({"taskId": "t"}), ("labeling-job", "l", Some(word))));
        rows.push((detail_type, "workteam/w", json!({"taskId": "t"}), ("human-task", "t", Some(word))));
    }
    for (words, status) in [
        ("Creating Run", "CreatingRun"),
        ("Creating RegisteredModel", "CreatingRegisteredModel"),
        ("Creating ModelVersion", "CreatingModelVersion"),
        ("Transitioning ModelVersion Stage", "TransitioningModelVersionStage"),
        ("Setting Registered Model Alias", "SettingRegisteredModelAlias"),
    ] {
        let detail_type = format!("SageMaker MLFlow Tracking Server {words}");
        rows.push((detail_type, "mlflow-tracking-server/t", json!({}), ("tracking-server", "t", Some(status))));
    }
    for (detail_type, resource, detail, (kind, name, status)) in rows {
        let transition = transition(&event(&detail_type, &[&arn(resource)], &detail));
        assert_eq!((transition.id.kind.as_str(), transition.id.name.as_str()), (kind, name), "{detail_type}");
        assert_eq!(transition.status.as_deref(), status, "{detail_type}");
        assert_eq!(transition.phase, Phase::Unknown, "{detail_type}");
        assert!(transition.occurrence, "{detail_type}");
    }
}

#[test]
fn other_detail_types_and_sources_are_kept_as_unrecognised() {
    let resource = arn("training-job/j");
    let mut events: Vec<Value> = [
        "SageMaker Quantum Job State Change",
        "SageMaker Tracking Server Exploded",
        "SageMaker MLFlow Tracking Server Deleting Run",
        "SageMaker Human Task Lost",
        "SageMaker",
        "",
        "EC2 Instance State-change Notification",
    ]
    .iter()
    .map(|detail_type| event(detail_type, &[&resource], &json!({})))
    .collect();
    let training_job = common::training_job(&json!({}));
    events.push(common::with(&training_job, "source", json!("com.example")));
    events.push(common::without(&training_job, "source"));
    // No payload of it is published: what cannot be identified may still be understood one day.
    events.push(event("SageMaker Human Task Accepted", &[&arn("workteam/w")], &json!({})));
    for event in events {
        let record = onepane_events::parse_event(&event).unwrap();
        let Record::Unrecognised(kept) = record else { panic!("{record:?} from {event}") };
        assert_eq!((kept.event_id.as_str(), kept.account.to_string().as_str()), ("e-1", "111122223333"));
        assert_eq!(kept.detail_type, event["detail-type"].as_str().unwrap());
    }
}
