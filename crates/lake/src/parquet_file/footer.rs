//! What a file's footer tells, cut down to the columns that a source's form names, and kept as long as the file stays as it
//! is. A whole footer of Security Lake's takes some hundred kilobytes in memory; this takes one.

use super::leaf::{Leaf, find};
use super::piece::Piece;
use super::{Why, guarded, why};
use crate::listing::LakeFile;
use crate::source::{Form, Path, TimeUnit};
use parking_lot::Mutex;
use parquet::basic::CompressionCodec;
use parquet::file::metadata::{
    PageIndexPolicy, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader, ParquetStatisticsPolicy,
};
use parquet::file::statistics::Statistics;
use parquet::schema::types::Type;
use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// Of a file's end, read at once: most footers are shorter.
const TAIL: u64 = 64 * 1024;
/// Footers kept at most; with more files than this, they are read each time.
const MOST_KEPT: usize = 200_000;

/// Where a file of a certain schema has the columns of a form, by slot.
#[derive(Debug)]
pub(crate) struct Fit {
    pub(crate) slots: Vec<Slot>,
    /// The slot of the record's time.
    pub(crate) time: Option<usize>,
    /// What a time's number stands for.
    pub(crate) time_unit: TimeUnit,
}

/// A column, or why there is none.
#[derive(Debug)]
pub(crate) enum Slot {
    Leaf(Leaf),
    Missing(Why),
}

/// The part of a footer that matters.
#[derive(Debug)]
pub(crate) struct Footer {
    pub(crate) fit: Arc<Fit>,
    pub(crate) rows: u64,
    pub(crate) groups: Vec<Group>,
    /// The file's length in bytes.
    pub(crate) length: u64,
    modified: Option<SystemTime>,
}

/// A row group.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) rows: usize,
    /// Its earliest and latest time in milliseconds, where the file tells.
    pub(crate) times: Option<(i64, i64)>,
    /// Its columns, by slot.
    pub(crate) chunks: Vec<Option<Chunk>>,
}

/// Where a column's values are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk {
    pub(super) dictionary: Option<u64>,
    pub(super) data: u64,
    pub(crate) length: u64,
    pub(super) values: i64,
    pub(super) compression: CompressionCodec,
}

/// Reads footers, and keeps them.
#[derive(Default)]
pub(crate) struct Footers {
    kept: Mutex<HashMap<PathBuf, Arc<Footer>>>,
    fits: Mutex<HashMap<String, Vec<KnownFit>>>,
}

/// A schema and where it has a form's columns.
type KnownFit = (Arc<Type>, Arc<Fit>);

impl Footers {
    /// Opens a file and tells its footer.
    pub(crate) fn open(&self, file: &LakeFile, form: &Form, slots: &[Path]) -> Result<(Arc<File>, Arc<Footer>), Why> {
        let opened = File::open(&file.path).map_err(|error| error.to_string())?;
        let meta = opened.metadata().map_err(|error| error.to_string())?;
        let (length, modified) = (meta.len(), meta.modified().ok());
        let opened = Arc::new(opened);
        let kept = self.kept.lock().get(&file.path).cloned();
        if let Some(kept) = kept.filter(|kept| kept.length == length && kept.modified == modified) {
            return Ok((opened, kept));
        }
        let footer = Arc::new(guarded(|| self.read(&opened, length, modified, form, slots))?);
        let mut kept = self.kept.lock();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(file.path.clone(), Arc::clone(&footer));
        Ok((opened, footer))
    }

