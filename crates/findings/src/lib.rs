//! What stands before any source of findings: where each version of OCSF keeps what pages group and filter by, and the
//! SQL that asks Athena for it. [`Remembered`] keeps answers of any source.

mod ocsf;
mod remembered;
mod sql;

pub use ocsf::{Field, Layout, OPEN_STATUS_IDS, Place, layout};
pub use remembered::{RememberConfig, Remembered};
pub use sql::{
    ColumnPath, CustomTable, FindingSql, HiveType, Identifier, InvalidIdentifier, InvalidTable, MOST_BYTES,
    SqlDimension, SqlError, SqlTable, Statement, TimeForm, Unreadable, left_out_note, read_rows, read_series,
};
