//! Instants in UTC, to the millisecond.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;
use time::OffsetDateTime;

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
        let read = plain::read(text).map_or_else(|| rare(text), |millis| Self::from_millis(millis).ok());
        read.ok_or_else(|| InvalidTimestamp(format!("{:?}", text.chars().take(64).collect::<String>())))
    }
}

/// The rarer forms of ISO 8601 (week and ordinal dates, no separators). Only events bring these, and no event is read in
/// a browser: the WASM is spared the reader of all of ISO 8601.
#[cfg(target_arch = "wasm32")]
fn rare(_: &str) -> Option<Timestamp> {
    None
}

#[cfg(not(target_arch = "wasm32"))]
fn rare(text: &str) -> Option<Timestamp> {
    use time::format_description::well_known::{Iso8601, Rfc3339};
    let iso = &Iso8601::PARSING;
    let without_offset = || {
        time::PrimitiveDateTime::parse(&text.replacen(' ', "T", 1), iso).ok().map(time::PrimitiveDateTime::assume_utc)
    };
    let date = || time::Date::parse(text, iso).ok().map(|date| date.midnight().assume_utc());
    let value = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(text, iso)).ok();
    let value = value.or_else(without_offset).or_else(date)?;
    let millis = i64::try_from(value.unix_timestamp_nanos().div_euclid(1_000_000)).ok()?;
    Timestamp::from_millis(millis).ok()
}

/// `YYYY-MM-DD`, optionally `T` or a space and `HH:MM`, `:SS`, a fraction of any length, and `Z` or an offset `±HH:MM`.
mod plain {
    /// Epoch milliseconds; nothing for any other text.
    pub(super) fn read(text: &str) -> Option<i64> {
        let bytes = text.as_bytes();
        let date = bytes.get(..10)?;
        if date[4] != b'-' || date[7] != b'-' {
            return None;
        }
        let (year, month, day) = (number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?);
        let days = days_before(year, month, day)?;
        let rest = &bytes[10..];
        let (millis_of_day, offset_minutes) = match rest.first() {
            None => (0, 0),
            Some(b'T' | b't' | b' ') => time_of_day(&rest[1..])?,
            Some(_) => return None,
        };
        Some(days * 86_400_000 + millis_of_day - offset_minutes * 60_000)
    }

    fn time_of_day(text: &[u8]) -> Option<(i64, i64)> {
        if *text.get(2)? != b':' {
            return None;
        }
        let (hour, minute) = (number(&text[..2])?, number(text.get(3..5)?)?);
        let mut rest = &text[5..];
        let (mut second, mut millis) = (0, 0);
        if rest.first() == Some(&b':') {
            second = number(rest.get(1..3)?)?;
            rest = &rest[3..];
            if rest.first() == Some(&b'.') {
                let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                if digits == 0 {
                    return None;
                }
                let kept = number(&rest[1..1 + digits.min(3)])?;
                millis = kept * [100, 10, 1][digits.min(3) - 1];
                rest = &rest[1 + digits..];
            }
        }
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let offset = match rest {
            [] | [b'Z' | b'z'] => 0,
            [sign @ (b'+' | b'-'), hours @ .., b':', ten, one] if hours.len() == 2 => {
                let (hours, minutes) = (number(hours)?, number(&[*ten, *one])?);
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let size = hours * 60 + minutes;
                if *sign == b'-' { -size } else { size }
            }
            _ => return None,
        };
        Some((((hour * 60 + minute) * 60 + second) * 1_000 + millis, offset))
    }

    fn number(digits: &[u8]) -> Option<i64> {
        digits.iter().try_fold(0_i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar; nothing for a date that is none. Counts in eras of 400
    /// years that begin on 1 March, so that the leap day is a year's last.
    fn days_before(year: i64, month: i64, day: i64) -> Option<i64> {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let longest = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=longest).contains(&day) {
            return None;
        }
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
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

        #[test]
        fn the_short_reader_reads_as_the_whole_one(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9]([Tt ][0-2][0-9]:[0-6][0-9](:[0-6][0-9](\\.[0-9]{1,10})?)?(Z|z|[+-][0-2][0-9]:[0-6][0-9])?)?",
        ) {
            let short = plain::read(&text).and_then(|millis| Timestamp::from_millis(millis).ok());
            // What only the short one reads is a small letter where ISO has a capital one, or a space for its T.
            let whole = rare(&text.to_uppercase().replacen(' ', "T", 1));
            prop_assert!(short == whole || (short.is_none() && whole.is_some()), "{text}: {short:?} {whole:?}");
        }
    }
}
