//! What each of SageMaker's detail-types tells: the kind, where its identity and status stand, and how it is read.

use onepane_domain::WorkloadKind;

/// How the events of a detail-type change the workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// They tell the workload's state.
    State,
    /// They tell the state of a thing that has no status (a model, an endpoint config): it exists, or it was deleted.
    Existence,
    /// They tell of something that happened to the workload, and leave its state as it was.
    Occurrence,
}

/// What a detail-type tells.
#[derive(Debug, Clone)]
pub(crate) struct DetailType {
    /// The kind of workload.
    pub(crate) kind: WorkloadKind,
    /// How it is to be read.
    pub(crate) meaning: Meaning,
    /// Where the detail holds the ARN.
    pub(crate) arn: &'static str,
    /// Where the detail holds the name.
    pub(crate) name: &'static str,
    /// Where the detail holds the status.
    pub(crate) status: &'static str,
    /// Where the detail holds the start and the end of the work.
    pub(crate) start: &'static str,
    pub(crate) end: &'static str,
    /// The status in API spelling, where the detail-type itself tells it.
    pub(crate) status_word: Option<String>,
    /// False where AWS publishes no payload, so that an event without a known identity may still be a good one.
    pub(crate) published: bool,
}

impl DetailType {
    const fn state(
        kind: WorkloadKind,
        arn: &'static str,
        name: &'static str,
        status: &'static str,
        start: &'static str,
        end: &'static str,
    ) -> Self {
        let meaning = Meaning::State;
        Self { kind, meaning, arn, name, status, start, end, status_word: None, published: true }
    }

    const fn lasting(kind: WorkloadKind, arn: &'static str, name: &'static str, status: &'static str) -> Self {
        Self::state(kind, arn, name, status, "", "")
    }

    const fn statusless(kind: WorkloadKind, arn: &'static str, name: &'static str, status: &'static str) -> Self {
        let meaning = Meaning::Existence;
        Self { kind, meaning, arn, name, status, start: "", end: "", status_word: None, published: true }
    }

    const fn occurrence(kind: WorkloadKind, arn: &'static str, name: &'static str, status: &'static str) -> Self {
        let meaning = Meaning::Occurrence;
        Self { kind, meaning, arn, name, status, start: "", end: "", status_word: None, published: true }
    }

    fn saying(mut self, words: &str) -> Self {
        self.status_word = Some(words.replace(' ', ""));
        self.published = false;
        self
    }

    const fn unpublished(mut self) -> Self {
        self.published = false;
        self
    }

    /// What a detail-type tells; none if it is not one of SageMaker's.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let subject = text.strip_prefix("SageMaker ")?;
        if let Some(words) = subject.strip_prefix("Tracking Server ") {
            return TRACKING_SERVER_WORDS.contains(&words).then(|| tracking_server(Meaning::State).saying(words));
        }
        if let Some(words) = subject.strip_prefix("MLFlow Tracking Server ") {
            return MLFLOW_WORDS.contains(&words).then(|| tracking_server(Meaning::Occurrence).saying(words));
        }
        if let Some(words) = subject.strip_prefix("Human Task ") {
            return HUMAN_TASK_WORDS.contains(&words).then(|| human_task().saying(words));
        }
        if let Some(changed) = subject.strip_suffix(" State Change").or_else(|| subject.strip_suffix(" Status Change"))
        {
            return state_change(changed);
        }
        match subject {
            "HyperPod Cluster Event" => {
                Some(Self::occurrence(WorkloadKind::Cluster, "ClusterArn", "ClusterName", "EventLevel"))
            }
            "HyperPod Cluster Node Health Event" => {
                Some(Self::occurrence(WorkloadKind::Cluster, "ClusterArn", "ClusterName", ""))
            }
            "Human Loop Finished" => Some(human_loop().saying("Finished")),
            "Human Loop Step Execution Finished" => {
                Some(Self { meaning: Meaning::Occurrence, ..human_loop() }.saying("Step Execution Finished"))
            }
            _ => None,
        }
    }
}

const TRACKING_SERVER_WORDS: [&str; 18] = [
    "Creating",
    "Created",
    "Create Failed",
    "Updating",
    "Updated",
    "Update Failed",
    "Deleting",
    "Deleted",
    "Delete Failed",
    "Starting",
    "Started",
    "Start Failed",
    "Stopping",
    "Stopped",
    "Stop Failed",
    "Maintenance In Progress",
    "Maintenance Complete",
    "Maintenance Failed",
];

const MLFLOW_WORDS: [&str; 5] = [
    "Creating Run",
    "Creating RegisteredModel",
    "Creating ModelVersion",
    "Transitioning ModelVersion Stage",
    "Setting Registered Model Alias",
];

const HUMAN_TASK_WORDS: [&str; 6] = ["Accepted", "Created", "Declined", "Expired", "Returned", "Submitted"];

fn tracking_server(meaning: Meaning) -> DetailType {
    let kind = WorkloadKind::TrackingServer;
    DetailType { meaning, ..DetailType::lasting(kind, "TrackingServerArn", "TrackingServerName", "") }
}

fn human_task() -> DetailType {
    DetailType::occurrence(WorkloadKind::HumanTask, "HumanTaskArn", "TaskId", "")
}

