//! The file of events and metric records that were not kept, each with the reason.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// The file's usual name in the data folder.
pub(crate) const DEAD_LETTERS: &str = "dead-letters.jsonl";

/// One event or record that was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Why not.
    pub reason: String,
    /// The line of the source at which it starts, from 1.
    pub line: u64,
    /// The file it came from, `-` for standard input; of a delivery what names it.
    pub source: String,
    /// The text of it as it came.
    pub event: String,
}

impl DeadLetter {
    /// What tells it from others, whatever the reason given this time.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.line, &self.source, &self.event).hash(&mut hasher);
        hasher.finish()
    }
}

/// Letters that are known, so that none is written twice; with more than this, those that come again are.
const MOST_KNOWN: usize = 1_000_000;

/// The file, made when the first letter comes. A letter is written whole and at once: several processes may write.
#[derive(Debug)]
pub struct DeadLetters {
    path: PathBuf,
    open: Option<File>,
    known: HashSet<u64>,
    count: u64,
}

impl DeadLetters {
    /// The file at `path`.
    pub fn at(path: PathBuf) -> Self {
        Self { path, open: None, known: HashSet::new(), count: 0 }
    }

    /// Appends a letter, unless the file has it already.
    pub fn write(&mut self, letter: &DeadLetter) -> anyhow::Result<()> {
        let name = || format!("dead letters {}", self.path.display());
        if self.open.is_none() {
            self.known = fingerprints(&self.path).with_context(name)?;
            let file = OpenOptions::new().create(true).append(true).open(&self.path).with_context(name)?;
            self.open = Some(file);
        }
        self.count += 1;
        if let Some(file) = self.open.as_mut().filter(|_| self.known.insert(letter.fingerprint())) {
            let mut text = serde_json::to_vec(letter).with_context(name)?;
            text.push(b'\n');
            file.write_all(&text).with_context(name)?;
        }
        if self.known.len() > MOST_KNOWN {
            self.known.clear();
        }
        Ok(())
    }

    /// Letters of this run.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The file, if there were any.
    pub(crate) fn written_to(&self) -> Option<&Path> {
        self.open.as_ref().map(|_| self.path.as_path())
    }
}

/// What an earlier run left in the file. A line that is no letter (a run that was killed while writing) counts for
/// nothing.
fn fingerprints(path: &Path) -> std::io::Result<HashSet<u64>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(HashSet::new()),
        Err(error) => return Err(error),
    };
    let mut known = HashSet::new();
    for line in BufReader::new(file).split(b'\n') {
        if let Ok(letter) = serde_json::from_slice::<DeadLetter>(&line?) {
            known.insert(letter.fingerprint());
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_adds_only_what_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dead.jsonl");
        let letter = |line| DeadLetter { reason: "why".into(), line, source: "a.json".into(), event: "{\n".into() };
        for lines in [1..3, 1..4] {
            let mut letters = DeadLetters::at(path.clone());
            assert!(letters.written_to().is_none());
            for line in lines {
                letters.write(&letter(line)).unwrap();
            }
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let read: Vec<DeadLetter> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, [letter(1), letter(2), letter(3)]);
    }
}
