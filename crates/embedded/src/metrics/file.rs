//! The SQLite file: its tables, its connections, and errors as the port has them.

use super::block::Damaged;
use onepane_domain::{ErrorKind, PortError, PortResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The form of the tables.
const VERSION: i32 = 1;
/// How long a statement waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// A *subject* is what metrics are about: account, Region, namespace and dimensions; a *series* is one metric of it.
/// Texts that come again and again are words. Blocks are sorted by time first: what comes in now goes to neighbouring
/// pages, and what has expired is one range.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS subject (
    id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, namespace INTEGER NOT NULL, account INTEGER NOT NULL,
    region INTEGER NOT NULL, dimensions TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS subject_by_hash ON subject (hash);
CREATE INDEX IF NOT EXISTS subject_by_place ON subject (namespace, region, account);
CREATE TABLE IF NOT EXISTS dimension (hash INTEGER, subject INTEGER, PRIMARY KEY (hash, subject)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS series (
    subject INTEGER, name INTEGER, unit INTEGER, first_hour INTEGER NOT NULL, last_hour INTEGER NOT NULL,
    PRIMARY KEY (subject, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS block (
    tier INTEGER, bucket INTEGER, subject INTEGER, name INTEGER, points BLOB NOT NULL,
    PRIMARY KEY (tier, bucket, subject, name)) WITHOUT ROWID;
";

/// What went wrong within the file.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Damaged(#[from] Damaged),
    #[error("{0}")]
    Corrupt(String),
}

pub(super) type FileResult<T> = Result<T, FileError>;

impl FileError {
    /// The error as the port tells it.
    pub(super) fn into_port(self, doing: &str) -> PortError {
        let kind = match &self {
            Self::Damaged(_) | Self::Corrupt(_) => ErrorKind::Corrupt,
            // Another process writes for longer than we waited: to our callers that is throttling.
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ErrorKind::Throttled,
                Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => ErrorKind::Corrupt,
                _ => ErrorKind::Unavailable,
            },
        };
        PortError::with_source(kind, doing, self)
    }
}

/// Where the tables are.
#[derive(Debug, Clone)]
pub(super) struct File(PathBuf);

impl File {
    /// The file at `path`, made with the folders above it where they are missing.
    pub(super) fn at(path: &Path) -> PortResult<(Self, Connection)> {
        let context = || format!("open the metric store {}", path.display());
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|error| PortError::with_source(ErrorKind::Misconfigured, context(), error))?;
        }
        let file = Self(path.to_owned());
        let writer = file.make().map_err(|error| match error.into_port(&context()) {
            error if error.kind == ErrorKind::Throttled => error,
            error => PortError { kind: ErrorKind::Misconfigured, ..error },
        })?;
        Ok((file, writer))
    }

    fn make(&self) -> FileResult<Connection> {
        let connection = self.connect()?;
        let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version > VERSION {
            return Err(FileError::Corrupt(format!("it is of version {version}, and this program reads {VERSION}")));
        }
        if version < VERSION {
            // Blocks stay whole on a page this large; most would spill over from a smaller one.
            connection.pragma_update(None, "page_size", 8_192)?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            connection.execute_batch(&format!("BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;"))?;
        }
        Ok(connection)
    }

    /// A further connection.
    pub(super) fn connect(&self) -> FileResult<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.0, flags)?;
        connection.busy_timeout(PATIENCE)?;
        // What is answered as kept has reached the disk.
        connection.pragma_update(None, "synchronous", "full")?;
        // Four megabytes at most: the system keeps the file's pages at hand anyway.
        connection.pragma_update(None, "cache_size", -4_096)?;
        connection.pragma_update(None, "journal_size_limit", 16 * 1_024 * 1_024)?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(connection)
    }
}
