//! Texts of settings, read into types.

use std::time::Duration;

/// A duration: a whole number and a unit of `ms`, `s`, `m`, `h`, `d` or `w`; longer than nothing, a century at most.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "want a duration such as 300ms, 15s, 10m, 12h, 35d or 2w".to_owned();
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (digits, unit) = text.split_at(unit_at);
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    let unit_ms: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 7 * 86_400_000,
        _ => return Err(wrong()),
    };
    const CENTURY_MS: u64 = 36_500 * 86_400_000;
    let total = count.checked_mul(unit_ms).filter(|ms| (1..=CENTURY_MS).contains(ms)).ok_or_else(wrong)?;
    Ok(Duration::from_millis(total))
}

/// A duration, or `off`.
pub(super) fn duration_or_off(text: &str) -> Result<Option<Duration>, String> {
    match text {
        "off" | "0" => Ok(None),
        _ => duration(text).map(Some).map_err(|error| format!("{error}, or off")),
    }
}

/// A duration as [`duration`] reads it, in the largest unit that is exact.
pub(super) fn duration_text(value: Duration) -> String {
    let millis = value.as_millis();
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let (size, unit) = units.into_iter().find(|(size, _)| millis.is_multiple_of(*size)).unwrap_or((1, "ms"));
    format!("{}{unit}", millis / size)
}

/// A size in bytes: a whole number, alone or with `KiB`, `MiB` or `GiB`; 1 KiB to 1 GiB.
pub(super) fn size(text: &str) -> Result<usize, String> {
    let wrong = || "want a size from 1KiB to 1GiB such as 4MiB".to_owned();
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(unit_at);
    let factor: usize = match unit {
        "" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(wrong()),
    };
    let count: usize = digits.parse().map_err(|_| wrong())?;
    count.checked_mul(factor).filter(|bytes| (1 << 10..=1 << 30).contains(bytes)).ok_or_else(wrong)
}

/// Yes or no.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("want true or false".to_owned()),
    }
}

/// A number from `least` to `most`.
pub(super) fn number<T: std::str::FromStr + PartialOrd + Copy + std::fmt::Display>(
    text: &str,
    least: T,
    most: T,
) -> Result<T, String> {
    match text.parse::<T>() {
        Ok(value) if value >= least && value <= most => Ok(value),
        _ => Err(format!("want a number from {least} to {most}")),
    }
}

/// A text that is not empty and has no control characters.
pub(super) fn word(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("want a text that is not empty".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_durations_and_sizes() {
        assert_eq!(duration("35d"), Ok(Duration::from_secs(35 * 86_400)));
        assert_eq!(duration("300ms"), Ok(Duration::from_millis(300)));
        assert_eq!(size("4MiB"), Ok(4 << 20));
        for bad in ["", "5", "d", "0s", "1.5h", "5 d", "99999999999999999999d", "5é"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        for bad in ["", "MiB", "1TB", "0", "2GiB", "99999999999999999999"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_duration_is_read_as_it_is_written(millis in 1u64..1_000_000_000) {
            let value = Duration::from_millis(millis);
            prop_assert_eq!(duration(&duration_text(value)), Ok(value));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,12}") {
            let _ = (duration(&text), size(&text), switch(&text), number::<u16>(&text, 1, 9), word(&text));
        }
    }
}
