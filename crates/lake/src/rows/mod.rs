//! Records, newest first.

mod read;

use crate::lake::{Access, Opened};
use crate::scan::{Order, Task, in_parallel, tasks};
use onepane_domain::{ErrorKind, FindingRow, FindingRowsRequest, PortError, PortResult};
use parking_lot::Mutex;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::atomic::{AtomicI64, Ordering};

/// The farthest that can be paged to: every record before is held.
const FARTHEST: usize = 200_000;

/// A record that may be given: its place in the order, then where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    time: Reverse<i64>,
    uid: String,
    file: usize,
    group: usize,
    row: usize,
}

/// The newest records that were met, at most so many.
struct Newest {
    most: usize,
    heap: Mutex<BinaryHeap<Candidate>>,
    /// No record before this time can be among them any more.
    oldest: AtomicI64,
}

impl Newest {
    fn oldest(&self) -> i64 {
        self.oldest.load(Ordering::Relaxed)
    }

    fn add(&self, candidates: impl Iterator<Item = Candidate>) {
        let mut heap = self.heap.lock();
        for candidate in candidates {
            if heap.len() < self.most {
                heap.push(candidate);
            } else if let Some(mut last) = heap.peek_mut()
                && candidate < *last
            {
                *last = candidate;
            }
        }
        if heap.len() == self.most
            && let Some(last) = heap.peek()
        {
            self.oldest.store(last.time.0, Ordering::Relaxed);
        }
    }
}

/// The records of a request, and whether there are more.
pub(crate) fn rows(
    access: &Access,
    opened: &Opened,
    request: &FindingRowsRequest,
) -> PortResult<(Vec<FindingRow>, bool)> {
    let (offset, limit) = (request.offset as usize, request.limit as usize);
    if offset.saturating_add(limit) > FARTHEST {
        let why =
            format!("offset: {offset}; only the newest {FARTHEST} records can be paged through; narrow the window");
        return Err(PortError::new(ErrorKind::Invalid, why));
    }
    let newest = Newest { most: offset + limit + 1, heap: Mutex::default(), oldest: AtomicI64::new(i64::MIN) };
    let tasks = tasks(access, opened, Order::Newest)?;
    let find = |(): &mut (), number: usize, queue: &crate::scan::Queue| {
        // Tasks come in the order of their last record.
        if let Some(task) = tasks.get(number).filter(|task| task.times.1 >= newest.oldest()) {
            find(access, opened, task, &newest);
        }
        queue.done(number);
    };
    in_parallel(access.threads, tasks.len(), &access.stop, || (), find)?;
    let found = newest.heap.into_inner().into_sorted_vec();
    let more = found.len() > offset + limit;
    let wanted: Vec<_> = found.into_iter().skip(offset).take(limit).collect();
    Ok((fill(access, opened, &wanted), more))
}

fn find(access: &Access, opened: &Opened, task: &Task, newest: &Newest) {
    access.scan(opened, task, |_, batch| {
        let oldest = newest.oldest();
        let candidates = batch.kept.iter().filter(|record| batch.time(**record) >= oldest).map(|record| Candidate {
            time: Reverse(batch.time(*record)),
            uid: String::from_utf8_lossy(batch.text(0, *record)).into_owned(),
            file: task.file,
            group: task.group,
            row: batch.first + *record as usize,
        });
        newest.add(candidates);
        !access.stop.is_stopped()
    });
}

/// The whole records, in the same order. One that cannot be read is a note.
fn fill(access: &Access, opened: &Opened, wanted: &[Candidate]) -> Vec<FindingRow> {
    let mut by_group: BTreeMap<(usize, usize), Vec<(usize, usize)>> = BTreeMap::new();
    for (at, candidate) in wanted.iter().enumerate() {
        by_group.entry((candidate.file, candidate.group)).or_default().push((candidate.row, at));
    }
    let mut rows: Vec<Option<FindingRow>> = wanted.iter().map(|_| None).collect();
    for ((file, group), mut places) in by_group {
        if access.stop.is_stopped() {
            break;
        }
        places.sort_unstable();
        let numbers: Vec<_> = places.iter().map(|(row, _)| *row).collect();
        for ((_, at), row) in places.iter().zip(read::read(access, opened, file, group, &numbers)) {
            if let Some(place) = rows.get_mut(*at) {
                *place = Some(row);
            }
        }
    }
    rows.into_iter().flatten().collect()
}
