//! Many points of one metric in few bytes.
//!
//! A block holds the points of one metric within one bucket of time, column by column: which slots of the bucket have a
//! point, as runs; how many samples each has; sum, least and greatest. A column that follows from another is left out
//! (a metric of one sample a minute has one column, a count of requests has one too), numbers of few decimals are
//! written as differences of whole numbers, and all others as they are: what is read is bit for bit what was written.

mod column;

use column::{put_column, put_number, put_text, take_column, take_number, take_text};
use onepane_domain::{Statistic, StatisticSet};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The form of the bytes; the first of them.
const FORM: u8 = 1;
/// Most slots of a bucket.
const MOST_SLOTS: u64 = 4_096;

/// Every point has one sample.
const ONE_SAMPLE: u8 = 1;
/// The sum is the number of samples: each is 1.
const SUM_IS_COUNT: u8 = 2;
/// The least is the sum.
const LEAST_IS_SUM: u8 = 4;
/// The greatest is the least.
const GREATEST_IS_LEAST: u8 = 8;

/// A point, by its place in the bucket.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slot {
    pub(super) slot: u16,
    pub(super) statistics: StatisticSet,
    pub(super) more: Vec<(Statistic, f64)>,
}

/// Bytes that are no block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a block of points is damaged")]
pub(super) struct Damaged;

/// What stays of both, sorted: of two points of one slot the better one. The order in which blocks come together makes
/// no difference.
pub(super) fn merge(kept: Vec<Slot>, new: Vec<Slot>) -> Vec<Slot> {
    let mut slots: BTreeMap<u16, Slot> = kept.into_iter().map(|slot| (slot.slot, slot)).collect();
    for new in new {
        match slots.get_mut(&new.slot) {
            None => {
                slots.insert(new.slot, normal(new));
            }
            Some(kept) => match new.statistics.rank(&kept.statistics) {
                Ordering::Less => {}
                Ordering::Greater => *kept = normal(new),
                Ordering::Equal => {
                    kept.more.extend(new.more);
                    *kept = normal(std::mem::replace(kept, empty()));
                }
            },
        }
    }
    slots.into_values().collect()
}

fn empty() -> Slot {
    Slot { slot: 0, statistics: StatisticSet::single(0.0), more: Vec::new() }
}

/// Further statistics sorted, each once: the greater one where they differ.
fn normal(mut slot: Slot) -> Slot {
    slot.more.sort_by(|one, two| one.0.cmp(&two.0).then(two.1.total_cmp(&one.1)));
    slot.more.dedup_by(|later, first| later.0 == first.0);
    slot
}

/// The bytes of points that are sorted by slot, each slot once.
pub(super) fn encode(slots: &[Slot]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(16 + slots.len() * 8);
    bytes.push(FORM);
    let runs = runs(slots.iter().map(|slot| slot.slot));
    put_runs(&mut bytes, &runs);
    let column = |field: fn(&StatisticSet) -> f64| slots.iter().map(|slot| field(&slot.statistics)).collect::<Vec<_>>();
    let (counts, sums) = (column(|set| set.count), column(|set| set.sum));
    let (least, greatest) = (column(|set| set.minimum), column(|set| set.maximum));
    let mut flags = 0;
    for (flag, holds) in [
        (ONE_SAMPLE, counts.iter().all(|count| *count == 1.0)),
        (SUM_IS_COUNT, same(&sums, &counts)),
        (LEAST_IS_SUM, same(&least, &sums)),
        (GREATEST_IS_LEAST, same(&greatest, &least)),
    ] {
        flags |= if holds { flag } else { 0 };
    }
    bytes.push(flags);
    for (flag, column) in
        [(ONE_SAMPLE, &counts), (SUM_IS_COUNT, &sums), (LEAST_IS_SUM, &least), (GREATEST_IS_LEAST, &greatest)]
    {
        if flags & flag == 0 {
            put_column(&mut bytes, column);
        }
    }
    put_more(&mut bytes, slots);
    bytes
}

fn same(one: &[f64], two: &[f64]) -> bool {
    one.iter().zip(two).all(|(one, two)| one.to_bits() == two.to_bits())
}

/// Each further statistic: its name, the points that have it, and its column.
fn put_more(bytes: &mut Vec<u8>, slots: &[Slot]) {
    let mut more: BTreeMap<&Statistic, (Vec<u16>, Vec<f64>)> = BTreeMap::new();
    for (place, slot) in (0_u16..).zip(slots) {
        for (statistic, value) in &slot.more {
            let (places, values) = more.entry(statistic).or_default();
            places.push(place);
            values.push(*value);
        }
    }
    put_number(bytes, more.len() as u64);
    for (statistic, (places, values)) in more {
        put_text(bytes, &statistic.to_string());
        put_runs(bytes, &runs(places.into_iter()));
        put_column(bytes, &values);
    }
}

/// First places and lengths of what follows without a gap.
fn runs(places: impl Iterator<Item = u16>) -> Vec<(u16, u64)> {
    let mut runs: Vec<(u16, u64)> = Vec::new();
    for place in places {
        match runs.last_mut() {
            Some((first, length)) if u64::from(*first) + *length == u64::from(place) => *length += 1,
            _ => runs.push((place, 1)),
        }
    }
    runs
}

fn put_runs(bytes: &mut Vec<u8>, runs: &[(u16, u64)]) {
    put_number(bytes, runs.len() as u64);
    let mut end = 0;
    for (first, length) in runs {
        put_number(bytes, u64::from(*first).saturating_sub(end));
        put_number(bytes, *length);
        end = u64::from(*first) + length;
    }
}

