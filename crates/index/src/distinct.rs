//! A table that holds each distinct value once and names it by a small number.

use hashbrown::{DefaultHashBuilder, Equivalent, HashTable};
use std::hash::{BuildHasher, Hash};

/// The code that stands for "no value" in a column.
pub(crate) const NONE: u32 = u32::MAX;

/// Memory of a value beyond its own size.
pub(crate) trait HeapBytes {
    /// Bytes on the heap, with an allocator's usual overhead for each block.
    fn heap_bytes(&self) -> usize;
}

/// What an allocator adds to a block, about.
pub(crate) const BLOCK_OVERHEAD: usize = 16;

impl HeapBytes for Box<str> {
    fn heap_bytes(&self) -> usize {
        if self.is_empty() { 0 } else { self.len() + BLOCK_OVERHEAD }
    }
}

impl HeapBytes for Box<[u32]> {
    fn heap_bytes(&self) -> usize {
        if self.is_empty() { 0 } else { size_of_val::<[u32]>(self) + BLOCK_OVERHEAD }
    }
}

impl<T: HeapBytes> HeapBytes for Option<T> {
    fn heap_bytes(&self) -> usize {
        self.as_ref().map_or(0, HeapBytes::heap_bytes)
    }
}

/// Distinct values with their codes and how often each is used. A value that nobody uses any more keeps its code
/// until [`Self::drop_unused`].
#[derive(Debug, Clone)]
pub(crate) struct Distinct<T> {
    items: Vec<T>,
    uses: Vec<u32>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    unused: usize,
    heap_bytes: usize,
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            uses: Vec::new(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            unused: 0,
            heap_bytes: 0,
        }
    }
}

impl<T: Hash + HeapBytes> Distinct<T> {
    /// The code of a value, if it is held.
    pub(crate) fn find<Q: Hash + Equivalent<T> + ?Sized>(&self, key: &Q) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        self.table.find(hash, |code| key.equivalent(&self.items[*code as usize])).copied()
    }

    /// Every code whose value hashes as `key` does and satisfies `is_wanted`.
    pub(crate) fn find_all<Q: Hash + ?Sized>(&self, key: &Q, is_wanted: impl Fn(&T) -> bool) -> Vec<u32> {
        let hash = self.hasher.hash_one(key);
        self.table.iter_hash(hash).copied().filter(|code| is_wanted(&self.items[*code as usize])).collect()
    }

    /// The code of a value, which is made and added if it is new; counts one more use of it.
    pub(crate) fn acquire<Q: Hash + Equivalent<T> + ?Sized>(&mut self, key: &Q, make: impl FnOnce() -> T) -> u32 {
        let hash = self.hasher.hash_one(key);
        let items = &self.items;
        if let Some(&code) = self.table.find(hash, |code| key.equivalent(&items[*code as usize])) {
            let uses = &mut self.uses[code as usize];
            self.unused -= usize::from(*uses == 0);
            *uses += 1;
            return code;
        }
        // Codes are fewer than rows or tags, and four thousand million of those do not fit a machine's memory.
        let code = self.items.len() as u32;
        let item = make();
        self.heap_bytes += item.heap_bytes();
        self.items.push(item);
        self.uses.push(1);
        let (items, hasher) = (&self.items, &self.hasher);
        self.table.insert_unique(hash, code, |code| hasher.hash_one(&items[*code as usize]));
        code
    }

    /// Counts one use less; [`NONE`] is let pass.
    pub(crate) fn release(&mut self, code: u32) {
        if code == NONE {
            return;
        }
        let uses = &mut self.uses[code as usize];
        *uses = uses.saturating_sub(1);
        self.unused += usize::from(*uses == 0);
    }

    pub(crate) fn get(&self, code: u32) -> &T {
        &self.items[code as usize]
    }

    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }

    /// The values, to be changed in what they hash by; [`Self::rehash`] must follow.
    pub(crate) fn items_mut(&mut self) -> &mut [T] {
        &mut self.items
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// True once most of a table that is not small is unused.
    pub(crate) fn is_mostly_unused(&self) -> bool {
        self.unused > 1_024 && self.unused * 2 > self.items.len()
    }

    /// Drops the values without use, handing each to `dropped`; gives the new code of every old one.
    pub(crate) fn drop_unused(&mut self, mut dropped: impl FnMut(T)) -> Vec<u32> {
        let mut new_codes = Vec::with_capacity(self.items.len());
        let mut kept = Vec::with_capacity(self.items.len() - self.unused);
        for (item, uses) in std::mem::take(&mut self.items).into_iter().zip(&self.uses) {
            if *uses == 0 {
                self.heap_bytes -= item.heap_bytes();
                new_codes.push(NONE);
                dropped(item);
            } else {
                new_codes.push(kept.len() as u32);
                kept.push(item);
            }
        }
        self.items = kept;
        self.uses.retain(|uses| *uses > 0);
        self.uses.shrink_to_fit();
        self.unused = 0;
        self.rehash();
        new_codes
    }

    /// Finds every value by its present hash.
    pub(crate) fn rehash(&mut self) {
        let (items, hasher) = (&self.items, &self.hasher);
        self.table = HashTable::with_capacity(items.len());
        for (code, item) in items.iter().enumerate() {
            let hash = hasher.hash_one(item);
            self.table.insert_unique(hash, code as u32, |code| hasher.hash_one(&items[*code as usize]));
        }
    }

    /// Bytes held, with what is reserved.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.items.capacity() * size_of::<T>()
            + self.uses.capacity() * size_of::<u32>()
            + self.table.allocation_size()
            + self.heap_bytes
    }
}

/// The new code of an old one.
pub(crate) fn renamed(code: u32, new_codes: &[u32]) -> u32 {
    new_codes.get(code as usize).copied().unwrap_or(NONE)
}
