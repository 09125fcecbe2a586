//! A column's values, a batch of records at a time.

use super::chunk::pages;
use super::footer::Group;
use super::leaf::Leaf;
use super::{Slot, Why, why};
use crate::parquet_file::Fit;
use crate::source::TimeUnit;
use parquet::basic::Type as Physical;
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type, Int64Type, Int96, Int96Type};
use std::fs::File;
use std::sync::Arc;

/// Stands for no number.
pub(crate) const NO_LONG: i64 = i64::MIN;
/// Stands for no text.
const NO_TEXT: u32 = u32::MAX;
/// The Julian day of 1970-01-01, from which 96-bit times count.
const EPOCH_JULIAN_DAY: i64 = 2_440_588;

/// A column's reader with what it last read.
struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    values: Vec<T::T>,
    levels: Levels,
    /// Records that were passed over and are still to be skipped.
    behind: usize,
}

#[derive(Default)]
struct Levels {
    /// For each entry, how far it is there.
    definitions: Vec<i16>,
    /// For each entry, whether it begins a record (0).
    repetitions: Vec<i16>,
}

impl<T: DataType> Typed<T> {
    fn read(&mut self, records: usize) -> Result<(), Why> {
        let short = || "a column has fewer records than its row group".to_owned();
        if self.behind > 0 {
            let skipped = self.reader.skip_records(self.behind).map_err(why)?;
            if skipped != self.behind {
                return Err(short());
            }
            self.behind = 0;
        }
        self.values.clear();
        self.levels.definitions.clear();
        self.levels.repetitions.clear();
        let Levels { definitions, repetitions } = &mut self.levels;
        let (read, _, _) =
            self.reader.read_records(records, Some(definitions), Some(repetitions), &mut self.values).map_err(why)?;
        if read == records { Ok(()) } else { Err(short()) }
    }
}

/// Where a column is to be read from.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a Arc<File>,
    pub(crate) file_length: u64,
    pub(crate) fit: &'a Fit,
    pub(crate) group: &'a Group,
}

impl Place<'_> {
    fn leaf(&self, slot: usize) -> Result<&Leaf, Why> {
        match self.fit.slots.get(slot) {
            Some(Slot::Leaf(leaf)) => Ok(leaf),
            _ => Err("a column is not there".to_owned()),
        }
    }

    fn typed<T: DataType>(&self, slot: usize) -> Result<Typed<T>, Why> {
        let leaf = self.leaf(slot)?;
        let chunk = self.group.chunks.get(slot).copied().flatten().ok_or("a column is not there")?;
        let pages = pages(self.file, self.file_length, &chunk, leaf, self.group.rows)?;
        let reader = ColumnReaderImpl::new(Arc::clone(&leaf.descriptor), pages);
        Ok(Typed { reader, values: Vec::new(), levels: Levels::default(), behind: 0 })
    }
}

/// A column of numbers.
pub(crate) struct Longs {
    source: LongSource,
    leaf: Leaf,
    unit: TimeUnit,
    values: Vec<i64>,
}

enum LongSource {
    Int32(Typed<Int32Type>),
    Int64(Typed<Int64Type>),
    Int96(Typed<Int96Type>),
}

impl Longs {
    /// Opens a column; numbers that stand for times come in milliseconds, those of other columns as they are.
    pub(crate) fn open(place: Place<'_>, slot: usize) -> Result<Self, Why> {
        let leaf = place.leaf(slot)?.clone();
        let source = match leaf.descriptor.physical_type() {
            _ if leaf.descriptor.max_rep_level() > 0 => return Err("a number is a list".to_owned()),
            Physical::INT32 => LongSource::Int32(place.typed(slot)?),
            Physical::INT64 => LongSource::Int64(place.typed(slot)?),
            Physical::INT96 => LongSource::Int96(place.typed(slot)?),
            other => return Err(format!("a number is of type {other}")),
        };
        let unit = if place.fit.time == Some(slot) { place.fit.time_unit } else { TimeUnit::Millis };
        Ok(Self { source, leaf, unit, values: Vec::new() })
    }

    /// Passes records over.
    pub(crate) fn skip(&mut self, records: usize) {
        match &mut self.source {
            LongSource::Int32(typed) => typed.behind += records,
            LongSource::Int64(typed) => typed.behind += records,
            LongSource::Int96(typed) => typed.behind += records,
        }
    }

    /// Reads the next records' numbers, [`NO_LONG`] where a record has none.
    pub(crate) fn read(&mut self, records: usize) -> Result<&[i64], Why> {
        let Self { source, leaf, unit, values } = self;
        let most = leaf.descriptor.max_def_level();
        values.clear();
        match source {
            LongSource::Int32(typed) => {
                typed.read(records)?;
                spread(typed, most, records, values, |number| leaf.millis(i64::from(*number), *unit));
            }
            LongSource::Int64(typed) => {
                typed.read(records)?;
                spread(typed, most, records, values, |number| leaf.millis(*number, *unit));
            }
            LongSource::Int96(typed) => {
                typed.read(records)?;
                spread(typed, most, records, values, millis_of_96);
            }
        }
        Ok(values)
    }
}

fn spread<T: DataType>(
    typed: &Typed<T>,
    most: i16,
    records: usize,
    into: &mut Vec<i64>,
    convert: impl Fn(&T::T) -> i64,
) {
    if typed.values.len() == records {
        into.extend(typed.values.iter().map(convert));
        return;
    }
    let mut values = typed.values.iter();
    for level in &typed.levels.definitions {
        let value = if *level == most { values.next() } else { None };
        into.push(value.map_or(NO_LONG, &convert));
    }
}

