//! The units of SageMaker's metrics. `GetMetricData` does not tell them.
//!
//! Source: "Metrics for monitoring Amazon SageMaker AI with Amazon CloudWatch" in the SageMaker developer guide.

use onepane_domain::Statistic;

/// The unit of a metric in CloudWatch's words, for one statistic; `None` (the word) where it is not known.
pub(super) fn unit(name: &str, statistic: &Statistic) -> &'static str {
    if *statistic == Statistic::SampleCount {
        return "Count";
    }
    match name {
        "ModelLatency" | "OverheadLatency" | "ModelSetupTime" | "ContainerLatency" => "Microseconds",
        "ModelLoadingWaitTime" | "ModelUnloadingTime" | "ModelDownloadingTime" | "ModelLoadingTime" => "Microseconds",
        "ModelCacheHit" => "None",
        _ if name.ends_with("Utilization") => "Percent",
        _ if name.starts_with("Invocation") || name.ends_with("Errors") || name.ends_with("Count") => "Count",
        _ => "None",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_the_developer_guide() {
        assert_eq!(unit("ModelLatency", &Statistic::Average), "Microseconds");
        assert_eq!(unit("ModelLatency", &Statistic::SampleCount), "Count");
        assert_eq!(unit("GPUMemoryUtilization", &Statistic::Maximum), "Percent");
        assert_eq!(unit("InvocationsPerInstance", &Statistic::Sum), "Count");
        assert_eq!(unit("Invocation5XXErrors", &Statistic::Sum), "Count");
        assert_eq!(unit("train:loss", &Statistic::Average), "None");
    }
}
