//! The CloudWatch adapter over the wire, against a stand-in that speaks CloudWatch's protocol.

mod metrics_contract;
