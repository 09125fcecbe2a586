//! What is analysed: values at instants, under a key.

use onepane_domain::Timestamp;

/// A time series as it came: any order, with gaps and repeated instants; nothing is mended yet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// What it is a series of, such as `GuardDuty | Recon:EC2/PortProbe`; empty for a lone series.
    pub key: String,
    /// One instant a value; as long as `values`.
    pub timestamps: Vec<Timestamp>,
    /// The values; NaN is missing. Infinities are treated as missing, and said so in the report's notes.
    pub values: Vec<f64>,
}
