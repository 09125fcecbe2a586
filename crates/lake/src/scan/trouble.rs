//! What an answer took, and what is missing from it.

use onepane_domain::{Notes, QueryCost};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

/// Files that are named one by one.
const MOST_NAMED: usize = 20;

/// A folder, a column that files in it lack, and why.
type Lack = (String, String, String);

/// Collects what is missing and why.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    /// By the file's name.
    files: Mutex<BTreeMap<String, String>>,
    /// The files that lack a column.
    columns: Mutex<BTreeMap<Lack, BTreeSet<String>>>,
    others: Mutex<Vec<String>>,
}

impl Trouble {
    /// A file, or a part of one, that cannot be read.
    pub(crate) fn file(&self, name: &str, why: impl Into<String>) {
        self.files.lock().entry(name.to_owned()).or_insert_with(|| why.into());
    }

    /// A column that a file lacks.
    pub(crate) fn missing(&self, folder: &str, file: &str, column: String, why: String) {
        let mut columns = self.columns.lock();
        let files = columns.entry((folder.to_owned(), column, why)).or_default();
        files.insert(file.to_owned());
    }

    /// Anything else.
    pub(crate) fn note(&self, note: impl Into<String>) {
        self.others.lock().push(note.into());
    }

    /// One sentence a trouble, always in the same order.
    pub(crate) fn notes(&self) -> Notes {
        let files = self.files.lock();
        let mut notes: Notes = files.iter().take(MOST_NAMED).map(|(name, why)| format!("{name}: {why}")).collect();
        if files.len() > MOST_NAMED {
            notes.push(format!("{} more files cannot be read whole", files.len() - MOST_NAMED));
        }
        for ((folder, column, why), files) in &*self.columns.lock() {
            let of = match files.len() {
                1 => "1 file".to_owned(),
                count => format!("{count} files"),
            };
            let first = files.first().map_or(folder.as_str(), String::as_str);
            notes.push(format!("{of} of {folder}: column {column} {why}; taken as empty there ({first})"));
        }
        notes.extend(self.others.lock().iter().cloned());
        notes
    }
}

/// Counts what is read.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    pub(crate) bytes: AtomicU64,
    pub(crate) records: AtomicU64,
    pub(crate) files: AtomicU64,
}

impl Spent {
    pub(crate) fn cost(&self, elapsed: std::time::Duration) -> QueryCost {
        QueryCost {
            bytes_scanned: self.bytes.load(Ordering::Relaxed),
            records: self.records.load(Ordering::Relaxed),
            files: self.files.load(Ordering::Relaxed),
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            reused: false,
        }
    }
}
