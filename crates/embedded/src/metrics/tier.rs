//! What is kept for how long: CloudWatch's tiers of retention, and the buckets of time that each is stored in.

use onepane_domain::{Period, RETENTION_TIERS, Timestamp};

const DAY: i64 = 86_400;

/// Points of one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tier {
    /// Its number in the file, from 0, finest first.
    pub(super) number: u8,
    /// Seconds of a point.
    pub(super) period: i64,
    /// Seconds of a bucket: how much time one block holds. Short enough that adding a minute rewrites little.
    pub(super) bucket: i64,
    /// Days until a point is rolled up into the next tier, or dropped.
    pub(super) days: i64,
}

/// All tiers, finest first.
pub(super) const TIERS: [Tier; 3] = [tier(0, 3_600), tier(1, DAY / 4), tier(2, 10 * DAY)];

const fn tier(number: u8, bucket: i64) -> Tier {
    let (period, days) = RETENTION_TIERS[number as usize];
    Tier { number, period: period as i64, bucket, days }
}

impl Tier {
    /// The tier whose points are of this length.
    pub(super) fn of(period: Period) -> Option<Self> {
        TIERS.into_iter().find(|tier| tier.period == i64::from(period.seconds()))
    }

    /// The bucket of a time in epoch seconds, and the slot within it.
    pub(super) fn place(self, second: i64) -> (i64, u16) {
        let slot = second.rem_euclid(self.bucket) / self.period;
        // A bucket has at most 240 slots.
        (second.div_euclid(self.bucket), u16::try_from(slot).unwrap_or_default())
    }

    /// The epoch second at which a slot begins.
    pub(super) fn second(self, bucket: i64, slot: u16) -> i64 {
        bucket * self.bucket + i64::from(slot) * self.period
    }

    /// The first bucket that still holds something that is to be kept at `now`.
    pub(super) fn first_kept(self, now: Timestamp) -> i64 {
        (now.millis().div_euclid(1_000) - self.days * DAY).div_euclid(self.bucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_its_place_in_every_tier() {
        for tier in TIERS {
            assert_eq!(tier.bucket % tier.period, 0);
            for second in [-1, 0, 59, 1_790_000_000, -4_000_000_000] {
                let (bucket, slot) = tier.place(second);
                let start = tier.second(bucket, slot);
                assert!(start <= second && second < start + tier.period);
            }
        }
        let [minutes, five, hours] = TIERS;
        assert!(five.bucket % minutes.bucket == 0 && hours.bucket % five.bucket == 0, "a roll-up fills whole blocks");
        assert_eq!(Tier::of(Period::MINUTE), Some(minutes));
        assert_eq!(Tier::of(Period::new(120).unwrap()), None);
    }
}
