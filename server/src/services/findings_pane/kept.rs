//! Evaluations that were made, for those who ask the same.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Keeps the newest value of each key, for the keys that were asked for last, and one maker a key at a time.
pub(super) struct Kept<K, V> {
    most: usize,
    inner: Mutex<Inner<K, V>>,
}

struct Inner<K, V> {
    /// Counts the askings.
    asked: u64,
    slots: HashMap<K, Slot<V>>,
}

struct Slot<V> {
    value: Option<Arc<V>>,
    flight: Arc<tokio::sync::Mutex<()>>,
    asked: u64,
}

impl<K: Eq + Hash + Clone, V> Kept<K, V> {
    /// Keeps values of at most `most` keys.
    pub(super) fn new(most: usize) -> Self {
        Self { most, inner: Mutex::new(Inner { asked: 0, slots: HashMap::new() }) }
    }

    /// The value, if one is kept, and what whoever makes another must hold.
    pub(super) fn get(&self, key: &K) -> (Option<Arc<V>>, Arc<tokio::sync::Mutex<()>>) {
        let mut inner = self.inner.lock();
        inner.asked += 1;
        let asked = inner.asked;
        let slot =
            inner.slots.entry(key.clone()).or_insert_with(|| Slot { value: None, flight: Arc::default(), asked });
        slot.asked = asked;
        let found = (slot.value.clone(), Arc::clone(&slot.flight));
        if inner.slots.len() > self.most {
            let oldest = inner.slots.iter().min_by_key(|(_, slot)| slot.asked).map(|(key, _)| key.clone());
            oldest.and_then(|key| inner.slots.remove(&key));
        }
        found
    }

    /// Keeps a value. Nothing if its key was dropped meanwhile: others are asked for more.
    pub(super) fn put(&self, key: &K, value: Arc<V>) {
        if let Some(slot) = self.inner.lock().slots.get_mut(key) {
            slot.value = Some(value);
        }
    }

    /// Forgets all values.
    pub(super) fn forget(&self) {
        self.inner.lock().slots.values_mut().for_each(|slot| slot.value = None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_last_is_kept() {
        let kept: Kept<u32, u32> = Kept::new(2);
        for key in [1, 2] {
            assert_eq!(kept.get(&key).0, None);
            kept.put(&key, Arc::new(key * 10));
        }
        assert_eq!(kept.get(&1).0.as_deref(), Some(&10));
        kept.get(&3);
        assert_eq!(kept.get(&1).0.as_deref(), Some(&10));
        assert_eq!(kept.get(&2).0, None);
        kept.forget();
        assert_eq!(kept.get(&1).0, None);
    }
}
