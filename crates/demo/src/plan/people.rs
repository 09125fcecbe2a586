//! What people do beside jobs: notebooks, Studio, feature groups, labeling, images, model cards.

use super::calls::{Actor, Call};
use super::{DAY, HOUR, LocalDay, MINUTE, Planner, SECOND};
use crate::render::write_tags;
use crate::site::{Class, Site};

/// The id of an account's Studio domain.
pub(crate) fn studio_domain(site: &Site) -> String {
    format!("d-{:012x}", crate::random::mix(site.index) >> 16)
}

impl Planner<'_> {
    /// Notebook instances are started in the morning and stopped in the evening, if nobody forgets.
    pub(crate) fn plan_notebooks(&mut self, day: LocalDay) {
        let usual = if day.workday { 0.62 } else { 0.62 * self.site.habits.weekend };
        let left_on = std::mem::take(&mut self.memory.notebooks_left_on);
        for notebook in 0..self.site.habits.notebooks {
            let mut running = left_on.contains(&notebook);
            let wanted = self.random.chance(usual * self.scale.min(1.0));
            if wanted && !running {
                let at = day.midnight + 7 * HOUR + self.random.between(0, 4 * HOUR);
                self.notebook_goes(notebook, at, "Start", ["Pending", "InService"]);
                running = true;
            }
            if running && wanted && self.random.chance(0.85) {
                let at = day.midnight + 16 * HOUR + self.random.between(0, 5 * HOUR);
                self.notebook_goes(notebook, at, "Stop", ["Stopping", "Stopped"]);
                running = false;
            }
            if running {
                self.memory.notebooks_left_on.push(notebook);
            }
        }
    }

    fn notebook_goes(&mut self, notebook: usize, at: i64, verb: &str, statuses: [&str; 2]) {
        let site = self.site;
        let region = site.home();
        let owner = site.people[notebook % site.people.len()];
        let name = format!("{}-{}-nb", owner.replace('.', "-"), site.project);
        let arn = site.arn(region, &format!("notebook-instance/{name}"));
        let request = [("notebookInstanceName", name.as_str())];
        let call_name = format!("{verb}NotebookInstance");
        let call = Call { name: &call_name, request: &request, ..Call::default() };
        self.call(region, at - SECOND, Actor::Person(owner), &call);
        let instance_type = ["ml.t3.medium", "ml.t3.xlarge", "ml.m5.xlarge", "ml.g4dn.xlarge"][notebook % 4];
        let failed = verb == "Start" && self.random.chance(0.012);
        let later = at + self.random.between(40, 260) * SECOND;
        for (at, status) in [(at, statuses[0]), (later, if failed { "Failed" } else { statuses[1] })] {
            self.emit(region, "SageMaker Notebook Instance State Change", at, &[&arn], |detail| {
                detail.text("NotebookInstanceArn", &arn).text("NotebookInstanceName", &name);
                detail.text("NotebookInstanceStatus", status);
                if status == "Failed" {
                    detail.text("FailureReason", "Notebook Instance Lifecycle Config took longer than 5 minutes. Please check your CloudWatch logs for more details.");
                } else {
                    detail.null("FailureReason");
                }
                detail.text("InstanceType", instance_type).number("LastModifiedTime", at);
                detail.text("NotebookInstanceLifecycleConfigName", "auto-stop-idle");
                write_tags(detail, site, owner, &[]);
            });
        }
    }

    /// Studio leaves API calls only: somebody opens the domain, an app comes and goes.
    pub(crate) fn plan_studio(&mut self, day: LocalDay) {
        let site = self.site;
        let domain = studio_domain(site);
        for person in &site.people {
            let share = if day.workday { 0.45 } else { 0.4 * site.habits.weekend };
            if !self.random.chance(share * self.scale.min(1.0)) {
                continue;
            }
            let actor = Actor::Person(person);
            let at = self.working_time(day);
            let profile = person.replace('.', "-");
            let request = [("domainId", domain.as_str()), ("userProfileName", profile.as_str())];
            let denied = format!(
                "User: {} is not authorized to perform: sagemaker:CreatePresignedDomainUrl on resource: {} with an explicit deny",
                self.actor_arn(actor),
                site.arn(site.home(), &format!("user-profile/{domain}/{profile}"))
            );
            let error = self.random.chance(0.02).then_some(("AccessDenied", denied.as_str()));
            let call = Call { name: "CreatePresignedDomainUrl", request: &request, error, ..Call::default() };
            self.call(site.home(), at, actor, &call);
            if error.is_some() {
                continue;
            }
            let space = format!("{profile}-space");
            let app = site.arn(site.home(), &format!("app/{domain}/{space}/JupyterLab/default"));
            let request = [
                ("domainId", domain.as_str()),
                ("spaceName", space.as_str()),
                ("appType", "JupyterLab"),
                ("appName", "default"),
            ];
            let response = [("appArn", app.as_str())];
            if self.random.chance(0.6) {
                let call = Call { name: "CreateApp", request: &request, response: &response, ..Call::default() };
                self.call(site.home(), at + 20 * SECOND, actor, &call);
                let gone = at + self.random.between(60, 540) * MINUTE;
                self.call(site.home(), gone, actor, &Call { name: "DeleteApp", request: &request, ..Call::default() });
            }
            if self.random.chance(0.25) {
                let request = [("statusEquals", "Failed"), ("maxResults", "50")];
                let call = Call { name: "ListTrainingJobs", request: &request, read_only: true, ..Call::default() };
                self.call(site.home(), at + 3 * MINUTE, actor, &call);
            }
        }
    }

    /// Feature groups, labeling jobs, and what the platform team publishes.
    pub(crate) fn plan_curation(&mut self, day: LocalDay) {
        let habits = self.site.habits;
        for _ in 0..self.times(habits.feature_groups, day) {
            let at = self.working_time(day);
            self.feature_group(at);
        }
        for _ in 0..self.times(habits.labeling, day) {
            let at = self.working_time(day);
            self.labeling(at);
        }
        if self.site.class == Class::Platform && day.workday && self.random.chance(0.3) {
            let at = self.working_time(day);
            self.image_version(day, at);
        }
        if self.site.class == Class::Production && day.workday && self.random.chance(0.15) {
            let at = self.working_time(day);
            self.model_card(at);
        }
    }

    fn feature_group(&mut self, at: i64) {
        let site = self.site;
        let region = site.region(&mut self.random);
        let subject = self.random.pick(&["customer", "session", "merchant", "device", "basket", "route", "sensor"]);
        let name = format!("{}-{subject}-{}", site.project, self.random.suffix(5));
        let arn = site.arn(region, &format!("feature-group/{name}"));
        let owner = self.person();
        let request = [("featureGroupName", name.as_str())];
        let response = [("featureGroupArn", arn.as_str())];
        let call = Call { name: "CreateFeatureGroup", request: &request, response: &response, ..Call::default() };
        self.call(region, at - SECOND, Actor::Person(owner), &call);
        let ready = at + self.random.between(15, 60) * SECOND;
        let outcome = if self.random.chance(0.03) { "CreateFailed" } else { "Created" };
        for (now, status) in [(at, "Creating"), (ready, outcome)] {
            self.emit(region, "SageMaker Feature Group State Change", now, &[&arn], |detail| {
                detail.text("FeatureGroupArn", &arn).text("FeatureGroupName", &name);
                detail.text("RecordIdentifierFeatureName", "record_id").text("EventTimeFeatureName", "event_time");
                detail.objects(
                    "FeatureDefinitions",
                    [("record_id", "String"), ("event_time", "Fractional")],
                    |row, (name, kind)| {
                        row.text("FeatureName", name).text("FeatureType", kind);
                    },
                );
                detail.number("CreationTime", at);
                detail.object("OnlineStoreConfig", |store| {
                    store.flag("EnableOnlineStore", true);
                });
                detail.text("FeatureGroupStatus", status);
                if status == "CreateFailed" {
                    detail.text(
                        "FailureReason",
                        "Validation exception: The role does not have s3:PutObject on the offline store's bucket.",
                    );
                }
                write_tags(detail, site, owner, &[]);
            });
        }
    }

    /// A labeling job takes days; its events carry the status and nothing else.
    fn labeling(&mut self, at: i64) {
        let region = self.site.home();
        let task = self.random.pick(&["boxes", "segments", "transcripts", "sentiment", "entities"]);
        let name = format!("{}-{task}-{}", self.site.project, self.random.suffix(6));
        let arn = self.site.arn(region, &format!("labeling-job/{name}"));
        let owner = self.person();
        let request = [("labelingJobName", name.as_str()), ("labelAttributeName", "label")];
        let response = [("labelingJobArn", arn.as_str())];
        let call = Call { name: "CreateLabelingJob", request: &request, response: &response, ..Call::default() };
        self.call(region, at - SECOND, Actor::Person(owner), &call);
        let end = at + self.random.skewed(3 * DAY);
        let outcome = ["Completed", "Completed", "Completed", "Stopped", "Failed"]
            [self.random.weighted(&[30.0, 20.0, 20.0, 4.0, 3.0])];
        for (at, status) in [(at, "InProgress"), (end, outcome)] {
            self.emit(region, "SageMaker Ground Truth Labeling Job State Change", at, &[&arn], |detail| {
                detail.text("LabelingJobStatus", status);
            });
        }
    }

    fn image_version(&mut self, day: LocalDay, at: i64) {
        let site = self.site;
        let region = site.home();
        let name = self.random.pick(&["base-cpu", "base-gpu", "studio-custom"]);
        let image = site.arn(region, &format!("image/{name}"));
        let version = day.since_start + 1;
        let arn = site.arn(region, &format!("image-version/{name}/{version}"));
        for (at, status) in [(at, "CREATING"), (at + 40 * SECOND, "CREATED")] {
            self.emit(region, "SageMaker Image Version State Change", at, &[&arn], |detail| {
                detail.text("ImageArn", &image).text("ImageVersionArn", &arn).text("ImageVersionStatus", status);
                detail.float("Version", version);
                write_tags(detail, site, site.people[0], &[]);
            });
        }
        self.emit(region, "SageMaker Image State Change", at + 45 * SECOND, &[&image], |detail| {
            detail
                .text("ImageName", name)
                .text("ImageArn", &image)
                .text("ImageStatus", "CREATED")
                .float("Version", version);
            write_tags(detail, site, site.people[0], &[]);
        });
    }

    fn model_card(&mut self, at: i64) {
        let site = self.site;
        let region = site.home();
        let name = format!("{}-card-{}", site.project, self.random.suffix(4));
        let arn = site.arn(region, &format!("model-card/{name}"));
        let later = at + self.random.between(1, 20) * HOUR;
        for (at, status) in [(at, "Draft"), (later, "PendingReview")] {
            self.emit(region, "SageMaker Model Card State Change", at, &[&arn], |detail| {
                detail.text("ModelCardArn", &arn).text("ModelCardName", &name).number("ModelCardVersion", 1);
                detail.text("ModelCardStatus", status).number("CreationTime", at).number("LastModifiedTime", at);
                write_tags(detail, site, site.people[0], &[]);
            });
        }
    }
}