/// Nanoseconds of a Julian day.
fn millis_of_96(at: &Int96) -> i64 {
    let &[low, high, day] = at.data() else { return NO_LONG };
    let nanos = (u64::from(high) << 32) | u64::from(low);
    let days = i64::from(day) - EPOCH_JULIAN_DAY;
    days.saturating_mul(86_400_000).saturating_add(i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX))
}

/// A column of texts; of lists the first element. Numbers and truths are texts too.
pub(crate) struct Texts {
    source: TextSource,
    leaf: Leaf,
    written: Vec<ByteArray>,
    /// For each record where its value is, or [`NO_TEXT`].
    at: Vec<u32>,
}

enum TextSource {
    Bytes(Typed<ByteArrayType>),
    Int32(Typed<Int32Type>),
    Int64(Typed<Int64Type>),
    Bool(Typed<BoolType>),
}

impl Texts {
    /// Opens a column.
    pub(crate) fn open(place: Place<'_>, slot: usize) -> Result<Self, Why> {
        let leaf = place.leaf(slot)?.clone();
        let source = match leaf.descriptor.physical_type() {
            Physical::BYTE_ARRAY => TextSource::Bytes(place.typed(slot)?),
            Physical::INT32 => TextSource::Int32(place.typed(slot)?),
            Physical::INT64 => TextSource::Int64(place.typed(slot)?),
            Physical::BOOLEAN => TextSource::Bool(place.typed(slot)?),
            other => return Err(format!("a text is of type {other}")),
        };
        Ok(Self { source, leaf, written: Vec::new(), at: Vec::new() })
    }

    /// Passes records over.
    pub(crate) fn skip(&mut self, records: usize) {
        match &mut self.source {
            TextSource::Bytes(typed) => typed.behind += records,
            TextSource::Int32(typed) => typed.behind += records,
            TextSource::Int64(typed) => typed.behind += records,
            TextSource::Bool(typed) => typed.behind += records,
        }
    }

    /// Reads the next records' texts.
    pub(crate) fn read(&mut self, records: usize) -> Result<(), Why> {
        let Self { source, leaf, written, at } = self;
        at.clear();
        match source {
            TextSource::Bytes(typed) => {
                typed.read(records)?;
                firsts(typed, leaf, records, at)
            }
            TextSource::Int32(typed) => {
                typed.read(records)?;
                *written = typed.values.iter().map(|number| ByteArray::from(number.to_string().as_str())).collect();
                firsts(typed, leaf, records, at)
            }
            TextSource::Int64(typed) => {
                typed.read(records)?;
                *written = typed.values.iter().map(|number| ByteArray::from(number.to_string().as_str())).collect();
                firsts(typed, leaf, records, at)
            }
            TextSource::Bool(typed) => {
                typed.read(records)?;
                *written = typed.values.iter().map(|truth| ByteArray::from(truth.to_string().as_str())).collect();
                firsts(typed, leaf, records, at)
            }
        }
    }

    /// The text of a record of the batch; empty where it has none.
    pub(crate) fn get(&self, record: usize) -> &[u8] {
        let values = match &self.source {
            TextSource::Bytes(typed) => &typed.values,
            _ => &self.written,
        };
        let at = self.at.get(record).copied().unwrap_or(NO_TEXT);
        values.get(at as usize).map_or(&[], ByteArray::data)
    }
}

/// For each record the place of its (first) value.
fn firsts<T: DataType>(typed: &Typed<T>, leaf: &Leaf, records: usize, at: &mut Vec<u32>) -> Result<(), Why> {
    let most = leaf.descriptor.max_def_level();
    let (definitions, repetitions) = (&typed.levels.definitions, &typed.levels.repetitions);
    // A list may have any number of entries a record.
    let entries = u32::try_from(typed.values.len()).map_err(|_| "a batch has too many values")?;
    if leaf.descriptor.max_rep_level() == 0 {
        if entries as usize == records {
            at.extend(0..entries);
            return Ok(());
        }
        let mut next = 0;
        for level in definitions {
            let is_there = *level == most;
            at.push(if is_there { next } else { NO_TEXT });
            next += u32::from(is_there);
        }
    } else {
        let mut next = 0;
        for (entry, repetition) in repetitions.iter().enumerate() {
            let is_there = most == 0 || definitions.get(entry) == Some(&most);
            if *repetition == 0 {
                at.push(if is_there { next } else { NO_TEXT });
            }
            next += u32::from(is_there);
        }
    }
    if at.len() == records { Ok(()) } else { Err("a column's records do not add up".to_owned()) }
}

/// A column of lists of texts, whole.
pub(crate) struct Lists {
    typed: Typed<ByteArrayType>,
    leaf: Leaf,
}

impl Lists {
    /// Opens a column.
    pub(crate) fn open(place: Place<'_>, slot: usize) -> Result<Self, Why> {
        let leaf = place.leaf(slot)?.clone();
        match leaf.descriptor.physical_type() {
            Physical::BYTE_ARRAY => Ok(Self { typed: place.typed(slot)?, leaf }),
            other => Err(format!("a list's element is of type {other}")),
        }
    }

    /// Passes records over.
    pub(crate) fn skip(&mut self, records: usize) {
        self.typed.behind += records;
    }

    /// Reads the next record's elements, in their order; none for an element without value.
    pub(crate) fn next(&mut self) -> Result<Vec<Option<String>>, Why> {
        self.typed.read(1)?;
        let most = self.leaf.descriptor.max_def_level();
        let text = |value: &ByteArray| String::from_utf8_lossy(value.data()).into_owned();
        let mut values = self.typed.values.iter();
        if most == 0 {
            return Ok(values.map(|value| Some(text(value))).collect());
        }
        let there = self.typed.levels.definitions.iter().filter(|level| **level >= self.leaf.element_level);
        Ok(there.map(|level| if *level == most { values.next().map(text) } else { None }).collect())
    }
}
