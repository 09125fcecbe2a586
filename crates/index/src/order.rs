//! Orders of rows: sort values as numbers, ties by identity.

use crate::index::WorkloadIndex;
use crate::rows::NO_TIME;
use crate::text::{eight_bytes, fold};
use onepane_domain::{Cursor, Phase, SortKey, SortOrder, Timestamp, WorkloadKind};
use std::cmp::Ordering;

/// The number of rows without a value: they come last in both orders.
pub(crate) const NO_VALUE: u64 = u64::MAX;

/// Where the numbers come from. Tables are by code and already turned around for a descending order.
enum Values<'a> {
    Times(&'a [i64]),
    Durations,
    /// The first eight bytes of the folded name.
    Names,
    ByPlace(Vec<u64>),
    ByState(Vec<u64>),
    ByReason(Vec<u64>),
}

/// An order of rows.
pub(crate) struct Order<'a> {
    index: &'a WorkloadIndex,
    descending: bool,
    values: Values<'a>,
    /// By place: the position among all places (account, Region, kind), as an odd number: even ones are for places
    /// between them, which only a cursor names.
    places: Vec<u64>,
}

/// A row with the numbers that mostly settle its position: compared first by these, then by what they leave open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) major: u64,
    /// In an order by name its next eight bytes, else the position of the place.
    pub(crate) minor: u64,
    pub(crate) row: u32,
}

/// The place after a row that may be gone.
pub(crate) struct After {
    major: u64,
    minor: u64,
    place: u64,
    name: String,
    folded_name: String,
}

/// How deep [`Order::level`] goes before [`Order::compare`] has to settle it.
pub(crate) const LEVELS: usize = 10;

impl<'a> Order<'a> {
    pub(crate) fn new(index: &'a WorkloadIndex, sort: SortKey, order: SortOrder) -> Self {
        let descending = order == SortOrder::Descending;
        let turn = |values: Vec<Option<u64>>| values.into_iter().map(|value| turned(value, descending)).collect();
        let (places, states) = (index.places.items(), index.states.items());
        let ranking = index.ranks.places(&index.places);
        let values = match sort {
            SortKey::Updated => Values::Times(&index.rows.updated),
            SortKey::Created => Values::Times(&index.rows.created),
            SortKey::Started => Values::Times(&index.rows.started),
            SortKey::Ended => Values::Times(&index.rows.ended),
            SortKey::Duration => Values::Durations,
            SortKey::Name => Values::Names,
            SortKey::Kind => Values::ByPlace(turn(positions(places.iter().map(|place| Some(&place.kind))).0)),
            SortKey::Region => Values::ByPlace(turn(positions(places.iter().map(|place| Some(&place.region))).0)),
            SortKey::Account => {
                Values::ByPlace(turn(places.iter().map(|place| Some(place.account.number())).collect()))
            }
            SortKey::Phase => {
                Values::ByState(turn(states.iter().map(|state| Some(state.phase.index() as u64)).collect()))
            }
            SortKey::Status => Values::ByState(turn(positions(states.iter().map(|state| state.status.as_deref())).0)),
            SortKey::Instance => {
                Values::ByState(turn(positions(states.iter().map(|state| state.instance_type.as_deref())).0))
            }
            SortKey::Instances => {
                Values::ByState(turn(states.iter().map(|state| state.instance_count.map(u64::from)).collect()))
            }
            SortKey::Reason => {
                let ranking = index.ranks.reasons(&index.reasons);
                Values::ByReason(turn(ranking.position.iter().map(|at| Some(between(*at as usize, true))).collect()))
            }
        };
        let places = ranking.position.iter().map(|at| between(*at as usize, true)).collect();
        Self { index, descending, values, places }
    }

    fn by_name(&self) -> bool {
        matches!(self.values, Values::Names)
    }

    /// The row's sort value as a number, in the order's direction.
    fn major(&self, row: usize) -> u64 {
        let rows = &self.index.rows;
        match &self.values {
            Values::Times(times) => turned(time_value(times[row]), self.descending),
            Values::Durations => turned(rows.duration(row).map(duration_value), self.descending),
            Values::Names => self.name_value(row, 0),
            Values::ByPlace(table) => table[rows.place[row] as usize],
            Values::ByState(table) => table[rows.state[row] as usize],
            Values::ByReason(table) => table.get(rows.reason[row] as usize).copied().unwrap_or(NO_VALUE),
        }
    }

    fn name_value(&self, row: usize, at: usize) -> u64 {
        let value = self.index.rows.names.eight_bytes(row, self.index.rows.is_masked(row), at);
        turned(Some(value), self.descending)
    }

    fn place(&self, row: usize) -> u64 {
        self.places[self.index.rows.place[row] as usize]
    }

