//! The way from a request to records.

use super::days_of;
use crate::listing::{LakeFile, Lister};
use crate::parquet_file::{Footers, Place, guarded};
use crate::scan::{Batch, Filter, Question, Spent, Stop, Task, Trouble, bytes, scan};
use crate::source::{Column, Form, Path};
use onepane_domain::{Dimension, ErrorKind, FindingFilter, PortError, PortResult, Timestamp};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What all requests share.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) lake: PathBuf,
    pub(crate) lister: Lister,
    pub(crate) footers: Footers,
}

/// One request's access to the lake.
pub(crate) struct Access {
    pub(crate) shared: Arc<Shared>,
    pub(crate) threads: usize,
    pub(crate) stop: Stop,
    pub(crate) trouble: Trouble,
    pub(crate) spent: Spent,
}

/// What a request asks of which files.
pub(crate) struct Opened {
    questions: Vec<Question>,
    /// Each with its question's number.
    files: Vec<(usize, LakeFile)>,
}

impl Opened {
    /// A file, and what is asked of it.
    pub(crate) fn file(&self, number: usize) -> Option<(&Question, &LakeFile)> {
        let (question, file) = self.files.get(number)?;
        Some((self.questions.get(*question)?, file))
    }

    /// How many files.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }
}

/// What a request wants of each record.
pub(crate) struct Wants<'a> {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) filters: &'a [FindingFilter],
    pub(crate) dimensions: &'a [Dimension],
    /// The uid, as the last text.
    pub(crate) uid: bool,
    /// Status, then time of creation, as numbers.
    pub(crate) status: bool,
    pub(crate) created: bool,
}

impl Access {
    pub(crate) fn new(shared: Arc<Shared>, threads: usize, stop: Stop) -> Self {
        Self { shared, threads, stop, trouble: Trouble::default(), spent: Spent::default() }
    }

    /// The files of a source's forms for a request, by partition, with what is asked of them.
    pub(crate) fn open(&self, forms: Vec<Form>, wants: &Wants<'_>) -> PortResult<Opened> {
        let mut opened = Opened { questions: Vec::new(), files: Vec::new() };
        for (number, form) in forms.into_iter().enumerate() {
            let question = question(form, wants)?;
            // An unready source has none of its folders; that is no trouble, there are no findings yet.
            let listing = self.shared.lister.list(&self.shared.lake, &question.form, days_of(wants.from, wants.to));
            for note in listing.notes {
                self.trouble.note(note);
            }
            opened.files.extend(listing.files.into_iter().map(|file| (number, file)));
            opened.questions.push(question);
        }
        Ok(opened)
    }

    /// Reads a row group. What cannot be read is a note.
    pub(crate) fn scan(&self, opened: &Opened, task: &Task, mut take: impl FnMut(&Question, &Batch<'_>) -> bool) {
        let Some((question, file)) = opened.file(task.file) else { return };
        let (bytes_read, records) = (&self.spent.bytes, &self.spent.records);
        let read = guarded(|| {
            let (handle, footer) = self.shared.footers.open(file, &question.form, &question.slots)?;
            let group = footer.groups.get(task.group).ok_or("was replaced while it was read")?;
            let place = Place { file: &handle, file_length: footer.length, fit: &footer.fit, group };
            bytes_read.fetch_add(bytes(question, file, &footer.fit, group), Ordering::Relaxed);
            match scan(place, file, question, &self.stop, &self.trouble, |batch| take(question, batch)) {
                Ok(looked_at) => {
                    records.fetch_add(looked_at, Ordering::Relaxed);
                    Ok(())
                }
                Err((looked_at, why)) => {
                    records.fetch_add(looked_at, Ordering::Relaxed);
                    Err(format!("row group {} ends after {looked_at} of {} records: {why}", task.group, group.rows))
                }
            }
        });
        if let Err(why) = read {
            self.trouble.file(&file.name, why);
        }
    }
}

fn question(form: Form, wants: &Wants<'_>) -> PortResult<Question> {
    let column = |dimension: &Dimension| -> PortResult<Column> {
        form.column(dimension).cloned().ok_or_else(|| {
            PortError::new(ErrorKind::Invalid, format!("source {} has no dimension {dimension}", form.source))
        })
    };
    let mut filters = Vec::new();
    for filter in wants.filters {
        filters.extend(Filter::new(column(&filter.dimension)?, filter));
    }
    let mut texts = wants.dimensions.iter().map(column).collect::<PortResult<Vec<_>>>()?;
    if wants.uid {
        texts.push(Column { partition: None, path: form.uid.clone() });
    }
    let long = |is_wanted: bool, path: &Option<Path>| path.clone().filter(|_| is_wanted);
    let longs = vec![long(wants.status, &form.status_id), long(wants.created, &form.created)];
    let slots = form.slots();
    Ok(Question { form, slots, from: wants.from.millis(), to: wants.to.millis(), filters, texts, longs })
}
