//! Names, kept in lower case for search and restored exactly.

use std::borrow::Cow;

/// A byte that no UTF-8 text holds; it ends every name, so that no search runs from one name into the next.
const END: u8 = 0xFF;

/// Lower case character by character (no rule looks at neighbours), so that a part of a text folds to a part of its fold.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    let folded: String = text.chars().flat_map(char::to_lowercase).collect();
    if folded == text { Cow::Borrowed(text) } else { Cow::Owned(folded) }
}

/// How a name came, relative to its folded form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameForm {
    /// It is its own folded form.
    Folded,
    /// Some of its ASCII letters are upper case: a bit mask follows it in the arena.
    Masked,
    /// It differs otherwise; the exact name is kept elsewhere.
    Elsewhere,
}

/// The names of all rows, one after the other in row order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Names {
    pub(crate) fn push(&mut self, name: &str) -> NameForm {
        let folded = fold(name);
        let form = match &folded {
            Cow::Borrowed(_) => NameForm::Folded,
            Cow::Owned(_) if name.is_ascii() => NameForm::Masked,
            Cow::Owned(_) => NameForm::Elsewhere,
        };
        let mask_length = if form == NameForm::Masked { name.len().div_ceil(8) } else { 0 };
        grow(&mut self.bytes, folded.len() + 1 + mask_length);
        grow(&mut self.starts, 1);
        self.starts.push(self.bytes.len());
        self.bytes.extend_from_slice(folded.as_bytes());
        self.bytes.push(END);
        if form == NameForm::Masked {
            let mask = |eight: &[u8]| {
                eight.iter().enumerate().fold(0, |mask, (bit, b)| mask | (u8::from(b.is_ascii_uppercase()) << bit))
            };
            self.bytes.extend(name.as_bytes().chunks(8).map(mask));
        }
        form
    }

    /// Where a row's segment (name, end byte, mask) starts; the arena's end for the row after the last.
    pub(crate) fn start(&self, row: usize) -> usize {
        self.starts.get(row).copied().unwrap_or(self.bytes.len())
    }

    /// The folded name.
    pub(crate) fn folded(&self, row: usize, masked: bool) -> &[u8] {
        let (start, end) = (self.start(row), self.start(row + 1));
        let length = end - start - 1;
        // A masked segment is the name and a bit for each of its bytes.
        &self.bytes[start..start + if masked { length * 8 / 9 } else { length }]
    }

    /// The exact name of a row whose name is folded or masked.
    pub(crate) fn exact(&self, row: usize, masked: bool) -> Cow<'_, str> {
        let folded = self.folded(row, masked);
        if !masked {
            return String::from_utf8_lossy(folded);
        }
        let mask = &self.bytes[self.start(row) + folded.len() + 1..self.start(row + 1)];
        let restored = folded.iter().enumerate().map(|(at, b)| {
            let upper = mask[at / 8] >> (at % 8) & 1 == 1;
            char::from(if upper { b.to_ascii_uppercase() } else { *b })
        });
        Cow::Owned(restored.collect())
    }

    /// True if a row's exact name, folded or masked, is `name`, whose folded form is `folded_name`.
    pub(crate) fn is(&self, row: usize, masked: bool, folded_name: &[u8], name: &str) -> bool {
        self.folded(row, masked) == folded_name
            && (!masked && folded_name == name.as_bytes() || *self.exact(row, masked) == *name)
    }

    /// Eight bytes of a folded name from `at` on, as a number that sorts as they do; zeros stand beyond the end.
    pub(crate) fn eight_bytes(&self, row: usize, masked: bool, at: usize) -> u64 {
        let folded = self.folded(row, masked);
        eight_bytes(folded, at)
    }

    /// The bytes of the segments of `rows`.
    pub(crate) fn segments(&self, first: usize, end: usize) -> &[u8] {
        &self.bytes[self.start(first)..self.start(end)]
    }

    /// Keeps the rows for which `keep` holds.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        let mut kept = Self::default();
        let kept_rows = || keep.iter().enumerate().filter(|(_, keep)| **keep).map(|(row, _)| row);
        kept.starts.reserve_exact(kept_rows().count());
        kept.bytes.reserve_exact(kept_rows().map(|row| self.start(row + 1) - self.start(row)).sum());
        for row in kept_rows() {
            kept.starts.push(kept.bytes.len());
            kept.bytes.extend_from_slice(self.segments(row, row + 1));
        }
        *self = kept;
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.bytes.capacity() + self.starts.capacity() * size_of::<usize>()
    }
}

/// As [`Names::eight_bytes`], of any text.
pub(crate) fn eight_bytes(folded: &[u8], at: usize) -> u64 {
    let rest = folded.get(at..).unwrap_or_default();
    let mut eight = [0; 8];
    let length = rest.len().min(8);
    eight[..length].copy_from_slice(&rest[..length]);
    u64::from_be_bytes(eight)
}

/// Makes room for `more` values, an eighth at a time: doubling would leave half of a large column empty.
pub(crate) fn grow<T>(column: &mut Vec<T>, more: usize) {
    if column.capacity() - column.len() < more {
        column.reserve_exact(more.max(column.len() / 8).max(64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn names_come_back_exactly(names in proptest::collection::vec("[a-zA-Z0-9/-]{1,40}|\\PC{1,12}", 1..40)) {
            let mut held = Names::default();
            let forms: Vec<NameForm> = names.iter().map(|name| held.push(name)).collect();
            for (row, name) in names.iter().enumerate() {
                let masked = forms[row] == NameForm::Masked;
                let folded = fold(name);
                prop_assert_eq!(held.folded(row, masked), folded.as_bytes());
                if forms[row] != NameForm::Elsewhere {
                    prop_assert_eq!(&*held.exact(row, masked), name.as_str());
                }
            }
        }

        #[test]
        fn a_part_of_a_text_folds_to_a_part_of_its_fold(before in "\\PC{0,6}", part in "\\PC{0,6}", after in "\\PC{0,6}") {
            let folded = fold(&format!("{before}{part}{after}")).into_owned();
            prop_assert!(folded.contains(&*fold(&part)));
        }
    }
}
