//! What can go wrong with the lake's files.

use std::path::{Path, PathBuf};

/// Why a file or folder of the lake cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The file system refuses.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are not the Parquet that they should be, or cannot be made so.
    #[error("{path}: {why}")]
    Parquet {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A version that no file can be written in.
    #[error("findings are written in OCSF version 1 or 2 only")]
    Version,
    /// A text that cannot be a file's name.
    #[error("{0:?} cannot be the name of a file")]
    Name(String),
    /// The description of further sources.
    #[error("{path}: {why}")]
    Sources {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        why: String,
    },
}

impl LakeError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
