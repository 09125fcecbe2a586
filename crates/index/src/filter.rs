//! A filter, compiled to tables: a row's test is a few table loads.

use crate::distinct::NONE;
use crate::index::WorkloadIndex;
use crate::text::fold;
use memchr::memmem::Finder;
use onepane_domain::{Filter, Phase, TimeField, TimeWindow, Timestamp};
use rayon::prelude::*;

/// The dimensions that a row can fail in. A mask holds one bit for each that it fails.
pub(crate) mod failed {
    pub(crate) const ACCOUNT: u16 = 1;
    pub(crate) const OU: u16 = 2;
    pub(crate) const REGION: u16 = 4;
    pub(crate) const KIND: u16 = 8;
    pub(crate) const PHASE: u16 = 16;
    pub(crate) const STATUS: u16 = 32;
    pub(crate) const INSTANCE_TYPE: u16 = 64;
    pub(crate) const TAG: u16 = 128;
    /// Failure group, text or window: dimensions that no facet counts.
    pub(crate) const OTHER: u16 = 1 << 15;
}

/// A search for text in names and failure reasons.
pub(crate) struct TextTest {
    pub(crate) finder: Finder<'static>,
    /// By reason's code: whether the reason contains the text.
    pub(crate) reasons: Vec<bool>,
}

/// A filter against one index. A table that would hold zeros only is left out.
pub(crate) struct Compiled<'a> {
    /// By place: account, OU, Region, kind.
    pub(crate) places: Option<Vec<u16>>,
    /// By state: phase, status, instance type.
    pub(crate) states: Option<Vec<u16>>,
    /// By tag set.
    pub(crate) tag_sets: Option<Vec<u16>>,
    /// By failure group's code, and for the group of failures without a reason.
    pub(crate) groups: Option<(Vec<bool>, bool)>,
    /// By state: whether it is a failure.
    pub(crate) is_failed: Vec<bool>,
    /// The column of instants, from (inclusive), to (exclusive).
    pub(crate) window: Option<(&'a [i64], i64, i64)>,
    pub(crate) text: Option<TextTest>,
}

impl WorkloadIndex {
    /// The column of an instant.
    pub(crate) fn times(&self, field: TimeField) -> &[i64] {
        match field {
            TimeField::Created => &self.rows.created,
            TimeField::Ended => &self.rows.ended,
            TimeField::Updated => &self.rows.updated,
        }
    }

    pub(crate) fn compile(&self, filter: &Filter, now: Timestamp) -> Compiled<'_> {
        let window = (filter.window != TimeWindow::All).then(|| {
            let (from, to) = filter.window.bounds(now);
            (self.times(filter.time_field), from.millis(), to.millis())
        });
        Compiled {
            places: self.place_masks(filter),
            states: self.state_masks(filter),
            tag_sets: self.tag_set_masks(filter),
            groups: self.wanted_groups(filter),
            is_failed: self.states.items().iter().map(|state| state.phase == Phase::Failed).collect(),
            window,
            text: self.text_test(&filter.text),
        }
    }

    fn place_masks(&self, filter: &Filter) -> Option<Vec<u16>> {
        if filter.accounts.is_empty() && filter.ous.is_empty() && filter.regions.is_empty() && filter.kinds.is_empty() {
            return None;
        }
        let masks = self.places.items().iter().map(|place| {
            let in_ou = |ou: &String| self.organization.is_in_ou(place.account, ou);
            bit(failed::ACCOUNT, filter.accounts.is_empty() || filter.accounts.contains(&place.account))
                | bit(failed::OU, filter.ous.is_empty() || filter.ous.iter().any(in_ou))
                | bit(failed::REGION, filter.regions.is_empty() || filter.regions.contains(&place.region))
                | bit(failed::KIND, filter.kinds.is_empty() || filter.kinds.contains(&place.kind))
        });
        Some(masks.collect())
    }

    fn state_masks(&self, filter: &Filter) -> Option<Vec<u16>> {
        if filter.phases.is_empty() && filter.statuses.is_empty() && filter.instance_types.is_empty() {
            return None;
        }
        let masks = self.states.items().iter().map(|state| {
            bit(failed::PHASE, filter.phases.is_empty() || filter.phases.contains(&state.phase))
                | bit(failed::STATUS, holds(&filter.statuses, state.status.as_deref()))
                | bit(failed::INSTANCE_TYPE, holds(&filter.instance_types, state.instance_type.as_deref()))
        });
        Some(masks.collect())
    }

    fn tag_set_masks(&self, filter: &Filter) -> Option<Vec<u16>> {
        if filter.tags.is_empty() {
            return None;
        }
        let wanted: Vec<bool> = self
            .tags
            .items()
            .iter()
            .map(|tag| filter.tags.iter().any(|(key, value)| **key == *tag.key && **value == *tag.value))
            .collect();
        let masks =
            self.tag_sets.items().iter().map(|set| bit(failed::TAG, set.iter().any(|tag| wanted[*tag as usize])));
        Some(masks.collect())
    }

    fn wanted_groups(&self, filter: &Filter) -> Option<(Vec<bool>, bool)> {
        if filter.failure_groups.is_empty() {
            return None;
        }
        let is_wanted = |group: &str| filter.failure_groups.iter().any(|wanted| wanted == group);
        Some((self.reason_groups.items().iter().map(|group| is_wanted(group)).collect(), is_wanted("")))
    }

    fn text_test(&self, text: &str) -> Option<TextTest> {
        if text.is_empty() {
            return None;
        }
        let finder = Finder::new(fold(text).as_bytes()).into_owned();
        let contains = |reason: &crate::entries::Reason| finder.find(reason.folded().as_bytes()).is_some();
        let reasons = self.reasons.items().par_iter().with_min_len(4_096).map(contains).collect();
        Some(TextTest { finder, reasons })
    }

    /// The code of a row's failure group; [`NONE`] for a failure without a reason, nothing for what is no failure.
    pub(crate) fn failure_group(&self, row: usize, is_failed: &[bool]) -> Option<u32> {
        match self.rows.reason[row] {
            NONE => is_failed[self.rows.state[row] as usize].then_some(NONE),
            reason => Some(self.reasons.get(reason).group),
        }
    }
}

impl Compiled<'_> {
    /// Whether a row is in one of the wanted failure groups.
    pub(crate) fn is_in_groups(&self, index: &WorkloadIndex, row: usize) -> bool {
        let Some((wanted, without_reason)) = &self.groups else { return true };
        match index.failure_group(row, &self.is_failed) {
            None => false,
            Some(NONE) => *without_reason,
            Some(group) => wanted[group as usize],
        }
    }
}

fn bit(dimension: u16, passes: bool) -> u16 {
    if passes { 0 } else { dimension }
}

fn holds(wanted: &[String], value: Option<&str>) -> bool {
    wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|wanted| wanted == value))
}
