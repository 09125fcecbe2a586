//! One file a command.

mod analyze;
mod demo;
mod ingest;
mod input;
mod logging;
mod parse;
mod serve;

pub(crate) use analyze::{Format, analyze};
pub(crate) use demo::demo;
pub(crate) use ingest::ingest;
pub(crate) use parse::parse;
pub(crate) use serve::serve;
