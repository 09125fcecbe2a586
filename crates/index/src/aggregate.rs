//! Counts by group and time.

use crate::distinct::NONE;
use crate::index::WorkloadIndex;
use crate::rows::NO_TIME;
use crate::scan::Matches;
use hashbrown::HashMap;
use onepane_domain::{Aggregate, AggregateCell, AggregateQuery, Filter, Grouping, TimeField, TimeWindow, Timestamp};
use rayon::prelude::*;

/// A histogram has about this many cells at most.
const HISTOGRAM_CELLS: i64 = 120;
/// Counts are kept in a plain table up to this many cells, else in a hash table.
const DENSE_CELLS: i64 = 65_536;

/// Wider than all time that can be written: a wider cell changes nothing.
const WIDEST: i64 = 1_000_000_000_000_000;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Widths that people can read off an axis.
const WIDTHS: [i64; 25] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
    365 * DAY,
    3_650 * DAY,
];

type Tally = [u32; 8];

/// The instants that cells cover: from (inclusive), to (exclusive), both on the grid.
#[derive(Clone, Copy)]
struct Grid {
    from: i64,
    to: i64,
    width: i64,
}

impl Grid {
    fn covering(first: i64, last: i64, width: i64) -> Self {
        let floor = |time: i64| time - time.rem_euclid(width);
        Self { from: floor(first), to: floor(last).saturating_add(width), width }
    }

    fn cell(self, time: i64) -> Option<i64> {
        (time >= self.from && time < self.to).then(|| (time - self.from) / self.width)
    }
}

/// Rows' groups: a code a row, and the texts of the codes.
struct Groups {
    codes: GroupCodes,
    texts: Vec<String>,
}

enum GroupCodes {
    All,
    ByPlace(Vec<u32>),
    ByState(Vec<u32>),
    ByReason(Vec<u32>),
}

impl WorkloadIndex {
    /// Counts of the workloads that match, by phase, group and time cell.
    ///
    /// With time cells, workloads without the instant are left out; the range is the window's (`now` is the end of
    /// [`TimeWindow::Last`]), widened to what matches; what matches alone where the window has no bound. Without time cells every match counts, and
    /// cells start where the range does. Grouping by OU or tag gives no cells.
    pub fn aggregate(&self, query: &AggregateQuery, now: Timestamp) -> Aggregate {
        if matches!(query.group_by, Some(Grouping::Ou | Grouping::Tag)) {
            return Aggregate::default();
        }
        let compiled = self.compile(&query.filter, now);
        let matches = self.scan(&compiled, false);
        let width = query.bucket_ms.filter(|width| *width > 0).map(|width| width.min(WIDEST));
        let range = match (self.window_range(&query.filter, now), self.extent(&matches, query.filter.time_field)) {
            (Some(window), Some(data)) => Some((window.0.min(data.0), window.1.max(data.1))),
            (window, data) => window.or(data),
        };
        let (first, last) = range.unwrap_or_default();
        let groups = self.groups(query.group_by);
        let Some(width) = width else {
            let mut by_group = HashMap::new();
            self.tally(&matches, &groups, |_| Some(0), &mut by_group);
            let aggregate = Aggregate {
                from: Timestamp::saturating_from_millis(first),
                to: Timestamp::saturating_from_millis(last.saturating_add(1)),
                ..Aggregate::default()
            };
            return finish(aggregate, by_group, &groups.texts, first, 0);
        };
        self.cells(&matches, query.filter.time_field, Grid::covering(first, last, width), &groups)
    }

    /// The histogram of a search: about 120 cells at most over the window, or over what matches where the window has
    /// no bound; the last milliseconds until `now` for [`TimeWindow::Last`], so that workloads later than now are left
    /// out.
    pub(crate) fn histogram(&self, filter: &Filter, matches: &Matches, now: Timestamp) -> Aggregate {
        let range = self.window_range(filter, now).or_else(|| self.extent(matches, filter.time_field));
        let Some((first, last)) = range else { return Aggregate::default() };
        let span = last.saturating_sub(first);
        let fits = |width: &&i64| span / **width < HISTOGRAM_CELLS;
        let widest = (span / HISTOGRAM_CELLS / DAY + 1) * DAY;
        let width = WIDTHS.iter().find(fits).copied().unwrap_or(widest);
        self.cells(matches, filter.time_field, Grid::covering(first, last, width), &self.groups(None))
    }

    /// The first and last instant of a bounded window; none for a window without bounds, or an empty one.
    fn window_range(&self, filter: &Filter, now: Timestamp) -> Option<(i64, i64)> {
        let (from, to) = filter.window.bounds(now);
        match filter.window {
            TimeWindow::All => None,
            TimeWindow::Last(_) => Some((from.millis(), now.millis())),
            TimeWindow::Between(..) => (from < to).then(|| (from.millis(), to.millis() - 1)),
        }
    }

    /// The first and last instant among the matching rows that have one.
    fn extent(&self, matches: &Matches, field: TimeField) -> Option<(i64, i64)> {
        let times = self.times(field);
        let of_rows = |rows: &Vec<u32>| {
            let present = rows.iter().map(|row| times[*row as usize]).filter(|time| *time != NO_TIME);
            present.fold((i64::MAX, i64::MIN), |(first, last), time| (first.min(time), last.max(time)))
        };
        let widest = |a: (i64, i64), b: (i64, i64)| (a.0.min(b.0), a.1.max(b.1));
        let extent = matches.rows.par_iter().map(of_rows).reduce(|| (i64::MAX, i64::MIN), widest);
        (extent.0 <= extent.1).then_some(extent)
    }

