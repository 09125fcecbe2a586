//! Athena's SQL (Trino) for questions about findings. Pure: a table's layout and a request in, a text and values out.
//!
//! Values never become part of a statement's text: they are execution parameters, in the form in which Athena wants them
//! (texts in single quotes, a quote doubled). Names come from a [`SqlTable`] alone, checked and in double quotes. Each
//! statement reads a table once, prunes by the partition of the day and bounds the time on both sides.
//! [`FindingSql::rows_sql`] is for people to copy: there the values are written out.
//!
//! That this SQL counts what the Parquet lake counts is proved by `crates/lake/tests/sql_proof.rs`.

mod answer;
mod columns;
mod fit;
mod identifier;
mod path;
mod records;
mod rows;
mod series;
mod table;
mod writer;

pub(crate) use answer::is_left_out_note;
pub use answer::{Unreadable, left_out_note, read_rows, read_series};
pub use columns::HiveType;
pub use identifier::{Identifier, InvalidIdentifier};
pub use path::ColumnPath;
pub use table::{CustomTable, InvalidTable, SqlDimension, SqlTable, TimeForm};

use onepane_domain::{
    Dimension, FindingFilter, FindingRequest, FindingRowsRequest, InvalidRequest, OcsfVersion, Region,
};
use writer::{Writer, is_too_long};

/// Most bytes of a statement, its values included (`QueryString`,
/// <https://docs.aws.amazon.com/athena/latest/ug/service-limits.html>).
pub const MOST_BYTES: usize = 262_144;

/// A statement and the values for its question marks, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text.
    pub text: String,
    /// `ExecutionParameters`: each a literal of SQL of at most 1,024 characters.
    pub parameters: Vec<String>,
}

/// Why there is no statement for a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// Nobody can answer this request.
    #[error(transparent)]
    Invalid(#[from] InvalidRequest),
    /// None of the tables has this dimension.
    #[error("the source has no {0}")]
    UnknownDimension(Dimension),
    /// None of the tables tells which findings are open.
    #[error("the source does not tell which findings are open")]
    NoStatus,
    /// The filters' values are too long.
    #[error("the filters' values make a statement of {bytes} bytes; Athena takes at most {MOST_BYTES}")]
    TooLong {
        /// How long it would be.
        bytes: usize,
    },
}

/// Makes statements for one source: a table, or several that hold the same kind of records and are asked as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingSql {
    tables: Vec<SqlTable>,
}

impl FindingSql {
    /// For these tables.
    pub fn new(tables: Vec<SqlTable>) -> Self {
        Self { tables }
    }

    /// For Security Hub's findings in Security Lake, with the tables' usual names in a Region. Versions that have no
    /// layout of their own are left out.
    pub fn security_lake(region: &Region, versions: &[OcsfVersion]) -> Self {
        Self::new(versions.iter().filter_map(|version| SqlTable::security_lake_in(region, *version)).collect())
    }

    /// The tables.
    pub fn tables(&self) -> &[SqlTable] {
        &self.tables
    }

    /// Counts by group and time; [`read_series`] reads its result.
    ///
    /// # Errors
    /// [`SqlError`].
    pub fn series(&self, request: &FindingRequest) -> Result<Statement, SqlError> {
        request.check()?;
        short(&request.filters)?;
        let mut sql = Writer::bound();
        series::write(&mut sql, &self.tables, request)?;
        bounded(sql.statement())
    }

    /// Records, newest first, and one more than asked for, which tells that there are more; [`read_rows`] reads its
    /// result.
    ///
    /// # Errors
    /// [`SqlError`].
    pub fn rows(&self, request: &FindingRowsRequest) -> Result<Statement, SqlError> {
        request.check()?;
        short(&request.filters)?;
        let mut sql = Writer::bound();
        rows::write(&mut sql, &self.tables, request, request.limit.saturating_add(1))?;
        bounded(sql.statement())
    }

    /// The statement that finds the same records, with its values written out, for people to copy. Characters that
    /// cannot be seen are escaped. One that is too long for Athena says so in its first line.
    ///
    /// # Errors
    /// [`SqlError::Invalid`] and [`SqlError::UnknownDimension`].
    pub fn rows_sql(&self, request: &FindingRowsRequest) -> Result<String, SqlError> {
        request.check()?;
        let mut sql = Writer::literal();
        rows::write(&mut sql, &self.tables, request, request.limit)?;
        let text = sql.statement().text;
        Ok(match text.len() {
            ..=MOST_BYTES => text,
            bytes => format!("-- {bytes} bytes: Athena takes at most {MOST_BYTES}.\n{text}"),
        })
    }
}

/// Before anything is written: a value of a gigabyte is refused as fast as one of a megabyte.
fn short(filters: &[FindingFilter]) -> Result<(), SqlError> {
    let long = filters.iter().flat_map(|filter| &filter.values).find(|value| is_too_long(value));
    long.map_or(Ok(()), |long| Err(SqlError::TooLong { bytes: long.len() }))
}

fn bounded(statement: Statement) -> Result<Statement, SqlError> {
    let bytes = statement.text.len() + statement.parameters.iter().map(|value| value.len() + 2).sum::<usize>();
    if bytes > MOST_BYTES { Err(SqlError::TooLong { bytes }) } else { Ok(statement) }
}
