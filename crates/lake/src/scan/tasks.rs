//! Which row groups may have records of a window.

use super::work::Died;
use super::{Question, in_parallel};
use crate::lake::{Access, Opened};
use crate::listing::LakeFile;
use crate::parquet_file::{Fit, Group, Slot};
use crate::scan::question::Target;
use std::sync::atomic::Ordering;

/// A row group to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Task {
    /// The file's number.
    pub(crate) file: usize,
    /// The row group's number in it.
    pub(crate) group: usize,
    /// Its earliest and latest time in milliseconds; the ends of time where the file does not tell.
    pub(crate) times: (i64, i64),
}

/// In which order row groups are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Those that begin first.
    Oldest,
    /// Those that end last.
    Newest,
}

/// The row groups of files that may have records that pass.
pub(crate) fn tasks(access: &Access, opened: &Opened, order: Order) -> Result<Vec<Task>, Died> {
    let work = |found: &mut Vec<Task>, number: usize, queue: &super::Queue| {
        of_file(access, opened, number, found);
        queue.done(number);
    };
    let mut tasks = in_parallel(access.threads, opened.len(), &access.stop, Vec::new, work)?.concat();
    match order {
        Order::Oldest => tasks.sort_unstable_by_key(|task| (task.times.0, task.file, task.group)),
        Order::Newest => {
            tasks.sort_unstable_by_key(|task| (std::cmp::Reverse(task.times.1), task.file, task.group));
        }
    }
    Ok(tasks)
}

fn of_file(access: &Access, opened: &Opened, number: usize, found: &mut Vec<Task>) {
    let Some((question, file)) = opened.file(number) else { return };
    let is_out = |filter: &super::Filter| {
        let value = filter.column.partition.as_deref().and_then(|key| file.partition(key));
        value.is_some_and(|value| !filter.passes(value.as_bytes()))
    };
    if question.filters.iter().any(is_out) {
        return;
    }
    let footer = match access.shared.footers.open(file, &question.form, &question.slots) {
        Ok((_, footer)) => footer,
        Err(why) => return access.trouble.file(&file.name, why),
    };
    access.spent.files.fetch_add(1, Ordering::Relaxed);
    if footer.fit.time.is_none() {
        let columns: Vec<_> = question.form.times.iter().map(|path| path.join(".")).collect();
        let why = format!("has no time that can be read (column {})", columns.join(" or "));
        return access.trouble.file(&file.name, why);
    }
    for (group, content) in footer.groups.iter().enumerate() {
        let times = content.times.unwrap_or((i64::MIN, i64::MAX));
        if content.rows > 0 && times.0 < question.to && times.1 >= question.from {
            found.push(Task { file: number, group, times });
        }
    }
}

/// The bytes of a row group's columns that a question reads.
pub(crate) fn bytes(question: &Question, file: &LakeFile, fit: &Fit, group: &Group) -> u64 {
    let texts = question.filters.iter().map(|filter| &filter.column).chain(&question.texts);
    let texts = texts.map(|column| question.target(column, file, fit));
    let longs = question.longs.iter().flatten().map(|path| question.slot(path, fit));
    let slots = texts.chain(longs).filter_map(|target| match target {
        Target::Slot(slot) => Some(slot),
        Target::Fixed(_) | Target::Nowhere(..) => None,
    });
    let mut slots: Vec<usize> = slots.chain(fit.time).collect();
    slots.sort_unstable();
    slots.dedup();
    let is_there = |slot: &usize| matches!(fit.slots.get(*slot), Some(Slot::Leaf(_)));
    let chunks = slots.into_iter().filter(is_there).filter_map(|slot| group.chunks.get(slot).copied().flatten());
    chunks.map(|chunk| chunk.length).sum()
}
