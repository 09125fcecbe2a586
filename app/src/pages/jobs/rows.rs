//! Which rows are in sight, where they come from, and which one is selected.
//!
//! The table shows a window of a result that may have a million rows. Rows come in chunks: the first with the page's
//! own answer, the others when they come into sight. Browsers cap an element's height, so beyond [`TALLEST`] the
//! scroll bar's place is scaled to the rows.

use super::Jobs;
use crate::api;
use crate::browser;
use crate::components::workload_path;
use leptos::prelude::*;
use leptos::task::spawn_local;
use onepane_domain::Transition;
use std::collections::{BTreeMap, BTreeSet};

/// Rows in one chunk.
pub(crate) const CHUNK: u32 = 100;
/// Rows drawn above and below what is in sight.
const MARGIN: u64 = 8;
/// Chromium and Firefox draw elements of up to 17 to 33 million pixels; this stays below both.
const TALLEST: f64 = 15_000_000.0;

/// The scroll state of the table.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    jobs: Jobs,
    chunks: RwSignal<Chunks>,
    pub(crate) scroll_top: RwSignal<f64>,
    pub(crate) viewport: RwSignal<f64>,
    pub(crate) row_height: RwSignal<f64>,
    /// The selected row, counted from the top of the result.
    pub(crate) selected: RwSignal<Option<u64>>,
    /// The newest answer's total and first chunk, for event handlers, which may not read a resource.
    known: StoredValue<(u64, Vec<Transition>)>,
    /// Set to where the table shall scroll to.
    pub(crate) scroll_to: RwSignal<Option<f64>>,
}

/// Chunks but the first, of one query.
#[derive(Debug, Clone, PartialEq, Default)]
struct Chunks {
    query: String,
    tick: u64,
    rows: BTreeMap<u32, Vec<Transition>>,
    asked: BTreeSet<u32>,
}

/// The rows to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sight {
    /// The first row drawn.
    pub(crate) first: u64,
    /// The row after the last one drawn.
    pub(crate) end: u64,
    /// Pixels above the first one.
    pub(crate) above: u64,
    /// Pixels below the last one.
    pub(crate) below: u64,
}

impl Rows {
    /// Rows that follow the page's query and the server's changes.
    pub(crate) fn follow(jobs: Jobs, tick: ReadSignal<u64>) -> Self {
        let rows = Self {
            jobs,
            chunks: RwSignal::new(Chunks::default()),
            scroll_top: RwSignal::new(0.0),
            viewport: RwSignal::new(720.0),
            row_height: RwSignal::new(36.0),
            selected: RwSignal::new(None),
            scroll_to: RwSignal::new(None),
            known: StoredValue::new((0, Vec::new())),
        };
        Effect::new(move || {
            if let Some(known) = jobs.result(|result| (result.total, result.rows.clone())) {
                rows.known.set_value(known);
            }
        });
        Effect::new(move || {
            rows.measure();
            let resized = window_event_listener(leptos::ev::resize, move |_| rows.measure());
            on_cleanup(move || resized.remove());
        });
        // Another query starts at its top, with nothing selected.
        Effect::new(move |earlier: Option<String>| {
            let query = jobs.url.with(|url| url.query.to_query_string());
            if earlier.is_some_and(|earlier| earlier != query) {
                rows.selected.set(None);
                rows.scroll_to.set(Some(0.0));
            }
            query
        });
        Effect::new(move || rows.fetch_what_is_in_sight(tick.get()));
        rows
    }

    fn measure(self) {
        self.row_height.set(if browser::matches_media("(max-width: 720px)") { 58.0 } else { 36.0 });
    }

    /// Asks for the chunks in sight that are not here, or that changed.
    fn fetch_what_is_in_sight(self, tick: u64) {
        let query = self.jobs.url.with(|url| url.query.to_query_string());
        let sight = self.sight();
        let wanted: Vec<u32> = chunk_of(sight.first)
            .zip(chunk_of(sight.end.saturating_sub(1)))
            .map_or_else(Vec::new, |(first, last)| (first.max(1)..=last).collect());
        let missing = self.chunks.try_update_untracked(|chunks| {
            if chunks.query != query {
                *chunks = Chunks { query: query.clone(), tick, ..Chunks::default() };
            }
            if chunks.tick != tick {
                chunks.tick = tick;
                chunks.asked.clear();
                // What is in sight stays until its new state is here; the rest is asked for again when it comes.
                chunks.rows.retain(|chunk, _| wanted.contains(chunk));
            }
            wanted.into_iter().filter(|chunk| chunks.asked.insert(*chunk)).collect::<Vec<_>>()
        });
        for chunk in missing.unwrap_or_default() {
            let query = query.clone();
            spawn_local(async move {
                let answer = api::search(query.clone(), chunk * CHUNK, CHUNK, false).await;
                // The page may have gone, or may show something else by now.
                self.chunks.try_update(|chunks| {
                    if chunks.query != query {
                        return;
                    }
                    match answer {
                        Ok(result) => drop(chunks.rows.insert(chunk, result.rows)),
                        // Asked again with the next change or the next scroll.
                        Err(_) => drop(chunks.asked.remove(&chunk)),
                    }
                });
            });
        }
    }

