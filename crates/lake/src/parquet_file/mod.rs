//! Parquet files, read a column at a time.
//!
//! Whatever the bytes are, they are an error at worst: the decoders' panics are caught where files are opened and scanned,
//! and sizes that a page only claims are checked before memory is taken for them.

mod chunk;
mod column;
mod footer;
mod leaf;
mod piece;

pub(crate) use column::{Lists, Longs, NO_LONG, Place, Texts};
pub(crate) use footer::{Fit, Footers, Group, Slot};

/// Why a file, or a part of it, cannot be read: the end of a sentence that begins with its name.
pub(crate) type Why = String;

pub(crate) fn why(error: parquet::errors::ParquetError) -> Why {
    match error {
        parquet::errors::ParquetError::General(why) => why,
        parquet::errors::ParquetError::EOF(why) => format!("ends too early: {why}"),
        parquet::errors::ParquetError::External(source) => source.to_string(),
        other => other.to_string(),
    }
}

/// Runs a decoder; its panic is an error.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Why>) -> Result<T, Why> {
    // What the work leaves half done is dropped, or counts of whole records.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("its bytes make no sense to the Parquet decoder".to_owned()))
}
