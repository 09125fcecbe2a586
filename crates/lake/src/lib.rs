//! Security findings in a folder of Parquet files, laid out as Amazon Security Lake lays them.

mod error;
mod ids;
mod lake;
mod listing;
mod parquet_file;
mod partition;
mod rows;
mod scan;
mod series;
mod source;
mod write;

pub use error::LakeError;
pub use lake::ParquetLake;
pub use write::{LakeWriter, Written, write_day};
