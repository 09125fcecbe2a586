//! Kinds of workload, in the spelling of SageMaker's ARNs.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

macro_rules! kinds {
    ($($variant:ident = $text:literal, $label:literal, $plural:literal;)*) => {
        /// A kind of workload: the resource type of its ARN.
        ///
        /// Kinds that SageMaker adds later, and resources known from API calls alone, are [`WorkloadKind::Other`].
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum WorkloadKind {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
            /// Any other resource type, as it stands in the ARN.
            Other(Box<str>),
        }

        impl WorkloadKind {
            /// Every kind that has a name of its own here, in the order in which people meet them.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// The ARN's spelling, such as `training-job`.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }

            /// What people call one of them, such as "Training job".
            pub fn label(&self) -> &str {
                match self {
                    $(Self::$variant => $label,)*
                    Self::Other(text) => text,
                }
            }

            /// What people call several of them, such as "Training jobs".
            pub fn plural(&self) -> &str {
                match self {
                    $(Self::$variant => $plural,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for WorkloadKind {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Other(other.into()),
                }
            }
        }
    };
}

kinds! {
    TrainingJob = "training-job", "Training job", "Training jobs";
    ProcessingJob = "processing-job", "Processing job", "Processing jobs";
    TransformJob = "transform-job", "Transform job", "Transform jobs";
    TuningJob = "hyper-parameter-tuning-job", "Tuning job", "Tuning jobs";
    LabelingJob = "labeling-job", "Labeling job", "Labeling jobs";
    PipelineExecution = "pipeline-execution", "Pipeline execution", "Pipeline executions";
    PipelineStep = "pipeline-execution-step", "Pipeline step", "Pipeline steps";
    Endpoint = "endpoint", "Endpoint", "Endpoints";
    EndpointConfig = "endpoint-config", "Endpoint config", "Endpoint configs";
    EndpointDeployment = "endpoint-deployment", "Endpoint deployment", "Endpoint deployments";
    Model = "model", "Model", "Models";
    ModelPackage = "model-package", "Model package", "Model packages";
    ModelCard = "model-card", "Model card", "Model cards";
    ModelCardExportJob = "model-card-export-job", "Model card export job", "Model card export jobs";
    FeatureGroup = "feature-group", "Feature group", "Feature groups";
    Image = "image", "Image", "Images";
    ImageVersion = "image-version", "Image version", "Image versions";
    NotebookInstance = "notebook-instance", "Notebook instance", "Notebook instances";
    NotebookLifecycleConfig = "notebook-lifecycle-config", "Notebook lifecycle config", "Notebook lifecycle configs";
    Algorithm = "algorithm", "Algorithm", "Algorithms";
    MonitoringSchedule = "monitoring-schedule", "Monitoring schedule", "Monitoring schedules";
    Cluster = "cluster", "HyperPod cluster", "HyperPod clusters";
    HumanLoop = "human-loop", "Human loop", "Human loops";
    HumanTask = "human-task", "Human task", "Human tasks";
    EvaluationJob = "evaluation-job", "Evaluation job", "Evaluation jobs";
    TrackingServer = "tracking-server", "Tracking server", "Tracking servers";
}

impl WorkloadKind {
    /// The resource type under which such a workload's ARN stands: a pipeline's executions and steps stand under
    /// `pipeline`, a deployment under its `endpoint`, a tracking server under `mlflow-tracking-server`.
    pub fn arn_type(&self) -> &str {
        match self {
            Self::PipelineExecution | Self::PipelineStep => "pipeline",
            Self::EndpointDeployment => "endpoint",
            Self::NotebookLifecycleConfig => "notebook-instance-lifecycle-config",
            Self::TrackingServer => "mlflow-tracking-server",
            other => other.as_str(),
        }
    }

    /// True for work that starts and ends by itself; false for lasting things (an endpoint, a model, a cluster).
    pub fn is_job(&self) -> bool {
        matches!(
            self,
            Self::TrainingJob
                | Self::ProcessingJob
                | Self::TransformJob
                | Self::TuningJob
                | Self::LabelingJob
                | Self::PipelineExecution
                | Self::PipelineStep
                | Self::ModelCardExportJob
                | Self::HumanLoop
                | Self::HumanTask
                | Self::EvaluationJob
        )
    }
}

impl From<String> for WorkloadKind {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl fmt::Display for WorkloadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for WorkloadKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for WorkloadKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_kind_round_trips() {
        for kind in WorkloadKind::KNOWN {
            assert_eq!(&WorkloadKind::from(kind.as_str()), kind);
        }
        assert_eq!(WorkloadKind::from("user-profile").as_str(), "user-profile");
    }
}
