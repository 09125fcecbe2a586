//! The API key of `POST /ingest/events`.

use crate::settings::{Secret, Settings};
use anyhow::{Context, ensure};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The configured key; else the one in the data folder, which is made at the first start.
pub(super) fn find_or_make(settings: &Settings) -> anyhow::Result<Secret> {
    match &settings.ingest_key {
        Some(key) => Ok(key.clone()),
        None => of_file(&settings.data_dir.join("ingest.key")),
    }
}

fn of_file(path: &Path) -> anyhow::Result<Secret> {
    let name = || format!("ingest key {}", path.display());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(mut file) => {
            let mut bytes = [0u8; 32];
            getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("{}: no randomness: {error}", name()))?;
            let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            file.write_all(key.as_bytes()).with_context(name)?;
            tracing::info!(file = %path.display(), "an ingest key was made");
            Ok(Secret::new(key))
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let key = std::fs::read_to_string(path).with_context(name)?.trim().to_owned();
            ensure!(key.len() >= 16, "{}: want 16 characters or more; remove the file to get a new key", name());
            Ok(Secret::new(key))
        }
        Err(error) => Err(error).with_context(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ingest.key");
        let key = of_file(&path).unwrap();
        assert_eq!(key.expose().len(), 64);
        assert_eq!(of_file(&path).unwrap(), key);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, "short").unwrap();
        assert!(of_file(&path).unwrap_err().to_string().contains("ingest.key"));
    }
}
