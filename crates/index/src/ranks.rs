//! Positions of shared values in their order, made when first asked for after a new value came.

use crate::distinct::Distinct;
use crate::entries::{Place, Reason};
use std::sync::OnceLock;

/// A table's codes in order, and each code's position.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ranking {
    /// Codes, smallest value first.
    pub(crate) sorted: Vec<u32>,
    /// By code: its position in `sorted`.
    pub(crate) position: Vec<u32>,
}

impl Ranking {
    fn of_sorted(sorted: Vec<u32>) -> Self {
        let mut position = vec![0; sorted.len()];
        for (at, code) in sorted.iter().enumerate() {
            position[*code as usize] = at as u32;
        }
        Self { sorted, position }
    }

    fn memory_bytes(&self) -> usize {
        (self.sorted.capacity() + self.position.capacity()) * size_of::<u32>()
    }
}

/// The orders of places (account, Region, kind) and of failure reasons.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ranks {
    places: OnceLock<Ranking>,
    reasons: OnceLock<Ranking>,
    /// The order of the reasons before the newest came: only those need sorting in.
    reasons_before: Vec<u32>,
}

impl Ranks {
    pub(crate) fn forget_places(&mut self) {
        self.places.take();
    }

    pub(crate) fn forget_reasons(&mut self) {
        if let Some(ranking) = self.reasons.take() {
            self.reasons_before = ranking.sorted;
        }
    }

    pub(crate) fn places(&self, places: &Distinct<Place>) -> &Ranking {
        self.places.get_or_init(|| {
            let mut sorted: Vec<u32> = (0..places.len() as u32).collect();
            sorted.sort_unstable_by(|a, b| {
                let (a, b) = (places.get(*a), places.get(*b));
                (a.account, &a.region, &a.kind).cmp(&(b.account, &b.region, &b.kind))
            });
            Ranking::of_sorted(sorted)
        })
    }

    pub(crate) fn reasons(&self, reasons: &Distinct<Reason>) -> &Ranking {
        self.reasons.get_or_init(|| {
            let text = |code: &u32| &reasons.get(*code).text;
            let mut newest: Vec<u32> = (self.reasons_before.len() as u32..reasons.len() as u32).collect();
            newest.sort_unstable_by(|a, b| text(a).cmp(text(b)));
            let mut sorted = Vec::with_capacity(reasons.len());
            let mut before = self.reasons_before.as_slice();
            for code in newest {
                let smaller = before.partition_point(|other| text(other) < text(&code));
                sorted.extend_from_slice(&before[..smaller]);
                sorted.push(code);
                before = &before[smaller..];
            }
            sorted.extend_from_slice(before);
            Ranking::of_sorted(sorted)
        })
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.places.get().map_or(0, Ranking::memory_bytes)
            + self.reasons.get().map_or(0, Ranking::memory_bytes)
            + self.reasons_before.capacity() * size_of::<u32>()
    }
}
