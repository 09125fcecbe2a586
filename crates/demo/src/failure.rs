//! Why jobs fail, in the words that SageMaker uses.

use crate::random::Random;

/// A cause of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    ScriptError,
    GpuMemory,
    HostMemory,
    DiskFull,
    Capacity,
    Quota,
    AccessDenied,
    ImageNotFound,
    SpotInterrupted,
    NetworkTimeout,
    Internal,
}

/// Where in its life a job meets the cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before any instance runs.
    Starting,
    /// While the input is fetched.
    Downloading,
    /// At work.
    Working,
}

impl Cause {
    /// All causes, with how usual they are on instances with and without GPUs.
    const USUAL: [(Self, f64, f64); 11] = [
        (Self::ScriptError, 34.0, 40.0),
        (Self::GpuMemory, 14.0, 0.0),
        (Self::HostMemory, 5.0, 12.0),
        (Self::DiskFull, 4.0, 5.0),
        (Self::Capacity, 14.0, 3.0),
        (Self::Quota, 6.0, 3.0),
        (Self::AccessDenied, 7.0, 12.0),
        (Self::ImageNotFound, 3.0, 6.0),
        (Self::SpotInterrupted, 5.0, 2.0),
        (Self::NetworkTimeout, 4.0, 8.0),
        (Self::Internal, 2.0, 3.0),
    ];

    /// A cause for one failure. Each account has two favourites, so that failures cluster.
    pub(crate) fn draw(random: &mut Random, account: u64, gpu: bool) -> Self {
        let favourites = [account % 11, (account / 3 + 5) % 11];
        let weights: Vec<f64> = (0_u64..)
            .zip(Self::USUAL)
            .map(|(index, (_, on_gpu, on_cpu))| {
                let usual = if gpu { on_gpu } else { on_cpu };
                if favourites.contains(&index) { usual * 5.0 } else { usual }
            })
            .collect();
        Self::USUAL[random.weighted(&weights)].0
    }

    pub(crate) fn stage(self) -> Stage {
        match self {
            Self::Capacity | Self::Quota | Self::ImageNotFound => Stage::Starting,
            Self::AccessDenied | Self::NetworkTimeout => Stage::Downloading,
            _ => Stage::Working,
        }
    }

    /// The text that every reason of this cause begins with.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::ScriptError | Self::GpuMemory | Self::DiskFull => "AlgorithmError: ExecuteUserScriptError",
            Self::HostMemory => "AlgorithmError: , exit code: 137",
            Self::Capacity => "CapacityError: Unable to provision requested ML compute capacity",
            Self::Quota => "ResourceLimitExceeded: The account-level service limit",
            Self::AccessDenied => "ClientError: Data download failed: AccessDenied (403)",
            Self::ImageNotFound => "ClientError: Cannot find repository",
            Self::SpotInterrupted => "CapacityError: Managed Spot Training interrupted",
            Self::NetworkTimeout => "ClientError: Data download failed: Connect timeout on endpoint URL",
            Self::Internal => "InternalServerError: We encountered an internal error",
        }
    }
}

/// What the texts speak of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) project: &'a str,
    pub(crate) role: &'a str,
    pub(crate) instance_type: &'a str,
    pub(crate) job: &'a str,
    /// "training", "processing" or "transform".
    pub(crate) work: &'a str,
}

