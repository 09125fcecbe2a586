//! Adapters that need no AWS account.
//!
//! [`EmbeddedDynamo`] is a DynamoDB engine in this process, on one SQLite file. The AWS SDK talks to it through an HTTP
//! client that never leaves the process, so the store on top ([`onepane_aws::DynamoStore`]) runs the same code as on
//! AWS.
//!
//! [`EmbeddedMetrics`] keeps what CloudWatch Metric Streams send on a SQLite file of its own, and answers for CloudWatch.

mod connector;
mod dispatch;
mod dynamo;
mod metrics;

pub use dynamo::{EmbeddedDynamo, embedded_store_config};
pub use metrics::{EmbeddedMetrics, Now};
