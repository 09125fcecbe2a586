//! `onepane.toml`.

use super::{ConfigError, keys};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Spanned, Value};

/// What the file says: values as texts, each with its line.
#[derive(Debug, Clone, Default)]
pub struct FileSettings {
    path: PathBuf,
    values: BTreeMap<&'static str, (String, usize)>,
}

impl FileSettings {
    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::File { file: path.display().to_string(), reason: error.to_string() })?;
        Self::parse(path, &text)
    }

    /// Reads the text of a file; `path` is for messages.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        let table: BTreeMap<Spanned<String>, Spanned<Value>> = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let message = error.message().replace('\n', " ");
            ConfigError::File { file: file.clone(), reason: format!("line {line}: {message}") }
        })?;
        let mut values = BTreeMap::new();
        let mut unknown = Vec::new();
        for (name, value) in table {
            let line = line_of(text, name.span().start);
            let Some(key) = keys::find(name.get_ref()) else {
                unknown.push(format!("{} (line {line})", name.get_ref()));
                continue;
            };
            let text = match value.into_inner() {
                Value::String(text) => text,
                Value::Integer(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                Value::Boolean(switch) => switch.to_string(),
                Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                    let reason = format!("line {line}: {}: want a single value", key.name);
                    return Err(ConfigError::File { file, reason });
                }
            };
            values.insert(key.name, (text, line));
        }
        if !unknown.is_empty() {
            return Err(ConfigError::UnknownKey { file, keys: unknown.join(", ") });
        }
        Ok(Self { path: path.to_owned(), values })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn values(&self) -> &BTreeMap<&'static str, (String, usize)> {
        &self.values
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count()
}
