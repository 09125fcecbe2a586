//! One file a command.

mod demo;
mod ingest;
mod input;
mod logging;
mod parse;
mod render;
mod serve;

pub(crate) use demo::demo;
pub(crate) use ingest::ingest;
pub(crate) use parse::parse;
pub(crate) use render::{RenderArgs, render};
pub(crate) use serve::serve;
