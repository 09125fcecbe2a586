//! What metrics are called, as the file has it.

use super::file::{FileError, FileResult};
use onepane_domain::{AccountId, ListedMetric, MetricId, Region};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use std::sync::Arc;

/// Between a dimension's name and its value; neither holds control characters.
const IS: char = '\u{1f}';
/// Between dimensions.
const AND: char = '\u{1e}';

/// Texts by number and numbers by text. Numbers are never given anew, so that what is known stays true.
#[derive(Debug, Default)]
pub(super) struct Words {
    texts: HashMap<i64, Arc<str>>,
    numbers: HashMap<Arc<str>, i64>,
}

impl Words {
    /// Learns all words that the file has.
    pub(super) fn learn(&mut self, connection: &Connection) -> FileResult<()> {
        let mut statement = connection.prepare_cached("SELECT id, text FROM word")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            self.note(row.get(0)?, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?.into());
        }
        Ok(())
    }

    fn note(&mut self, number: i64, text: Arc<str>) {
        self.texts.insert(number, Arc::clone(&text));
        self.numbers.insert(text, number);
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.texts.len()
    }

    /// The text of a number.
    pub(super) fn text(&self, number: i64) -> FileResult<&Arc<str>> {
        self.texts.get(&number).ok_or_else(|| FileError::Corrupt(format!("word {number} is missing")))
    }

    /// The number of a text, if it has one.
    pub(super) fn number(&self, text: &str) -> Option<i64> {
        self.numbers.get(text).copied()
    }

    /// The number of a text, which gets one if it has none.
    pub(super) fn number_or_new(&mut self, connection: &Connection, text: &str) -> FileResult<i64> {
        if let Some(number) = self.number(text) {
            return Ok(number);
        }
        // Another process may have been quicker.
        connection.prepare_cached("INSERT OR IGNORE INTO word (text) VALUES (?)")?.execute([text])?;
        let number =
            connection.prepare_cached("SELECT id FROM word WHERE text = ?")?.query_row([text], |row| row.get(0))?;
        self.note(number, text.into());
        Ok(number)
    }
}

/// Names and values of dimensions as one text, in the order that the metric has them.
pub(super) fn dimensions_text(metric: &MetricId) -> String {
    let mut text = String::new();
    for (name, value) in metric.dimensions() {
        if !text.is_empty() {
            text.push(AND);
        }
        text.push_str(name);
        text.push(IS);
        text.push_str(value);
    }
    text
}

/// The reverse of [`dimensions_text`].
pub(super) fn dimensions_of(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(AND).filter_map(|dimension| dimension.split_once(IS))
}

/// FNV-1a over parts. It only has to be the same for ever: those that share a hash are told apart by their texts.
fn hash(parts: &[&[u8]]) -> i64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash.cast_signed()
}

/// The hash under which subjects with this dimension are found.
pub(super) fn dimension_hash(name: &str, value: &str) -> i64 {
    hash(&[name.as_bytes(), value.as_bytes()])
}

/// What metrics are about, by its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) namespace: i64,
    pub(super) account: i64,
    pub(super) region: i64,
    pub(super) dimensions: String,
}

impl Subject {
    fn hash(&self) -> i64 {
        let numbers = [self.namespace, self.account, self.region].map(i64::to_le_bytes);
        hash(&[&numbers[0], &numbers[1], &numbers[2], self.dimensions.as_bytes()])
    }

    /// Its number, if it has one.
    pub(super) fn find(&self, connection: &Connection) -> FileResult<Option<i64>> {
        let query = "SELECT id FROM subject WHERE hash = ? AND namespace = ? AND account = ? AND region = ? AND \
                     dimensions = ? LIMIT 1";
        let key = params![self.hash(), self.namespace, self.account, self.region, self.dimensions];
        Ok(connection.prepare_cached(query)?.query_row(key, |row| row.get(0)).optional()?)
    }

    /// Its number, which it gets if it has none.
    pub(super) fn find_or_add(&self, connection: &Connection) -> FileResult<i64> {
        if let Some(id) = self.find(connection)? {
            return Ok(id);
        }
        let row = params![self.hash(), self.namespace, self.account, self.region, self.dimensions];
        connection
            .prepare_cached(
                "INSERT INTO subject (hash, namespace, account, region, dimensions) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(row)?;
        let id = connection.last_insert_rowid();
        let mut statement =
            connection.prepare_cached("INSERT OR IGNORE INTO dimension (hash, subject) VALUES (?, ?)")?;
        for (name, value) in dimensions_of(&self.dimensions) {
            statement.execute([dimension_hash(name, value), id])?;
        }
        Ok(id)
    }
}

/// An account's number as the file has it: below 10^12.
pub(super) fn account_number(account: AccountId) -> i64 {
    i64::try_from(account.number()).unwrap_or(i64::MAX)
}

/// The account of a number.
pub(super) fn account_of(number: i64) -> FileResult<AccountId> {
    let account = u64::try_from(number).ok().and_then(|number| AccountId::from_number(number).ok());
    account.ok_or_else(|| FileError::Corrupt(format!("{number} is no account")))
}

/// The metric of a subject, with a name.
pub(super) fn listed(words: &Words, subject: &Subject, name: i64) -> FileResult<ListedMetric> {
    let dimensions = dimensions_of(&subject.dimensions).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let metric = MetricId::new(words.text(subject.namespace)?.as_ref(), words.text(name)?.as_ref(), dimensions)
        .map_err(|error| FileError::Corrupt(error.to_string()))?;
    Ok(ListedMetric { account: account_of(subject.account)?, region: region_of(words, subject.region)?, metric })
}

/// The Region of a number.
pub(super) fn region_of(words: &Words, number: i64) -> FileResult<Region> {
    words.text(number)?.parse().map_err(|error: onepane_domain::InvalidIdentity| FileError::Corrupt(error.to_string()))
}
