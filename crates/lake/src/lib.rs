//! Security findings in a folder of Parquet files, laid out as Amazon Security Lake lays them.

mod error;
mod ids;
mod partition;
mod write;

pub use error::LakeError;
pub use write::{LakeWriter, Written, write_day};
