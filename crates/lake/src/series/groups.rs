//! Groups by number: each text and each combination of texts is known once, by all threads.

use hashbrown::HashMap;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Dimensions that findings are grouped by at once, at most.
const MOST_DIMENSIONS: usize = 4;
/// Groups of one answer, at most: what they take in memory must stay bounded.
pub(super) const MOST_GROUPS: usize = 1_000_000;
/// Texts of a batch that are known by where they lie.
const LATELY: usize = 64;

/// The numbers of a group's texts; unused ones are 0.
type Key = [u32; MOST_DIMENSIONS];

/// All groups.
#[derive(Default)]
pub(super) struct Groups {
    texts: Vec<Mutex<Known>>,
    keys: Mutex<Keys>,
    overflow: AtomicBool,
}

#[derive(Default)]
struct Known {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

#[derive(Default)]
struct Keys {
    numbers: HashMap<Key, u32>,
    keys: Vec<Key>,
}

impl Groups {
    pub(super) fn new(dimensions: usize) -> Self {
        Self { texts: (0..dimensions).map(|_| Mutex::default()).collect(), ..Self::default() }
    }

    /// True once there were more than [`MOST_GROUPS`].
    pub(super) fn has_overflowed(&self) -> bool {
        self.overflow.load(Ordering::Relaxed)
    }

    /// The texts of a group.
    pub(super) fn key(&self, group: u32) -> Vec<String> {
        let key = self.keys.lock().keys.get(group as usize).copied().unwrap_or_default();
        let text = |(known, number): (&Mutex<Known>, u32)| {
            known.lock().texts.get(number as usize).map(ToString::to_string).unwrap_or_default()
        };
        self.texts.iter().zip(key).map(text).collect()
    }

    fn text_number(&self, dimension: usize, text: &[u8]) -> u32 {
        let text = String::from_utf8_lossy(text);
        let Some(known) = self.texts.get(dimension) else { return 0 };
        let mut known = known.lock();
        if let Some(number) = known.numbers.get(text.as_ref()) {
            return *number;
        }
        let number = self.number(known.texts.len());
        let text: Arc<str> = text.into();
        known.texts.push(Arc::clone(&text));
        known.numbers.insert(text, number);
        number
    }

    fn key_number(&self, key: Key) -> u32 {
        let mut keys = self.keys.lock();
        if let Some(number) = keys.numbers.get(&key) {
            return *number;
        }
        let number = self.number(keys.keys.len());
        keys.keys.push(key);
        keys.numbers.insert(key, number);
        number
    }

    fn number(&self, length: usize) -> u32 {
        if length >= MOST_GROUPS {
            self.overflow.store(true, Ordering::Relaxed);
        }
        u32::try_from(length).unwrap_or(u32::MAX)
    }
}

/// One thread's view of the groups, that asks the others only for what it has not met.
pub(super) struct Grouper<'a> {
    groups: &'a Groups,
    texts: Vec<Met>,
    keys: HashMap<Key, u32>,
    last: Option<(Key, u32)>,
}

struct Met {
    numbers: HashMap<Box<[u8]>, u32>,
    /// In Parquet's dictionaries equal texts are the same bytes: within a batch a text is known by its place.
    lately: [(usize, usize, u32); LATELY],
}

const NOWHERE: (usize, usize, u32) = (0, 0, 0);

impl<'a> Grouper<'a> {
    pub(super) fn new(groups: &'a Groups) -> Self {
        let met = || Met { numbers: HashMap::new(), lately: [NOWHERE; LATELY] };
        let texts = groups.texts.iter().map(|_| met()).collect();
        Self { groups, texts, keys: HashMap::new(), last: None }
    }

    /// A new batch: what lay somewhere may lie there no more.
    pub(super) fn forget_places(&mut self) {
        for met in &mut self.texts {
            met.lately = [NOWHERE; LATELY];
        }
    }

    /// The number of the group with these texts.
    pub(super) fn group<'t>(&mut self, text: impl Fn(usize) -> &'t [u8]) -> u32 {
        let mut key = Key::default();
        for ((dimension, met), number) in self.texts.iter_mut().enumerate().zip(&mut key) {
            *number = met.number(text(dimension), |text| self.groups.text_number(dimension, text));
        }
        if let Some((last, group)) = self.last
            && last == key
        {
            return group;
        }
        let group = *self.keys.entry(key).or_insert_with(|| self.groups.key_number(key));
        self.last = Some((key, group));
        group
    }
}

impl Met {
    fn number(&mut self, text: &[u8], ask: impl FnOnce(&[u8]) -> u32) -> u32 {
        let (place, length) = (text.as_ptr().addr(), text.len());
        let lately = self.lately.get_mut((place ^ (place >> 6)) % LATELY);
        if let Some((known_place, known_length, number)) = &lately
            && (*known_place, *known_length) == (place, length)
        {
            return *number;
        }
        let number = match self.numbers.get(text) {
            Some(number) => *number,
            None => {
                let number = ask(text);
                self.numbers.insert(text.into(), number);
                number
            }
        };
        if let Some(lately) = lately {
            *lately = (place, length, number);
        }
        number
    }
}