/// SageMaker's sentence for this cause.
pub(crate) fn reason(cause: Cause, about: &Circumstances<'_>, random: &mut Random) -> String {
    let prefix = cause.prefix();
    let Circumstances { account, region, project, role, instance_type, job, work } = *about;
    let bucket = format!("{project}-ml-{account}-{region}");
    match cause {
        Cause::ScriptError => {
            let line = random.between(18, 412);
            let error = random.pick(&[
                "ValueError: Input contains NaN, infinity or a value too large for dtype('float32').",
                "KeyError: 'customer_segment'",
                "RuntimeError: Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
                "FileNotFoundError: [Errno 2] No such file or directory: '/opt/ml/input/data/train/part-00000.parquet'",
                "xgboost.core.XGBoostError: Label set is empty",
                "TypeError: forward() got an unexpected keyword argument 'token_type_ids'",
                "ModuleNotFoundError: No module named 'transformers'",
            ]);
            format!(
                "{prefix}: ExitCode 1 ErrorMessage \"File \\\"/opt/ml/code/{work}.py\\\", line {line}, in main\n{error}\" \
                 Command \"/opt/conda/bin/python3.10 {work}.py --epochs {} --seed {}\", exit code: 1",
                random.between(3, 60),
                random.between(1, 9_999)
            )
        }
        Cause::GpuMemory => format!(
            "{prefix}: ExitCode 1 ErrorMessage \"torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate \
             {}.{:02} GiB (GPU {}; 15.77 GiB total capacity; {}.{:02} GiB already allocated)\" Command \
             \"/opt/conda/bin/python3.10 train.py --batch-size {}\", exit code: 1",
            random.between(1, 9),
            random.between(0, 99),
            random.between(0, 7),
            random.between(11, 14),
            random.between(0, 99),
            random.pick(&[64, 128, 256, 512])
        ),
        Cause::HostMemory => {
            format!(
                "{prefix}. OutOfMemory: the process was killed. Please use an instance type with more memory than {instance_type}."
            )
        }
        Cause::DiskFull => format!(
            "{prefix}: ExitCode 1 ErrorMessage \"OSError: [Errno 28] No space left on device: \
             '/opt/ml/checkpoints/checkpoint-{}/optimizer.pt'\", exit code: 1",
            random.between(2, 90) * 500
        ),
        Cause::Capacity => format!(
            "{prefix}. InsufficientInstanceCapacity for {instance_type} in {region}{}. Please retry using a different \
             ML instance type or at a later time.",
            random.pick(&['a', 'b', 'c'])
        ),
        Cause::Quota => {
            let limit = random.between(1, 8);
            format!(
                "{prefix} '{instance_type} for {work} job usage' is {limit} Instances, with current utilization of \
                 {limit} Instances and a request delta of {} Instances. Please use AWS Service Quotas to request an \
                 increase for this quota.",
                random.between(1, 4)
            )
        }
        Cause::AccessDenied => format!(
            "{prefix}: User: arn:aws:sts::{account}:assumed-role/{role}/SageMaker is not authorized to perform: \
             s3:GetObject on resource: \"arn:aws:s3:::{bucket}/datasets/dt=2{:03}/part-{:05}.parquet\" because no \
             identity-based policy allows the s3:GetObject action",
            random.between(1, 365),
            random.between(0, 400)
        ),
        Cause::ImageNotFound => format!(
            "{prefix} {project}-{work} in registry ID: {account} (tag sha-{}). Please check if your ECR repository \
             exists and role arn:aws:iam::{account}:role/{role} has proper pull permissions for SageMaker: \
             ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer",
            random.hex(7)
        ),
        Cause::SpotInterrupted => format!(
            "{prefix} {} times on {instance_type}; MaxWaitTimeInSeconds {} exceeded for job {job}.",
            random.between(2, 6),
            random.pick(&[7_200, 14_400, 86_400])
        ),
        Cause::NetworkTimeout => format!(
            "{prefix}: \"https://{bucket}.s3.{region}.amazonaws.com/datasets/train?list-type=2\". Please ensure that \
             the VPC's subnets (subnet-{}) have a route to an S3 VPC endpoint.",
            random.hex(12)
        ),
        Cause::Internal => format!("{prefix}. Please try again. (request {})", random.hex(8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_begins_with_its_prefix_and_fits_sagemakers_limit() {
        let about = Circumstances {
            account: "111122223333",
            region: "us-east-1",
            project: "fraud",
            role: "fraud-ml-execution",
            instance_type: "ml.g5.xlarge",
            job: "fraud-train",
            work: "training",
        };
        let mut random = Random::of(&[1]);
        for (cause, _, _) in Cause::USUAL {
            let text = reason(cause, &about, &mut random);
            assert!(text.starts_with(cause.prefix()), "{text}");
            assert!(text.len() <= 1_024);
        }
    }
}
