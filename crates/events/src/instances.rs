//! What a workload runs on.

use crate::fields::{count, items, member, text};
use onepane_domain::WorkloadKind;
use serde_json::Value;

/// The instance type (of the first group that has one) and the number of instances over all groups.
pub(crate) type Instances = (Option<String>, Option<u32>);

/// Reads the instances of a workload from its event's detail.
pub(crate) fn instances(kind: &WorkloadKind, detail: &Value) -> Instances {
    match kind {
        WorkloadKind::TrainingJob => member(detail, "ResourceConfig").map(of_config).unwrap_or_default(),
        WorkloadKind::ProcessingJob => {
            let resources = member(detail, "ProcessingResources");
            resources.and_then(|r| member(r, "ClusterConfig")).map(of_config).unwrap_or_default()
        }
        WorkloadKind::TransformJob => member(detail, "TransformResources").map(of_config).unwrap_or_default(),
        WorkloadKind::TuningJob => of_tuning(detail),
        WorkloadKind::NotebookInstance => (text(detail, "InstanceType").map(str::to_owned), None),
        WorkloadKind::Endpoint | WorkloadKind::EndpointConfig | WorkloadKind::EndpointDeployment => {
            of_groups(items(detail, "ProductionVariants"))
        }
        WorkloadKind::Cluster => of_groups(items(detail, "InstanceGroups")),
        _ => (None, None),
    }
}

/// A tuning job's trials run on what its definition says; with several definitions the first counts.
fn of_tuning(detail: &Value) -> Instances {
    let definition =
        member(detail, "TrainingJobDefinition").or_else(|| items(detail, "TrainingJobDefinitions").first());
    let Some(definition) = definition else { return (None, None) };
    let config =
        member(definition, "ResourceConfig").or_else(|| member(definition, "HyperParameterTuningResourceConfig"));
    config.map(of_config).unwrap_or_default()
}

/// A configuration of one instance type, or of several groups (a heterogeneous cluster).
fn of_config(config: &Value) -> Instances {
    let single = of_group(config);
    if single != (None, None) {
        return single;
    }
    match items(config, "InstanceGroups") {
        [] => of_groups(items(config, "InstanceConfigs")),
        groups => of_groups(groups),
    }
}

fn of_groups(groups: &[Value]) -> Instances {
    let instance_type = groups.iter().find_map(|group| of_group(group).0);
    let counts = groups.iter().filter_map(|group| of_group(group).1);
    (instance_type, counts.reduce(u32::saturating_add))
}

/// One group. Where it tells several counts, the instances that are there count before those that were asked for.
fn of_group(group: &Value) -> Instances {
    let counts = [
        "InstanceCount",
        "CurrentInstanceCount",
        "CurrentCount",
        "DesiredInstanceCount",
        "TargetCount",
        "InitialInstanceCount",
    ];
    let instance_type = text(group, "InstanceType").map(str::to_owned);
    (instance_type, counts.iter().find_map(|name| count(group, name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_heterogeneous_cluster_counts_all_its_groups() {
        let detail = json!({"ResourceConfig": {"InstanceType": null, "InstanceCount": null, "InstanceGroups": [
            {"InstanceGroupName": "gpu", "InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2},
            {"InstanceGroupName": "cpu", "InstanceType": "ml.c5.18xlarge", "InstanceCount": 4.0},
        ]}});
        let expected = (Some("ml.p4d.24xlarge".to_owned()), Some(6));
        assert_eq!(instances(&WorkloadKind::TrainingJob, &detail), expected);
    }

    #[test]
    fn tuning_jobs_may_have_one_definition_or_several() {
        let config = json!({"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1}});
        let expected = (Some("ml.m5.large".to_owned()), Some(1));
        let one = json!({"TrainingJobDefinition": config});
        let several = json!({"TrainingJobDefinition": null, "TrainingJobDefinitions": [config, {}]});
        assert_eq!(instances(&WorkloadKind::TuningJob, &one), expected);
        assert_eq!(instances(&WorkloadKind::TuningJob, &several), expected);
    }

    #[test]
    fn nulls_and_nonsense_are_no_instances() {
        for detail in
            [json!(null), json!({"ResourceConfig": null}), json!({"ResourceConfig": {"InstanceGroups": [null, 1]}})]
        {
            assert_eq!(instances(&WorkloadKind::TrainingJob, &detail), (None, None));
        }
    }
}
