//! A map that forgets what was not asked for longest.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;

/// Keeps values up to a total weight; then forgets those used longest ago.
pub struct Kept<K, V> {
    entries: HashMap<K, Entry<V>>,
    weight: usize,
    most: usize,
    /// Counts uses, to tell older ones from newer ones.
    uses: u64,
}

struct Entry<V> {
    value: V,
    weight: usize,
    used: u64,
}

impl<K, V> fmt::Debug for Kept<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("weight", &self.weight).field("most", &self.most).finish_non_exhaustive()
    }
}

impl<K: Hash + Eq + Clone, V> Kept<K, V> {
    /// Nothing yet; `most` is the greatest total weight.
    pub fn new(most: usize) -> Self {
        Self { entries: HashMap::new(), weight: 0, most, uses: 0 }
    }

    /// The value of a key, which counts as a use.
    pub fn get(&mut self, key: &K) -> Option<&V> {
        self.uses += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.uses;
        Some(&entry.value)
    }

    /// The value of a key, which is then forgotten.
    pub fn take(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.weight -= entry.weight;
        Some(entry.value)
    }

    /// Keeps a value. One heavier than everything that may be kept is forgotten at once.
    pub fn put(&mut self, key: K, value: V, weight: usize) {
        self.take(&key);
        if weight > self.most {
            return;
        }
        self.uses += 1;
        self.weight += weight;
        self.entries.insert(key, Entry { value, weight, used: self.uses });
        if self.weight > self.most {
            self.forget();
        }
    }

    /// Down to three quarters, so that not every later value has to look for the oldest again.
    fn forget(&mut self) {
        let mut by_use: Vec<(u64, K)> = self.entries.iter().map(|(key, entry)| (entry.used, key.clone())).collect();
        by_use.sort_unstable_by_key(|(used, _)| *used);
        // The newest stays, whatever its weight.
        by_use.pop();
        for (_, key) in by_use {
            if self.weight <= self.most / 4 * 3 {
                break;
            }
            self.take(&key);
        }
    }

    #[cfg(test)]
    fn weight(&self) -> usize {
        self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let mut kept = Kept::new(100);
        for key in 0..10 {
            kept.put(key, key, 10);
        }
        assert_eq!(kept.get(&0), Some(&0));
        kept.put(10, 10, 10);
        assert_eq!(kept.get(&0), Some(&0));
        assert_eq!(kept.get(&10), Some(&10));
        assert_eq!(kept.get(&1), None);
        kept.put(11, 11, 101);
        assert_eq!(kept.get(&11), None, "too heavy for any place");
    }

    proptest! {
        #[test]
        fn the_weight_stays_within_bounds(puts in proptest::collection::vec((0_u8..20, 0_usize..60), 0..200)) {
            let mut kept = Kept::new(100);
            for (key, weight) in puts {
                kept.put(key, (), weight);
                prop_assert!(kept.weight() <= 100);
                prop_assert_eq!(kept.weight(), kept.entries.values().map(|entry| entry.weight).sum::<usize>());
            }
        }
    }
}
