//! wasm-bindgen, remembered by the hash of what goes in.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::arguments::Speed;
use crate::script::tidy;
use crate::split::{self, Parts};

/// Part of the cache key: raise it when this module makes something else of the same input.
const RECIPE: &str = "6";
/// What stands in a kept result's folder beside its files: the parts, and a sign that all of it was written.
const DONE: &str = "done.json";

/// A WASM module as a browser loads it.
#[derive(Debug, Default)]
pub(crate) struct Bound {
    /// All files, by their paths below one folder, in order. They know each other by relative paths.
    pub(crate) files: Vec<(PathBuf, Vec<u8>)>,
    /// Which files each part of a split module needs beside the main module.
    pub(crate) parts: Parts,
}

/// What to bind, and how.
pub(crate) struct Binding<'a> {
    /// The stem of the files' names: `<name>.js` loads and wraps `<name>_bg.wasm`.
    pub(crate) name: &'a str,
    /// The module as rustc made it.
    pub(crate) wasm: &'a Path,
    /// Whether it is split into parts first.
    pub(crate) in_parts: bool,
    /// Whether names are kept, for stack traces.
    pub(crate) speed: Speed,
}

impl Binding<'_> {
    /// Makes the bindings, or returns what an earlier run made of the same module and left below `cache`.
    pub(crate) fn bind(&self, cache: &Path) -> Result<Bound> {
        let wasm = fs::read(self.wasm).with_context(|| format!("cannot read {}", self.wasm.display()))?;
        let kept = cache.join(self.name);
        let folder = kept.join(self.key(&wasm));
        if !folder.join(DONE).is_file() {
            // Only the newest result is worth its space.
            remove_if_there(&kept)?;
            fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
            self.make(wasm, &folder).with_context(|| format!("cannot make bindings for {}", self.wasm.display()))?;
        }

        let mut files = Vec::new();
        collect(&folder, &folder, &mut files)?;
        files.sort();
        let parts = serde_json::from_slice(&fs::read(folder.join(DONE))?)?;
        Ok(Bound { files, parts })
    }

    fn make(&self, wasm: Vec<u8>, folder: &Path) -> Result<()> {
        let (main, parts) = match self.in_parts {
            true => split::split(&wasm, self.name, folder)?,
            false => (wasm, Parts::new()),
        };
        let kept_for_stack_traces = self.speed == Speed::Dev;
        Bindgen::new()
            .input_bytes(self.name, main)
            .out_name(self.name)
            .web(true)?
            .typescript(false)
            // The script looks for the WASM beside itself.
            .omit_default_module_path(false)
            // Chunks are linked to what the main module exports, by its own names.
            .keep_lld_exports(self.in_parts)
            .demangle(!self.in_parts)
            .remove_name_section(!kept_for_stack_traces)
            .remove_producers_section(true)
            .generate(folder)
            .context("wasm-bindgen failed")?;
        for script in [format!("{}.js", self.name), split::LOADER.to_owned()] {
            let path = folder.join(script);
            if path.is_file() {
                fs::write(&path, tidy(&fs::read_to_string(&path)?))?;
            }
        }
        Ok(fs::write(folder.join(DONE), serde_json::to_vec(&parts)?)?)
    }

    /// Names a result by everything that it depends on. wasm-bindgen's version is in the WASM: its maker links it.
    fn key(&self, wasm: &[u8]) -> String {
        let mut hash = Sha256::new();
        hash.update(RECIPE);
        hash.update([u8::from(self.speed == Speed::Release), u8::from(self.in_parts)]);
        hash.update(wasm);
        crate::publish::short_hash(hash)
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if !path.ends_with(DONE) {
            let relative = path.strip_prefix(root)?.to_path_buf();
            files.push((relative, fs::read(&path)?));
        }
    }
    Ok(())
}

/// Removes a file or a folder with all in it. Nothing there is fine.
pub(crate) fn remove_if_there(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => bail!("cannot remove {}: {error}", path.display()),
    }
}

#[cfg(test)]
#[path = "bindings_tests.rs"]
mod tests;
