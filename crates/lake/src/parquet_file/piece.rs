//! A piece of a file in memory, in front of the file itself.

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

/// Reads from memory where it holds the bytes, and from the file elsewhere.
pub(super) struct Piece {
    file: Arc<File>,
    file_length: u64,
    start: u64,
    bytes: Bytes,
}

impl Piece {
    /// A file of which `length` bytes from `start` on are in memory.
    pub(super) fn read(file: &Arc<File>, file_length: u64, start: u64, length: usize) -> io::Result<Self> {
        let mut bytes = vec![0; length];
        read_at(file, &mut bytes, start)?;
        Ok(Self { file: Arc::clone(file), file_length, start, bytes: bytes.into() })
    }

    /// What is in memory of the bytes from `start` on.
    fn held(&self, start: u64) -> Option<Bytes> {
        let at = usize::try_from(start.checked_sub(self.start)?).ok()?;
        (at < self.bytes.len()).then(|| self.bytes.slice(at..))
    }
}

impl Length for Piece {
    fn len(&self) -> u64 {
        self.file_length
    }
}

impl ChunkReader for Piece {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(match self.held(start) {
            Some(bytes) => Box::new(bytes.reader()),
            None => Box::new(BufReader::new(FileFrom { file: Arc::clone(&self.file), at: start })),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if let Some(held) = self.held(start)
            && length <= held.len()
        {
            return Ok(held.slice(..length));
        }
        if start.checked_add(length as u64).is_none_or(|end| end > self.file_length) {
            return Err(ParquetError::EOF(format!("{length} bytes from {start} on are not there")));
        }
        let mut bytes = vec![0; length];
        read_at(&self.file, &mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// The file from a place on.
struct FileFrom {
    file: Arc<File>,
    at: u64,
}

impl Read for FileFrom {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = read_some(&self.file, buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

fn read_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match read_some(file, buffer, at) {
            Ok(0) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file is shorter than it was")),
            Ok(read) => {
                at += read as u64;
                buffer = &mut buffer[read..];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn read_some(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_some(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}
