//! Periods: how much time one value stands for, and what CloudWatch still keeps.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// CloudWatch keeps values of a period for so many days: seconds, days.
pub const RETENTION_TIERS: [(u32, i64); 3] = [(60, 15), (300, 63), (3_600, 455)];

/// The periods that are offered, in seconds.
const OFFERED: [u32; 8] = [60, 300, 900, 3_600, 6 * 3_600, 12 * 3_600, 86_400, 7 * 86_400];

/// How many seconds one value stands for: a multiple of 60. Values lie on a grid of it, counted from 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Period(u32);

/// A number of seconds that is no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} s is no period: want a multiple of 60 up to 2,592,000 (30 days)")]
pub struct InvalidPeriod(u32);

/// A period, and why it is not the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodChoice {
    /// The period.
    pub period: Period,
    /// Why it is longer than what was asked for; none if it is not.
    pub note: Option<String>,
}

impl Period {
    /// One minute: the shortest.
    pub const MINUTE: Self = Self(60);

    /// A period of so many seconds.
    ///
    /// # Errors
    /// [`InvalidPeriod`] if it is no multiple of 60, or longer than 30 days.
    pub fn new(seconds: u32) -> Result<Self, InvalidPeriod> {
        let fits = seconds > 0 && seconds.is_multiple_of(60) && seconds <= 30 * 86_400;
        if fits { Ok(Self(seconds)) } else { Err(InvalidPeriod(seconds)) }
    }

    /// The periods that are offered to choose from.
    pub fn offered() -> impl Iterator<Item = Self> {
        OFFERED.into_iter().map(Self)
    }

    /// Seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// Milliseconds.
    pub fn millis(self) -> i64 {
        i64::from(self.0) * 1_000
    }

    /// The shortest period of which values from `from` are still kept at `now`. CloudWatch answers a shorter one with
    /// nothing, and without saying so.
    pub fn shortest_kept(from: Timestamp, now: Timestamp) -> Self {
        let kept = RETENTION_TIERS.into_iter().find(|(_, days)| from >= now.plus_days(-days));
        Self(kept.map_or(RETENTION_TIERS[RETENTION_TIERS.len() - 1].0, |(seconds, _)| seconds))
    }

    /// The period for a window: the one asked for, else the shortest offered with which the window has at most
    /// `most_points` values; never one that is not kept any more, nor one that would give more than CloudWatch's 100,800
    /// values in one answer.
    pub fn choose(
        wanted: Option<Self>,
        from: Timestamp,
        to: Timestamp,
        now: Timestamp,
        most_points: u32,
    ) -> PeriodChoice {
        const MOST_IN_AN_ANSWER: i64 = 100_800;
        let width = to.millis_since(from).max(0);
        let kept = Self::shortest_kept(from, now);
        let fitting = |least: i64| {
            let fits = |period: &Self| *period >= kept && width / period.millis() <= least;
            Self::offered().find(fits).unwrap_or(Self(OFFERED[OFFERED.len() - 1]))
        };
        let Some(wanted) = wanted else {
            return PeriodChoice { period: fitting(i64::from(most_points.max(1))), note: None };
        };
        if wanted < kept || !wanted.0.is_multiple_of(kept.0) {
            let period = fitting(width / wanted.millis().max(1)).max(kept);
            let note = format!("{} s instead of {} s: shorter ones are not kept so far back", period.0, wanted.0);
            return PeriodChoice { period, note: Some(note) };
        }
        if width / wanted.millis() > MOST_IN_AN_ANSWER {
            let period = fitting(MOST_IN_AN_ANSWER);
            let note = format!("{} s instead of {} s: the window is too long for those", period.0, wanted.0);
            return PeriodChoice { period, note: Some(note) };
        }
        PeriodChoice { period: wanted, note: None }
    }
}

impl TryFrom<u32> for Period {
    type Error = InvalidPeriod;

    fn try_from(seconds: u32) -> Result<Self, InvalidPeriod> {
        Self::new(seconds)
    }
}

impl From<Period> for u32 {
    fn from(period: Period) -> Self {
        period.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn now() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_period_follows_the_window_and_what_is_kept() {
        let choose = |wanted: Option<u32>, days_ago: i64, hours: i64| {
            let from = now().plus_days(-days_ago);
            let to = from.plus_millis(hours * 3_600_000);
            Period::choose(wanted.map(|seconds| Period::new(seconds).unwrap()), from, to, now(), 1_500)
        };
        assert_eq!(choose(None, 1, 3).period.seconds(), 60);
        assert_eq!(choose(None, 7, 7 * 24).period.seconds(), 900);
        assert_eq!(choose(None, 16, 1).period.seconds(), 300, "minutes are gone after 15 days");
        assert_eq!(choose(None, 64, 1).period.seconds(), 3_600, "five minutes are gone after 63");
        let longer = choose(Some(60), 20, 1);
        assert_eq!(longer.period.seconds(), 300);
        assert!(longer.note.unwrap().contains("instead of 60 s"));
        assert_eq!(choose(Some(300), 20, 1), PeriodChoice { period: Period(300), note: None });
        assert!(choose(Some(60), 14, 14 * 24).note.is_none());
    }

    #[test]
    fn only_whole_minutes_are_periods() {
        for seconds in [0, 1, 59, 61, 30 * 86_400 + 60, u32::MAX] {
            assert!(Period::new(seconds).is_err(), "{seconds}");
        }
    }

    proptest! {
        #[test]
        fn a_chosen_period_is_kept_and_never_gives_too_much(
            days_ago in 0_i64..500, width in 0_i64..500 * 86_400_000, minutes in proptest::option::of(1_u32..1_440),
        ) {
            let from = now().plus_days(-days_ago);
            let to = from.plus_millis(width);
            let wanted = minutes.map(|minutes| Period::new(minutes * 60).unwrap());
            let choice = Period::choose(wanted, from, to, now(), 1_000);
            prop_assert!(choice.period >= Period::shortest_kept(from, now()));
            prop_assert!(width / choice.period.millis() <= 100_800);
            prop_assert_eq!(choice.note.is_some(), wanted.is_some_and(|wanted| wanted != choice.period));
        }
    }
}