    /// The row at a place of the result, if it is here.
    pub(crate) fn row(self, place: u64) -> Option<Transition> {
        let chunk = chunk_of(place)?;
        let within = usize::try_from(place % u64::from(CHUNK)).ok()?;
        if chunk == 0 {
            return self.jobs.result(|result| result.rows.get(within).cloned()).flatten();
        }
        self.chunks.with(|chunks| chunks.rows.get(&chunk).and_then(|rows| rows.get(within).cloned()))
    }

    /// The rows to draw now.
    pub(crate) fn sight(self) -> Sight {
        sight(self.jobs.total(), self.scroll_top.get(), self.viewport.get(), self.row_height.get())
    }

    /// Selects a row, or none.
    pub(crate) fn select(self, row: Option<u64>) {
        self.selected.set(row);
    }

    /// Selects the next or an earlier row and brings it into sight.
    pub(crate) fn move_selection(self, by: i64) {
        let total = self.known.with_value(|(total, _)| *total);
        if total == 0 {
            return;
        }
        let row = match self.selected.get_untracked() {
            None => 0,
            Some(row) => row.saturating_add_signed(by).min(total - 1),
        };
        self.selected.set(Some(row));
        let (top, viewport) = (self.scroll_top.get_untracked(), self.viewport.get_untracked());
        let row_height = self.row_height.get_untracked();
        let shown = sight(total, top, viewport, row_height);
        let margin_above = if shown.first == 0 { 0 } else { MARGIN };
        let fully_in_sight = row > shown.first + margin_above && row + MARGIN + 2 < shown.end;
        if !fully_in_sight {
            self.scroll_to.set(Some(scroll_for(total, row, viewport, row_height)));
        }
    }

    /// The address of the selected row.
    pub(crate) fn selected_path(self) -> Option<String> {
        let place = self.selected.get_untracked()?;
        let within = usize::try_from(place % u64::from(CHUNK)).ok()?;
        let path = |rows: &[Transition]| rows.get(within).map(|state| workload_path(&state.id));
        match chunk_of(place)? {
            0 => self.known.with_value(|(_, rows)| path(rows)),
            chunk => self.chunks.with_untracked(|chunks| chunks.rows.get(&chunk).and_then(|rows| path(rows))),
        }
    }
}

fn chunk_of(place: u64) -> Option<u32> {
    u32::try_from(place / u64::from(CHUNK)).ok()
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn sight(total: u64, scroll_top: f64, viewport: f64, row_height: f64) -> Sight {
    let whole = total as f64 * row_height;
    let visible = (viewport / row_height).ceil() as u64 + 1;
    let height = whole.min(TALLEST);
    let top = scroll_top.clamp(0.0, (height - viewport).max(0.0));
    let first_visible = if whole <= TALLEST {
        (top / row_height) as u64
    } else {
        let last_first = total.saturating_sub(visible.saturating_sub(1));
        (top / (height - viewport).max(1.0) * last_first as f64).round() as u64
    };
    let first = first_visible.saturating_sub(MARGIN);
    let end = (first_visible + visible + MARGIN).min(total);
    let drawn = (end - first.min(end)) as f64 * row_height;
    let above = if whole <= TALLEST {
        first as f64 * row_height
    } else {
        (top - (first_visible - first) as f64 * row_height).clamp(0.0, (height - drawn).max(0.0))
    };
    Sight { first, end, above: above as u64, below: (height - drawn - above).max(0.0) as u64 }
}

/// The scroll position that puts a row in the middle of what is in sight.
#[allow(clippy::cast_precision_loss)]
fn scroll_for(total: u64, row: u64, viewport: f64, row_height: f64) -> f64 {
    let whole = total as f64 * row_height;
    let middle = (row as f64 * row_height - viewport / 2.0).max(0.0);
    if whole <= TALLEST {
        return middle;
    }
    middle / (whole - viewport) * (TALLEST - viewport)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_list_is_drawn_whole() {
        assert_eq!(sight(3, 0.0, 720.0, 36.0), Sight { first: 0, end: 3, above: 0, below: 0 });
        assert_eq!(sight(0, 0.0, 720.0, 36.0), Sight { first: 0, end: 0, above: 0, below: 0 });
    }

    #[test]
    fn every_row_of_a_million_can_be_reached() {
        let (total, viewport, row_height) = (1_000_000, 720.0, 36.0);
        let top = sight(total, 0.0, viewport, row_height);
        assert_eq!(top.first, 0);
        let bottom = sight(total, TALLEST, viewport, row_height);
        assert_eq!(bottom.end, total);
        for row in [0, 1, 500_000, 999_998, 999_999] {
            let shown = sight(total, scroll_for(total, row, viewport, row_height), viewport, row_height);
            assert!(shown.first <= row && row < shown.end, "row {row} is outside {shown:?}");
        }
    }

    #[test]
    fn the_height_does_not_change_while_scrolling() {
        for total in [5_000, 1_000_000] {
            let heights: Vec<u64> = (0..50)
                .map(|step| {
                    let shown = sight(total, f64::from(step) * 3_000.0, 720.0, 36.0);
                    shown.above + shown.below + (shown.end - shown.first) * 36
                })
                .collect();
            let (least, most) = (heights.iter().min().unwrap(), heights.iter().max().unwrap());
            assert!(most - least <= 2, "{least} to {most}");
        }
    }
}
