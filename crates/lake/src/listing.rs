//! Which files the lake has. Folders are read again when they have changed.

use crate::partition;
use crate::source::Form;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Folders within folders that are followed.
const DEEPEST: usize = 8;
/// A folder that changed so little time ago may change again without looking changed.
const SETTLED: Duration = Duration::from_secs(2);

/// A file of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LakeFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its name below the lake, for notes.
    pub(crate) name: String,
    /// Keys (in lower case) and values of the folders above it.
    pub(crate) partitions: Arc<Vec<(String, String)>>,
    /// Its day, as days since 1970; none if no folder tells.
    pub(crate) day: Option<i64>,
}

impl LakeFile {
    /// The value of a partition.
    pub(crate) fn partition(&self, key: &str) -> Option<&str> {
        self.partitions.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

/// What a listing found.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The files, by name.
    pub(crate) files: Vec<LakeFile>,
    /// Folders that cannot be read, and why.
    pub(crate) notes: Vec<String>,
}

/// Lists the lake's folders.
#[derive(Debug, Default)]
pub(crate) struct Lister {
    folders: Mutex<HashMap<PathBuf, Known>>,
}

#[derive(Debug, Clone)]
struct Known {
    modified: SystemTime,
    entries: Arc<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    folders: Vec<String>,
    files: Vec<String>,
}

/// Days since 1970, both included; open where none.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Days {
    pub(crate) first: Option<i64>,
    pub(crate) last: Option<i64>,
}

impl Days {
    fn has(self, day: i64) -> bool {
        self.first.is_none_or(|first| first <= day) && self.last.is_none_or(|last| day <= last)
    }
}

impl Lister {
    /// The files of a form whose folder's day is within `days`, or unknown.
    pub(crate) fn list(&self, lake: &Path, form: &Form, days: Days) -> Listing {
        let mut listing = Listing::default();
        let none = Arc::new(Vec::new());
        self.walk(&lake.join(&form.folder), &form.folder, &none, None, days, 0, &mut listing);
        listing
    }

    #[allow(clippy::too_many_arguments)]
    fn walk(
        &self,
        folder: &Path,
        name: &str,
        partitions: &Arc<Vec<(String, String)>>,
        day: Option<i64>,
        days: Days,
        depth: usize,
        listing: &mut Listing,
    ) {
        let entries = match self.entries(folder) {
            Ok(entries) => entries,
            // A source without a folder has no findings yet; a folder may go while it is being listed.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => return listing.notes.push(format!("{name}: {error}")),
        };
        for file in &entries.files {
            listing.files.push(LakeFile {
                path: folder.join(file),
                name: format!("{name}/{file}"),
                partitions: Arc::clone(partitions),
                day,
            });
        }
        for inner in &entries.folders {
            let inner_name = format!("{name}/{inner}");
            let mut inner_day = day;
            let mut inner_partitions = Arc::clone(partitions);
            if let Some((key, value)) = partition::read(inner) {
                if key == "eventday" {
                    inner_day = partition::day(&value).or(day);
                    if inner_day.is_none() {
                        listing.notes.push(format!("{inner_name}: is no day (YYYYMMDD); it is always read"));
                    }
                }
                Arc::make_mut(&mut inner_partitions).push((key, value));
            }
            if inner_day.is_some_and(|day| !days.has(day)) {
                continue;
            }
            if depth == DEEPEST {
                listing.notes.push(format!("{inner_name}: is too deep to be read"));
                continue;
            }
            self.walk(&folder.join(inner), &inner_name, &inner_partitions, inner_day, days, depth + 1, listing);
        }
    }

    fn entries(&self, folder: &Path) -> std::io::Result<Arc<Entries>> {
        let modified = std::fs::metadata(folder)?.modified()?;
        let known = self.folders.lock().get(folder).filter(|known| known.modified == modified).cloned();
        if let Some(known) = known {
            return Ok(known.entries);
        }
        let entries = Arc::new(read(folder)?);
        let is_settled = SystemTime::now().duration_since(modified).is_ok_and(|age| age >= SETTLED);
        let mut folders = self.folders.lock();
        if is_settled {
            folders.insert(folder.to_owned(), Known { modified, entries: Arc::clone(&entries) });
        } else {
            folders.remove(folder);
        }
        Ok(entries)
    }
}

fn read(folder: &Path) -> std::io::Result<Entries> {
    let mut entries = Entries::default();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // Names that start so are temporary or notes of other tools. A name that is no text is none of ours.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with(['.', '_']) {
            continue;
        }
        let mut kind = entry.file_type()?;
        if kind.is_symlink() {
            let Ok(meta) = std::fs::metadata(entry.path()) else { continue };
            kind = meta.file_type();
        }
        if kind.is_dir() {
            entries.folders.push(name);
        } else if name.to_ascii_lowercase().ends_with(".parquet") {
            entries.files.push(name);
        }
    }
    entries.folders.sort_unstable();
    entries.files.sort_unstable();
    Ok(entries)
}