    fn cells(&self, matches: &Matches, field: TimeField, grid: Grid, groups: &Groups) -> Aggregate {
        let times = self.times(field);
        let mut cells = HashMap::new();
        self.tally(matches, groups, |row| grid.cell(times[row]), &mut cells);
        let aggregate = Aggregate {
            from: Timestamp::saturating_from_millis(grid.from),
            to: Timestamp::saturating_from_millis(grid.to),
            bucket_ms: grid.width,
            cells: Vec::new(),
        };
        finish(aggregate, cells, &groups.texts, grid.from, grid.width)
    }

    /// Counts rows by group and cell; rows without a cell are left out.
    fn tally(
        &self,
        matches: &Matches,
        groups: &Groups,
        cell: impl Fn(usize) -> Option<i64> + Sync,
        all: &mut HashMap<(u32, i64), Tally>,
    ) {
        let phases: Vec<u8> = self.states.items().iter().map(|state| state.phase.index() as u8).collect();
        let group_count = groups.texts.len() as i64;
        let dense = |cell: i64, group: u32| {
            let at = cell.saturating_mul(group_count).saturating_add(i64::from(group));
            (at < DENSE_CELLS).then_some(at as usize)
        };
        let counted = matches
            .rows
            .par_iter()
            .with_min_len(4)
            .fold(
                || (Vec::<Tally>::new(), HashMap::<(u32, i64), Tally>::new()),
                |(mut table, mut rest), rows| {
                    for row in rows.iter().map(|row| *row as usize) {
                        let Some(cell) = cell(row) else { continue };
                        let group = groups.code(self, row);
                        let phase = phases[self.rows.state[row] as usize] as usize;
                        let Some(at) = dense(cell, group) else {
                            rest.entry((group, cell)).or_insert([0; 8])[phase] += 1;
                            continue;
                        };
                        if at >= table.len() {
                            table.resize((at + 1).next_power_of_two(), [0; 8]);
                        }
                        table[at][phase] += 1;
                    }
                    (table, rest)
                },
            )
            .collect::<Vec<_>>();
        for (table, rest) in counted {
            let in_table = table.into_iter().enumerate().filter(|(_, tally)| *tally != [0; 8]);
            let in_table =
                in_table.map(|(at, tally)| (((at as i64 % group_count) as u32, at as i64 / group_count), tally));
            for (key, tally) in in_table.chain(rest) {
                let sum = all.entry(key).or_insert([0; 8]);
                sum.iter_mut().zip(tally).for_each(|(sum, count)| *sum += count);
            }
        }
    }

    fn groups(&self, dimension: Option<Grouping>) -> Groups {
        let mut texts = vec![String::new()];
        let mut known: HashMap<String, u32> = HashMap::from([(String::new(), 0)]);
        let mut code = |text: &str| {
            if let Some(code) = known.get(text) {
                return *code;
            }
            texts.push(text.to_owned());
            known.insert(text.to_owned(), texts.len() as u32 - 1);
            texts.len() as u32 - 1
        };
        let (places, states) = (self.places.items().iter(), self.states.items().iter());
        let codes = match dimension {
            None | Some(Grouping::Ou | Grouping::Tag) => GroupCodes::All,
            Some(Grouping::Account) => {
                GroupCodes::ByPlace(places.map(|place| code(&place.account.to_string())).collect())
            }
            Some(Grouping::Region) => GroupCodes::ByPlace(places.map(|place| code(place.region.as_str())).collect()),
            Some(Grouping::Kind) => GroupCodes::ByPlace(places.map(|place| code(place.kind.as_str())).collect()),
            Some(Grouping::Phase) => GroupCodes::ByState(states.map(|state| code(state.phase.as_str())).collect()),
            Some(Grouping::Status) => {
                GroupCodes::ByState(states.map(|state| code(state.status.as_deref().unwrap_or(""))).collect())
            }
            Some(Grouping::InstanceType) => {
                GroupCodes::ByState(states.map(|state| code(state.instance_type.as_deref().unwrap_or(""))).collect())
            }
            Some(Grouping::FailureGroup) => {
                // A reason of white space alone has the group of rows without a reason.
                GroupCodes::ByReason(self.reason_groups.items().iter().map(|group| code(group)).collect())
            }
        };
        Groups { codes, texts }
    }
}

impl Groups {
    fn code(&self, index: &WorkloadIndex, row: usize) -> u32 {
        match &self.codes {
            GroupCodes::All => 0,
            GroupCodes::ByPlace(codes) => codes[index.rows.place[row] as usize],
            GroupCodes::ByState(codes) => codes[index.rows.state[row] as usize],
            // The text at 0 is for rows without a reason.
            GroupCodes::ByReason(codes) => match index.rows.reason[row] {
                NONE => 0,
                reason => codes[index.reasons.get(reason).group as usize],
            },
        }
    }
}

fn finish(
    mut aggregate: Aggregate,
    tallies: HashMap<(u32, i64), Tally>,
    texts: &[String],
    from: i64,
    width: i64,
) -> Aggregate {
    let cell = |((group, cell), by_phase): ((u32, i64), Tally)| AggregateCell {
        group: texts[group as usize].clone(),
        start: Timestamp::saturating_from_millis(from + cell * width),
        by_phase,
    };
    aggregate.cells = tallies.into_iter().map(cell).collect();
    aggregate.cells.sort_unstable_by(|a, b| (&a.group, a.start).cmp(&(&b.group, b.start)));
    aggregate
}
