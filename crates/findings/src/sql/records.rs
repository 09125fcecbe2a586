//! The records that a request is about: the innermost part of each statement.

use super::SqlError;
use super::path::ColumnPath;
use super::table::{SqlTable, TimeColumn, TimeForm};
use super::writer::Writer;
use crate::OPEN_STATUS_IDS;
use onepane_domain::{Dimension, FilterRule, FindingFilter, Timestamp};

const SECOND_MS: i64 = 1_000;

/// Which records.
pub(super) struct Asked<'a> {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) filters: &'a [FindingFilter],
    /// Only those that show their finding as open.
    pub(super) only_open: bool,
}

/// An error if no table has a dimension.
pub(super) fn known(tables: &[SqlTable], dimension: &Dimension) -> Result<(), SqlError> {
    match tables.iter().any(|table| table.path(dimension).is_some()) {
        true => Ok(()),
        false => Err(SqlError::UnknownDimension(dimension.clone())),
    }
}

/// One `SELECT` a table, joined by `UNION ALL`; `columns` are a table's expressions and their names.
pub(super) fn write(
    sql: &mut Writer,
    tables: &[SqlTable],
    asked: &Asked<'_>,
    columns: impl Fn(&SqlTable) -> Vec<(String, String)>,
) -> Result<(), SqlError> {
    for filter in asked.filters {
        known(tables, &filter.dimension)?;
    }
    for (number, table) in tables.iter().enumerate() {
        if number > 0 {
            sql.raw("  UNION ALL\n");
        }
        let columns: Vec<String> =
            columns(table).into_iter().map(|(expression, name)| format!("    {expression} AS \"{name}\"")).collect();
        sql.raw("  SELECT\n");
        sql.raw(&columns.join(",\n"));
        sql.raw(&format!("\n  FROM {}.{} AS r\n  WHERE ", table.database, table.name));
        conditions(sql, table, asked);
    }
    Ok(())
}

fn conditions(sql: &mut Writer, table: &SqlTable, asked: &Asked<'_>) {
    if let Some(day) = &table.day {
        // A record may lie in the partition of the day before or after its own.
        sql.raw(&format!("r.{day} BETWEEN "));
        sql.value(&day_text(asked.from.plus_days(-1)));
        sql.raw(" AND ");
        sql.value(&day_text(asked.to.plus_millis(-1).plus_days(1)));
        sql.raw("\n    AND ");
    }
    bound(sql, &table.time, ">=", asked.from);
    sql.raw("\n    AND ");
    bound(sql, &table.time, "<", asked.to);
    sql.raw("\n");
    for filter in asked.filters.iter().filter(|filter| !filter.values.is_empty()) {
        sql.raw("    AND ");
        condition(sql, table, filter);
        sql.raw("\n");
    }
    if asked.only_open {
        let open = OPEN_STATUS_IDS.map(|id| id.to_string()).join(", ");
        match &table.status_id {
            Some(path) => sql.raw(&format!("    AND {} IN ({open})\n", path.expression())),
            None => sql.raw("    AND FALSE\n"),
        }
    }
}

/// `20260131`, as partitions name days.
fn day_text(at: Timestamp) -> String {
    at.day().replace('-', "")
}

/// The column itself stands on the left, so that row groups and files are left out by their statistics.
fn bound(sql: &mut Writer, time: &TimeColumn, comparison: &str, at: Timestamp) {
    let column = time.path.expression();
    match time.form {
        TimeForm::EpochMillis => {
            sql.raw(&format!("{column} {comparison} "));
            sql.number(at.millis());
        }
        TimeForm::EpochSeconds => {
            // A whole second is at or after `at`, and before it, just if it is so of the next whole second.
            sql.raw(&format!("{column} {comparison} "));
            sql.number(at.plus_millis(SECOND_MS - 1).floor_to(SECOND_MS).millis() / SECOND_MS);
        }
        TimeForm::Timestamp => {
            sql.raw(&format!("{column} {comparison} "));
            sql.timestamp(at);
        }
        TimeForm::Iso8601 => {
            sql.raw(&format!("{} {comparison} ", millis(time)));
            sql.number(at.millis());
        }
    }
}

fn condition(sql: &mut Writer, table: &SqlTable, filter: &FindingFilter) {
    let with_none = filter.values.iter().any(String::is_empty);
    let Some(path) = table.path(&filter.dimension) else {
        let passes = (filter.rule == FilterRule::Any) == with_none;
        sql.raw(if passes { "TRUE" } else { "FALSE" });
        return;
    };
    let column = plain_text(table, path);
    let (or_none, word) = match filter.rule {
        FilterRule::Any => (with_none, "IN"),
        // What has no value is not among values that are some; SQL would say "unknown".
        FilterRule::Not => (!with_none, "NOT IN"),
    };
    sql.raw(if or_none { "(" } else { "" });
    sql.raw(&format!("{column} {word} ("));
    sql.list(&filter.values, |sql, value| sql.value(value));
    sql.raw(")");
    if or_none {
        sql.raw(&format!(" OR {column} IS NULL)"));
    }
}

/// A text, null where there is none. Security Lake's are texts already.
fn plain_text(table: &SqlTable, path: &ColumnPath) -> String {
    match table.is_custom() {
        true => format!("CAST({} AS varchar)", path.expression()),
        false => path.expression(),
    }
}

/// A text, empty where there is none.
pub(super) fn text(table: &SqlTable, path: Option<&ColumnPath>) -> String {
    match path {
        Some(path) => format!("coalesce({}, '')", plain_text(table, path)),
        None => "''".to_owned(),
    }
}

/// What tells findings apart; null where there is nothing.
pub(super) fn uid(table: &SqlTable) -> String {
    match &table.uid {
        Some(path) => format!("nullif({}, '')", plain_text(table, path)),
        None => "CAST(NULL AS varchar)".to_owned(),
    }
}

/// An instant in milliseconds since 1970.
pub(super) fn millis(time: &TimeColumn) -> String {
    let column = time.path.expression();
    match time.form {
        TimeForm::EpochMillis => column,
        TimeForm::EpochSeconds => format!("{column} * {SECOND_MS}"),
        TimeForm::Timestamp => format!("date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00', {column})"),
        TimeForm::Iso8601 => {
            format!("CAST(to_unixtime(try(from_iso8601_timestamp({column}))) * {SECOND_MS} AS bigint)")
        }
    }
}

/// When the finding was created, in milliseconds since 1970; null where that is not told.
pub(super) fn created(table: &SqlTable) -> String {
    table.created.as_ref().map_or_else(|| "CAST(NULL AS bigint)".to_owned(), millis)
}
