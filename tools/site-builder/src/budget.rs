//! What pages load, what it weighs, and what it may weigh.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::AddAssign;

use serde_json::{Value, json};

/// The most that the WASM of one page may weigh, brotli-compressed, in bytes: the main module and the page's chunks.
const WASM_BUDGET: usize = 400_000;
/// The most that everything a first load of one page brings may weigh, brotli-compressed, in bytes.
const TOTAL_BUDGET: usize = 800_000;

/// The sizes of one published file, or of some together, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) raw: usize,
    pub(crate) brotli: usize,
    pub(crate) gzip: usize,
}

impl AddAssign for Sizes {
    fn add_assign(&mut self, other: Self) {
        self.raw += other.raw;
        self.brotli += other.brotli;
        self.gzip += other.gzip;
    }
}

impl Sizes {
    fn json(self) -> Value {
        json!({ "raw": self.raw, "brotli": self.brotli, "gzip": self.gzip })
    }
}

/// What a site weighs, by when it is loaded.
#[derive(Debug, Default)]
pub(crate) struct Weights {
    /// What every page loads first, by kind: `css`, `js`, `wasm`.
    pub(crate) always: BTreeMap<String, Sizes>,
    /// The chunks that one page loads first beside that, by the page.
    pub(crate) pages: BTreeMap<String, Sizes>,
    /// What no page loads first, by name.
    pub(crate) later: BTreeMap<String, Sizes>,
}

impl Weights {
    /// What a first load of each page brings. A site that is not split has one line, for all pages.
    fn first_loads(&self) -> Vec<(String, Sizes)> {
        let mut common = Sizes::default();
        self.always.values().for_each(|sizes| common += *sizes);
        if self.pages.is_empty() {
            return vec![("first load".to_owned(), common)];
        }
        let with_chunks = |(page, chunks): (&String, &Sizes)| {
            let mut sizes = common;
            sizes += *chunks;
            (format!("first load of {page}"), sizes)
        };
        self.pages.iter().map(with_chunks).collect()
    }

    /// A table, for people.
    pub(crate) fn table(&self) -> String {
        let mut table = format!("{:<24}{:>12}{:>12}{:>12}\n", "site", "raw", "gzip", "brotli");
        let always = self.always.iter().map(|(kind, sizes)| (kind.clone(), *sizes));
        let chunks = self.pages.iter().map(|(page, sizes)| (format!("chunks of {page}"), *sizes));
        let later = self.later.iter().map(|(name, sizes)| (format!("later: {name}"), *sizes));
        for (what, sizes) in always.chain(chunks).chain(self.first_loads()).chain(later) {
            let Sizes { raw, brotli, gzip } = sizes;
            // Writing to a String cannot fail.
            let _ = writeln!(table, "{what:<24}{raw:>12}{gzip:>12}{brotli:>12}");
        }
        table
    }

    /// What is heavier than it may be, one sentence each.
    pub(crate) fn over_budget(&self) -> Vec<String> {
        let main = self.always.get("wasm").copied().unwrap_or_default().brotli;
        let mut wasm: Vec<_> =
            self.pages.iter().map(|(page, chunks)| (format!("the WASM of {page}"), main + chunks.brotli)).collect();
        if wasm.is_empty() {
            wasm.push(("the WASM".to_owned(), main));
        }
        let wasm = wasm.into_iter().map(|(what, bytes)| (what, bytes, WASM_BUDGET));
        let total =
            self.first_loads().into_iter().map(|(what, sizes)| (format!("the {what}"), sizes.brotli, TOTAL_BUDGET));
        wasm.chain(total)
            .filter(|(_, bytes, budget)| bytes > budget)
            .map(|(what, bytes, budget)| {
                format!("{what} weighs {bytes} bytes (brotli), more than its budget of {budget}")
            })
            .collect()
    }

    /// All of it, for the manifest.
    pub(crate) fn json(&self) -> Value {
        let whole = |sizes: &BTreeMap<String, Sizes>| -> Value {
            sizes.iter().map(|(name, sizes)| (name.clone(), sizes.json())).collect::<serde_json::Map<_, _>>().into()
        };
        json!({ "always": whole(&self.always), "pages": whole(&self.pages), "later": whole(&self.later) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Sizes, Weights};

    fn bytes(brotli: usize) -> Sizes {
        Sizes { raw: 3 * brotli, brotli, gzip: 2 * brotli }
    }

    fn weights(main: usize, pages: &[(&str, usize)]) -> Weights {
        Weights {
            always: [("css".to_owned(), bytes(10_000)), ("wasm".to_owned(), bytes(main))].into(),
            pages: pages.iter().map(|(page, weight)| ((*page).to_owned(), bytes(*weight))).collect(),
            later: [("echarts".to_owned(), bytes(900_000))].into(),
        }
    }

    #[test]
    fn a_page_weighs_what_its_first_load_brings() {
        let complaints = weights(300_000, &[("jobs", 100_000), ("metrics", 100_001)]).over_budget();
        assert_eq!(complaints, ["the WASM of metrics weighs 400001 bytes (brotli), more than its budget of 400000"]);
        let table = weights(300_000, &[("jobs", 100_000)]).table();
        let line = table.lines().find(|line| line.starts_with("first load of jobs")).unwrap();
        assert!(line.ends_with(" 410000"), "{line}");
    }

    #[test]
    fn a_site_in_one_piece_is_held_to_the_same() {
        assert!(weights(400_000, &[]).over_budget().is_empty(), "what is loaded later does not count");
        let complaints = weights(800_000, &[]).over_budget();
        assert_eq!(complaints.len(), 2, "{complaints:?}");
    }
}
