//! How far the demo is: a small file in the data folder.

use anyhow::Context;
use onepane_demo::{DemoConfig, FindingsConfig};
use onepane_domain::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What the file says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Progress {
    pub(super) seed: u64,
    pub(super) days: u32,
    pub(super) scale: f64,
    /// The end of the history, and the beginning of life.
    pub(super) until: Timestamp,
    /// Everything of the history since this instant is in the store.
    pub(super) filled_back_to: Option<Timestamp>,
    /// The whole history is.
    pub(super) filled: bool,
    /// Life is in the store up to here.
    pub(super) live_until: Timestamp,
    /// The metrics of the history since this instant are in the store.
    #[serde(default)]
    pub(super) metrics_back_to: Option<Timestamp>,
    /// The metrics of life are in the store up to here.
    #[serde(default = "long_ago")]
    pub(super) metrics_until: Timestamp,
    /// How many days of findings the history has.
    #[serde(default = "finding_days")]
    pub(super) finding_days: u32,
    /// The findings of the history since this day are in the lake; none before it was begun.
    #[serde(default)]
    pub(super) findings_back_to: Option<Timestamp>,
    /// The findings of life are in the lake up to here.
    #[serde(default)]
    pub(super) findings_until: Option<Timestamp>,
}

/// For a file from before there were metrics: whatever is made up for is made up for.
fn long_ago() -> Timestamp {
    Timestamp::MIN
}

/// For a file from before there were findings.
fn finding_days() -> u32 {
    FindingsConfig::new(0, Timestamp::EPOCH).days
}

impl Progress {
    pub(super) fn config(&self) -> DemoConfig {
        DemoConfig { seed: self.seed, until: self.until, days: self.days, scale: self.scale }
    }

    pub(super) fn findings(&self) -> FindingsConfig {
        FindingsConfig { seed: self.seed, until: self.until, days: self.finding_days, scale: self.scale }
    }
}

/// The file with what it says.
#[derive(Debug)]
pub struct DemoState {
    file: PathBuf,
    progress: Mutex<Progress>,
}

impl DemoState {
    pub(super) fn fresh(file: PathBuf, progress: Progress) -> Self {
        Self { file, progress: Mutex::new(progress) }
    }

    /// What the file says; none if there is none.
    pub fn read(file: &Path) -> anyhow::Result<Option<Self>> {
        let text = match std::fs::read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| file.display().to_string()),
        };
        let progress = serde_json::from_slice(&text).with_context(|| file.display().to_string())?;
        Ok(Some(Self::fresh(file.to_owned(), progress)))
    }

    /// The seed of the organization that is in the store.
    pub fn seed(&self) -> u64 {
        self.progress.lock().seed
    }

    /// The folder that holds it.
    pub(super) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    pub(super) fn progress(&self) -> Progress {
        self.progress.lock().clone()
    }

    /// Notes something that is written with the next save.
    pub(super) fn change(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.progress.lock());
    }

    pub(super) fn update(&self, update: impl FnOnce(&mut Progress)) -> anyhow::Result<()> {
        self.change(update);
        self.save()
    }

    /// Writes the file whole or not at all.
    pub fn save(&self) -> anyhow::Result<()> {
        let name = || self.file.display().to_string();
        // Held to the end: two savers would write into each other's file.
        let progress = self.progress.lock();
        let next = self.file.with_extension("json.new");
        std::fs::write(&next, serde_json::to_vec_pretty(&*progress)?).with_context(name)?;
        std::fs::rename(&next, &self.file).with_context(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("demo.json");
        assert!(DemoState::read(&file).unwrap().is_none());
        let state = super::super::fresh_state(file.clone(), 7, 30, 0.5, 548, Timestamp::EPOCH);
        state.update(|progress| progress.filled = true).unwrap();
        let again = DemoState::read(&file).unwrap().unwrap();
        assert_eq!(again.progress(), state.progress());
        std::fs::write(&file, "{").unwrap();
        assert!(DemoState::read(&file).is_err());
    }
}
