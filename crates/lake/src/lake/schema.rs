//! What a source holds, as far as that can be told without reading it all.

use super::{Access, forms};
use crate::listing::{Days, LakeFile, Listing};
use crate::parquet_file::Fit;
use crate::scan::{Question, Target};
use crate::source::{Column, Form, read_sources};
use onepane_domain::{DimensionInfo, ErrorKind, FindingSchema, PortError, PortResult, SourceName, Timestamp};
use std::sync::Arc;

const DAY_MS: i64 = 86_400_000;
/// Files whose columns are looked at: the newest, the oldest and those between, evenly.
const SAMPLES: usize = 5;

pub(super) fn schema(access: &Access, source: &SourceName) -> PortResult<FindingSchema> {
    let mut notes = Vec::new();
    if let Err(error) = read_sources(&access.shared.lake) {
        notes.push(format!("further sources are not there: {error}"));
    }
    let forms = forms(&access.shared, source)?;
    let Some(version) = forms.first().map(|form| form.version) else {
        return Err(PortError::new(ErrorKind::NotFound, format!("the lake has no source {source}")));
    };
    let mut schema =
        FindingSchema { source: source.clone(), version, dimensions: Vec::new(), first: None, last: None, notes };
    let listed: Vec<(Form, Listing)> = forms
        .into_iter()
        .map(|form| {
            let listing = access.shared.lister.list(&access.shared.lake, &form, Days::default());
            (form, listing)
        })
        .collect();
    let empty = listed.iter().all(|(_, listing)| listing.files.is_empty());
    let mut is_first = true;
    for (form, listing) in listed {
        if listing.files.is_empty() && !(empty && is_first) {
            continue;
        }
        if is_first {
            schema.version = form.version;
        } else {
            schema.notes.push(format!("records of {} are counted too", form.folder));
        }
        is_first = false;
        if empty {
            schema.notes.push(format!("no files yet in {}", form.folder));
        }
        schema.notes.extend(listing.notes);
        let days = || listing.files.iter().filter_map(|file| file.day);
        let time = |day: i64| Timestamp::from_millis(day.saturating_mul(DAY_MS)).ok();
        let (first, last) = (days().min().and_then(time), days().max().and_then(time));
        schema.first = schema.first.into_iter().chain(first).min();
        schema.last = schema.last.into_iter().chain(last).max();
        dimensions(access, form, &listing.files, &mut schema);
    }
    schema.notes.extend(access.trouble.notes());
    Ok(schema)
}

/// Adds a form's dimensions, those alone that some of its files have.
fn dimensions(access: &Access, form: Form, files: &[LakeFile], schema: &mut FindingSchema) {
    let slots = form.slots();
    let question = Question { form, slots, from: 0, to: 0, filters: Vec::new(), texts: Vec::new(), longs: Vec::new() };
    let fits: Vec<(&LakeFile, Arc<Fit>)> = samples(files)
        .filter_map(|file| match access.shared.footers.open(file, &question.form, &question.slots) {
            Ok((_, footer)) => Some((file, Arc::clone(&footer.fit))),
            Err(why) => {
                access.trouble.file(&file.name, why);
                None
            }
        })
        .collect();
    for dim in &question.form.dims {
        let lacks = |(file, fit): &(&LakeFile, Arc<Fit>)| match question.target(&dim.column, file, fit) {
            Target::Fixed(_) | Target::Slot(_) => None,
            Target::Nowhere(column, why) => Some((column, why)),
        };
        let lacking: Vec<_> = fits.iter().filter_map(lacks).collect();
        if let Some((column, why)) = lacking.first()
            && lacking.len() == fits.len()
        {
            let folder = &question.form.folder;
            schema.notes.push(format!("{folder}: no dimension {}: column {column} {why}", dim.dimension));
        } else if !schema.dimensions.iter().any(|known| known.dimension == dim.dimension) {
            schema.dimensions.push(DimensionInfo {
                dimension: dim.dimension.clone(),
                label: dim.label.clone(),
                column: column_name(&dim.column),
            });
        }
    }
}

fn samples(files: &[LakeFile]) -> impl Iterator<Item = &LakeFile> {
    let mut by_day: Vec<_> = files.iter().collect();
    by_day.sort_by_key(|file| (file.day, &file.name));
    let most = by_day.len().min(SAMPLES);
    let last = by_day.len().saturating_sub(1);
    let places: Vec<_> = (0..most).map(|at| if most > 1 { last * at / (most - 1) } else { 0 }).collect();
    places.into_iter().filter_map(move |at| by_day.get(at).copied())
}

fn column_name(column: &Column) -> String {
    match (&column.partition, &column.path) {
        (Some(partition), Some(path)) if path.len() > 1 => format!("{partition} (folder) or {}", path.join(".")),
        (_, Some(path)) => path.join("."),
        (Some(partition), None) => format!("{partition} (folder)"),
        (None, None) => String::new(),
    }
}
