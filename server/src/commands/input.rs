//! Files and standard input, by the names that people give.

use anyhow::Context;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Something to read.
pub(super) struct Input {
    /// Its name for messages and dead letters; `-` for standard input.
    pub(super) name: String,
    /// Its length in bytes, where it is a file.
    pub(super) bytes: Option<u64>,
    /// Its content.
    pub(super) reader: Box<dyn Read + Send>,
}

/// Opens a file, or standard input for `-` and for none.
pub(super) fn open(path: Option<&Path>) -> anyhow::Result<Input> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        return Ok(Input { name: "-".to_owned(), bytes: None, reader: Box::new(io::stdin()) });
    };
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| name.clone())?;
    let meta = file.metadata().with_context(|| name.clone())?;
    anyhow::ensure!(!meta.is_dir(), "{name}: is a folder, want a file");
    Ok(Input { name, bytes: meta.is_file().then_some(meta.len()), reader: Box::new(file) })
}
