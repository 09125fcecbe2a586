//! Keys of the table's items.

use onepane_domain::{
    AccountId, ApiCall, ErrorKind, PortError, PortResult, Region, Timestamp, Transition, TriagedInsight, Unrecognised,
    fnv1a,
};
use std::borrow::Cow;

/// The sort key of a workload's state.
pub(crate) const STATE: &str = "state";
/// What the sort keys of a workload's events begin with.
pub(crate) const EVENT_PREFIX: &str = "event#";
/// What the sort keys of the calls in a workload's partition begin with.
pub(crate) const CALL_PREFIX: &str = "call#";
/// The partition of the saved views.
pub(crate) const VIEWS: &str = "views";
/// The partition of people's decisions about insights.
pub(crate) const TRIAGE: &str = "triage";
/// The partition of the records of evaluations.
pub(crate) const INSIGHT_RUNS: &str = "insight-runs";
/// The partition of what evaluations have found.
pub(crate) const INSIGHTS: &str = "insights";
/// The sort key of what evaluations have found.
pub(crate) const KNOWN: &str = "known";
/// The partition of what the table tells about itself.
pub(crate) const TABLE: &str = "table";
/// The sort key of the table's settings.
pub(crate) const SETTINGS: &str = "settings";

/// DynamoDB's limit of a partition key, bytes.
const PK_LIMIT: usize = 2048;
/// DynamoDB's limit of a sort key, of an index too, bytes.
const SK_LIMIT: usize = 1024;
/// How much of a text a sort key holds as it is; longer ones are cut there and end with their hash.
const TEXT_LIMIT: usize = 900;

/// The primary key of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    /// A key within DynamoDB's limits; [`ErrorKind::Invalid`] otherwise, naming the part that is too long.
    pub(crate) fn new(pk: String, sk: String) -> PortResult<Self> {
        if pk.len() > PK_LIMIT {
            return Err(too_long("partition", &pk, PK_LIMIT));
        }
        if sk.len() > SK_LIMIT {
            return Err(too_long("sort", &sk, SK_LIMIT));
        }
        Ok(Self { pk, sk })
    }

    pub(crate) fn event(transition: &Transition) -> PortResult<Self> {
        let sk = format!("{EVENT_PREFIX}{}#{}", transition.event_time, transition.event_id);
        Self::new(transition.id.partition_key(), sk)
    }

    pub(crate) fn call(call: &ApiCall) -> PortResult<Self> {
        let pk = call_partition(call.account, &call.region, call.event_time);
        Self::new(pk, format!("{}#{}", call.event_time, call.event_id))
    }

    /// The second item of a call that tells its workload, in the workload's own partition.
    pub(crate) fn call_link(call: &ApiCall) -> PortResult<Option<Self>> {
        let Some(workload) = call.workload() else { return Ok(None) };
        let sk = format!("{CALL_PREFIX}{}#{}", call.event_time, call.event_id);
        Self::new(workload.partition_key(), sk).map(Some)
    }

    pub(crate) fn unrecognised(event: &Unrecognised) -> PortResult<Self> {
        Self::new(unrecognised_partition(event.event_time), format!("{}#{}", event.event_time, event.event_id))
    }

    pub(crate) fn view(name: &str) -> PortResult<Self> {
        if name.is_empty() {
            return Err(PortError::new(ErrorKind::Invalid, "the name of a view must not be empty"));
        }
        Self::new(VIEWS.to_owned(), name.to_owned())
    }

    pub(crate) fn triage(insight: &TriagedInsight) -> PortResult<Self> {
        let sk = format!("{}#{}#{}", insight.detector.word(), insight.at, fitting(&insight.series));
        Self::new(TRIAGE.to_owned(), sk)
    }

    pub(crate) fn insight_run(at: Timestamp) -> PortResult<Self> {
        Self::new(INSIGHT_RUNS.to_owned(), at.to_string())
    }

    pub(crate) fn known_insights() -> PortResult<Self> {
        Self::new(INSIGHTS.to_owned(), KNOWN.to_owned())
    }
}

fn too_long(which: &str, key: &str, limit: usize) -> PortError {
    let start: String = key.chars().take(120).collect();
    PortError::new(ErrorKind::Invalid, format!("{which} key of {} bytes, at most {limit} fit: {start}…", key.len()))
}

/// The partition of an account's calls in a Region on the day that holds `time`.
pub(crate) fn call_partition(account: AccountId, region: &Region, time: Timestamp) -> String {
    format!("call#{account}#{region}#{}", time.day())
}

/// The partition of the unrecognised events of the day that holds `time`.
pub(crate) fn unrecognised_partition(time: Timestamp) -> String {
    format!("unrecognised#{}", time.day())
}

/// The last step of MurmurHash3 (`fmix64`): FNV-1a alone hardly moves some bits for keys that differ at their end.
fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// The partition key of one shard in the feed index.
pub(crate) fn feed_shard(shard: u16) -> String {
    format!("f#{shard:02}")
}

/// The shard on which an item of this partition key (of a call: partition and sort key) is fed.
pub(crate) fn shard_of(feed_key: &str, shards: u16) -> u16 {
    let shard = mixed(fnv1a(feed_key)) % u64::from(shards.max(1));
    u16::try_from(shard).unwrap_or(0)
}

/// The place in the feed: `{now}#{key}`, one of its own for every key.
pub(crate) fn fed_at(now: Timestamp, feed_key: &str) -> String {
    format!("{now}#{}", fitting(feed_key))
}

/// The text, or what of it fits a sort key with its hash.
fn fitting(text: &str) -> Cow<'_, str> {
    if text.len() <= TEXT_LIMIT {
        return Cow::Borrowed(text);
    }
    let mut end = TEXT_LIMIT;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(format!("{}#{:016x}", &text[..end], fnv1a(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_the_load() {
        let mut counts = [0_u32; 4];
        for number in 0..10_000 {
            let key = format!("w#111122223333#us-east-1#training-job#job-{number}");
            counts[usize::from(shard_of(&key, 4))] += 1;
        }
        assert!(counts.iter().all(|count| (2_200..2_800).contains(count)), "{counts:?}");
    }

    #[test]
    fn the_longest_keys_still_fit_the_feed_and_stay_apart() {
        let long = "ü".repeat(1024);
        let (a, b) = (fed_at(Timestamp::EPOCH, &format!("{long}a")), fed_at(Timestamp::EPOCH, &format!("{long}b")));
        assert!(a.len() <= SK_LIMIT);
        assert_ne!(a, b);
    }

    #[test]
    fn keys_that_do_not_fit_are_named() {
        let error = Key::new("w".repeat(2049), STATE.into()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        assert!(error.context.contains("partition key of 2049 bytes"), "{error}");
        assert!(Key::new("w".into(), "é".repeat(513)).is_err());
    }
}
