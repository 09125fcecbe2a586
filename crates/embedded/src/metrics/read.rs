//! Metrics and their points, out of the file.

use super::block::{Slot, decode};
use super::cell::{Told, tell};
use super::file::FileResult;
use super::names::{Subject, Words, account_number, dimension_hash, dimensions_of};
use super::tier::{TIERS, Tier};
use onepane_domain::{MetricFilter, MetricRequest, Statistic, StatisticSet, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

const HOUR: i64 = 3_600;

/// One metric as the file knows it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) subject: Subject,
    pub(super) name: i64,
    pub(super) unit: Option<i64>,
    /// The hours (since 1970) between which it has values.
    pub(super) hours: (i64, i64),
}

/// Calls `each` with every metric that fits the filter and has values at or after the hour `since`, until it says to
/// stop by giving false.
pub(super) fn select(
    connection: &Connection,
    words: &Words,
    filter: &MetricFilter,
    since: i64,
    each: &mut dyn FnMut(Found) -> FileResult<bool>,
) -> FileResult<()> {
    let mut tables = "subject s JOIN series r ON r.subject = s.id".to_owned();
    let mut conditions = vec!["r.last_hour >= ?".to_owned()];
    let mut values = vec![Value::Integer(since)];
    for (column, text) in [("s.namespace", &filter.namespace), ("r.name", &filter.name)] {
        if let Some(text) = text {
            // What is no word is in no name.
            let Some(number) = words.number(text) else { return Ok(()) };
            conditions.push(format!("{column} = ?"));
            values.push(Value::Integer(number));
        }
    }
    if !filter.regions.is_empty() {
        let regions: Vec<i64> = filter.regions.iter().filter_map(|region| words.number(region.as_str())).collect();
        conditions.push(format!("s.region IN ({})", marks(regions.len())));
        values.extend(regions.into_iter().map(Value::Integer));
    }
    if !filter.accounts.is_empty() {
        conditions.push(format!("s.account IN ({})", marks(filter.accounts.len())));
        values.extend(filter.accounts.iter().map(|account| Value::Integer(account_number(*account))));
    }
    // One dimension with a value leads to few subjects; the others are looked at one by one.
    let leading = filter.dimensions.iter().find_map(|wanted| Some((&wanted.name, wanted.value.as_ref()?)));
    if let Some((name, value)) = leading {
        tables = format!("dimension d CROSS JOIN {}", tables.replace("subject s", "subject s ON s.id = d.subject"));
        conditions.push("d.hash = ?".to_owned());
        values.push(Value::Integer(dimension_hash(name, value)));
    }
    let query = format!(
        "SELECT s.id, s.namespace, s.account, s.region, s.dimensions, r.name, r.unit, r.first_hour, r.last_hour \
         FROM {tables} WHERE {}",
        conditions.join(" AND ")
    );
    let mut statement = connection.prepare_cached(&query)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let dimensions = row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
        let fits = filter.dimensions.iter().all(|wanted| {
            dimensions_of(dimensions)
                .any(|(name, value)| name == wanted.name && wanted.value.as_ref().is_none_or(|wanted| wanted == value))
        });
        if !fits {
            continue;
        }
        let subject = Subject {
            namespace: row.get(1)?,
            account: row.get(2)?,
            region: row.get(3)?,
            dimensions: dimensions.to_owned(),
        };
        let found =
            Found { id: row.get(0)?, subject, name: row.get(5)?, unit: row.get(6)?, hours: (row.get(7)?, row.get(8)?) };
        if !each(found)? {
            break;
        }
    }
    Ok(())
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// One metric by its subject and name.
pub(super) fn find(connection: &Connection, subject: Subject, name: i64) -> FileResult<Option<Found>> {
    let Some(id) = subject.find(connection)? else { return Ok(None) };
    let query = "SELECT unit, first_hour, last_hour FROM series WHERE subject = ? AND name = ?";
    let row = connection
        .prepare_cached(query)?
        .query_row([id, name], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))
        .optional()?;
    Ok(row.map(|(unit, hours)| Found { id, subject, name, unit, hours }))
}

/// Values of one metric.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// The start of each period and its value.
    pub(super) values: Vec<(Timestamp, f64)>,
    /// True if some values are means of shorter periods' percentiles.
    pub(super) nearly: bool,
    /// Periods that have samples, and do not tell the statistic.
    pub(super) untold: usize,
    /// Seconds of the points that are kept where points of the asked period are not.
    pub(super) only_longer: Option<i64>,
}

/// Seconds of a window, and how many a value stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) period: i64,
}

