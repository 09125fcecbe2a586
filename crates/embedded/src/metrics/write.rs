//! Points into the file, and out of it when their time has come.

use super::block::{Slot, decode, encode, merge};
use super::cell::roll_up;
use super::file::FileResult;
use super::names::{Subject, Words, account_number, dimensions_text};
use super::tier::{TIERS, Tier};
use onepane_domain::{MetricPoint, MetricSeries, Timestamp};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::collections::BTreeMap;

/// Blocks that a sweep moves in one commit, so that others can write in between.
const SWEPT_AT_ONCE: usize = 500;
/// Days after which a metric without new values is forgotten: those of the last tier.
const HOUR: i64 = 3_600;

/// Keeps all series, or none.
pub(super) fn put(connection: &mut Connection, series: &[MetricSeries], tier: Tier) -> FileResult<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Known within this transaction only: should it fail, its words are not there.
    let mut words = Words::default();
    let mut last: Option<(Subject, i64)> = None;
    for series in series.iter().filter(|series| !series.points.is_empty()) {
        let subject = Subject {
            namespace: words.number_or_new(&transaction, &series.metric.metric.namespace)?,
            account: account_number(series.metric.account),
            region: words.number_or_new(&transaction, series.metric.region.as_str())?,
            dimensions: dimensions_text(&series.metric.metric),
        };
        // The metrics of one thing come one after the other.
        let id = match &last {
            Some((before, id)) if *before == subject => *id,
            _ => subject.find_or_add(&transaction)?,
        };
        last = Some((subject, id));
        let name = words.number_or_new(&transaction, &series.metric.metric.name)?;
        let unit = series.unit.as_deref().map(|unit| words.number_or_new(&transaction, unit)).transpose()?;
        note_series(&transaction, (id, name), unit, &series.points)?;
        for (bucket, slots) in by_bucket(&series.points, tier) {
            add_block(&transaction, tier, bucket, (id, name), slots)?;
        }
    }
    transaction.commit()?;
    Ok(())
}

fn by_bucket(points: &[MetricPoint], tier: Tier) -> BTreeMap<i64, Vec<Slot>> {
    let mut buckets: BTreeMap<i64, Vec<Slot>> = BTreeMap::new();
    for point in points {
        let (bucket, slot) = tier.place(second(point.time));
        let more = point.more.clone();
        buckets.entry(bucket).or_default().push(Slot { slot, statistics: point.statistics, more });
    }
    buckets
}

fn second(time: Timestamp) -> i64 {
    time.millis().div_euclid(1_000)
}

/// Notes from when to when the series has values, by the hour, so that most minutes change nothing here.
fn note_series(
    connection: &Connection,
    (subject, name): (i64, i64),
    unit: Option<i64>,
    points: &[MetricPoint],
) -> FileResult<()> {
    let hours = points.iter().map(|point| second(point.time).div_euclid(HOUR));
    let (first, last) = hours.fold((i64::MAX, i64::MIN), |(first, last), hour| (first.min(hour), last.max(hour)));
    let known = "SELECT unit, first_hour, last_hour FROM series WHERE subject = ? AND name = ?";
    let known: Option<(Option<i64>, i64, i64)> = connection
        .prepare_cached(known)?
        .query_row([subject, name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let next = match known {
        Some((had, from, to)) => (unit.or(had), first.min(from), last.max(to)),
        None => (unit, first, last),
    };
    if known != Some(next) {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO series (subject, name, unit, first_hour, last_hour) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![subject, name, next.0, next.1, next.2])?;
    }
    Ok(())
}

fn add_block(
    connection: &Connection,
    tier: Tier,
    bucket: i64,
    (subject, name): (i64, i64),
    slots: Vec<Slot>,
) -> FileResult<()> {
    let find = "SELECT points FROM block WHERE tier = ? AND bucket = ? AND subject = ? AND name = ?";
    let kept: Option<Vec<u8>> = connection
        .prepare_cached(find)?
        .query_row([i64::from(tier.number), bucket, subject, name], |row| row.get(0))
        .optional()?;
    let merged = match &kept {
        Some(kept) => merge(decode(kept)?, slots),
        None => merge(Vec::new(), slots),
    };
    let bytes = encode(&merged);
    if kept.is_none_or(|kept| kept != bytes) {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO block (tier, bucket, subject, name, points) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![tier.number, bucket, subject, name, bytes])?;
    }
    Ok(())
}

/// Rolls up what is too old for its tier and drops what is too old for the last; how many blocks that were. At most
/// [`SWEPT_AT_ONCE`] are done in one call: 0 says that all is done.
pub(super) fn sweep_some(connection: &mut Connection, now: Timestamp) -> FileResult<usize> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut swept = 0;
    for (tier, next) in TIERS.into_iter().zip(TIERS.into_iter().skip(1).map(Some).chain([None])) {
        if swept > 0 {
            break;
        }
        let expired = "SELECT bucket, subject, name, points FROM block WHERE tier = ? AND bucket < ? \
                       ORDER BY bucket, subject, name LIMIT ?";
        let key = params![tier.number, tier.first_kept(now), SWEPT_AT_ONCE];
        let rows: Vec<(i64, i64, i64, Vec<u8>)> = transaction
            .prepare_cached(expired)?
            .query_map(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<Result<_, _>>()?;
        for (bucket, subject, name, points) in rows {
            if let Some(next) = next {
                for (bucket, slots) in rolled(tier, bucket, &decode(&points)?, next) {
                    add_block(&transaction, next, bucket, (subject, name), slots)?;
                }
            }
            transaction
                .prepare_cached("DELETE FROM block WHERE tier = ? AND bucket = ? AND subject = ? AND name = ?")?
                .execute([i64::from(tier.number), bucket, subject, name])?;
            swept += 1;
        }
    }
    if swept == 0 {
        forget(&transaction, now)?;
    }
    transaction.commit()?;
    Ok(swept)
}

/// The points of a block, rolled up into the next tier.
fn rolled(tier: Tier, bucket: i64, slots: &[Slot], next: Tier) -> BTreeMap<i64, Vec<Slot>> {
    let mut groups: BTreeMap<(i64, u16), Vec<&Slot>> = BTreeMap::new();
    for slot in slots {
        groups.entry(next.place(tier.second(bucket, slot.slot))).or_default().push(slot);
    }
    let mut buckets: BTreeMap<i64, Vec<Slot>> = BTreeMap::new();
    for ((bucket, slot), group) in groups {
        let points = group.iter().map(|slot| (slot.statistics, slot.more.as_slice()));
        if let Some((statistics, more)) = roll_up(points) {
            buckets.entry(bucket).or_default().push(Slot { slot, statistics, more });
        }
    }
    buckets
}

/// Forgets metrics of which nothing is left.
fn forget(connection: &Connection, now: Timestamp) -> FileResult<()> {
    let last = TIERS[TIERS.len() - 1];
    let before = last.second(last.first_kept(now), 0).div_euclid(HOUR);
    if connection.prepare_cached("DELETE FROM series WHERE last_hour < ?")?.execute([before])? == 0 {
        return Ok(());
    }
    let left = "SELECT subject FROM series";
    connection.execute(&format!("DELETE FROM subject WHERE id NOT IN ({left})"), [])?;
    connection.execute(&format!("DELETE FROM dimension WHERE subject NOT IN ({left})"), [])?;
    Ok(())
}
