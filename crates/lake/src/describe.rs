//! What lies in a lake, source by source.

use crate::lake::Shared;
use crate::listing::{Days, LakeFile};
use crate::parquet_file::Slot;
use crate::scan::{Trouble, in_parallel};
use crate::source::{Form, Path, read_sources, security_hub};
use onepane_domain::{Notes, OcsfVersion, PortError, SourceName, Timestamp};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path as FilePath;

const DAY_MS: i64 = 86_400_000;

/// What one folder of the lake holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Described {
    /// The source.
    pub source: SourceName,
    /// The form of its records.
    pub version: OcsfVersion,
    /// The folder below the lake.
    pub folder: String,
    /// Files that can be read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their records, by their footers.
    pub records: u64,
    /// Days that have a folder.
    pub days: u64,
    /// The first of them.
    pub first: Option<Timestamp>,
    /// The last of them.
    pub last: Option<Timestamp>,
    /// Accounts that have a folder.
    pub accounts: u64,
    /// Regions that have a folder.
    pub regions: Vec<String>,
    /// Dimensions that at least one file has.
    pub dimensions: Vec<String>,
    /// What cannot be read, and why.
    pub notes: Notes,
}

/// Looks into every file's footer. Folders of Security Hub's without files are left out, unless there are no others.
///
/// # Errors
/// [`PortError`] if a thread dies; what cannot be read is a note.
pub fn describe(lake: &FilePath) -> Result<Vec<Described>, PortError> {
    let shared = Shared { lake: lake.to_owned(), ..Shared::default() };
    let (others, trouble) = match read_sources(lake) {
        Ok(others) => (others, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let forms = security_hub().into_iter().chain(others);
    let mut described = forms.map(|form| one(&shared, &form)).collect::<Result<Vec<_>, _>>()?;
    let is_empty = |described: &Described| described.files == 0 && described.notes.is_empty();
    if !described.iter().all(is_empty) {
        described.retain(|described| described.version == OcsfVersion::Custom || !is_empty(described));
    }
    if let Some(first) = described.first_mut() {
        first.notes.extend(trouble);
    }
    Ok(described)
}

#[derive(Default)]
struct Sums {
    files: u64,
    bytes: u64,
    records: u64,
    slots: BTreeSet<usize>,
}

fn one(shared: &Shared, form: &Form) -> Result<Described, PortError> {
    let listing = shared.lister.list(&shared.lake, form, Days::default());
    let slots = form.slots();
    let trouble = Trouble::default();
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let look = |sums: &mut Sums, number: usize, queue: &crate::scan::Queue| {
        if let Some(file) = listing.files.get(number) {
            look(shared, form, &slots, file, &trouble, sums);
        }
        queue.done(number);
    };
    let sums = in_parallel(threads, listing.files.len(), &crate::scan::Stop::default(), Sums::default, look)?;
    let there: BTreeSet<usize> = sums.iter().flat_map(|sums| &sums.slots).copied().collect();
    let partition = |key: &str| -> BTreeSet<&str> {
        listing.files.iter().filter_map(|file| file.partition(key)).filter(|value| !value.is_empty()).collect()
    };
    let days: BTreeSet<i64> = listing.files.iter().filter_map(|file| file.day).collect();
    let day = |day: Option<&i64>| day.and_then(|day| Timestamp::from_millis(day.saturating_mul(DAY_MS)).ok());
    let has = |path: &Path| slots.iter().position(|slot| slot == path).is_some_and(|slot| there.contains(&slot));
    let dimensions = form.dims.iter().filter(|dim| {
        let in_folder = dim.column.partition.as_deref().is_some_and(|key| !partition(key).is_empty());
        in_folder || dim.column.path.as_ref().is_some_and(has)
    });
    let mut notes = listing.notes.clone();
    notes.extend(trouble.notes());
    Ok(Described {
        source: form.source.clone(),
        version: form.version,
        folder: form.folder.clone(),
        files: sums.iter().map(|sums| sums.files).sum(),
        bytes: sums.iter().map(|sums| sums.bytes).sum(),
        records: sums.iter().map(|sums| sums.records).sum(),
        days: days.len() as u64,
        first: day(days.first()),
        last: day(days.last()),
        accounts: partition("accountid").len() as u64,
        regions: partition("region").into_iter().map(str::to_owned).collect(),
        dimensions: dimensions.map(|dim| dim.dimension.to_string()).collect(),
        notes,
    })
}

fn look(shared: &Shared, form: &Form, slots: &[Path], file: &LakeFile, trouble: &Trouble, sums: &mut Sums) {
    match shared.footers.open(file, form, slots) {
        Ok((_, footer)) => {
            sums.files += 1;
            sums.bytes += footer.length;
            sums.records += footer.rows;
            let leaves = footer.fit.slots.iter().enumerate().filter(|(_, slot)| matches!(slot, Slot::Leaf(_)));
            sums.slots.extend(leaves.map(|(slot, _)| slot));
        }
        Err(why) => trouble.file(&file.name, why),
    }
}
