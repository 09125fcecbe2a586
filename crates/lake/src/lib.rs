//! Security findings in a folder of Parquet files, laid out as Amazon Security Lake lays them.

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
