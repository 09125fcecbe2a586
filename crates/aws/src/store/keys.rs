//! Keys of the table's items.

use onepane_domain::{ApiCall, ErrorKind, PortError, PortResult, Timestamp, Transition, Unrecognised};

/// The sort key of a workload's state.
pub(crate) const STATE: &str = "state";
/// What the sort keys of a workload's events begin with.
pub(crate) const EVENT_PREFIX: &str = "event#";
/// What the sort keys of the calls in a workload's partition begin with.
pub(crate) const CALL_PREFIX: &str = "call#";
/// The partition of the saved views.
pub(crate) const VIEWS: &str = "views";
/// The partition of what the table tells about itself.
pub(crate) const TABLE: &str = "table";
/// The sort key of the table's settings.
pub(crate) const SETTINGS: &str = "settings";

/// DynamoDB's limit of a partition key, bytes.
const PK_LIMIT: usize = 2048;
/// DynamoDB's limit of a sort key, of an index too, bytes.
const SK_LIMIT: usize = 1024;
/// How much of a key `fed_at` holds as it is; longer keys are cut there and end with their hash.
const FED_KEY_LIMIT: usize = 900;

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
        let pk = format!("call#{}#{}#{}", call.account, call.region, call.event_time.day());
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
}

fn too_long(which: &str, key: &str, limit: usize) -> PortError {
    let start: String = key.chars().take(120).collect();
    PortError::new(ErrorKind::Invalid, format!("{which} key of {} bytes, at most {limit} fit: {start}…", key.len()))
}

/// The partition of the unrecognised events of the day that holds `time`.
pub(crate) fn unrecognised_partition(time: Timestamp) -> String {
    format!("unrecognised#{}", time.day())
}

/// FNV-1a, 64 bits: short, the same on every machine and for ever.
/// <http://www.isthe.com/chongo/tech/comp/fnv/#FNV-1a>
pub(crate) fn fnv1a(text: &str) -> u64 {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    text.bytes().fold(OFFSET_BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
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
    if feed_key.len() <= FED_KEY_LIMIT {
        return format!("{now}#{feed_key}");
    }
    let mut end = FED_KEY_LIMIT;
    while !feed_key.is_char_boundary(end) {
        end -= 1;
    }
    format!("{now}#{}#{:016x}", &feed_key[..end], fnv1a(feed_key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a_so_that_shards_stay_where_they_are() {
        // Test vectors of the algorithm's page.
        assert_eq!(fnv1a(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a("foobar"), 0x8594_4171_f739_67e8);
    }

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
