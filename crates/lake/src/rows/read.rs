//! Whole records of one row group.

use crate::lake::{Access, Opened};
use crate::listing::LakeFile;
use crate::parquet_file::{Lists, Longs, NO_LONG, Place, Texts, Why, guarded};
use crate::scan::{Question, Target};
use crate::source::{Column, Path};
use onepane_domain::{Dimension, FindingRow, ResourceRef, Timestamp};

/// The records with these numbers, which ascend; fewer, and a note, if the file cannot be read.
pub(super) fn read(access: &Access, opened: &Opened, file: usize, group: usize, rows: &[usize]) -> Vec<FindingRow> {
    let Some((question, file)) = opened.file(file) else { return Vec::new() };
    let read = guarded(|| {
        let (handle, footer) = access.shared.footers.open(file, &question.form, &question.slots)?;
        let group = footer.groups.get(group).ok_or("was replaced while it was read")?;
        let place = Place { file: &handle, file_length: footer.length, fit: &footer.fit, group };
        Reading { access, question, file, place, rows }.all()
    });
    read.unwrap_or_else(|why| {
        access.trouble.file(&file.name, format!("{} records cannot be shown: {why}", rows.len()));
        Vec::new()
    })
}

struct Reading<'a> {
    access: &'a Access,
    question: &'a Question,
    file: &'a LakeFile,
    place: Place<'a>,
    rows: &'a [usize],
}

impl Reading<'_> {
    fn all(&self) -> Result<Vec<FindingRow>, Why> {
        let form = &self.question.form;
        let mut rows = vec![FindingRow::default(); self.rows.len()];
        let times = self.longs(self.place.fit.time)?;
        let created = self.longs(form.created.as_ref().and_then(|path| self.slot(path)))?;
        for ((row, time), created) in rows.iter_mut().zip(times).zip(created) {
            row.time = Timestamp::saturating_from_millis(time.unwrap_or_default());
            row.created = created.and_then(|created| Timestamp::from_millis(created).ok());
        }
        let dimension = |dimension: &Dimension| form.column(dimension).cloned();
        let plain = |path: &Option<Path>| path.clone().map(|path| Column { partition: None, path: Some(path) });
        self.texts(&mut rows, plain(&form.uid), |row, text| row.uid = text)?;
        self.texts(&mut rows, plain(&form.description), |row, text| row.description = text)?;
        self.texts(&mut rows, dimension(&Dimension::TITLE), |row, text| row.title = text)?;
        self.texts(&mut rows, dimension(&Dimension::PRODUCT), |row, text| row.product = text)?;
        self.texts(&mut rows, dimension(&Dimension::FEATURE), |row, text| row.feature = text)?;
        self.texts(&mut rows, dimension(&Dimension::SEVERITY), |row, text| row.severity = text)?;
        self.texts(&mut rows, dimension(&Dimension::STATUS), |row, text| row.status = text)?;
        self.texts(&mut rows, dimension(&Dimension::REGION), |row, text| row.region = text)?;
        self.texts(&mut rows, dimension(&Dimension::ACCOUNT), |row, text| row.account = text.parse().ok())?;
        let types = self.lists(form.types.clone())?;
        let resource =
            |field: &str| form.resources.as_ref().map(|path| [path.as_slice(), &[field.to_owned()]].concat());
        let (uids, kinds) = (self.lists(resource("uid"))?, self.lists(resource("type"))?);
        for (((row, types), uids), kinds) in rows.iter_mut().zip(types).zip(uids).zip(kinds) {
            row.types = types.into_iter().flatten().collect();
            let count = uids.len().max(kinds.len());
            let (mut uids, mut kinds) = (uids.into_iter(), kinds.into_iter());
            let text = |next: Option<Option<String>>| next.flatten().unwrap_or_default();
            let resources = (0..count).map(|_| ResourceRef { uid: text(uids.next()), kind: text(kinds.next()) });
            row.resources = resources.collect();
        }
        Ok(rows)
    }

    fn slot(&self, path: &Path) -> Option<usize> {
        match self.question.slot(path, self.place.fit) {
            Target::Slot(slot) => Some(slot),
            Target::Nowhere(column, why) => {
                self.access.trouble.missing(&self.question.form.folder, &self.file.name, column, why);
                None
            }
            Target::Fixed(_) => None,
        }
    }

    /// How many records lie before each wanted one since the one before it.
    fn gaps(&self) -> impl Iterator<Item = usize> {
        let before = std::iter::once(0).chain(self.rows.iter().map(|row| row + 1));
        self.rows.iter().zip(before).map(|(row, before)| row.saturating_sub(before))
    }

    fn longs(&self, slot: Option<usize>) -> Result<Vec<Option<i64>>, Why> {
        let Some(slot) = slot else { return Ok(vec![None; self.rows.len()]) };
        let mut column = Longs::open(self.place, slot)?;
        let read = |gap| {
            column.skip(gap);
            Ok(column.read(1)?.first().copied().filter(|number| *number != NO_LONG))
        };
        self.gaps().map(read).collect()
    }

    fn texts(
        &self,
        rows: &mut [FindingRow],
        column: Option<Column>,
        put: impl Fn(&mut FindingRow, String),
    ) -> Result<(), Why> {
        let Some(column) = column else { return Ok(()) };
        match self.question.target(&column, self.file, self.place.fit) {
            Target::Fixed(text) => rows.iter_mut().for_each(|row| put(row, text.clone())),
            Target::Nowhere(column, why) => {
                self.access.trouble.missing(&self.question.form.folder, &self.file.name, column, why);
            }
            Target::Slot(slot) => {
                let mut column = Texts::open(self.place, slot)?;
                for (row, gap) in rows.iter_mut().zip(self.gaps()) {
                    column.skip(gap);
                    column.read(1)?;
                    put(row, String::from_utf8_lossy(column.get(0)).into_owned());
                }
            }
        }
        Ok(())
    }

    fn lists(&self, path: Option<Path>) -> Result<Vec<Vec<Option<String>>>, Why> {
        let Some(slot) = path.and_then(|path| self.slot(&path)) else {
            return Ok(vec![Vec::new(); self.rows.len()]);
        };
        let mut column = Lists::open(self.place, slot)?;
        let read = |gap| {
            column.skip(gap);
            column.next()
        };
        self.gaps().map(read).collect()
    }
}
