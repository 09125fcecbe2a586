//! Endpoints with their configs, models and deployments, and the monitoring jobs that look at them.

use super::calls::{Actor, Call};
use super::jobs::{Job, JobKind, Machine, Pace, Purpose};
use super::{DAY, HOUR, LocalDay, MINUTE, Planner, SECOND};
use crate::metrics::{Metered, Serving, Trouble};
use crate::random::mix;
use crate::render::write_tags;
use crate::sink::iso;
use crate::site::Class;
use onepane_domain::{WorkloadId, WorkloadKind};
use std::ops::Range;

/// An endpoint that exists.
#[derive(Debug, Clone)]
pub(crate) struct EndpointState {
    name: String,
    region: &'static str,
    instance_type: &'static str,
    owner: &'static str,
    count: i64,
    version: u32,
    created: i64,
}

impl EndpointState {
    fn config(&self, version: u32) -> String {
        format!("{}-config-{version}", self.name)
    }
}

const SERVING: [&str; 7] = [
    "ml.m5.large",
    "ml.m5.xlarge",
    "ml.c5.xlarge",
    "ml.c6i.xlarge",
    "ml.g5.xlarge",
    "ml.g4dn.xlarge",
    "ml.inf2.xlarge",
];

/// The part of a month's endpoints that is created in its first three days.
const EARLY: f64 = 0.55;