    fn minor(&self, row: usize) -> u64 {
        if self.by_name() { self.name_value(row, 8) } else { self.place(row) }
    }

    /// The entry of a row whose [`Self::major`] is given.
    pub(crate) fn entry(&self, row: u32, major: u64) -> Entry {
        Entry { major, minor: self.minor(row as usize), row }
    }

    /// Numbers that sort rows which all lower levels leave equal.
    pub(crate) fn level(&self, level: usize, rows: &[u32]) -> Vec<u64> {
        let names = &self.index.rows.names;
        let each = |number: &dyn Fn(usize) -> u64| rows.iter().map(|row| number(*row as usize)).collect();
        match level {
            0 => self.majors(rows),
            1 => each(&|row| self.minor(row)),
            _ if self.by_name() => each(&|row| self.name_value(row, level * 8)),
            _ => each(&|row| names.eight_bytes(row, self.index.rows.is_masked(row), (level - 2) * 8)),
        }
    }

    /// [`Self::major`] of many rows.
    pub(crate) fn majors(&self, rows: &[u32]) -> Vec<u64> {
        let columns = &self.index.rows;
        let rows = rows.iter().map(|row| *row as usize);
        match &self.values {
            Values::Times(times) => rows.map(|row| turned(time_value(times[row]), self.descending)).collect(),
            Values::ByPlace(table) => rows.map(|row| table[columns.place[row] as usize]).collect(),
            Values::ByState(table) => rows.map(|row| table[columns.state[row] as usize]).collect(),
            Values::Durations | Values::Names | Values::ByReason(_) => rows.map(|row| self.major(row)).collect(),
        }
    }

    /// The whole order: total, because identities differ.
    pub(crate) fn compare(&self, a: &Entry, b: &Entry) -> Ordering {
        (a.major, a.minor).cmp(&(b.major, b.minor)).then_with(|| self.compare_rest(a.row as usize, b.row as usize))
    }

    fn compare_rest(&self, a: usize, b: usize) -> Ordering {
        let rows = &self.index.rows;
        let folded = rows.folded_name(a).cmp(rows.folded_name(b));
        let settled = if !self.by_name() {
            folded
        } else {
            let folded = if self.descending { folded.reverse() } else { folded };
            folded.then_with(|| self.place(a).cmp(&self.place(b)))
        };
        settled.then_with(|| if a == b { Ordering::Equal } else { rows.name(a).cmp(&rows.name(b)) })
    }

    /// The cursor of a row.
    pub(crate) fn cursor(&self, sort: SortKey, row: usize) -> Cursor {
        let index = self.index;
        let id = index.workload_id(row);
        let state = index.states.get(index.rows.state[row]);
        let time = |time: i64| (time != NO_TIME).then(|| time.to_string());
        let value = match sort {
            SortKey::Updated => time(index.rows.updated[row]),
            SortKey::Created => time(index.rows.created[row]),
            SortKey::Started => time(index.rows.started[row]),
            SortKey::Ended => time(index.rows.ended[row]),
            // Its bits: decimal digits would have to be read back exactly.
            SortKey::Duration => index.rows.duration(row).map(|duration| format!("{:016x}", duration.to_bits())),
            SortKey::Name => Some(id.name.clone()),
            SortKey::Kind => Some(id.kind.to_string()),
            SortKey::Phase => Some(state.phase.to_string()),
            SortKey::Status => state.status.as_deref().map(str::to_owned),
            SortKey::Account => Some(id.account.to_string()),
            SortKey::Region => Some(id.region.to_string()),
            SortKey::Instance => state.instance_type.as_deref().map(str::to_owned),
            SortKey::Instances => state.instance_count.map(|count| count.to_string()),
            SortKey::Reason => index.reason(row).map(|reason| reason.text.to_string()),
        };
        Cursor { value, id }
    }

    /// Where a cursor stands in this order. A value that cannot be read stands where rows without a value do.
    pub(crate) fn after(&self, sort: SortKey, cursor: &Cursor) -> After {
        let folded_name = fold(&cursor.id.name).into_owned();
        let number = |at| turned(Some(eight_bytes(folded_name.as_bytes(), at)), self.descending);
        let place = self.place_of(cursor);
        let (major, minor) = if self.by_name() {
            (number(0), number(8))
        } else {
            let value = cursor.value.as_deref().and_then(|value| self.value_of(sort, value));
            (turned(value, self.descending), place)
        };
        After { major, minor, place, name: cursor.id.name.clone(), folded_name }
    }

