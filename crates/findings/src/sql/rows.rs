//! Records.

use super::SqlError;
use super::path::ColumnPath;
use super::records::{self, Asked};
use super::table::SqlTable;
use super::writer::Writer;
use onepane_domain::{Dimension, FindingRowsRequest};

/// The result's columns, in this order. Lists are JSON: of texts, and of pairs of uid and type.
pub(super) const COLUMNS: [&str; 13] = [
    "time_ms",
    "uid",
    "title",
    "description",
    "product",
    "feature",
    "types",
    "severity",
    "status",
    "account",
    "region",
    "resources",
    "created_ms",
];

pub(super) fn write(
    sql: &mut Writer,
    tables: &[SqlTable],
    request: &FindingRowsRequest,
    limit: u32,
) -> Result<(), SqlError> {
    let asked = Asked { from: request.from, to: request.to, filters: &request.filters, only_open: false };
    sql.raw("WITH records AS (\n");
    records::write(sql, tables, &asked, columns)?;
    let columns = COLUMNS.map(|name| format!("\"{name}\"")).join(", ");
    sql.raw(&format!(")\nSELECT {columns}\nFROM records\nORDER BY \"time_ms\" DESC, \"uid\"\n"));
    if request.offset > 0 {
        sql.raw(&format!("OFFSET {}\n", request.offset));
    }
    sql.raw(&format!("LIMIT {limit}\n"));
    Ok(())
}

fn columns(table: &SqlTable) -> Vec<(String, String)> {
    let of = |dimension: &Dimension| records::text(table, table.path(dimension));
    let list = |items: Option<String>| match items {
        Some(items) => format!("json_format(CAST({items} AS json))"),
        None => "CAST(NULL AS varchar)".to_owned(),
    };
    let types = table.types.as_ref().map(ColumnPath::expression);
    let resources = table.resources.as_ref().map(ColumnPath::expression);
    let pairs = resources.map(|list| format!("transform({list}, e -> ARRAY[e.\"uid\", e.\"type\"])"));
    let expressions = [
        records::millis(&table.time),
        records::text(table, table.uid.as_ref()),
        of(&Dimension::TITLE),
        records::text(table, table.description.as_ref()),
        of(&Dimension::PRODUCT),
        of(&Dimension::FEATURE),
        list(types),
        of(&Dimension::SEVERITY),
        of(&Dimension::STATUS),
        of(&Dimension::ACCOUNT),
        of(&Dimension::REGION),
        list(pairs),
        records::created(table),
    ];
    expressions.into_iter().zip(COLUMNS).map(|(expression, name)| (expression, name.to_owned())).collect()
}
