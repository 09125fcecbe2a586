//! Adapters to AWS.
//!
//! [`DynamoStore`] keeps events in DynamoDB. [`connect`] makes one from the environment's AWS configuration; anything
//! else that speaks DynamoDB (the embedded engine, Amazon's DynamoDB Local) hands its own client to
//! [`DynamoStore::new`]. [`CloudWatchMetrics`] reads metrics from CloudWatch, [`AthenaFindings`] findings from tables of
//! Athena. No type of the SDK leaves through a port:
//! see [`onepane_domain::PortError`].

mod connect;
mod error;
mod findings;
mod metrics;
mod store;

pub use connect::{ConnectOptions, aws_behavior, connect, connect_findings, connect_metrics, retry_policy};
pub use findings::{AthenaFindings, AthenaOptions, AthenaSource};
pub use metrics::{CloudWatchMetrics, MetricOptions};
pub use store::{DynamoStore, FEED_INDEX, StoreConfig, WriteStrategy};
