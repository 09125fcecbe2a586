//! What was drawn before, by its content.

use crate::drawing::{Drawing, Size};
use crate::theme::Theme;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// The hash of all that an SVG depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

impl Key {
    /// Hashes a drawing as it is written, without building the whole definition first.
    pub(super) fn of(drawing: &Drawing, size: Size, theme: Theme) -> serde_json::Result<Self> {
        let mut hash = io::BufWriter::with_capacity(4_096, Hasher(Sha256::new()));
        serde_json::to_writer(&mut hash, &drawing.chart)?;
        let rest = (&drawing.details, &drawing.title, &drawing.summary, theme.as_str(), size.width(), size.height());
        serde_json::to_writer(&mut hash, &rest)?;
        let hash = hash.into_inner().map_err(|error| serde_json::Error::io(error.into_error()))?;
        Ok(Self(hash.0.finalize().into()))
    }

    /// What the ids of the SVG begin with: a letter, then enough of the hash that no two charts of a page share it.
    pub(super) fn id(&self) -> String {
        let digits: Vec<String> = self.0.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("c{}", digits.concat())
    }
}

struct Hasher(Sha256);

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Entry {
    svg: Arc<str>,
    /// The count of uses of the cache at which this was used last.
    used: u64,
}

/// Keeps what was used last, up to so many bytes.
pub(super) struct Cache {
    most_bytes: usize,
    bytes: usize,
    uses: u64,
    entries: HashMap<Key, Entry>,
}

impl Cache {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, bytes: 0, uses: 0, entries: HashMap::new() }
    }

    pub(super) fn get(&mut self, key: &Key) -> Option<Arc<str>> {
        self.uses += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.uses;
        Some(Arc::clone(&entry.svg))
    }

    /// Keeps an SVG, and forgets those that were not used for longest. One larger than the whole cache is not kept.
    pub(super) fn put(&mut self, key: Key, svg: Arc<str>) {
        if svg.len() > self.most_bytes {
            return;
        }
        self.uses += 1;
        self.bytes += svg.len();
        if let Some(before) = self.entries.insert(key, Entry { svg, used: self.uses }) {
            self.bytes -= before.svg.len();
        }
        while self.bytes > self.most_bytes {
            // A thousand charts at most: looking at each is quicker than keeping them in order.
            let Some(oldest) = self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| *key) else {
                return;
            };
            if let Some(entry) = self.entries.remove(&oldest) {
                self.bytes -= entry.svg.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cache, Key};
    use std::sync::Arc;

    #[test]
    fn what_was_used_least_lately_goes_first() {
        let mut cache = Cache::new(10);
        let [a, b, c] = [1, 2, 3].map(|byte| Key([byte; 32]));
        cache.put(a, Arc::from("aaaa"));
        cache.put(b, Arc::from("bbbb"));
        assert!(cache.get(&a).is_some());
        cache.put(c, Arc::from("cccc"));
        assert!(cache.get(&a).is_some() && cache.get(&b).is_none() && cache.get(&c).is_some());
        cache.put(b, Arc::from("more than ten"));
        assert!(cache.get(&b).is_none() && cache.get(&a).is_some());
        assert_eq!(cache.bytes, 8);
    }
}
