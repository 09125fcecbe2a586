//! Which chunks are worth a request of their own.
//!
//! What two pages share is a chunk of its own, and what three share is another: with each page there are more of them, and
//! many hold a kilobyte. Putting two together saves a request to the pages that need both, and costs those that need one.

use std::collections::BTreeSet;

/// What a request costs, in bytes of uncompressed WASM that might be loaded in the same time.
const REQUEST: usize = 12_000;

/// A chunk, or some together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// The files.
    pub(crate) files: Vec<String>,
    /// How large they are.
    pub(crate) bytes: usize,
    /// The pages that need any of them, and so load all of them.
    pub(crate) pages: BTreeSet<String>,
}

impl Group {
    /// What is saved if both are one, over all pages; less than nothing if it costs more.
    fn saving(&self, other: &Self) -> i64 {
        let in_both = self.pages.intersection(&other.pages).count();
        let loaded_in_vain = self.bytes * (other.pages.len() - in_both) + other.bytes * (self.pages.len() - in_both);
        signed(REQUEST * in_both) - signed(loaded_in_vain)
    }

    fn join(&mut self, other: Self) {
        self.files.extend(other.files);
        self.bytes += other.bytes;
        self.pages.extend(other.pages);
    }
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Puts groups together as long as it saves anything, what saves most first. The same groups in the same order always
/// become the same.
pub(crate) fn put_together(mut groups: Vec<Group>) -> Vec<Group> {
    loop {
        let pairs = (0..groups.len()).flat_map(|one| (one + 1..groups.len()).map(move |other| (one, other)));
        let best = pairs
            .map(|(one, other)| (groups[one].saving(&groups[other]), one, other))
            .filter(|(saving, ..)| *saving > 0)
            .reduce(|best, pair| if pair.0 > best.0 { pair } else { best });
        let Some((_, one, other)) = best else { return groups };
        let other = groups.remove(other);
        groups[one].join(other);
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, put_together};
    use proptest::prelude::*;

    fn group(file: &str, bytes: usize, pages: &str) -> Group {
        let pages = pages.chars().map(String::from).collect();
        Group { files: vec![file.to_owned()], bytes, pages }
    }

    fn files(groups: &[Group]) -> Vec<String> {
        groups.iter().map(|group| group.files.join("+")).collect()
    }

    #[test]
    fn small_chunks_go_together_and_large_ones_of_different_pages_do_not() {
        let groups = put_together(vec![
            group("small", 900, "ab"),
            group("tiny", 500, "ac"),
            group("large", 60_000, "bc"),
            group("another", 70_000, "ad"),
        ]);
        assert_eq!(files(&groups), ["small+tiny", "large", "another"]);
        assert_eq!(groups[0].pages, group("", 0, "abc").pages);
    }

    #[test]
    fn chunks_of_the_same_pages_are_one() {
        let groups = put_together(vec![group("a", 500_000, "xy"), group("b", 400_000, "xy")]);
        assert_eq!(files(&groups), ["a+b"]);
    }

    proptest! {
        #[test]
        fn every_file_stays_once_and_every_page_gets_what_it_needs(
            given in prop::collection::vec((0..200_000_usize, "[a-f]{1,6}"), 0..12)
        ) {
            let chunks: Vec<_> =
                given.iter().enumerate().map(|(number, (bytes, pages))| group(&number.to_string(), *bytes, pages)).collect();
            let together = put_together(chunks.clone());
            let mut all: Vec<_> = together.iter().flat_map(|group| group.files.clone()).collect();
            all.sort_by_key(|file| file.parse::<usize>().unwrap());
            prop_assert_eq!(all, (0..given.len()).map(|number| number.to_string()).collect::<Vec<_>>());
            for chunk in &chunks {
                let home = together.iter().find(|group| group.files.contains(&chunk.files[0])).unwrap();
                prop_assert!(chunk.pages.is_subset(&home.pages));
            }
        }
    }
}
