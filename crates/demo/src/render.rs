//! The `detail` of job events, field by field as SageMaker writes it.
//!
//! Shapes: "Events that Amazon SageMaker AI sends to Amazon EventBridge" in the SageMaker developer guide; the
//! processing job's follows DescribeProcessingJob, whose answer the event repeats.

use crate::json::Object;

use crate::plan::{HOUR, Job, Purpose, SECOND};
use crate::random::mix;
use crate::site::Site;

/// A moment in a job's life.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) at: i64,
    pub(crate) status: &'static str,
    /// A training job's secondary status; other jobs do not tell it.
    pub(crate) secondary: &'static str,
    /// Why it failed.
    pub(crate) reason: Option<String>,
}

impl Moment {
    pub(crate) fn running(at: i64, secondary: &'static str) -> Self {
        Self { at, status: "InProgress", secondary, reason: None }
    }

    fn is_last(&self) -> bool {
        matches!(self.status, "Completed" | "Failed" | "Stopped")
    }

    fn message(&self) -> &str {
        if let Some(reason) = &self.reason {
            return reason.split(':').next().unwrap_or_default();
        }
        match self.secondary {
            "Starting" => "Preparing the instances for training",
            "Downloading" => "Downloading the training image and the input data",
            "Training" => "Training image download completed. Training in progress.",
            "Uploading" => "Uploading generated training model",
            "Completed" => "Training job completed",
            "Interrupted" => "Instances were reclaimed by Amazon EC2 Spot",
            "MaxRuntimeExceeded" => "MaxRuntimeInSeconds exceeded",
            other => other,
        }
    }
}

/// What a job's event tells.
pub(crate) struct Telling<'a> {
    pub(crate) site: &'a Site,
    pub(crate) job: &'a Job<'a>,
    pub(crate) arn: &'a str,
    /// Its life up to this event; the last is the moment that the event tells.
    pub(crate) moments: &'a [Moment],
    /// When its work began, if it ever does.
    pub(crate) started: Option<i64>,
    /// Bits that decide what the job's own settings are, the same in all its events.
    pub(crate) traits: u64,
}

/// What a training job's event says at the last of its moments.
pub(crate) fn render_training(detail: &mut Object<'_>, told: &Telling<'_>) {
    let &Telling { site, job, arn, moments, started, traits } = told;
    let Some(now) = moments.last() else { return };
    let Site { id, project, team, .. } = site;
    let region = job.region;
    detail.text("TrainingJobName", &job.name).text("TrainingJobArn", arn);
    if let Purpose::Trial(tuning) = job.purpose {
        detail.text("TuningJobArn", tuning);
    }
    detail.text("TrainingJobStatus", now.status).text("SecondaryStatus", now.secondary);
    detail.some_text("FailureReason", now.reason.as_deref());
    detail.object("HyperParameters", |parameters| {
        parameters.format("epochs", format_args!("{}", 2 + traits % 60));
        parameters.format("learning_rate", format_args!("0.{:04}", 1 + (traits >> 8) % 900));
    });
    detail.object("AlgorithmSpecification", |algorithm| {
        algorithm.format(
            "TrainingImage",
            format_args!("{id}.dkr.ecr.{region}.amazonaws.com/{project}-training:sha-{:07x}", mix(traits) >> 36),
        );
        algorithm.text("TrainingInputMode", if traits.is_multiple_of(4) { "FastFile" } else { "File" });
    });
    detail.format("RoleArn", format_args!("arn:aws:iam::{id}:role/{team}-execution"));
    detail.object("ResourceConfig", |resources| {
        // A few jobs mix instance types; they say so in groups instead.
        if job.machine.count == 4 && traits.is_multiple_of(3) {
            resources.objects(
                "InstanceGroups",
                [(job.machine.instance_type, 2, "workers"), ("ml.c5.2xlarge", 2, "loaders")],
                |group, row| {
                    group.text("InstanceType", row.0).number("InstanceCount", row.1).text("InstanceGroupName", row.2);
                },
            );
        } else {
            resources.text("InstanceType", job.machine.instance_type).number("InstanceCount", job.machine.count);
        }
        resources.number("VolumeSizeInGB", job.machine.volume);
    });
    detail.object("StoppingCondition", |stop| {
        stop.number("MaxRuntimeInSeconds", (job.work * 3).max(24 * HOUR) / SECOND);
    });
    detail.number("CreationTime", job.created);
    let reached = started.filter(|started| *started <= now.at);
    detail.some_number("TrainingStartTime", reached);
    if reached.is_none() {
        detail.null("TrainingStartTime");
    }
    detail.some_number("TrainingEndTime", (now.is_last() && reached.is_some()).then_some(now.at));
    detail.number("LastModifiedTime", now.at);
    // Most events leave this list empty, as the published sample does; the last one tells the whole life.
    let told = if now.is_last() || matches!(job.purpose, Purpose::Alone) { moments } else { &[] };
    detail.objects("SecondaryStatusTransitions", told.iter().enumerate(), |transition, (index, moment)| {
        transition.text("Status", moment.secondary).number("StartTime", moment.at);
        match moments.get(index + 1) {
            Some(next) => transition.number("EndTime", next.at),
            None => transition.text("StatusMessage", moment.message()),
        };
    });
    tags(detail, site, job);
}

