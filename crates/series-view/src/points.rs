//! The points that a profile looked at, on the grid that they are drawn on.

use crate::cells::DAY_MS;
use crate::request::series_of;
use onepane_charts::{Band, TimeGrid};
use onepane_domain::{Profile, SeriesInput, Timestamp};
use onepane_insights::grid::ordered;
use onepane_insights::sample::daily_sums;
use onepane_insights::{Expectation, SeriesReport};

/// More values are not analysed for a page: eleven years by the hour.
const MOST_VALUES: usize = 100_000;

/// Values on a regular grid, with what the profile expected of them.
pub(crate) struct Points {
    pub(crate) start: Timestamp,
    pub(crate) step_ms: i64,
    pub(crate) values: Vec<f64>,
    pub(crate) around: Option<Around>,
}

/// What was expected, one value a point; NaN where undefined.
pub(crate) struct Around {
    pub(crate) expected: Vec<f64>,
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
}

/// Why a series cannot be taken as it is, in one sentence.
pub(crate) fn refused(series: &SeriesInput, profile: Profile) -> Option<String> {
    let count = series.values.len();
    if series.step_ms < 1_000 || series.step_ms % 1_000 != 0 || u32::try_from(series.step_ms / 1_000).is_err() {
        return Some(format!("a step of {} ms is no whole number of seconds up to 136 years.", series.step_ms));
    }
    if count > MOST_VALUES {
        return Some(format!("{count} values are more than the {MOST_VALUES} that are looked at for a page."));
    }
    let length = i64::try_from(count).ok().and_then(|count| count.checked_mul(series.step_ms));
    let ends = length.is_some_and(|length| series.start.plus_millis(length).millis_since(series.start) == length);
    if !ends {
        return Some("the series goes on beyond the last year that can be told.".to_owned());
    }
    let days = length.unwrap_or_default() / DAY_MS;
    let is_long = profile == Profile::Sample && usize::try_from(days).is_ok_and(|days| days > MOST_VALUES);
    is_long.then(|| format!("sample looks at days, and {days} are more than the {MOST_VALUES} that are looked at."))
}

impl Points {
    /// What was analysed, or, where nothing was expected of it, what would have been.
    pub(crate) fn of(series: &SeriesInput, profile: Profile, report: &SeriesReport) -> Self {
        let step_ms = if profile == Profile::Sample { DAY_MS } else { series.step_ms };
        if let Some(points) = report.expectation.as_ref().and_then(|seen| Self::expected(seen, step_ms)) {
            return points;
        }
        let days = (profile == Profile::Sample && series.step_ms != DAY_MS)
            .then(|| daily_sums(&ordered(&series_of(series))))
            .flatten();
        if let Some((stamps, values)) = days {
            return Self { start: stamps.first().copied().unwrap_or_default(), step_ms, values, around: None };
        }
        Self { start: series.start, step_ms: series.step_ms, values: series.values.clone(), around: None }
    }

    /// Nothing if the instants are not those of the grid: then they cannot be drawn on it.
    fn expected(seen: &Expectation, step_ms: i64) -> Option<Self> {
        let start = *seen.timestamps.first()?;
        let on_grid = (0_i64..).zip(&seen.timestamps).all(|(step, at)| at.millis_since(start) == step * step_ms);
        on_grid.then(|| Self {
            start,
            step_ms,
            values: seen.values.clone(),
            around: Some(Around {
                expected: seen.expected.clone(),
                lower: seen.lower.clone(),
                upper: seen.upper.clone(),
            }),
        })
    }

    pub(crate) fn time(&self) -> TimeGrid {
        TimeGrid { start: self.start, step_seconds: u32::try_from(self.step_ms / 1_000).unwrap_or(u32::MAX) }
    }

    /// The time of a point.
    pub(crate) fn at(&self, index: usize) -> Timestamp {
        self.start.plus_millis(i64::try_from(index).unwrap_or(i64::MAX).saturating_mul(self.step_ms))
    }

    /// The point that holds an instant.
    pub(crate) fn index(&self, at: Timestamp) -> Option<usize> {
        let step = at.millis_since(self.start).checked_div_euclid(self.step_ms)?;
        usize::try_from(step).ok().filter(|index| *index < self.values.len())
    }
}

impl Around {
    /// The range between the fences, or, with `from_expected`, how far they are from what was expected.
    pub(crate) fn band(&self, from_expected: bool) -> Band {
        let all = |fence: &[f64]| {
            let both = fence.iter().zip(&self.expected);
            finite(both.map(|(fence, expected)| if from_expected { fence - expected } else { *fence }))
        };
        Band { lower: all(&self.lower), upper: all(&self.upper) }
    }
}

/// Values as charts take them: what is no number is a gap.
pub(crate) fn finite(values: impl IntoIterator<Item = f64>) -> Vec<Option<f64>> {
    values.into_iter().map(|value| Some(value).filter(|value| value.is_finite())).collect()
}
