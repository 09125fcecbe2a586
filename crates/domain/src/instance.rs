//! What SageMaker's instance types have.

use serde::{Deserialize, Serialize};

/// Processors of one instance. Utilisation metrics are sums over them: an instance of 4 vCPUs can be at 400 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InstanceShape {
    /// Virtual CPUs.
    pub vcpus: u32,
    /// GPUs; none for Inferentia and Trainium, whose accelerators tell no GPU metrics.
    pub gpus: u32,
}

impl InstanceShape {
    /// The greatest value that `CPUUtilization` can have, in percent.
    pub fn most_cpu(self) -> f64 {
        f64::from(self.vcpus) * 100.0
    }

    /// The greatest value that `GPUUtilization` and `GPUMemoryUtilization` can have, in percent.
    pub fn most_gpu(self) -> f64 {
        f64::from(self.gpus) * 100.0
    }
}

/// GPUs by family and size. A family that is absent has none.
const GPUS: [(&str, &[(&str, u32)]); 13] = [
    ("p2", &[("xlarge", 1), ("8xlarge", 8), ("16xlarge", 16)]),
    ("p3", &[("2xlarge", 1), ("8xlarge", 4), ("16xlarge", 8)]),
    ("p3dn", &[("24xlarge", 8)]),
    ("p4d", &[("24xlarge", 8)]),
    ("p4de", &[("24xlarge", 8)]),
    ("p5", &[("4xlarge", 1), ("48xlarge", 8)]),
    ("p5e", &[("48xlarge", 8)]),
    ("p5en", &[("48xlarge", 8)]),
    ("p6-b200", &[("48xlarge", 8)]),
    ("g4dn", &[("xlarge", 1), ("2xlarge", 1), ("4xlarge", 1), ("8xlarge", 1), ("12xlarge", 4), ("16xlarge", 1)]),
    ("g5", G5),
    ("g6", G5),
    ("g6e", G5),
];
const G5: &[(&str, u32)] = &[
    ("xlarge", 1),
    ("2xlarge", 1),
    ("4xlarge", 1),
    ("8xlarge", 1),
    ("12xlarge", 4),
    ("16xlarge", 1),
    ("24xlarge", 4),
    ("48xlarge", 8),
];
/// Families without GPUs; their sizes follow the rule of four vCPUs to the `xlarge`.
const OTHERS: [&str; 40] = [
    "c4", "c5", "c5d", "c5n", "c6a", "c6g", "c6gd", "c6gn", "c6i", "c6id", "c7a", "c7g", "c7i", "c8g", "i3en", "i4i",
    "inf1", "inf2", "m4", "m5", "m5d", "m6a", "m6g", "m6gd", "m6i", "m6id", "m7i", "m8g", "r5", "r5d", "r6a", "r6g",
    "r6gd", "r6i", "r6id", "r7i", "t2", "t3", "trn1", "trn1n",
];

/// What an instance type such as `ml.g5.12xlarge` has; none for a type that is not known.
pub fn instance_shape(instance_type: &str) -> Option<InstanceShape> {
    let (family, size) = instance_type.strip_prefix("ml.")?.split_once('.')?;
    let vcpus = vcpus(family, size)?;
    if let Some((_, sizes)) = GPUS.iter().find(|(known, _)| *known == family) {
        let (_, gpus) = sizes.iter().find(|(known, _)| *known == size)?;
        return Some(InstanceShape { vcpus, gpus: *gpus });
    }
    (OTHERS.contains(&family) || family == "trn2").then_some(InstanceShape { vcpus, gpus: 0 })
}

/// Sizes double their vCPUs from `large` (2) on, and `Nxlarge` has N times four. Few do not follow.
fn vcpus(family: &str, size: &str) -> Option<u32> {
    match (family, size) {
        ("c4", "8xlarge") => Some(36),
        ("t2" | "t3", "medium") => Some(2),
        (_, "large") => Some(2),
        (_, "xlarge") => Some(4),
        _ => {
            let times: u32 = size.strip_suffix("xlarge")?.parse().ok()?;
            (2..=112).contains(&times).then_some(4 * times)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_what_their_data_sheets_say() {
        for (instance_type, vcpus, gpus) in [
            ("ml.t3.medium", 2, 0),
            ("ml.m5.large", 2, 0),
            ("ml.m5.xlarge", 4, 0),
            ("ml.m5.24xlarge", 96, 0),
            ("ml.c5.18xlarge", 72, 0),
            ("ml.c4.8xlarge", 36, 0),
            ("ml.p3.2xlarge", 8, 1),
            ("ml.p3.16xlarge", 64, 8),
            ("ml.p4d.24xlarge", 96, 8),
            ("ml.p5.48xlarge", 192, 8),
            ("ml.g4dn.12xlarge", 48, 4),
            ("ml.g5.16xlarge", 64, 1),
            ("ml.g6e.48xlarge", 192, 8),
            ("ml.inf2.xlarge", 4, 0),
            ("ml.trn2.48xlarge", 192, 0),
        ] {
            assert_eq!(instance_shape(instance_type), Some(InstanceShape { vcpus, gpus }), "{instance_type}");
        }
        for unknown in ["", "ml.", "ml.m5", "m5.xlarge", "ml.z9.xlarge", "ml.p3.3xlarge", "ml.m5.0xlarge", "ml.m5.é"] {
            assert_eq!(instance_shape(unknown), None, "{unknown}");
        }
        assert_eq!(instance_shape("ml.g5.12xlarge").map(InstanceShape::most_gpu), Some(400.0));
    }
}
