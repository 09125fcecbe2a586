//! Where else a workload can be looked at: the SageMaker console and CloudWatch Logs.

use onepane_domain::{Region, Transition, WorkloadKind, percent_encode};

/// Links with their texts; none where AWS has no page for the kind.
pub(super) fn links(state: &Transition) -> Vec<(&'static str, String)> {
    let id = &state.id;
    let name = percent_encode(&id.name);
    let console = console_host(&id.region);
    let region = &id.region;
    let sagemaker = |path: String| format!("https://{region}.{console}/sagemaker/home?region={region}#/{path}");
    let page = match id.kind {
        WorkloadKind::TrainingJob => Some(format!("jobs/{name}")),
        WorkloadKind::ProcessingJob => Some(format!("processing-jobs/{name}")),
        WorkloadKind::TransformJob => Some(format!("transform-jobs/{name}")),
        WorkloadKind::TuningJob => Some(format!("hyper-tuning-jobs/{name}")),
        WorkloadKind::LabelingJob => Some(format!("groundtruth/labeling-jobs/details/{name}")),
        WorkloadKind::Endpoint | WorkloadKind::EndpointDeployment => Some(format!("endpoints/{name}")),
        WorkloadKind::EndpointConfig => Some(format!("endpointConfig/{name}")),
        WorkloadKind::Model => Some(format!("models/{name}")),
        WorkloadKind::NotebookInstance => Some(format!("notebook-instances/{name}")),
        WorkloadKind::Algorithm => Some(format!("algorithms/{name}")),
        WorkloadKind::Image => Some(format!("images/{name}")),
        WorkloadKind::Cluster => Some(format!("cluster-management/{name}")),
        _ => None,
    };
    let group = match id.kind {
        WorkloadKind::TrainingJob => Some(("/aws/sagemaker/TrainingJobs".to_owned(), true)),
        WorkloadKind::ProcessingJob => Some(("/aws/sagemaker/ProcessingJobs".to_owned(), true)),
        WorkloadKind::TransformJob => Some(("/aws/sagemaker/TransformJobs".to_owned(), true)),
        WorkloadKind::NotebookInstance => Some(("/aws/sagemaker/NotebookInstances".to_owned(), true)),
        WorkloadKind::LabelingJob => Some(("/aws/sagemaker/LabelingJobs".to_owned(), true)),
        WorkloadKind::Endpoint => Some((format!("/aws/sagemaker/Endpoints/{}", id.name), false)),
        _ => None,
    };
    let logs = group.map(|(group, by_stream)| {
        // The console's fragment escapes twice and writes `$` for the second `%`.
        let twice = |text: &str| percent_encode(&percent_encode(text)).replace('%', "$");
        let filter = match by_stream {
            true => format!("$3FlogStreamNameFilter$3D{}", twice(&id.name)),
            false => String::new(),
        };
        format!(
            "https://{region}.{console}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{}{filter}",
            twice(&group)
        )
    });
    page.map(|page| ("SageMaker console", sagemaker(page))).into_iter().chain(logs.map(|logs| ("Logs", logs))).collect()
}

fn console_host(region: &Region) -> &'static str {
    match region.as_str() {
        region if region.starts_with("cn-") => "console.amazonaws.cn",
        region if region.starts_with("us-gov-") => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onepane_domain::{Phase, Timestamp, WorkloadId};

    #[test]
    fn logs_lead_to_the_jobs_own_streams() {
        let state = Transition {
            event_id: "e".into(),
            event_time: Timestamp::EPOCH,
            id: WorkloadId {
                account: "111122223333".parse().unwrap(),
                region: "eu-west-1".parse().unwrap(),
                kind: WorkloadKind::TrainingJob,
                name: "xgb-1".into(),
            },
            arn: String::new(),
            status: None,
            secondary_status: None,
            phase: Phase::Running,
            created_at: None,
            started_at: None,
            ended_at: None,
            duration_s: None,
            failure_reason: None,
            instance_type: None,
            instance_count: None,
            parent: None,
            tags: std::collections::BTreeMap::new(),
            occurrence: false,
            detail_type: String::new(),
        };
        let links = links(&state);
        assert_eq!(links[0].1, "https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/xgb-1");
        assert_eq!(
            links[1].1,
            "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/\
             $252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3Dxgb-1"
        );
    }
}
