//! Findings written as Security Lake lays them.

mod columns;
mod file;

use crate::LakeError;
use onepane_domain::{FindingRow, OcsfVersion, SourceName, Timestamp};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Records of which the writer holds at most about so many bytes.
const MOST_HELD: usize = 64 * 1024 * 1024;

/// The folder of a version below its source's.
pub(crate) fn version_folder(version: OcsfVersion) -> Result<&'static str, LakeError> {
    match version {
        OcsfVersion::V1 => Ok("1.0"),
        OcsfVersion::V2 => Ok("2.0"),
        OcsfVersion::Custom => Err(LakeError::Version),
    }
}

fn event_day(at: Timestamp) -> String {
    format!("eventDay={}", at.day().replace('-', ""))
}

/// Writes one file of one day: `<lake>/<source>/<1.0|2.0>/eventDay=YYYYMMDD/<name>.parquet`, in place of one that is there.
/// It appears whole or not at all. Account and Region of each record stand in its columns, not in the folders: a lake of
/// few records is then few files. Ids of severity and status follow from their captions; an empty text is written as null.
///
/// # Errors
/// [`LakeError`] if the file cannot be written, or nothing can be in that version or under that name.
pub fn write_day(
    lake: &Path,
    source: &SourceName,
    version: OcsfVersion,
    day: Timestamp,
    name: &str,
    rows: &[FindingRow],
) -> Result<PathBuf, LakeError> {
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !is_name || name.starts_with('_') {
        return Err(LakeError::Name(name.to_owned()));
    }
    let folder = lake.join(source.as_str()).join(version_folder(version)?).join(event_day(day));
    let bytes = file::encode(version, &mut rows.to_vec())?;
    let path = folder.join(format!("{name}.parquet"));
    put(&folder, &path, &bytes)?;
    Ok(path)
}

/// The file appears whole or not at all: written beside, then renamed.
fn put(folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), LakeError> {
    std::fs::create_dir_all(folder).map_err(LakeError::io(folder))?;
    let mut file =
        tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder).map_err(LakeError::io(folder))?;
    file.write_all(bytes).map_err(LakeError::io(path))?;
    file.as_file().sync_data().map_err(LakeError::io(path))?;
    readable_as_usual(file.as_file()).map_err(LakeError::io(path))?;
    file.persist(path).map_err(|error| LakeError::io(path)(error.error))?;
    Ok(())
}

/// Temporary files are the owner's alone; a lake may be read by others (DuckDB, a copy to S3).
#[cfg(unix)]
fn readable_as_usual(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_as_usual(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// What a writer has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Records.
    pub records: u64,
    /// Files that are new.
    pub files: u64,
    /// Files that were there already, with the same content.
    pub repeated_files: u64,
    /// Bytes of the new files.
    pub bytes: u64,
}

/// Writes records into partitions by Region, account and day. Records are held until a partition has enough for a file or
/// [`Self::finish`] is called; at most about 64 MB of them.
///
/// A file is named by its content: the same records given in the same order make the same files, so that to import
/// something once more adds nothing.
#[derive(Debug)]
pub struct LakeWriter {
    folder: PathBuf,
    version: OcsfVersion,
    held: BTreeMap<Partition, Held>,
    held_bytes: usize,
    written: Written,
}

type Partition = (String, String, String);

#[derive(Debug, Default)]
struct Held {
    rows: Vec<FindingRow>,
    bytes: usize,
}

impl LakeWriter {
    /// A writer below `<lake>/<source>/<1.0|2.0>/`.
    ///
    /// # Errors
    /// [`LakeError::Version`] for any other version.
    pub fn new(lake: &Path, source: &SourceName, version: OcsfVersion) -> Result<Self, LakeError> {
        let folder = lake.join(source.as_str()).join(version_folder(version)?);
        Ok(Self { folder, version, held: BTreeMap::new(), held_bytes: 0, written: Written::default() })
    }

    /// Takes a record in. One without an account or a Region goes where Hive puts such.
    ///
    /// # Errors
    /// [`LakeError`] if files cannot be written; records that were held may then be lost.
    pub fn add(&mut self, row: FindingRow) -> Result<(), LakeError> {
        let none = || crate::partition::NULL.to_owned();
        let region = if row.region.is_empty() { none() } else { crate::partition::escaped(&row.region) };
        let account = row.account.map_or_else(none, |account| account.to_string());
        let bytes = held_bytes(&row);
        let held = self.held.entry((region, account, event_day(row.time))).or_default();
        held.rows.push(row);
        held.bytes += bytes;
        self.held_bytes += bytes;
        while self.held_bytes > MOST_HELD {
            let largest = self.held.iter().max_by_key(|(_, held)| held.bytes).map(|(partition, _)| partition.clone());
            let Some(partition) = largest else { break };
            self.write(&partition)?;
        }
        Ok(())
    }

    /// Writes what is held.
    ///
    /// # Errors
    /// [`LakeError`] if a file cannot be written; the other files are there.
    pub fn finish(mut self) -> Result<Written, LakeError> {
        while let Some(partition) = self.held.keys().next().cloned() {
            self.write(&partition)?;
        }
        Ok(self.written)
    }

    fn write(&mut self, partition: &Partition) -> Result<(), LakeError> {
        let Some(mut held) = self.held.remove(partition) else { return Ok(()) };
        self.held_bytes = self.held_bytes.saturating_sub(held.bytes);
        let (region, account, day) = partition;
        let folder = self.folder.join(format!("region={region}")).join(format!("accountId={account}")).join(day);
        let bytes = file::encode(self.version, &mut held.rows)?;
        let path = folder.join(format!("{:032x}.parquet", xxhash_rust::xxh3::xxh3_128(&bytes)));
        self.written.records += held.rows.len() as u64;
        if path.exists() {
            self.written.repeated_files += 1;
            return Ok(());
        }
        put(&folder, &path, &bytes)?;
        self.written.files += 1;
        self.written.bytes += bytes.len() as u64;
        Ok(())
    }
}

/// About what a record takes in memory.
fn held_bytes(row: &FindingRow) -> usize {
    let texts = [&row.uid, &row.title, &row.description, &row.product, &row.feature, &row.severity, &row.status];
    let texts: usize = texts.iter().map(|text| text.len()).sum();
    let types: usize = row.types.iter().map(|text| text.len() + size_of::<String>()).sum();
    let resources: usize = row.resources.iter().map(|at| at.uid.len() + at.kind.len() + 2 * size_of::<String>()).sum();
    size_of::<FindingRow>() + texts + types + resources
}
