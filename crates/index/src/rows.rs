//! The columns: one slot a workload in each.

use crate::distinct::{BLOCK_OVERHEAD, HeapBytes};
use crate::text::{NameForm, Names, fold, grow};
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use onepane_domain::Timestamp;
use std::borrow::Cow;
use std::hash::BuildHasher;

/// Stands for "no instant" in a column of instants.
pub(crate) const NO_TIME: i64 = i64::MIN;

/// The duration is the end less the start.
pub(crate) const DURATION_DERIVED: u8 = 1;
/// The ARN is the usual one with its name in lower case.
pub(crate) const ARN_LOWER_CASE: u8 = 2;
/// A mask of upper-case letters follows the name.
pub(crate) const NAME_MASKED: u8 = 4;
/// Something about the row stands in [`Rows::odd`].
pub(crate) const ODD: u8 = 8;

/// What does not fit the columns' usual forms.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Odd {
    /// The exact name, where lower case changes more than ASCII letters.
    pub(crate) name: Option<Box<str>>,
    /// An ARN of another form than usual.
    pub(crate) arn: Option<Box<str>>,
    /// An event id that is no canonical UUID.
    pub(crate) event_id: Option<Box<str>>,
    /// A duration that is not the end less the start.
    pub(crate) duration: Option<f64>,
}

impl Odd {
    fn heap_bytes(&self) -> usize {
        self.name.heap_bytes() + self.arn.heap_bytes() + self.event_id.heap_bytes()
    }
}

/// The packed columns, and where each workload's row is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) names: Names,
    pub(crate) place: Vec<u32>,
    pub(crate) state: Vec<u32>,
    pub(crate) tags: Vec<u32>,
    pub(crate) reason: Vec<u32>,
    pub(crate) parent: Vec<u32>,
    pub(crate) event_id: Vec<[u8; 16]>,
    pub(crate) updated: Vec<i64>,
    pub(crate) created: Vec<i64>,
    pub(crate) started: Vec<i64>,
    pub(crate) ended: Vec<i64>,
    pub(crate) flags: Vec<u8>,
    odd: HashMap<u32, Odd>,
    by_identity: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// What one row holds beside its place and name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Values {
    pub(crate) state: u32,
    pub(crate) tags: u32,
    pub(crate) reason: u32,
    pub(crate) parent: u32,
    pub(crate) event_id: [u8; 16],
    pub(crate) updated: i64,
    pub(crate) created: i64,
    pub(crate) started: i64,
    pub(crate) ended: i64,
    pub(crate) flags: u8,
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.place.len()
    }

    /// The row of a workload.
    pub(crate) fn find(&self, place: u32, name: &str) -> Option<usize> {
        let folded = fold(name);
        let hash = self.hasher.hash_one((place, folded.as_bytes()));
        let is_it =
            |row: &u32| self.place[*row as usize] == place && self.has_name(*row as usize, folded.as_bytes(), name);
        self.by_identity.find(hash, is_it).map(|row| *row as usize)
    }

    fn has_name(&self, row: usize, folded: &[u8], name: &str) -> bool {
        match self.odd(row).and_then(|odd| odd.name.as_deref()) {
            Some(exact) => exact == name,
            None => self.names.is(row, self.is_masked(row), folded, name),
        }
    }

    /// Adds a row for a workload that has none; [`Self::set`] must follow.
    pub(crate) fn push(&mut self, place: u32, name: &str) -> usize {
        let row = self.len();
        let form = self.names.push(name);
        for column in [&mut self.place, &mut self.state, &mut self.tags, &mut self.reason, &mut self.parent] {
            grow(column, 1);
            column.push(place);
        }
        for column in [&mut self.updated, &mut self.created, &mut self.started, &mut self.ended] {
            grow(column, 1);
            column.push(NO_TIME);
        }
        grow(&mut self.event_id, 1);
        self.event_id.push([0; 16]);
        grow(&mut self.flags, 1);
        self.flags.push(if form == NameForm::Masked { NAME_MASKED } else { 0 });
        if form == NameForm::Elsewhere {
            self.flags[row] |= ODD;
            self.odd.insert(row as u32, Odd { name: Some(name.into()), ..Odd::default() });
        }
        let hash = self.identity_hash(row);
        let (names, places, flags, hasher) = (&self.names, &self.place, &self.flags, &self.hasher);
        self.by_identity
            .insert_unique(hash, row as u32, |row| identity_hash(names, places, flags, hasher, *row as usize));
        row
    }

    fn identity_hash(&self, row: usize) -> u64 {
        identity_hash(&self.names, &self.place, &self.flags, &self.hasher, row)
    }

    /// Writes a row's values; `odd` tells what does not fit them (its name is left as it is).
    pub(crate) fn set(&mut self, row: usize, values: &Values, odd: Odd) {
        self.state[row] = values.state;
        self.tags[row] = values.tags;
        self.reason[row] = values.reason;
        self.parent[row] = values.parent;
        self.event_id[row] = values.event_id;
        self.updated[row] = values.updated;
        self.created[row] = values.created;
        self.started[row] = values.started;
        self.ended[row] = values.ended;
        let name = self.odd(row).and_then(|odd| odd.name.clone());
        let odd = Odd { name, ..odd };
        let mut flags = values.flags | (self.flags[row] & NAME_MASKED);
        if odd != Odd::default() {
            flags |= ODD;
            self.odd.insert(row as u32, odd);
        } else if self.flags[row] & ODD != 0 {
            self.odd.remove(&(row as u32));
        }
        self.flags[row] = flags;
    }

    pub(crate) fn odd(&self, row: usize) -> Option<&Odd> {
        if self.flags[row] & ODD == 0 { None } else { self.odd.get(&(row as u32)) }
    }

    pub(crate) fn is_masked(&self, row: usize) -> bool {
        self.flags[row] & NAME_MASKED != 0
    }

    pub(crate) fn folded_name(&self, row: usize) -> &[u8] {
        self.names.folded(row, self.is_masked(row))
    }

    pub(crate) fn name(&self, row: usize) -> Cow<'_, str> {
        match self.odd(row).and_then(|odd| odd.name.as_deref()) {
            Some(exact) => Cow::Borrowed(exact),
            None => self.names.exact(row, self.is_masked(row)),
        }
    }

    /// The duration in seconds, exactly as it came.
    pub(crate) fn duration(&self, row: usize) -> Option<f64> {
        if self.flags[row] & DURATION_DERIVED != 0 {
            return Some(seconds_between(self.started[row], self.ended[row]));
        }
        self.odd(row).and_then(|odd| odd.duration)
    }

    /// Keeps the rows for which `keep` holds.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        self.names.retain(keep);
        for column in [&mut self.place, &mut self.state, &mut self.tags, &mut self.reason, &mut self.parent] {
            retain_column(column, keep);
        }
        for column in [&mut self.updated, &mut self.created, &mut self.started, &mut self.ended] {
            retain_column(column, keep);
        }
        retain_column(&mut self.event_id, keep);
        retain_column(&mut self.flags, keep);
        let mut odd = HashMap::new();
        let kept_rows = keep.iter().enumerate().filter(|(_, keep)| **keep);
        for (new_row, (row, _)) in kept_rows.enumerate() {
            if let Some(kept) = self.odd.remove(&(row as u32)) {
                odd.insert(new_row as u32, kept);
            }
        }
        self.odd = odd;
        self.rehash();
    }

    /// Finds every row by its present place.
    pub(crate) fn rehash(&mut self) {
        let mut table = HashTable::with_capacity(self.len());
        for row in 0..self.len() {
            table.insert_unique(self.identity_hash(row), row as u32, |row| self.identity_hash(*row as usize));
        }
        self.by_identity = table;
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let codes = [&self.place, &self.state, &self.tags, &self.reason, &self.parent];
        let times = [&self.updated, &self.created, &self.started, &self.ended];
        self.names.memory_bytes()
            + codes.iter().map(|column| column.capacity() * size_of::<u32>()).sum::<usize>()
            + times.iter().map(|column| column.capacity() * size_of::<i64>()).sum::<usize>()
            + self.event_id.capacity() * size_of::<[u8; 16]>()
            + self.flags.capacity()
            + self.odd.allocation_size()
            + self.odd.values().map(Odd::heap_bytes).sum::<usize>()
            + self.by_identity.allocation_size()
            + BLOCK_OVERHEAD
    }
}

