//! What was planted in the demo organization, so that tests can ask whether it is found.

use onepane_domain::{AccountId, Region, Timestamp, WorkloadId};
use serde::{Deserialize, Serialize};

/// Everything that was planted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Waves of failures: one account, one reason, a day or two.
    pub waves: Vec<FailureWave>,
    /// Jobs that never end.
    pub stuck: Vec<StuckJob>,
    /// The account that fell silent.
    pub silent: SilentAccount,
    /// The actor that nobody saw before.
    pub new_actor: NewActor,
    /// A deployment that made an endpoint slow and let calls fail.
    pub bad_deployment: BadDeployment,
    /// A detail-type that no parser knows.
    pub unknown: UnknownEvents,
}

/// Many jobs of one account that fail for one reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailureWave {
    /// The account.
    pub account: AccountId,
    /// Its alias.
    pub alias: String,
    /// What every reason of the wave begins with.
    pub reason_prefix: String,
    /// Jobs created from here on may belong to it.
    pub from: Timestamp,
    /// Jobs created from here on do not.
    pub to: Timestamp,
    /// How many jobs failed by it before the end of the history.
    pub failures: u32,
}

/// A job that runs for days where its kind takes an hour, and never ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StuckJob {
    /// Which job.
    pub workload: WorkloadId,
    /// When it was created.
    pub since: Timestamp,
}

/// An account whose events stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SilentAccount {
    /// The account.
    pub account: AccountId,
    /// Its alias.
    pub alias: String,
    /// No event of it is later.
    pub since: Timestamp,
}

/// Somebody who first calls in the last two days, from an address outside the company's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewActor {
    /// The account in which the calls are made.
    pub account: AccountId,
    /// The Region in which they are made.
    pub region: Region,
    /// Who calls.
    pub arn: String,
    /// From where.
    pub source_ip: String,
    /// The first call.
    pub first_seen: Timestamp,
    /// How many calls before the end of the history.
    pub calls: u32,
    /// How many of them were refused.
    pub refused: u32,
}

/// A deployment behind an endpoint that did harm until it was taken back; its metrics show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BadDeployment {
    /// Which endpoint.
    pub endpoint: WorkloadId,
    /// When it took the traffic.
    pub from: Timestamp,
    /// When it was taken back.
    pub to: Timestamp,
    /// How many times slower the model answered.
    pub slower: f64,
    /// The part of calls that failed with a 5XX, about.
    pub failing: f64,
}

/// Events of a detail-type that does not exist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnknownEvents {
    /// The detail-type.
    pub detail_type: String,
    /// How many there are, without repeated deliveries.
    pub count: u32,
}
