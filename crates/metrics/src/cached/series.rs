//! What is kept of one metric: its values over one stretch of time.

use onepane_domain::{AccountId, MetricData, Period, Region, SeriesStatus, Statistic, Timestamp};

/// A stretch of time on a period's grid: from (inclusive), to (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Window {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

/// What makes two series the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SeriesKey {
    pub(super) region: Region,
    pub(super) account: Option<AccountId>,
    pub(super) metric: onepane_domain::MetricId,
    pub(super) statistic: Statistic,
    pub(super) period: Period,
}

/// How long values may be used without asking again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shelf {
    /// Values before this instant have their last say.
    pub(super) closed_to: Timestamp,
    /// Later ones may be used until then.
    pub(super) open_until: Timestamp,
}

/// Values of one metric over one stretch of time.
#[derive(Debug, Clone)]
pub(super) struct KeptSeries {
    window: Window,
    shelf: Shelf,
    account: Option<AccountId>,
    label: String,
    unit: Option<String>,
    values: Vec<(Timestamp, f64)>,
}

impl KeptSeries {
    /// The whole answer to a question for `window`.
    pub(super) fn new(data: MetricData, window: Window, shelf: Shelf) -> Self {
        let closed_to = shelf.closed_to.clamp(window.from, window.to);
        let shelf = Shelf { closed_to, ..shelf };
        Self { window, shelf, account: data.account, label: data.label, unit: data.unit, values: data.values }
    }

    /// Until when its values may be used now.
    fn usable_to(&self, now: Timestamp) -> Timestamp {
        if now < self.shelf.open_until { self.window.to } else { self.shelf.closed_to }
    }

    /// What must be asked to know all of `wanted`; none if nothing must.
    pub(super) fn missing(&self, wanted: Window, now: Timestamp) -> Option<Window> {
        let usable_to = self.usable_to(now);
        if wanted.from < self.window.from || wanted.from > usable_to {
            return Some(wanted);
        }
        (wanted.to > usable_to).then_some(Window { from: usable_to, to: wanted.to })
    }

    /// True if it holds everything from `from` up to `to`.
    pub(super) fn reaches(&self, from: Timestamp, to: Timestamp) -> bool {
        self.window.from <= from && from < to && to <= self.window.to
    }

    /// Adds the answer to a question that begins where the usable values end.
    pub(super) fn extend(&mut self, asked: Window, data: MetricData, shelf: Shelf) {
        self.values.truncate(self.values.partition_point(|(time, _)| *time < asked.from));
        self.values.extend(data.values.into_iter().filter(|(time, _)| *time >= asked.from));
        self.window.to = asked.to;
        self.shelf = Shelf { closed_to: shelf.closed_to.clamp(self.window.from, asked.to), ..shelf };
        (self.account, self.label, self.unit) = (data.account, data.label, data.unit);
    }

    /// Lets go of what lies before `wanted`, once that is more than `wanted` itself: windows move on.
    pub(super) fn trim(&mut self, wanted: Window) {
        let behind = wanted.from.millis_since(self.window.from);
        if behind > wanted.to.millis_since(wanted.from) {
            self.values.drain(..self.values.partition_point(|(time, _)| *time < wanted.from));
            self.window.from = wanted.from;
            self.shelf.closed_to = self.shelf.closed_to.max(wanted.from);
        }
    }

    /// The values within `window`, as the answer to `query`.
    pub(super) fn part(&self, query: &str, region: &Region, window: Window) -> MetricData {
        let start = self.values.partition_point(|(time, _)| *time < window.from);
        let end = self.values.partition_point(|(time, _)| *time < window.to).max(start);
        MetricData {
            query: query.to_owned(),
            account: self.account,
            region: region.clone(),
            label: self.label.clone(),
            unit: self.unit.clone(),
            values: self.values[start..end].to_vec(),
            status: SeriesStatus::Complete,
        }
    }

    /// What it weighs: its values, and some for the rest.
    pub(super) fn weight(&self) -> usize {
        self.values.capacity() + 32
    }
}