impl Window {
    /// The periods whose start lies in the request's window.
    pub(super) fn of(request: &MetricRequest) -> Self {
        let period = i64::from(request.period.seconds());
        let up = |time: Timestamp| -(-time.millis()).div_euclid(1_000 * period) * period;
        // A window that begins within a period begins with that period, as in CloudWatch.
        Self { from: request.from.millis().div_euclid(1_000 * period) * period, to: up(request.to), period }
    }

    /// True if it has something of these hours (since 1970).
    pub(super) fn meets(self, (first, last): (i64, i64)) -> bool {
        first.saturating_mul(HOUR) < self.to && last.saturating_mul(HOUR).saturating_add(HOUR) > self.from
    }

    /// The same window by another period.
    pub(super) fn by(self, period: i64) -> Self {
        let to = -(-self.to).div_euclid(period) * period;
        Self { from: self.from.div_euclid(period) * period, to, period }
    }
}

/// A point with its time in epoch seconds.
struct Held {
    second: i64,
    set: StatisticSet,
    more: Vec<(Statistic, f64)>,
}

/// The values of a metric within a window.
pub(super) fn values(
    connection: &Connection,
    found: &Found,
    statistic: &Statistic,
    window: Window,
) -> FileResult<Values> {
    let mut points: Vec<Held> = Vec::new();
    let mut answer = Values::default();
    for tier in TIERS {
        if window.period % tier.period == 0 {
            let longer = held(connection, found, tier, window)?;
            points = if tier.number == 0 { longer } else { joined(points, longer, tier.period) };
        } else if answer.only_longer.is_none() {
            let until = points.first().map_or(window.to, |first| first.second - window.period);
            if !held(connection, found, tier, Window { to: until, ..window })?.is_empty() {
                answer.only_longer = Some(tier.period);
            }
        }
    }
    for group in
        points.chunk_by(|one, two| one.second.div_euclid(window.period) == two.second.div_euclid(window.period))
    {
        let Some(first) = group.first() else { continue };
        let parts: Vec<_> = group.iter().map(|point| (point.set, point.more.as_slice())).collect();
        let value = match tell(statistic, &parts) {
            Told::Exactly(value) => value,
            Told::Nearly(value) => {
                answer.nearly = true;
                value
            }
            Told::NotAtAll => {
                answer.untold += 1;
                continue;
            }
        };
        let start = first.second.div_euclid(window.period) * window.period;
        answer.values.push((Timestamp::saturating_from_millis(start * 1_000), value));
    }
    Ok(answer)
}

/// The points of one tier within a window.
fn held(connection: &Connection, found: &Found, tier: Tier, window: Window) -> FileResult<Vec<Held>> {
    let (first, last) = (found.hours.0.saturating_mul(HOUR), found.hours.1.saturating_mul(HOUR).saturating_add(HOUR));
    let (from, to) = (window.from.max(first), window.to.min(last));
    let mut points = Vec::new();
    if from >= to {
        return Ok(points);
    }
    let query = "SELECT points FROM block WHERE tier = ? AND bucket = ? AND subject = ? AND name = ?";
    let mut statement = connection.prepare_cached(query)?;
    for bucket in tier.place(from).0..=tier.place(to - 1).0 {
        let key = [i64::from(tier.number), bucket, found.id, found.name];
        let mut rows = statement.query(key)?;
        let Some(row) = rows.next()? else { continue };
        let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        for Slot { slot, statistics, more } in decode(bytes)? {
            let second = tier.second(bucket, slot);
            if second >= window.from && second < window.to {
                points.push(Held { second, set: statistics, more });
            }
        }
    }
    Ok(points)
}

/// Finer points and longer ones (`period` seconds) as one run without overlaps. Where both are there, those that know of
/// more samples count: late minutes after a roll-up, or a roll-up that was repeated.
fn joined(finer: Vec<Held>, longer: Vec<Held>, period: i64) -> Vec<Held> {
    if longer.is_empty() {
        return finer;
    }
    let mut joined = Vec::with_capacity(finer.len() + longer.len());
    let mut finer = finer.into_iter().peekable();
    for long in longer {
        while let Some(before) = finer.next_if(|point| point.second < long.second) {
            joined.push(before);
        }
        let mut within = Vec::new();
        while let Some(point) = finer.next_if(|point| point.second < long.second + period) {
            within.push(point);
        }
        let known: f64 = within.iter().map(|point| point.set.count).sum();
        if known > long.set.count {
            joined.extend(within);
        } else {
            joined.push(long);
        }
    }
    joined.extend(finer);
    joined
}
