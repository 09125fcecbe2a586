//! Instants in UTC, to the millisecond.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, PrimitiveDateTime};

/// An instant: whole milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 in UTC with milliseconds.
///
/// Always within years 0000 to 9999, so that every value has a text form that sorts as the instants do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// A text or number that is no instant between years 0000 and 9999.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time: {0}")]
pub struct InvalidTimestamp(pub String);

const MILLIS_PER_SECOND: i64 = 1_000;
const MILLIS_PER_DAY: i64 = 86_400_000;
/// 0000-01-01T00:00:00Z.
const EARLIEST: i64 = -62_167_219_200_000;
/// 9999-12-31T23:59:59.999Z.
const LATEST: i64 = 253_402_300_799_999;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// The earliest instant that can be written.
    pub const MIN: Self = Self(EARLIEST);
    /// The latest instant that can be written.
    pub const MAX: Self = Self(LATEST);

    /// An instant from epoch milliseconds; an error outside years 0000 to 9999.
    pub fn from_millis(millis: i64) -> Result<Self, InvalidTimestamp> {
        if (EARLIEST..=LATEST).contains(&millis) {
            Ok(Self(millis))
        } else {
            Err(InvalidTimestamp(format!("{millis} ms is outside years 0000 to 9999")))
        }
    }

    /// As [`Self::from_millis`], but an instant out of range becomes the nearest in range.
    pub fn saturating_from_millis(millis: i64) -> Self {
        Self(millis.clamp(EARLIEST, LATEST))
    }

    /// Milliseconds since the epoch.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Milliseconds from `earlier` to `self`; negative when `earlier` is later.
    pub fn millis_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// This instant moved by `millis`, kept within the range.
    pub fn plus_millis(self, millis: i64) -> Self {
        Self::saturating_from_millis(self.0.saturating_add(millis))
    }

    /// This instant moved by whole days of 24 hours, kept within the range.
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(MILLIS_PER_DAY))
    }

    /// The start of the grid cell of `width_ms` (counted from the epoch) that holds this instant.
    pub fn floor_to(self, width_ms: i64) -> Self {
        Self(self.0 - self.0.rem_euclid(width_ms.max(1)))
    }

    /// Midnight UTC of this instant's day.
    pub fn start_of_day(self) -> Self {
        self.floor_to(MILLIS_PER_DAY)
    }

    /// The day as `YYYY-MM-DD`.
    pub fn day(self) -> String {
        self.to_string()[..10].to_owned()
    }

    fn to_offset(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    fn from_offset(value: OffsetDateTime) -> Result<Self, InvalidTimestamp> {
        let nanos = value.unix_timestamp_nanos();
        let millis = i64::try_from(nanos.div_euclid(1_000_000)).map_err(|_| InvalidTimestamp(value.to_string()))?;
        Self::from_millis(millis)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.to_offset();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            t.year(),
            u8::from(t.month()),
            t.day(),
            t.hour(),
            t.minute(),
            t.second(),
            self.0.rem_euclid(MILLIS_PER_SECOND)
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    /// Reads RFC 3339 with any fraction and offset, and ISO 8601 without an offset (taken as UTC) or as a bare date.
    /// Digits beyond the millisecond are cut off.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let invalid = || InvalidTimestamp(format!("{:?}", text.chars().take(64).collect::<String>()));
        if let Ok(value) = OffsetDateTime::parse(text, &Rfc3339) {
            return Self::from_offset(value);
        }
        let iso = &time::format_description::well_known::Iso8601::PARSING;
        if let Ok(value) = OffsetDateTime::parse(text, iso) {
            return Self::from_offset(value);
        }
        if let Ok(value) = PrimitiveDateTime::parse(&text.replacen(' ', "T", 1), iso) {
            return Self::from_offset(value.assume_utc());
        }
        if let Ok(value) = time::Date::parse(text, iso) {
            return Self::from_offset(value.midnight().assume_utc());
        }
        Err(invalid())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_every_form_that_events_use() {
        let expected = "2026-11-22T02:04:05.678Z";
        for text in [
            "2026-11-22T02:04:05.678Z",
            "2026-11-22T02:04:05.678999999Z",
            "2026-11-22T03:04:05.678+01:00",
            "2026-11-22T02:04:05.678",
            "2026-11-22 02:04:05.678",
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), expected, "{text}");
        }
        assert_eq!("2026-11-22".parse::<Timestamp>().unwrap().to_string(), "2026-11-22T00:00:00.000Z");
        assert!("yesterday".parse::<Timestamp>().is_err());
        assert!("".parse::<Timestamp>().is_err());
    }

    proptest! {
        #[test]
        fn text_form_round_trips_and_sorts(a in EARLIEST..=LATEST, b in EARLIEST..=LATEST) {
            let (a, b) = (Timestamp::from_millis(a).unwrap(), Timestamp::from_millis(b).unwrap());
            prop_assert_eq!(a.to_string().parse::<Timestamp>().unwrap(), a);
            prop_assert_eq!(a.to_string().cmp(&b.to_string()), a.cmp(&b));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
