//! HyperPod clusters with their nodes' troubles, and MLflow tracking servers.

use super::{HOUR, LocalDay, MINUTE, Planner, SECOND};
use crate::render::write_tags;

/// Account aliases with a cluster, its name, its instance type and its number of nodes.
const CLUSTERS: [(&str, &str, &str, i64); 2] = [
    ("research-foundation", "foundation-p5", "ml.p5.48xlarge", 32),
    ("research-language", "language-p4d", "ml.p4d.24xlarge", 12),
];
/// Account aliases with a tracking server, and its name.
const TRACKING_SERVERS: [(&str, &str); 3] = [
    ("research-language", "language-mlflow"),
    ("research-vision", "vision-mlflow"),
    ("ml-platform-shared", "shared-mlflow"),
];

impl Planner<'_> {
    pub(crate) fn plan_clusters(&mut self, day: LocalDay) {
        for (alias, name, instance_type, nodes) in CLUSTERS {
            if alias == self.site.alias {
                self.cluster_day(day, name, instance_type, nodes);
            }
        }
        for (alias, name) in TRACKING_SERVERS {
            if alias == self.site.alias {
                self.tracking_server_day(day, name);
            }
        }
    }

    fn cluster_day(&mut self, day: LocalDay, name: &str, instance_type: &str, nodes: i64) {
        let arn = self.site.arn(self.site.home(), &format!("cluster/{name}"));
        if day.since_start == 0 {
            let at = day.midnight + 10 * HOUR;
            self.tell_cluster(&arn, name, instance_type, nodes, at, "Creating");
            self.tell_cluster(&arn, name, instance_type, nodes, at + 34 * MINUTE, "InService");
        }
        if day.since_start > 0 && day.workday && self.random.chance(0.12) {
            let at = self.working_time(day);
            self.tell_cluster(&arn, name, instance_type, nodes, at, "Updating");
            self.tell_cluster(&arn, name, instance_type, nodes, at + 18 * MINUTE, "InService");
        }
        for _ in 0..self.random.count(2.2 * self.scale) {
            let at = day.midnight + self.random.between(11, 24 * 60) * MINUTE;
            self.node_trouble(&arn, name, at);
        }
    }

    /// A node falls ill, is replaced, and runs its lifecycle script.
    fn node_trouble(&mut self, arn: &str, cluster: &str, at: i64) {
        let region = self.site.home();
        let node = format!("i-0{}", self.random.hex(16));
        let fault = self.random.pick(&[
            "NvidiaErrorReboot",
            "NvidiaErrorTerminate",
            "NvidiaXid79",
            "EfaLinkDown",
            "InstanceStatusFailed",
        ]);
        let (repair, advice) = if fault == "NvidiaErrorReboot" {
            ("Reboot", "Please Reboot the Faulty Node.")
        } else {
            ("Replace", "Please Replace the Faulty Node.")
        };
        let well = at + self.random.between(6, 40) * MINUTE;
        let ill = format!(
            "HyperPod Health Monitoring Agent (HMA) has detected fault type {fault} on this node and is unhealthy."
        );
        for (at, status, why, action, advice) in
            [(at, "Unhealthy", ill.as_str(), repair, advice), (well, "Healthy", "No faults detected.", "None", "None")]
        {
            self.emit(region, "SageMaker HyperPod Cluster Node Health Event", at, &[arn], |detail| {
                detail
                    .text("ClusterName", cluster)
                    .text("ClusterArn", arn)
                    .text("InstanceId", &node)
                    .object("Tags", |_| {});
                detail.object("HealthSummary", |summary| {
                    summary.text("HealthStatus", status).text("HealthStatusReason", why);
                    summary.text("RepairAction", action).text("Recommendation", advice);
                });
            });
        }
        for (at, state) in [(well - 90 * SECOND, "Started"), (well - 30 * SECOND, "Succeeded")] {
            let id = crate::sink::uuid(self.random.bits());
            self.emit(region, "SageMaker HyperPod Cluster Event", at, &[arn], |detail| {
                detail.object("EventDetails", |event| {
                    event.text("EventId", &id).text("ClusterArn", arn).text("ClusterName", cluster);
                    event
                        .text("InstanceGroupName", "workers")
                        .text("InstanceId", &node)
                        .text("ResourceType", "Instance");
                    event.number("EventTime", at).text("EventLevel", "Info");
                    event.object("EventDetails", |details| {
                        details.object("EventMetadata", |metadata| {
                            metadata.object("Instance", |instance| {
                                instance.text("LcsExecutionState", state);
                            });
                        });
                    });
                    event.format(
                        "Description",
                        format_args!("Instance lifecycle script execution for EC2InstanceId {node} has {state}"),
                    );
                });
            });
        }
    }

    fn tell_cluster(&mut self, arn: &str, name: &str, instance_type: &str, nodes: i64, at: i64, status: &str) {
        let site = self.site;
        self.emit(site.home(), "SageMaker HyperPod Cluster State Change", at, &[arn], |detail| {
            detail.text("ClusterArn", arn).text("ClusterName", name).text("ClusterStatus", status);
            detail.number("CreationTime", at).text("FailureMessage", "");
            detail.objects(
                "InstanceGroups",
                [("controller", "ml.m5.2xlarge", 1), ("workers", instance_type, nodes)],
                |group, row| {
                    group.text("InstanceGroupName", row.0).text("InstanceType", row.1).number("CurrentCount", row.2);
                    group.number("TargetCount", row.2).text("Status", status);
                },
            );
            detail.text("NodeRecovery", "Automatic");
            write_tags(detail, site, site.people[0], &[]);
        });
    }

    /// A tracking server is created on the first day and kept up every week.
    fn tracking_server_day(&mut self, day: LocalDay, name: &str) {
        let arn = self.site.arn(self.site.home(), &format!("mlflow-tracking-server/{name}"));
        let steps: &[(&str, &str, i64)] = match day.since_start {
            0 => &[("Creating", "Creating", 9 * 60), ("Created", "Created", 9 * 60 + 26)],
            days if days % 7 == 0 => &[
                ("Maintenance In Progress", "MaintenanceInProgress", 180),
                ("Maintenance Complete", "MaintenanceComplete", 204),
            ],
            _ => &[],
        };
        let site = self.site;
        for (word, status, minute) in steps {
            let at = day.midnight + minute * MINUTE;
            self.emit(site.home(), &format!("SageMaker Tracking Server {word}"), at, &[&arn], |detail| {
                detail
                    .text("TrackingServerName", name)
                    .text("TrackingServerArn", &arn)
                    .text("TrackingServerStatus", status);
                detail.number("LastModifiedTime", at);
            });
        }
    }
}
