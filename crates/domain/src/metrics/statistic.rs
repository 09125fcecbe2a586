//! Statistics of a period.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// What is told of the samples within one period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statistic {
    /// How many samples.
    SampleCount,
    /// Their sum.
    Sum,
    /// Their mean.
    Average,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// A percentile in hundredths of a percent: `p99` is 9,900, `p99.9` is 9,990.
    Percentile(u16),
    /// Another that CloudWatch knows, as it writes it: `tm90`, `PR(:300)`, `iqm`.
    Other(Box<str>),
}

/// A text that is no statistic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a statistic: {0:?}; want Average, Sum, Minimum, Maximum, SampleCount, p0 to p100, or another of CloudWatch's"
)]
pub struct InvalidStatistic(String);

impl Statistic {
    /// Those that a list to choose from offers first.
    pub const USUAL: [Self; 8] = [
        Self::Average,
        Self::Sum,
        Self::Minimum,
        Self::Maximum,
        Self::SampleCount,
        Self::Percentile(5_000),
        Self::Percentile(9_000),
        Self::Percentile(9_900),
    ];
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SampleCount => "SampleCount",
            Self::Sum => "Sum",
            Self::Average => "Average",
            Self::Minimum => "Minimum",
            Self::Maximum => "Maximum",
            Self::Percentile(hundredths) => {
                let text = format!("p{}.{:02}", hundredths / 100, hundredths % 100);
                return f.write_str(text.trim_end_matches('0').trim_end_matches('.'));
            }
            Self::Other(text) => text,
        })
    }
}

impl FromStr for Statistic {
    type Err = InvalidStatistic;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidStatistic(text.chars().take(64).collect());
        Ok(match text {
            "SampleCount" => Self::SampleCount,
            "Sum" => Self::Sum,
            "Average" => Self::Average,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            _ => match text.strip_prefix('p') {
                Some(number) => Self::Percentile(hundredths(number).ok_or_else(invalid)?),
                None if is_other(text) => Self::Other(text.into()),
                None => return Err(invalid()),
            },
        })
    }
}

/// `99.9` as 9,990; nothing beyond 100 or with more than two digits behind the point.
fn hundredths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return None;
    }
    let whole: u16 = whole.parse().ok().filter(|whole| *whole <= 100)?;
    let fraction: u16 = format!("{fraction:0<2}").parse().ok()?;
    Some(whole * 100 + fraction).filter(|hundredths| *hundredths <= 10_000)
}

/// `iqm`, or one of CloudWatch's prefixes with digits, ranges or parentheses behind it.
fn is_other(text: &str) -> bool {
    let prefixes = ["tm", "wm", "tc", "ts", "TM", "WM", "TC", "TS", "PR"];
    let rest = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    text.eq_ignore_ascii_case("iqm")
        || rest.is_some_and(|rest| {
            let known = |character: char| character.is_ascii_digit() || "().:%".contains(character);
            rest.len() <= 40 && rest.chars().any(|character| character.is_ascii_digit()) && rest.chars().all(known)
        })
}

impl Serialize for Statistic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Statistic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read() {
        for text in
            ["Average", "SampleCount", "p50", "p99.9", "p0", "p100", "p99.99", "tm90", "PR(:300)", "TM(10%:90%)", "iqm"]
        {
            assert_eq!(text.parse::<Statistic>().unwrap().to_string(), text);
        }
        assert_eq!("p99.90".parse::<Statistic>().unwrap(), Statistic::Percentile(9_990));
        for text in ["", "average", "p", "p101", "p100.1", "p1.234", "p-1", "p1.", "x", "tm", "PR(x)"] {
            assert!(text.parse::<Statistic>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_percentile_round_trips(hundredths in 0_u16..=10_000) {
            let statistic = Statistic::Percentile(hundredths);
            prop_assert_eq!(statistic.to_string().parse::<Statistic>().unwrap(), statistic);
        }

        #[test]
        fn no_text_panics(text in ".{0,12}") {
            let _ = text.parse::<Statistic>();
        }
    }
}