fn take_runs(bytes: &mut &[u8]) -> Result<Vec<u16>, Damaged> {
    let mut places = Vec::new();
    let mut at = 0_u64;
    for _ in 0..take_number(bytes)? {
        at = at.checked_add(take_number(bytes)?).ok_or(Damaged)?;
        let end = at.checked_add(take_number(bytes)?).filter(|end| *end <= MOST_SLOTS).ok_or(Damaged)?;
        for place in at..end {
            places.push(u16::try_from(place).map_err(|_| Damaged)?);
        }
        // A run of nothing would let a few bytes ask for endless turns.
        if end == at {
            return Err(Damaged);
        }
        at = end;
    }
    Ok(places)
}

/// The points of a block, by slot.
pub(super) fn decode(mut bytes: &[u8]) -> Result<Vec<Slot>, Damaged> {
    let bytes = &mut bytes;
    if take_byte(bytes)? != FORM {
        return Err(Damaged);
    }
    let places = take_runs(bytes)?;
    let flags = take_byte(bytes)?;
    let length = places.len();
    let counts = if flags & ONE_SAMPLE == 0 { take_column(bytes, length)? } else { vec![1.0; length] };
    let sums = if flags & SUM_IS_COUNT == 0 { take_column(bytes, length)? } else { counts.clone() };
    let least = if flags & LEAST_IS_SUM == 0 { take_column(bytes, length)? } else { sums.clone() };
    let greatest = if flags & GREATEST_IS_LEAST == 0 { take_column(bytes, length)? } else { least.clone() };
    let columns = counts.into_iter().zip(sums).zip(least.into_iter().zip(greatest));
    let mut slots: Vec<Slot> = places
        .into_iter()
        .zip(columns)
        .map(|(slot, ((count, sum), (minimum, maximum)))| Slot {
            slot,
            statistics: StatisticSet { count, sum, minimum, maximum },
            more: Vec::new(),
        })
        .collect();
    for _ in 0..take_number(bytes)? {
        let statistic: Statistic = take_text(bytes)?.parse().map_err(|_| Damaged)?;
        let places = take_runs(bytes)?;
        let values = take_column(bytes, places.len())?;
        for (place, value) in places.into_iter().zip(values) {
            let slot = slots.get_mut(usize::from(place)).ok_or(Damaged)?;
            slot.more.push((statistic.clone(), value));
        }
    }
    if bytes.is_empty() { Ok(slots) } else { Err(Damaged) }
}

fn take_byte(bytes: &mut &[u8]) -> Result<u8, Damaged> {
    let (first, rest) = bytes.split_first().ok_or(Damaged)?;
    *bytes = rest;
    Ok(*first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slot(slot: u16, set: [f64; 4], more: Vec<(Statistic, f64)>) -> Slot {
        let [count, sum, minimum, maximum] = set;
        normal(Slot { slot, statistics: StatisticSet { count, sum, minimum, maximum }, more })
    }

    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![
            (0_i32..100_000).prop_map(|hundredths| f64::from(hundredths) / 100.0),
            (-5_i32..5).prop_map(f64::from),
            any::<f64>().prop_filter("no NaN", |value| !value.is_nan()),
            Just(-0.0),
            Just(1.0),
        ]
    }

    fn slots() -> impl Strategy<Value = Vec<Slot>> {
        let names = prop_oneof![Just("p99"), Just("p50"), Just("TM(10%:90%)")];
        let more = proptest::collection::vec((names.prop_map(|name| name.parse().unwrap()), number()), 0..3);
        let one = (0_u16..240, proptest::array::uniform4(number()), more);
        proptest::collection::vec(one, 0..60).prop_map(|all| {
            let slots = all.into_iter().map(|(place, set, more)| slot(place, set, more)).collect();
            merge(Vec::new(), slots)
        })
    }

    fn bits(slots: &[Slot]) -> Vec<(u16, Vec<u64>)> {
        let of = |slot: &Slot| {
            let StatisticSet { count, sum, minimum, maximum } = slot.statistics;
            let more = slot.more.iter().map(|(_, value)| value.to_bits());
            (slot.slot, [count, sum, minimum, maximum].iter().map(|value| value.to_bits()).chain(more).collect())
        };
        slots.iter().map(of).collect()
    }

    #[test]
    fn an_hour_of_utilisation_takes_two_bytes_a_minute() {
        let wave = |minute: u16| (f64::from(minute % 17) * 3.25 + 100.0).round() / 4.0;
        let hour: Vec<Slot> =
            (0..60).map(|minute| slot(minute, [1.0, wave(minute), wave(minute), wave(minute)], vec![])).collect();
        let bytes = encode(&hour);
        assert!(bytes.len() <= 130, "{} bytes", bytes.len());
        assert_eq!(decode(&bytes).unwrap(), hour);
        let requests: Vec<Slot> =
            (0..60).map(|minute| slot(minute, [f64::from(minute), f64::from(minute), 1.0, 1.0], vec![])).collect();
        assert!(encode(&requests).len() <= 80, "{} bytes", encode(&requests).len());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_bit_for_bit(slots in slots()) {
            let read = decode(&encode(&slots)).unwrap();
            prop_assert_eq!(bits(&read), bits(&slots));
            prop_assert_eq!(read.len(), slots.len());
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = decode(&bytes);
            let _ = decode(&[&[FORM], bytes.as_slice()].concat());
        }

        #[test]
        fn the_order_of_merging_makes_no_difference(one in slots(), two in slots()) {
            let forth = merge(merge(Vec::new(), one.clone()), two.clone());
            let back = merge(merge(Vec::new(), two), one.clone());
            prop_assert_eq!(bits(&forth), bits(&back));
            prop_assert_eq!(bits(&merge(forth.clone(), one)), bits(&forth));
        }
    }
}
