//! One file a command.

mod analyze;
mod demo;
mod ingest;
mod input;
mod lake;
mod logging;
mod parse;
mod render;
mod serve;
mod synth;

pub(crate) use analyze::{Format, analyze};
pub(crate) use demo::demo;
pub(crate) use ingest::ingest;
pub(crate) use lake::{DescribeFormat, describe, import};
pub(crate) use parse::parse;
pub(crate) use render::{RenderArgs, render};
pub(crate) use serve::serve;
pub(crate) use synth::synth;
