//! Which tables of a source are there, and what they hold.

use super::AthenaSource;
use super::run::CATALOG;
use crate::error;
use aws_sdk_athena::Client;
use aws_sdk_athena::operation::get_table_metadata::GetTableMetadataError;
use aws_sdk_athena::types::Column;
use futures::future::join_all;
use onepane_domain::{DimensionInfo, ErrorKind, FindingSchema, Notes, OcsfVersion, PortError, PortResult};
use onepane_findings::{FindingSql, Identifier, SqlTable};

/// A source as it was found.
pub(super) struct Probed {
    pub(super) sql: FindingSql,
    /// The database of its first table: where a query is at home.
    pub(super) database: Identifier,
    pub(super) schema: FindingSchema,
}

/// A table that is asked, or why not.
enum Found {
    Table(SqlTable, Notes),
    Not(Notes),
}

/// Looks at all tables of a source. An error only if none can be asked.
pub(super) async fn probe(client: &Client, source: &AthenaSource) -> PortResult<Probed> {
    let found = join_all(source.tables.iter().map(|table| look(client, table))).await;
    let (mut tables, mut notes, mut first_error) = (Vec::new(), Notes::new(), None);
    for found in found {
        match found {
            Ok(Found::Table(table, lacks)) => {
                tables.push(table);
                notes.extend(lacks);
            }
            Ok(Found::Not(why)) => notes.extend(why),
            Err(error) => {
                notes.push(error.to_string());
                first_error = first_error.or(Some(error));
            }
        }
    }
    let Some(first) = tables.first() else {
        let missing =
            || PortError::new(ErrorKind::Misconfigured, format!("findings of {}: {}", source.name, notes.join("; ")));
        return Err(first_error.unwrap_or_else(missing));
    };
    // An older table that is not there is what an account has that began with the newer one.
    let is_usual = |note: &String| first.version() == OcsfVersion::V2 && note.ends_with(NOT_THERE);
    notes.retain(|note| !is_usual(note));
    if tables.len() > 1 {
        notes.push("several tables are counted together: what is in two of them counts twice among updates".to_owned());
    }
    let schema = FindingSchema {
        source: source.name.clone(),
        version: first.version(),
        dimensions: dimensions(&tables),
        first: None,
        last: None,
        notes,
    };
    let database = first.database().clone();
    Ok(Probed { sql: FindingSql::new(tables), database, schema })
}

const NOT_THERE: &str = "is not there";

async fn look(client: &Client, table: &SqlTable) -> PortResult<Found> {
    let name = format!("{}.{}", table.database().as_str(), table.name().as_str());
    let asking = client.get_table_metadata().catalog_name(CATALOG);
    let asking = asking.database_name(table.database().as_str()).table_name(table.name().as_str());
    let told = match asking.send().await {
        Ok(told) => told,
        Err(refused) => {
            let mut error = error::service_error(format!("look at the table {name}"), &refused);
            if let Some(GetTableMetadataError::MetadataException(about)) = refused.as_service_error() {
                let words = about.message().unwrap_or_default().to_ascii_lowercase();
                if words.contains("permission") || words.contains("denied") || words.contains("not authorized") {
                    error.kind = ErrorKind::Forbidden;
                } else if words.contains("not found") || words.contains("notfound") || words.contains("does not exist")
                {
                    return Ok(Found::Not(vec![format!("{name} {NOT_THERE}")]));
                } else {
                    error.kind = ErrorKind::Misconfigured;
                }
            }
            return Err(error);
        }
    };
    let columns = |columns: &[Column]| -> Vec<(String, String)> {
        let column = |column: &Column| (column.name().to_owned(), column.r#type().unwrap_or_default().to_owned());
        columns.iter().map(column).collect()
    };
    let about = told.table_metadata();
    let mut all = about.map(|about| columns(about.columns())).unwrap_or_default();
    all.extend(about.map(|about| columns(about.partition_keys())).unwrap_or_default());
    if all.is_empty() {
        return Ok(Found::Not(vec![format!("{name} has no columns")]));
    }
    Ok(match table.clone().fitted(&all) {
        (Some(table), lacks) => Found::Table(table, lacks),
        (None, lacks) => Found::Not(lacks),
    })
}

/// The dimensions of all tables, in the order of the first that has them.
fn dimensions(tables: &[SqlTable]) -> Vec<DimensionInfo> {
    let mut all: Vec<DimensionInfo> = Vec::new();
    for known in tables.iter().flat_map(SqlTable::dimensions) {
        if all.iter().all(|info| info.dimension != known.dimension) {
            all.push(DimensionInfo {
                dimension: known.dimension.clone(),
                label: known.label.clone(),
                column: known.path.to_string(),
            });
        }
    }
    all
}
