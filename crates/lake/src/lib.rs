//! Security findings in a folder of Parquet files, laid out as Amazon Security Lake lays them.
//!
//! [`ParquetLake`] answers questions ([`onepane_domain::FindingSource`]), [`LakeWriter`] and [`write_day`] write records,
//! [`read_finding`] reads them out of JSON, [`describe()`] tells what lies there. Why it is built as it is:
//! `docs/decisions/0011-lake.md`.
//!
//! From a question to its answer: `listing` finds the files of the days, `parquet_file` their footers and columns,
//! `scan` the row groups and in them the records that pass, `series` and `rows` make the answer of those.

mod describe;
mod error;
mod ids;
mod import;
mod lake;
mod listing;
mod parquet_file;
mod partition;
mod rows;
mod scan;
mod series;
mod source;
mod write;

pub use describe::{Described, describe};
pub use error::LakeError;
pub use import::{FINDING_LISTS, read_finding};
pub use lake::ParquetLake;
pub use write::{LakeWriter, Written, write_day};