fn identity_hash(names: &Names, places: &[u32], flags: &[u8], hasher: &DefaultHashBuilder, row: usize) -> u64 {
    hasher.hash_one((places[row], names.folded(row, flags[row] & NAME_MASKED != 0)))
}

fn retain_column<T>(column: &mut Vec<T>, keep: &[bool]) {
    let mut kept = keep.iter();
    column.retain(|_| kept.next().copied().unwrap_or(false));
    column.shrink_to_fit();
}

/// Seconds from one instant to another.
pub(crate) fn seconds_between(started: i64, ended: i64) -> f64 {
    (ended - started) as f64 / 1_000.0
}

/// A column's value of an instant that may be missing.
pub(crate) fn packed_time(time: Option<Timestamp>) -> i64 {
    time.map_or(NO_TIME, Timestamp::millis)
}

/// The reverse of [`packed_time`].
pub(crate) fn unpacked_time(millis: i64) -> Option<Timestamp> {
    if millis == NO_TIME { None } else { Some(Timestamp::saturating_from_millis(millis)) }
}

/// The 16 bytes of a UUID in its canonical form (lower case, hyphens); none of any other text.
pub(crate) fn packed_uuid(text: &str) -> Option<[u8; 16]> {
    if text.len() != 36 {
        return None;
    }
    let mut packed = [0; 16];
    let mut at = 0;
    for (position, byte) in text.bytes().enumerate() {
        let digit = match (position, byte) {
            (8 | 13 | 18 | 23, b'-') => continue,
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => byte - b'0',
            (_, b'a'..=b'f') => byte - b'a' + 10,
            _ => return None,
        };
        packed[at / 2] |= if at % 2 == 0 { digit << 4 } else { digit };
        at += 1;
    }
    Some(packed)
}

/// The reverse of [`packed_uuid`].
pub(crate) fn unpacked_uuid(packed: [u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in packed.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}
