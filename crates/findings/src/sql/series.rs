//! Counts by group and time.

use super::SqlError;
use super::records::{self, Asked};
use super::table::SqlTable;
use super::writer::Writer;
use onepane_domain::{CountingRule, FindingRequest};

/// Columns of the result: `k0`, `k1`, … (the group's values), `counts` (`0 12,3 5`: 12 in the first bucket and 5 in the
/// fourth, oldest first), `series` (how many series there are, with those left out). By group.
pub(super) fn write(sql: &mut Writer, tables: &[SqlTable], request: &FindingRequest) -> Result<(), SqlError> {
    for dimension in &request.group_by {
        records::known(tables, dimension)?;
    }
    let only_open = request.count == CountingRule::Active;
    if only_open && tables.iter().all(|table| table.status_id.is_none()) {
        return Err(SqlError::NoStatus);
    }
    let asked = Asked { from: request.from, to: request.to, filters: &request.filters, only_open };
    sql.raw("WITH records AS (\n");
    records::write(sql, tables, &asked, |table| columns(table, request))?;
    sql.raw("),\n");
    let keys: Vec<String> = (0..request.group_by.len()).map(|number| format!("\"k{number}\"")).collect();
    match request.count {
        CountingRule::Updates => counts(sql, &keys, request, "count(*)"),
        // Records without a uid are findings of their own: `count("uid")` leaves them out.
        CountingRule::Distinct | CountingRule::Active => {
            counts(sql, &keys, request, "count(DISTINCT \"uid\") + count(*) - count(\"uid\")");
        }
        CountingRule::FirstSeen => first_seen(sql, &keys, request),
    }
    largest(sql, &keys, request);
    Ok(())
}

fn columns(table: &SqlTable, request: &FindingRequest) -> Vec<(String, String)> {
    let keys = request.group_by.iter().enumerate();
    let keys = keys.map(|(number, dimension)| {
        let path = table.path(dimension);
        (records::text(table, path), format!("k{number}"))
    });
    let mut columns: Vec<(String, String)> = keys.collect();
    columns.push((records::millis(&table.time), "at".to_owned()));
    match request.count {
        CountingRule::Updates => {}
        CountingRule::Distinct | CountingRule::Active => columns.push((records::uid(table), "uid".to_owned())),
        CountingRule::FirstSeen => {
            columns.push((records::uid(table), "uid".to_owned()));
            columns.push((records::created(table), "created".to_owned()));
        }
    }
    columns
}

/// Where the first bucket of a request begins, in milliseconds since 1970; that may be before its window.
pub(super) fn first_bucket(request: &FindingRequest) -> i64 {
    request.bucket.start_of(request.from).millis()
}

/// The start of the bucket of an instant within the window. No instant is before the first bucket, so that nothing is
/// negative and the remainder is the same everywhere.
fn bucket(at: &str, request: &FindingRequest) -> String {
    let first = first_bucket(request);
    format!("{at} - mod({at} - {first}, {})", request.bucket.millis())
}

fn counts(sql: &mut Writer, keys: &[String], request: &FindingRequest, count: &str) {
    let groups: String = keys.iter().map(|key| format!("{key}, ")).collect();
    let bucket = bucket("\"at\"", request);
    sql.raw(&format!(
        "counts AS (\n  SELECT {groups}{bucket} AS \"bucket\", {count} AS \"n\"\n  FROM records\n  \
         GROUP BY {groups}{bucket}\n),\n"
    ));
}

/// First a row for each finding of a group; records without a uid are told apart by what decides over them.
fn first_seen(sql: &mut Writer, keys: &[String], request: &FindingRequest) {
    let groups: String = keys.iter().map(|key| format!("{key}, ")).collect();
    let own = ["at", "created"].map(|name| format!("CASE WHEN \"uid\" IS NULL THEN \"{name}\" END")).join(", ");
    let bucket = bucket("\"at\"", request);
    sql.raw(&format!(
        "findings AS (\n  SELECT {groups}min(\"at\") AS \"at\", min(\"created\") AS \"created\",\n    \
         CASE WHEN \"uid\" IS NULL THEN count(*) ELSE 1 END AS \"n\"\n  FROM records\n  \
         GROUP BY {groups}\"uid\", {own}\n),\n\
         counts AS (\n  SELECT {groups}{bucket} AS \"bucket\", sum(\"n\") AS \"n\"\n  FROM findings\n  \
         WHERE \"created\" IS NULL OR \"created\" >= "
    ));
    sql.number(request.from.millis());
    sql.raw(&format!("\n  GROUP BY {groups}{bucket}\n),\n"));
}

/// The largest series, a row each: pages of a result have few rows. A window tells how many there are; a second look at
/// the table would be paid for.
fn largest(sql: &mut Writer, keys: &[String], request: &FindingRequest) {
    let columns: String = keys.iter().map(|key| format!("{key}, ")).collect();
    let groups = if keys.is_empty() { "()".to_owned() } else { keys.join(", ") };
    let then_by_key: String = keys.iter().map(|key| format!(", {key}")).collect();
    let first = first_bucket(request);
    let number = format!("CAST((\"bucket\" - {first}) / {} AS bigint)", request.bucket.millis());
    sql.raw(&format!(
        "series AS (\n  SELECT {columns}sum(\"n\") AS \"total\",\n    \
         array_join(array_agg(concat(CAST({number} AS varchar), ' ', CAST(\"n\" AS varchar)) ORDER BY \"bucket\"), ',') \
         AS \"counts\"\n  FROM counts\n  GROUP BY {groups}\n  HAVING count(*) > 0\n),\n\
         ranked AS (\n  SELECT {columns}\"counts\", row_number() OVER (ORDER BY \"total\" DESC{then_by_key}) AS \"place\",\n    \
         count(*) OVER () AS \"series\"\n  FROM series\n)\n\
         SELECT {columns}\"counts\", \"series\"\nFROM ranked\nWHERE \"place\" <= {}\n",
        request.most_series
    ));
    if !keys.is_empty() {
        sql.raw(&format!("ORDER BY {}\n", keys.join(", ")));
    }
}