    fn place_of(&self, cursor: &Cursor) -> u64 {
        let ranking = self.index.ranks.places(&self.index.places);
        let id = &cursor.id;
        let found = ranking.sorted.binary_search_by(|code| {
            let place = self.index.places.get(*code);
            (place.account, &place.region, &place.kind).cmp(&(id.account, &id.region, &id.kind))
        });
        found.map_or_else(|at| between(at, false), |at| between(at, true))
    }

    fn value_of(&self, sort: SortKey, text: &str) -> Option<u64> {
        let (places, states) = (self.index.places.items(), self.index.states.items());
        match sort {
            SortKey::Updated | SortKey::Created | SortKey::Started | SortKey::Ended => {
                text.parse().ok().and_then(|millis| time_value(Timestamp::saturating_from_millis(millis).millis()))
            }
            SortKey::Duration => u64::from_str_radix(text, 16).ok().map(|bits| duration_value(f64::from_bits(bits))),
            SortKey::Name => None,
            SortKey::Kind => {
                let kind = WorkloadKind::from(text);
                Some(position_of(&kind, &positions(places.iter().map(|place| Some(&place.kind))).1, |kind| *kind))
            }
            SortKey::Region => {
                let regions = positions(places.iter().map(|place| Some(place.region.as_str()))).1;
                Some(position_of(text, &regions, |region| *region))
            }
            SortKey::Account | SortKey::Instances => text.parse().ok(),
            SortKey::Phase => text.parse::<Phase>().ok().map(|phase| phase.index() as u64),
            SortKey::Status => {
                let statuses = positions(states.iter().map(|state| state.status.as_deref())).1;
                Some(position_of(text, &statuses, |status| *status))
            }
            SortKey::Instance => {
                let types = positions(states.iter().map(|state| state.instance_type.as_deref())).1;
                Some(position_of(text, &types, |instance_type| *instance_type))
            }
            SortKey::Reason => {
                let sorted = &self.index.ranks.reasons(&self.index.reasons).sorted;
                Some(position_of(text, sorted, |code| &*self.index.reasons.get(*code).text))
            }
        }
    }

    /// True if a row, whose [`Self::major`] is given, stands after the cursor.
    pub(crate) fn is_after(&self, row: u32, major: u64, after: &After) -> bool {
        let row = row as usize;
        let order = major.cmp(&after.major).then_with(|| self.minor(row).cmp(&after.minor));
        order.then_with(|| self.compare_rest_with(row, after)).is_gt()
    }

    fn compare_rest_with(&self, row: usize, after: &After) -> Ordering {
        let rows = &self.index.rows;
        let folded = rows.folded_name(row).cmp(after.folded_name.as_bytes());
        let settled = if !self.by_name() {
            folded
        } else {
            let folded = if self.descending { folded.reverse() } else { folded };
            folded.then_with(|| self.place(row).cmp(&after.place))
        };
        settled.then_with(|| rows.name(row).as_ref().cmp(after.name.as_str()))
    }
}

/// A value in the order's direction; none of them reaches [`NO_VALUE`].
fn turned(value: Option<u64>, descending: bool) -> u64 {
    let Some(value) = value else { return NO_VALUE };
    let value = value.min(NO_VALUE - 1);
    if descending { NO_VALUE - 1 - value } else { value }
}

fn time_value(millis: i64) -> Option<u64> {
    (millis != NO_TIME).then(|| (millis - Timestamp::MIN.millis()) as u64)
}

/// A number that sorts as the duration does (the total order of IEEE 754).
pub(crate) fn duration_value(duration: f64) -> u64 {
    let bits = duration.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The reverse of [`duration_value`].
pub(crate) fn duration_of_value(value: u64) -> f64 {
    f64::from_bits(if value >> 63 == 1 { value & !(1 << 63) } else { !value })
}

/// Odd numbers for values that are there, even ones for values that would stand between them.
fn between(position: usize, is_there: bool) -> u64 {
    position as u64 * 2 + u64::from(is_there)
}

/// Every value's position among the distinct ones, and these in order.
fn positions<T: Ord + Copy>(values: impl Iterator<Item = Option<T>> + Clone) -> (Vec<Option<u64>>, Vec<T>) {
    let distinct: std::collections::BTreeSet<T> = values.clone().flatten().collect();
    let sorted: Vec<T> = distinct.into_iter().collect();
    let position = |value: T| sorted.binary_search(&value).ok().map(|at| between(at, true));
    (values.map(|value| value.and_then(position)).collect(), sorted)
}

fn position_of<'s, T, V: Ord + ?Sized + 's>(value: &V, sorted: &'s [T], of: impl Fn(&'s T) -> &'s V) -> u64 {
    match sorted.binary_search_by(|held| of(held).cmp(value)) {
        Ok(at) => between(at, true),
        Err(at) => between(at, false),
    }
}