    fn read(
        &self,
        file: &Arc<File>,
        length: u64,
        modified: Option<SystemTime>,
        form: &Form,
        slots: &[Path],
    ) -> Result<Footer, Why> {
        if length == 0 {
            return Err("is empty".to_owned());
        }
        let start = length.saturating_sub(TAIL);
        let tail = usize::try_from(length - start).map_err(|error| error.to_string())?;
        let piece = Piece::read(file, length, start, tail).map_err(|error| error.to_string())?;
        let options = ParquetMetaDataOptions::new()
            .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll)
            .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
        let whole = ParquetMetaDataReader::new()
            .with_page_index_policy(PageIndexPolicy::Skip)
            .with_metadata_options(Some(options))
            .parse_and_finish(&piece)
            .map_err(why)?;
        let fit = self.fit(&whole, form, slots);
        let groups = (0..whole.num_row_groups()).map(|number| group(&whole, number, &fit, length));
        let groups = groups.collect::<Result<Vec<_>, Why>>()?;
        let rows = groups.iter().map(|group| group.rows as u64).sum();
        Ok(Footer { fit, rows, groups, length, modified })
    }

    /// Files of one writer have one schema: its columns are found once.
    fn fit(&self, whole: &ParquetMetaData, form: &Form, slots: &[Path]) -> Arc<Fit> {
        let schema = whole.file_metadata().schema_descr();
        let mut fits = self.fits.lock();
        let known = fits.entry(form.folder.clone()).or_default();
        if let Some((_, fit)) = known.iter().find(|(known, _)| **known == *schema.root_schema()) {
            return Arc::clone(fit);
        }
        let found = slots.iter().map(|path| match find(schema, path) {
            Ok(leaf) => Slot::Leaf(leaf),
            Err(why) => Slot::Missing(why),
        });
        let found: Vec<_> = found.collect();
        // The times are the first slots.
        let time = (0..form.times.len()).find(|at| matches!(found.get(*at), Some(Slot::Leaf(leaf)) if leaf.is_time()));
        let fit = Arc::new(Fit { slots: found, time, time_unit: form.time_unit });
        known.push((schema.root_schema_ptr(), Arc::clone(&fit)));
        // Schemas change with years; many of them are a sign of files of another kind.
        if known.len() > 64 {
            known.remove(0);
        }
        fit
    }
}

fn group(whole: &ParquetMetaData, number: usize, fit: &Fit, length: u64) -> Result<Group, Why> {
    let meta = whole.row_group(number);
    let wrong = |what: &str| format!("row group {number}: {what} cannot be");
    let rows = usize::try_from(meta.num_rows()).map_err(|_| wrong("its number of records"))?;
    let mut chunks = Vec::with_capacity(fit.slots.len());
    for slot in &fit.slots {
        let Slot::Leaf(leaf) = slot else {
            chunks.push(None);
            continue;
        };
        let column = meta.columns().get(leaf.index).ok_or_else(|| wrong("its number of columns"))?;
        let place = |offset: i64| u64::try_from(offset).map_err(|_| wrong("a column's place"));
        // Some writers say 0 where there is no dictionary.
        let dictionary = column.dictionary_page_offset().filter(|offset| *offset > 0).map(place).transpose()?;
        let chunk = Chunk {
            dictionary,
            data: place(column.data_page_offset())?,
            length: place(column.compressed_size())?,
            values: column.num_values(),
            compression: column.compression_codec(),
        };
        if chunk.start().checked_add(chunk.length).is_none_or(|end| end > length) {
            return Err(format!("row group {number}: a column lies behind the file's end; it seems cut off"));
        }
        chunks.push(Some(chunk));
    }
    let times = fit.time.and_then(|slot| match fit.slots.get(slot) {
        Some(Slot::Leaf(leaf)) => times(leaf, fit.time_unit, meta.columns().get(leaf.index)?.statistics()?),
        _ => None,
    });
    Ok(Group { rows, times, chunks })
}

fn times(leaf: &Leaf, unit: TimeUnit, statistics: &Statistics) -> Option<(i64, i64)> {
    match statistics {
        Statistics::Int64(at) => Some((leaf.millis(*at.min_opt()?, unit), leaf.millis(*at.max_opt()?, unit))),
        Statistics::Int32(at) => {
            Some((leaf.millis(i64::from(*at.min_opt()?), unit), leaf.millis(i64::from(*at.max_opt()?), unit)))
        }
        // The order of 96-bit times is not defined.
        _ => None,
    }
}

impl Chunk {
    /// Where it begins.
    pub(super) fn start(&self) -> u64 {
        self.dictionary.map_or(self.data, |dictionary| dictionary.min(self.data))
    }
}
