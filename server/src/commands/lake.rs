//! `onepane lake`.

mod describe;
mod import;

pub(crate) use describe::{DescribeFormat, describe};
pub(crate) use import::import;