impl Planner<'_> {
    pub(crate) fn plan_endpoints(&mut self, day: LocalDay) {
        let habits = self.site.habits;
        let mut endpoints = std::mem::take(&mut self.memory.endpoints);

        for _ in 0..self.times(habits.endpoint_changes, day).min(u32::try_from(endpoints.len()).unwrap_or(u32::MAX)) {
            // One change a day for an endpoint, so that changes never overlap; the first in the list is due longest.
            let mut endpoint = endpoints.remove(0);
            let at = self.working_time(day).min(day.midnight + 20 * HOUR);
            if self.random.chance(0.45) {
                self.deploy(&mut endpoint, at);
            } else {
                self.scale_endpoint(&mut endpoint, at);
            }
            endpoints.push(endpoint);
        }
        let disposable = matches!(self.site.class, Class::Sandbox | Class::Development | Class::Staging);
        if disposable && endpoints.len() > 2 && self.random.chance(0.12) {
            // Created on an earlier day and not changed today, because changed ones stand at the end.
            let endpoint = endpoints.remove(0);
            let at = day.midnight + 21 * HOUR + self.random.between(0, 2 * HOUR);
            self.delete_endpoint(&endpoint, at);
        }
        let rate =
            if day.since_start < 3 { habits.endpoints * EARLY / 3.0 } else { habits.endpoints * (1.0 - EARLY) / 27.0 };
        for _ in 0..self.random.count(rate * self.scale) {
            let at = self.working_time(day).min(day.midnight + 20 * HOUR);
            if let Some(endpoint) = self.create_endpoint(at) {
                endpoints.push(endpoint);
            }
        }
        self.memory.endpoints = endpoints;
    }

    fn create_endpoint(&mut self, at: i64) -> Option<EndpointState> {
        self.memory.endpoints_made += 1;
        let site = self.site;
        let use_case = self.random.pick(&["realtime", "scoring", "api", "ranker", "embedder", "gateway"]);
        let endpoint = EndpointState {
            name: format!("{}-{use_case}-{}", site.project, self.memory.endpoints_made),
            region: site.region(&mut self.random),
            instance_type: self.random.pick(&SERVING),
            owner: self.person(),
            count: self.random.pick(&[1, 1, 2, 2, 3]),
            version: 1,
            created: at,
        };
        let actor = self.deployer(&endpoint);
        self.publish(&endpoint, 1, at - 8 * SECOND, actor);
        self.endpoint_call("CreateEndpoint", &endpoint, 1, at - SECOND, actor);
        self.tell_endpoint(&endpoint, at, "CREATING", None);
        let ready = at + self.random.between(150, 600) * SECOND;
        if self.random.chance(self.site.habits.failing) {
            let reason = "The primary container for production variant AllTraffic did not pass the ping health check. \
                          Please check CloudWatch logs for this endpoint.";
            self.tell_endpoint(&endpoint, ready + 20 * MINUTE, "FAILED", Some(reason));
            return None;
        }
        self.tell_endpoint(&endpoint, ready, "IN_SERVICE", None);
        self.note_serving(&endpoint, ready);
        Some(endpoint)
    }

    /// Notes that an endpoint has metrics from `at` on.
    pub(crate) fn note_serving(&mut self, endpoint: &EndpointState, at: i64) {
        let site = self.site;
        let busy = match site.class {
            Class::Production => 900.0,
            Class::Staging | Class::Platform => 90.0,
            Class::Development | Class::Research | Class::Sandbox => 18.0,
        };
        // By its name, so that noting it draws no chance that the events would miss.
        let spread = mix(endpoint.name.bytes().fold(site.index, |sum, byte| sum * 31 % 65_537 + u64::from(byte))) % 100;
        self.book.endpoint(|| {
            let id = WorkloadId {
                account: site.account,
                region: super::region(endpoint.region),
                kind: WorkloadKind::Endpoint,
                name: endpoint.name.clone(),
            };
            let count = u32::try_from(endpoint.count).unwrap_or(1);
            let calls = busy * (0.1 + spread as f64 / 60.0);
            let serving = Serving { ahead: site.ahead, calls, fleet: vec![(at, count)], troubles: Vec::new() };
            Metered::endpoint(id, endpoint.instance_type, at, serving)
        });
    }

    /// A new model behind the endpoint, by a canary deployment; some are rolled back.
    fn deploy(&mut self, endpoint: &mut EndpointState, at: i64) {
        let next = endpoint.version + 1;
        let actor = self.deployer(endpoint);
        self.publish(endpoint, next, at - 8 * SECOND, actor);
        self.endpoint_call("UpdateEndpoint", endpoint, next, at - SECOND, actor);
        self.tell_endpoint(endpoint, at, "UPDATING", None);
        let canary = at + self.random.between(150, 420) * SECOND;
        self.tell_deployment(endpoint, canary, next, "UPDATING", "Baking", "Baking for 600 seconds (TerminationWaitInSeconds) with traffic enabled on canary capacity of 1 instance(s).");
        let baked = canary + 10 * MINUTE;
        if self.random.chance(0.09) {
            let alarm = "Rolling back: CloudWatch alarm ModelLatency-p99 went to ALARM state.";
            // A part of the traffic went to the canary.
            let trouble = Trouble { from: canary, to: baked, slower: 1.7, failing: 0.004 };
            self.book.trouble(self.site.account.number(), &endpoint.name, trouble);
            self.tell_deployment(endpoint, baked, next, "ROLLING_BACK", "RollingBack", alarm);
            self.tell_endpoint(endpoint, baked + SECOND, "ROLLING_BACK", None);
            let end = baked + self.random.between(120, 400) * SECOND;
            if self.random.chance(0.15) {
                let reason = "Rollback failed: CapacityError: Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.";
                self.tell_endpoint(endpoint, end, "UPDATE_ROLLBACK_FAILED", Some(reason));
            } else {
                self.tell_endpoint(endpoint, end, "IN_SERVICE", None);
            }
            return;
        }
        endpoint.version = next;
        let end = baked + self.random.between(60, 300) * SECOND;
        self.tell_deployment(endpoint, end, next, "IN_SERVICE", "ActivatingTraffic", "Traffic is on the new fleet.");
        self.tell_endpoint(endpoint, end + SECOND, "IN_SERVICE", None);
    }

    fn scale_endpoint(&mut self, endpoint: &mut EndpointState, at: i64) {
        self.scale_within(endpoint, at, 90..400);
    }

    /// More or fewer instances, there after so many seconds. Gives the instant when they are.
    pub(crate) fn scale_within(&mut self, endpoint: &mut EndpointState, at: i64, seconds: Range<i64>) -> i64 {
        endpoint.count = (endpoint.count + self.random.pick(&[-1, 1, 1, 2])).clamp(1, 12);
        let count = endpoint.count.to_string();
        let request = [("endpointName", endpoint.name.as_str()), ("desiredInstanceCount", count.as_str())];
        let arn = self.endpoint_arn(endpoint);
        let response = [("endpointArn", arn.as_str())];
        let call = Call {
            name: "UpdateEndpointWeightsAndCapacities",
            request: &request,
            response: &response,
            ..Call::default()
        };
        self.call(endpoint.region, at - SECOND, Actor::Deployment, &call);
        self.tell_endpoint(endpoint, at, "UPDATING", None);
        let ready = at + self.random.between(seconds.start, seconds.end) * SECOND;
        self.tell_endpoint(endpoint, ready, "IN_SERVICE", None);
        let instances = u32::try_from(endpoint.count).unwrap_or(1);
        self.book.scaled(self.site.account.number(), &endpoint.name, ready, instances);
        ready
    }

    /// An endpoint that is older than the history.
    pub(crate) fn old_endpoint(&mut self, name: &str, now: i64) -> EndpointState {
        EndpointState {
            name: format!("{}-{name}", self.site.project),
            region: self.site.home(),
            instance_type: self.random.pick(&SERVING),
            owner: self.site.people[0],
            count: 2,
            version: 1,
            created: now - 90 * DAY,
        }
    }

    /// An endpoint that is older than the history, told at its start (`since`), with a deployment that makes trouble and
    /// is taken back.
    pub(crate) fn busy_endpoint(&mut self, name: &str, since: i64, today: &Range<i64>, trouble: Trouble) {
        let mut endpoint = EndpointState {
            name: format!("{}-{name}", self.site.project),
            region: self.site.home(),
            instance_type: "ml.c5.xlarge",
            owner: self.site.people[0],
            count: 3,
            version: if today.end <= trouble.from { 1 } else { 2 },
            created: since - 90 * DAY,
        };
        if today.contains(&since) {
            self.tell_endpoint(&endpoint, since + SECOND, "IN_SERVICE", None);
            self.note_serving(&endpoint, since);
            self.book.trouble(self.site.account.number(), &endpoint.name, trouble);
        }
        for (version, at) in [(2, trouble.from), (3, trouble.to)] {
            if today.contains(&at) && at > since {
                // The traffic moves at the end of the update.
                let begun = at - 7 * MINUTE;
                self.publish(&endpoint, version, begun - 8 * SECOND, Actor::Deployment);
                self.endpoint_call("UpdateEndpoint", &endpoint, version, begun - SECOND, Actor::Deployment);
                self.tell_endpoint(&endpoint, begun, "UPDATING", None);
                endpoint.version = version;
                self.tell_endpoint(&endpoint, at, "IN_SERVICE", None);
            }
        }
    }

    fn delete_endpoint(&mut self, endpoint: &EndpointState, at: i64) {
        self.endpoint_call("DeleteEndpoint", endpoint, endpoint.version, at - SECOND, Actor::Person(endpoint.owner));
        self.tell_endpoint(endpoint, at, "DELETING", None);
        self.tell_endpoint(endpoint, at + 40 * SECOND, "DELETED", None);
        self.book.gone(self.site.account.number(), &endpoint.name, at);
    }

    fn deployer(&self, endpoint: &EndpointState) -> Actor {
        match self.site.class {
            Class::Production | Class::Staging | Class::Platform => Actor::Deployment,
            Class::Development | Class::Research | Class::Sandbox => Actor::Person(endpoint.owner),
        }
    }

    fn endpoint_arn(&self, endpoint: &EndpointState) -> String {
        self.site.arn(endpoint.region, &format!("endpoint/{}", endpoint.name))
    }

    fn endpoint_call(&mut self, name: &str, endpoint: &EndpointState, version: u32, at: i64, actor: Actor) {
        let arn = self.endpoint_arn(endpoint);
        let config = endpoint.config(version);
        let request = [("endpointName", endpoint.name.as_str()), ("endpointConfigName", config.as_str())];
        let request = if name == "DeleteEndpoint" { &request[..1] } else { &request[..] };
        let response = [("endpointArn", arn.as_str())];
        let response = if name == "DeleteEndpoint" { &response[..0] } else { &response[..] };
        self.call(endpoint.region, at, actor, &Call { name, request, response, ..Call::default() });
    }

    /// The model and the config that an update needs.
    fn publish(&mut self, endpoint: &EndpointState, version: u32, at: i64, actor: Actor) {
        let model = format!("{}-v{version}-{}", endpoint.name, self.random.suffix(6));
        self.create_model(endpoint.region, &model, at, actor);
        let config = endpoint.config(version);
        let arn = self.site.arn(endpoint.region, &format!("endpoint-config/{config}"));
        let request = [("endpointConfigName", config.as_str())];
        let response = [("endpointConfigArn", arn.as_str())];
        let call = Call { name: "CreateEndpointConfig", request: &request, response: &response, ..Call::default() };
        self.call(endpoint.region, at + 2 * SECOND, actor, &call);
        let site = self.site;
        self.emit(endpoint.region, "SageMaker Endpoint Config State Change", at + 3 * SECOND, &[&arn], |detail| {
            detail.text("EndpointConfigName", &config).text("EndpointConfigArn", &arn);
            detail.objects("ProductionVariants", [()], |variant, ()| {
                variant.text("VariantName", "AllTraffic").text("ModelName", &model);
                variant.number("InitialInstanceCount", endpoint.count).text("InstanceType", endpoint.instance_type);
                variant.number("InitialVariantWeight", 1).null("AcceleratorType").null("ServerlessConfig");
            });
            detail.null("DataCaptureConfig").null("KmsKeyId").number("CreationTime", at + 3 * SECOND);
            write_tags(detail, site, endpoint.owner, &[]);
        });
    }

    pub(crate) fn create_model(&mut self, region: &str, name: &str, at: i64, actor: Actor) {
        let arn = self.site.arn(region, &format!("model/{name}"));
        let role = self.role_arn();
        let request = [("modelName", name), ("executionRoleArn", role.as_str())];
        let response = [("modelArn", arn.as_str())];
        let call = Call { name: "CreateModel", request: &request, response: &response, ..Call::default() };
        self.call(region, at - SECOND, actor, &call);
        let site = self.site;
        self.emit(region, "SageMaker Model State Change", at, &[&arn], |detail| {
            detail.text("ModelName", name);
            detail.object("PrimaryContainer", |container| {
                container.null("ContainerHostname");
                container.format(
                    "Image",
                    format_args!("{}.dkr.ecr.{region}.amazonaws.com/{}-inference:stable", site.id, site.project),
                );
                container.format(
                    "ModelDataUrl",
                    format_args!("s3://{}-ml-{}-{region}/models/{name}/model.tar.gz", site.project, site.id),
                );
            });
            detail.null("Containers").text("ExecutionRoleArn", &role).number("CreationTime", at).text("ModelArn", &arn);
            write_tags(detail, site, site.people[0], &[]);
        });
    }

    fn tell_endpoint(&mut self, endpoint: &EndpointState, at: i64, status: &str, reason: Option<&str>) {
        let arn = self.endpoint_arn(endpoint);
        let site = self.site;
        let config = endpoint.config(endpoint.version);
        self.emit(endpoint.region, "SageMaker Endpoint State Change", at, &[&arn], |detail| {
            detail.text("EndpointName", &endpoint.name).text("EndpointArn", &arn).text("EndpointConfigName", &config);
            detail.objects("ProductionVariants", [()], |variant, ()| {
                variant
                    .text("VariantName", "AllTraffic")
                    .float("DesiredWeight", 1)
                    .float("DesiredInstanceCount", endpoint.count);
            });
            detail.text("EndpointStatus", status).some_text("FailureReason", reason);
            detail.float("CreationTime", endpoint.created).float("LastModifiedTime", at);
            write_tags(detail, site, endpoint.owner, &[]);
        });
    }

    fn tell_deployment(
        &mut self,
        endpoint: &EndpointState,
        at: i64,
        next: u32,
        status: &str,
        stage: &str,
        message: &str,
    ) {
        let arn = self.endpoint_arn(endpoint);
        let site = self.site;
        let (config, pending) = (endpoint.config(endpoint.version), endpoint.config(next));
        self.emit(endpoint.region, "SageMaker Endpoint Deployment State Change", at, &[&arn], |detail| {
            detail.text("EndpointName", &endpoint.name).text("EndpointArn", &arn).text("EndpointConfigName", &config);
            detail
                .text("EndpointStatus", status)
                .number("CreationTime", endpoint.created)
                .number("LastModifiedTime", at);
            write_tags(detail, site, endpoint.owner, &[]);
            detail.object("PendingDeploymentSummary", |summary| {
                summary.text("EndpointConfigName", &pending).number("StartTime", at - 5 * MINUTE);
                summary.objects("ProductionVariants", [()], |variant, ()| {
                    variant.text("VariantName", "AllTraffic").number("CurrentInstanceCount", 1);
                    variant.number("DesiredInstanceCount", endpoint.count);
                    variant.objects("VariantStatus", [()], |row, ()| {
                        row.text("Status", stage).text("StatusMessage", message).number("StartTime", at);
                    });
                });
            });
        });
    }

    /// A monitoring schedule's processing job, every hour of every day.
    pub(crate) fn plan_monitoring(&mut self, day: LocalDay) {
        if self.site.habits.monitored <= 0.0 {
            return;
        }
        let site = self.site;
        let region = site.home();
        let name = format!("{}-data-quality", site.project);
        let arn = site.arn(region, &format!("monitoring-schedule/{name}"));
        if day.since_start == 0 {
            let at = day.midnight + 9 * HOUR;
            self.emit(region, "SageMaker Monitoring Schedule State Change", at, &[&arn], |detail| {
                detail.text("MonitoringScheduleName", &name).text("MonitoringScheduleArn", &arn);
                detail.text("MonitoringScheduleStatus", "Scheduled").text("MonitoringType", "DataQuality");
                detail.number("CreationTime", at - 60 * SECOND).number("LastModifiedTime", at);
                write_tags(detail, site, site.people[0], &[]);
            });
        }
        for hour in 0..24 {
            for _ in 0..self.random.count(self.site.habits.monitored * self.scale) {
                let created = day.midnight + hour * HOUR + self.random.between(10, 1_200) * SECOND;
                let stamp: String =
                    iso(created - created.rem_euclid(HOUR)).chars().filter(char::is_ascii_digit).take(12).collect();
                let job = Job {
                    kind: JobKind::Processing,
                    name: format!("model-monitoring-{stamp}-{}", self.random.suffix(14)),
                    region,
                    machine: Machine { instance_type: "ml.m5.xlarge", count: 1, volume: 20 },
                    owner: site.people[0],
                    purpose: Purpose::Monitor(&arn),
                    created,
                    work: self.random.between(120, 700) * SECOND,
                    pace: Pace::Usual,
                    stuck: false,
                    risk: 0.5,
                };
                self.run_job(&job);
            }
        }
    }
}
