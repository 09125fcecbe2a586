//! Files and standard input, by the names that people give, unzipped where they are gzip.

use anyhow::Context;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Something to read.
pub(super) struct Input {
    /// Its name for messages and dead letters; `-` for standard input.
    pub(super) name: String,
    /// Its length in bytes, where it is a file that is read as it is.
    pub(super) bytes: Option<u64>,
    /// Its content.
    pub(super) reader: Box<dyn Read + Send>,
}

/// Opens a file, or standard input for `-` and for none.
pub(super) fn open(path: Option<&Path>) -> anyhow::Result<Input> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        let (reader, _) = unzipped(io::stdin()).context("read standard input")?;
        return Ok(Input { name: "-".to_owned(), bytes: None, reader });
    };
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| name.clone())?;
    let meta = file.metadata().with_context(|| name.clone())?;
    anyhow::ensure!(!meta.is_dir(), "{name}: is a folder, want a file");
    let (reader, zipped) = unzipped(file).with_context(|| name.clone())?;
    Ok(Input { name, bytes: (meta.is_file() && !zipped).then_some(meta.len()), reader })
}

/// The content, and whether it was gzip: that begins with two bytes that no JSON and no CSV begins with.
fn unzipped(reader: impl Read + Send + 'static) -> io::Result<(Box<dyn Read + Send>, bool)> {
    let mut reader = BufReader::with_capacity(64 * 1024, reader);
    let zipped = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if zipped { (Box::new(MultiGzDecoder::new(reader)), true) } else { (Box::new(reader), false) })
}
