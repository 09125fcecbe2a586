//! The order in which CPython visits a set of small integers.

/// CPython tries so many neighbouring slots before it jumps.
const NEIGHBOURS: usize = 9;
/// The least number of slots.
const SMALLEST: usize = 8;

/// A set of indices that is walked as CPython 3.7 and later walk `set` objects filled in the same order.
///
/// The published F1 scores of the Turing Change Point Dataset pair annotated with predicted points in that order, and
/// where two annotated points compete for one prediction the order decides. Without it some scores differ in the third
/// digit.
#[derive(Debug, Clone)]
pub(super) struct VisitingSet {
    slots: Vec<Option<usize>>,
    used: usize,
}

impl VisitingSet {
    pub(super) fn new() -> Self {
        Self { slots: vec![None; SMALLEST], used: 0 }
    }

    /// All `values`, added in their order.
    pub(super) fn of(values: impl IntoIterator<Item = usize>) -> Self {
        let mut set = Self::new();
        for value in values {
            set.add(value);
        }
        set
    }

    pub(super) fn add(&mut self, value: usize) {
        if !put(&mut self.slots, value) {
            return;
        }
        self.used += 1;
        if self.used * 5 >= (self.slots.len() - 1) * 3 {
            self.grow();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.used
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.slots.iter().flatten().copied()
    }

    fn grow(&mut self) {
        let wanted = self.used * if self.used > 50_000 { 2 } else { 4 };
        let mut size = SMALLEST;
        while size <= wanted {
            size *= 2;
        }
        let mut larger = vec![None; size];
        for value in self.iter() {
            put(&mut larger, value);
        }
        self.slots = larger;
    }
}

/// Puts `value` into the first free slot of its path; false if it was there already.
fn put(slots: &mut [Option<usize>], value: usize) -> bool {
    let mask = slots.len() - 1;
    let mut rest = value;
    let mut at = value & mask;
    loop {
        let near = if at + NEIGHBOURS <= mask { NEIGHBOURS } else { 0 };
        for slot in &mut slots[at..=at + near] {
            match slot {
                None => {
                    *slot = Some(value);
                    return true;
                }
                Some(other) if *other == value => return false,
                Some(_) => {}
            }
        }
        rest >>= 5;
        at = at.wrapping_mul(5).wrapping_add(1).wrapping_add(rest) & mask;
    }
}