fn human_loop() -> DetailType {
    DetailType::lasting(WorkloadKind::HumanLoop, "humanLoopArn", "humanLoopName", "humanLoopStatus")
}

/// The `SageMaker {subject} State Change` and `… Status Change` events.
fn state_change(subject: &str) -> Option<DetailType> {
    use WorkloadKind as Kind;
    Some(match subject {
        "Training Job" => DetailType::state(
            Kind::TrainingJob,
            "TrainingJobArn",
            "TrainingJobName",
            "TrainingJobStatus",
            "TrainingStartTime",
            "TrainingEndTime",
        ),
        "Processing Job" => DetailType::state(
            Kind::ProcessingJob,
            "ProcessingJobArn",
            "ProcessingJobName",
            "ProcessingJobStatus",
            "ProcessingStartTime",
            "ProcessingEndTime",
        ),
        "Transform Job" => DetailType::state(
            Kind::TransformJob,
            "TransformJobArn",
            "TransformJobName",
            "TransformJobStatus",
            "TransformStartTime",
            "TransformEndTime",
        ),
        "HyperParameter Tuning Job" => DetailType::state(
            Kind::TuningJob,
            "HyperParameterTuningJobArn",
            "HyperParameterTuningJobName",
            "HyperParameterTuningJobStatus",
            "HyperParameterTuningStartTime",
            "HyperParameterTuningEndTime",
        ),
        "Ground Truth Labeling Job" => DetailType::state(
            Kind::LabelingJob,
            "LabelingJobArn",
            "LabelingJobName",
            "LabelingJobStatus",
            "LabelingStartTime",
            "LabelingEndTime",
        ),
        "Ground Truth Labeling Job Task" => {
            DetailType::occurrence(Kind::LabelingJob, "labeling-job-arn", "labeling-job-name", "State")
        }
        "Model Building Pipeline Execution" => DetailType::state(
            Kind::PipelineExecution,
            "pipelineExecutionArn",
            "",
            "currentPipelineExecutionStatus",
            "executionStartTime",
            "executionEndTime",
        ),
        "Model Building Pipeline Execution Step" => DetailType::state(
            Kind::PipelineStep,
            "pipelineExecutionArn",
            "",
            "currentStepStatus",
            "stepStartTime",
            "stepEndTime",
        ),
        "A2I HumanLoop" => human_loop(),
        "Evaluation Job" => DetailType::state(
            Kind::EvaluationJob,
            "EvaluationJobArn",
            "EvaluationJobName",
            "EvaluationJobStatus",
            "EvaluationStartTime",
            "EvaluationEndTime",
        )
        .unpublished(),
        "Endpoint" => DetailType::lasting(Kind::Endpoint, "EndpointArn", "EndpointName", "EndpointStatus"),
        "Endpoint Deployment" => {
            DetailType::lasting(Kind::EndpointDeployment, "EndpointArn", "EndpointName", "EndpointStatus")
        }
        "Endpoint Config" => {
            DetailType::statusless(Kind::EndpointConfig, "EndpointConfigArn", "EndpointConfigName", "")
        }
        "Model" => DetailType::statusless(Kind::Model, "ModelArn", "ModelName", ""),
        "Model Package" => {
            DetailType::lasting(Kind::ModelPackage, "ModelPackageArn", "ModelPackageName", "ModelPackageStatus")
        }
        "Model Card" => DetailType::lasting(Kind::ModelCard, "ModelCardArn", "ModelCardName", "ModelCardStatus"),
        "Model Card Export Job" => DetailType::lasting(
            Kind::ModelCardExportJob,
            "ModelCardExportJobArn",
            "ModelCardExportJobName",
            "ModelCardExportJobStatus",
        ),
        "Feature Group" => {
            DetailType::lasting(Kind::FeatureGroup, "FeatureGroupArn", "FeatureGroupName", "FeatureGroupStatus")
        }
        "Image" => DetailType::lasting(Kind::Image, "ImageArn", "ImageName", "ImageStatus"),
        "Image Version" => {
            DetailType::lasting(Kind::ImageVersion, "ImageVersionArn", "ImageVersionName", "ImageVersionStatus")
        }
        "Notebook Instance" => DetailType::lasting(
            Kind::NotebookInstance,
            "NotebookInstanceArn",
            "NotebookInstanceName",
            "NotebookInstanceStatus",
        ),
        "Notebook Lifecycle Config" => DetailType::statusless(
            Kind::NotebookLifecycleConfig,
            "NotebookInstanceLifecycleConfigArn",
            "NotebookInstanceLifecycleConfigName",
            "",
        ),
        "Algorithm" => DetailType::statusless(Kind::Algorithm, "AlgorithmArn", "AlgorithmName", "AlgorithmStatus"),
        "Monitoring Schedule" => DetailType::lasting(
            Kind::MonitoringSchedule,
            "MonitoringScheduleArn",
            "MonitoringScheduleName",
            "MonitoringScheduleStatus",
        ),
        "HyperPod Cluster" => DetailType::lasting(Kind::Cluster, "ClusterArn", "ClusterName", "ClusterStatus"),
        _ => return None,
    })
}
