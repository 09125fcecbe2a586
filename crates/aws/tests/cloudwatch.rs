//! The CloudWatch adapter over the wire, against a stand-in that speaks CloudWatch's protocol.

mod cloudwatch_stand_in;
mod metrics_contract;