/// What a processing job's event says at the last of its moments.
pub(crate) fn render_processing(detail: &mut Object<'_>, told: &Telling<'_>) {
    let &Telling { site, job, arn, moments, started, traits } = told;
    let Some(now) = moments.last() else { return };
    let Site { id, project, team, .. } = site;
    let region = job.region;
    detail.text("ProcessingJobName", &job.name).text("ProcessingJobArn", arn).text("ProcessingJobStatus", now.status);
    detail.some_text("FailureReason", now.reason.as_deref());
    if let Purpose::Monitor(schedule) = job.purpose {
        detail.text("MonitoringScheduleArn", schedule);
        if now.status == "Completed" {
            let finding = if traits.is_multiple_of(12) {
                "CompletedWithViolations: 1 constraint violated"
            } else {
                "Completed: Job completed successfully with no violations."
            };
            detail.text("ExitMessage", finding);
        }
    }
    detail.object("ProcessingResources", |resources| {
        resources.object("ClusterConfig", |cluster| {
            cluster.number("InstanceCount", job.machine.count).text("InstanceType", job.machine.instance_type);
            cluster.number("VolumeSizeInGB", job.machine.volume);
        });
    });
    detail.object("AppSpecification", |app| {
        app.format(
            "ImageUri",
            format_args!("{id}.dkr.ecr.{region}.amazonaws.com/{project}-processing:sha-{:07x}", mix(traits) >> 36),
        );
        app.texts("ContainerEntrypoint", &["python3", "/opt/ml/processing/input/code/main.py"]);
    });
    detail.format("RoleArn", format_args!("arn:aws:iam::{id}:role/{team}-execution"));
    times(detail, "Processing", job, now, started);
    detail.number("LastModifiedTime", now.at);
    tags(detail, site, job);
}

/// What a transform job's event says at the last of its moments.
pub(crate) fn render_transform(detail: &mut Object<'_>, told: &Telling<'_>) {
    let &Telling { site, job, arn, moments, started, traits } = told;
    let Some(now) = moments.last() else { return };
    let Site { id, project, .. } = site;
    let region = job.region;
    detail.text("TransformJobName", &job.name).text("TransformJobArn", arn).text("TransformJobStatus", now.status);
    match &now.reason {
        Some(reason) => detail.text("FailureReason", reason),
        None => detail.null("FailureReason"),
    };
    detail.format("ModelName", format_args!("{project}-model-{:05x}", traits >> 44));
    detail.text("BatchStrategy", "MultiRecord");
    detail.object("TransformInput", |input| {
        input.object("DataSource", |source| {
            source.object("S3DataSource", |s3| {
                s3.text("S3DataType", "S3Prefix");
                s3.format("S3Uri", format_args!("s3://{project}-ml-{id}-{region}/scoring/{}", traits % 900));
            });
        });
        input.text("ContentType", "text/csv").text("SplitType", "Line");
    });
    detail.object("TransformOutput", |output| {
        output
            .format("S3OutputPath", format_args!("s3://{project}-ml-{id}-{region}/scores"))
            .text("AssembleWith", "Line");
    });
    detail.object("TransformResources", |resources| {
        resources.text("InstanceType", job.machine.instance_type).number("InstanceCount", job.machine.count);
    });
    times(detail, "Transform", job, now, started);
    tags(detail, site, job);
}

fn times(detail: &mut Object<'_>, word: &str, job: &Job<'_>, now: &Moment, started: Option<i64>) {
    let reached = started.filter(|started| *started <= now.at);
    let ended = (now.is_last() && reached.is_some()).then_some(now.at);
    detail.number("CreationTime", job.created);
    for (what, at) in [("StartTime", reached), ("EndTime", ended)] {
        let key = format!("{word}{what}");
        match at {
            Some(at) => detail.number(&key, at),
            None => detail.null(&key),
        };
    }
}

fn tags(detail: &mut Object<'_>, site: &Site, job: &Job<'_>) {
    match job.purpose {
        Purpose::Step(execution, step) => {
            // SageMaker puts these two on every job that a pipeline starts.
            let more = [("sagemaker:pipeline-execution-arn", execution), ("sagemaker:pipeline-step-name", step)];
            write_tags(detail, site, job.owner, &more);
        }
        _ => write_tags(detail, site, job.owner, &[]),
    }
}

/// The tags that every resource of an account carries, and these.
pub(crate) fn write_tags(detail: &mut Object<'_>, site: &Site, owner: &str, more: &[(&str, &str)]) {
    detail.object("Tags", |tags| {
        tags.text("team", site.team).text("cost-center", &site.cost_center).text("owner", owner);
        tags.text("env", site.class.environment()).text("project", site.project);
        for (key, value) in more {
            tags.text(key, value);
        }
    });
}
