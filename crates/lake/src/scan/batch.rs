//! One row group, read batch by batch.

use super::question::{Question, Target};
use super::{Stop, Trouble};
use crate::listing::LakeFile;
use crate::parquet_file::{Longs, NO_LONG, Place, Texts, Why};

/// Records of a batch: few enough that its columns stay in the processor's caches.
const BATCH: usize = 4_096;

/// Some records of a row group, with what the question wants of them.
pub(crate) struct Batch<'a> {
    /// The number of the batch's first record in its row group.
    pub(crate) first: usize,
    /// The records that pass, as places in the batch.
    pub(crate) kept: &'a [u32],
    times: &'a [i64],
    texts: &'a [Column<Texts>],
    longs: &'a [Option<Numbers>],
}

impl Batch<'_> {
    /// The time of a record.
    pub(crate) fn time(&self, record: u32) -> i64 {
        self.times.get(record as usize).copied().unwrap_or(NO_LONG)
    }

    /// The question's text number `which` of a record; empty where it has none.
    pub(crate) fn text(&self, which: usize, record: u32) -> &[u8] {
        self.texts.get(which).map_or(&[], |column| column.get(record as usize))
    }

    /// The question's number `which` of a record.
    pub(crate) fn long(&self, which: usize, record: u32) -> Option<i64> {
        let numbers = self.longs.get(which)?.as_ref()?;
        numbers.values.get(record as usize).copied().filter(|number| *number != NO_LONG)
    }
}

/// A text column of the question, opened when it is first needed.
enum Column<T> {
    Fixed(Vec<u8>),
    Closed(usize, usize),
    Open(T),
}

impl Column<Texts> {
    fn new(target: Target, missing: &mut impl FnMut(String, String)) -> Self {
        match target {
            Target::Fixed(value) => Self::Fixed(value.into_bytes()),
            Target::Slot(slot) => Self::Closed(slot, 0),
            Target::Nowhere(column, why) => {
                missing(column, why);
                Self::Fixed(Vec::new())
            }
        }
    }

    fn read(&mut self, place: Place<'_>, records: usize) -> Result<(), Why> {
        if let Self::Closed(slot, behind) = *self {
            let mut texts = Texts::open(place, slot)?;
            texts.skip(behind);
            *self = Self::Open(texts);
        }
        match self {
            Self::Open(texts) => texts.read(records),
            Self::Fixed(_) | Self::Closed(..) => Ok(()),
        }
    }

    fn skip(&mut self, records: usize) {
        match self {
            Self::Fixed(_) => {}
            Self::Closed(_, behind) => *behind += records,
            Self::Open(texts) => texts.skip(records),
        }
    }

    fn get(&self, record: usize) -> &[u8] {
        match self {
            Self::Fixed(value) => value,
            Self::Open(texts) => texts.get(record),
            Self::Closed(..) => &[],
        }
    }
}

/// A number column of the question.
struct Numbers {
    slot: usize,
    behind: usize,
    open: Option<Longs>,
    values: Vec<i64>,
}

impl Numbers {
    fn read(&mut self, place: Place<'_>, records: usize) -> Result<(), Why> {
        let open = match &mut self.open {
            Some(open) => open,
            None => self.open.insert(Longs::open(place, self.slot)?),
        };
        open.skip(std::mem::take(&mut self.behind));
        self.values.clear();
        self.values.extend_from_slice(open.read(records)?);
        Ok(())
    }
}

/// Reads a row group and hands over what passes. Columns are opened when a record needs them. `take` tells whether to go
/// on. The answer is the number of records looked at.
///
/// # Errors
/// Why the reading ended, with the number of records that it had looked at.
pub(crate) fn scan(
    place: Place<'_>,
    file: &LakeFile,
    question: &Question,
    stop: &Stop,
    trouble: &Trouble,
    mut take: impl FnMut(&Batch<'_>) -> bool,
) -> Result<u64, (u64, Why)> {
    let mut missing = |column: String, why: String| trouble.missing(&question.form.folder, &file.name, column, why);
    // Filters by a folder's value decide for all records.
    let mut filters = Vec::new();
    for filter in &question.filters {
        let column = Column::new(question.target(&filter.column, file, place.fit), &mut missing);
        match &column {
            Column::Fixed(value) if !filter.passes(value) => return Ok(0),
            Column::Fixed(_) => {}
            _ => filters.push((filter, column)),
        }
    }
    let texts = question.texts.iter().map(|column| question.target(column, file, place.fit));
    let mut texts: Vec<_> = texts.map(|target| Column::new(target, &mut missing)).collect();
    let mut longs = Vec::new();
    for path in &question.longs {
        let target = path.as_ref().map(|path| question.slot(path, place.fit));
        longs.push(match target {
            Some(Target::Slot(slot)) => Some(Numbers { slot, behind: 0, open: None, values: Vec::new() }),
            Some(Target::Nowhere(column, why)) => {
                missing(column, why);
                None
            }
            Some(Target::Fixed(_)) | None => None,
        });
    }
    let Some(time) = place.fit.time else { return Ok(0) };
    let mut times = Longs::open(place, time).map_err(|why| (0, why))?;
    let mut kept = Vec::with_capacity(BATCH);
    let mut first = 0;
    while first < place.group.rows && !stop.is_stopped() {
        let records = BATCH.min(place.group.rows - first);
        let at = |why| (first as u64, why);
        let times = times.read(records).map_err(at)?;
        kept.clear();
        kept.extend((0u32..).zip(times).filter(|(_, time)| question.has(**time)).map(|(record, _)| record));
        for (filter, column) in &mut filters {
            if kept.is_empty() {
                column.skip(records);
                continue;
            }
            column.read(place, records).map_err(at)?;
            kept.retain(|record| filter.passes(column.get(*record as usize)));
        }
        for column in &mut texts {
            if kept.is_empty() {
                column.skip(records);
            } else {
                column.read(place, records).map_err(at)?;
            }
        }
        for numbers in longs.iter_mut().flatten() {
            if kept.is_empty() {
                numbers.behind += records;
            } else {
                numbers.read(place, records).map_err(at)?;
            }
        }
        let batch = Batch { first, kept: &kept, times, texts: &texts, longs: &longs };
        if !kept.is_empty() && !take(&batch) {
            break;
        }
        first += records;
    }
    Ok(first.min(place.group.rows) as u64)
}
