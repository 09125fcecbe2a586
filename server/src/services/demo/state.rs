//! How far the demo is: a small file in the data folder.

use anyhow::Context;
use onepane_demo::DemoConfig;
use onepane_domain::Timestamp;
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
}

impl Progress {
    pub(super) fn config(&self) -> DemoConfig {
        DemoConfig { seed: self.seed, until: self.until, days: self.days, scale: self.scale }
    }
}

/// The file with what it says.
#[derive(Debug)]
pub struct DemoState {
    file: PathBuf,
    progress: Progress,
}

impl DemoState {
    pub(super) fn fresh(file: PathBuf, progress: Progress) -> Self {
        Self { file, progress }
    }

    /// What the file says; none if there is none.
    pub fn read(file: &Path) -> anyhow::Result<Option<Self>> {
        let text = match std::fs::read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| file.display().to_string()),
        };
        let progress = serde_json::from_slice(&text).with_context(|| file.display().to_string())?;
        Ok(Some(Self { file: file.to_owned(), progress }))
    }

    /// The seed of the organization that is in the store.
    pub fn seed(&self) -> u64 {
        self.progress.seed
    }

    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    pub(super) fn progress_mut(&mut self) -> &mut Progress {
        &mut self.progress
    }

    pub(super) fn update(&mut self, update: impl FnOnce(&mut Progress)) -> anyhow::Result<()> {
        update(&mut self.progress);
        self.save()
    }

    /// Writes the file whole or not at all.
    pub fn save(&self) -> anyhow::Result<()> {
        let name = || self.file.display().to_string();
        let next = self.file.with_extension("json.new");
        std::fs::write(&next, serde_json::to_vec_pretty(&self.progress)?).with_context(name)?;
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
        let mut state = super::super::fresh_state(file.clone(), 7, 30, 0.5, Timestamp::EPOCH);
        state.update(|progress| progress.filled = true).unwrap();
        let again = DemoState::read(&file).unwrap().unwrap();
        assert_eq!(again.progress, state.progress);
        std::fs::write(&file, "{").unwrap();
        assert!(DemoState::read(&file).is_err());
    }
}
