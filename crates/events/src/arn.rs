//! ARNs of SageMaker resources, and the kinds that they stand for.

use onepane_domain::{Parent, WorkloadKind};

/// A SageMaker ARN, taken apart: `arn:{partition}:sagemaker:{region}:{account}:{resource type}/{rest}`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arn<'a> {
    /// The whole text.
    pub(crate) text: &'a str,
    /// The account's digits, as they stand.
    pub(crate) account: &'a str,
    resource_type: &'a str,
    /// What follows the resource type; not empty.
    pub(crate) rest: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes a text apart; none if it is no ARN of SageMaker (or of one of its sister services, `sagemaker-…`).
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        let _partition = parts.next()?;
        let service = parts.next()?;
        let _region = parts.next()?;
        let account = parts.next()?;
        let (resource_type, rest) = parts.next()?.split_once('/')?;
        let complete = service.starts_with("sagemaker") && !resource_type.is_empty() && !rest.is_empty();
        complete.then_some(Self { text, account, resource_type, rest })
    }

    /// The kind of workload that this ARN names.
    pub(crate) fn kind(&self) -> WorkloadKind {
        match self.resource_type {
            "pipeline" if self.rest.contains("/execution/") => WorkloadKind::PipelineExecution,
            "mlflow-tracking-server" => WorkloadKind::TrackingServer,
            "notebook-instance-lifecycle-config" => WorkloadKind::NotebookLifecycleConfig,
            // AWS's own sample of a tuning job has this type.
            "tuningJob" => WorkloadKind::TuningJob,
            "model-card" if self.rest.contains("/export-job/") => WorkloadKind::ModelCardExportJob,
            other => WorkloadKind::from(other),
        }
    }

    /// The workload of this ARN, as the parent of another.
    pub(crate) fn to_parent(self) -> Parent {
        Parent { kind: self.kind(), name: self.rest.to_owned(), arn: self.text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_the_resource_type() {
        for (text, kind, rest) in [
            ("arn:aws:sagemaker:us-east-1:111122223333:training-job/a", "training-job", "a"),
            ("arn:aws:sagemaker:us-east-1:111122223333:tuningJob/x", "hyper-parameter-tuning-job", "x"),
            (
                "arn:aws-cn:sagemaker:cn-north-1:111122223333:pipeline/p/execution/e",
                "pipeline-execution",
                "p/execution/e",
            ),
            ("arn:aws:sagemaker:us-east-1:111122223333:pipeline/p", "pipeline", "p"),
            ("arn:aws:sagemaker:us-east-1:111122223333:mlflow-tracking-server/t", "tracking-server", "t"),
            ("arn:aws:sagemaker:us-east-1:111122223333:model-package/group/2", "model-package", "group/2"),
            ("arn:aws:sagemaker:us-east-1:111122223333:user-profile/d-1/ann", "user-profile", "d-1/ann"),
        ] {
            let arn = Arn::parse(text).unwrap();
            assert_eq!((arn.kind().as_str(), arn.rest), (kind, rest), "{text}");
        }
    }

    #[test]
    fn what_is_no_sagemaker_arn_is_none() {
        for text in ["", "arn", "arn:aws:eks:us-east-1:1:cluster/x", "arn:aws:sagemaker:us-east-1:1:model/", "model/x"]
        {
            assert!(Arn::parse(text).is_none(), "{text}");
        }
    }
}
