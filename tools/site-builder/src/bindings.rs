//! wasm-bindgen, remembered by the hash of what goes in.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::arguments::Speed;

/// Part of the cache key: raise it when this module makes something else of the same input.
const RECIPE: &str = "3";

/// A WASM module as a browser loads it.
pub(crate) struct Bound {
    /// The module that loads and wraps the WASM.
    pub(crate) script: String,
    /// The WASM.
    pub(crate) wasm: Vec<u8>,
    /// JavaScript files that crates bring along, by path below `snippets/`, in order.
    pub(crate) snippets: Vec<(PathBuf, Vec<u8>)>,
}

/// What to bind, and how.
pub(crate) struct Binding<'a> {
    /// The stem of the script's name; the script knows the WASM as `<name>_bg.wasm`.
    pub(crate) name: &'a str,
    /// The module as rustc made it.
    pub(crate) wasm: &'a Path,
    /// Whether the script looks for the WASM beside itself unless told otherwise; it must be told if not.
    pub(crate) finds_its_wasm: bool,
    /// Whether names are kept, for stack traces.
    pub(crate) speed: Speed,
}

impl Binding<'_> {
    /// Makes the bindings, or returns what an earlier run made of the same module and left below `cache`.
    pub(crate) fn bind(&self, cache: &Path) -> Result<Bound> {
        let wasm = fs::read(self.wasm).with_context(|| format!("cannot read {}", self.wasm.display()))?;
        let kept = cache.join(self.name);
        let folder = kept.join(self.key(&wasm));
        if folder.join("done").is_file() {
            return self.read(&folder);
        }

        // Only the newest result is worth its space.
        remove_if_there(&kept)?;
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let kept_for_stack_traces = self.speed == Speed::Dev;
        Bindgen::new()
            .input_bytes(self.name, wasm)
            .out_name(self.name)
            .web(true)?
            .typescript(false)
            .omit_default_module_path(!self.finds_its_wasm)
            .remove_name_section(!kept_for_stack_traces)
            .remove_producers_section(true)
            .generate(&folder)
            .with_context(|| format!("wasm-bindgen failed on {}", self.wasm.display()))?;
        fs::write(folder.join("done"), [])?;
        self.read(&folder)
    }

    /// Names a result by everything that it depends on. wasm-bindgen's version is in the WASM: its maker links it.
    fn key(&self, wasm: &[u8]) -> String {
        let mut hash = Sha256::new();
        hash.update(RECIPE);
        hash.update([u8::from(self.speed == Speed::Release), u8::from(self.finds_its_wasm)]);
        hash.update(wasm);
        crate::publish::short_hash(hash)
    }

    fn read(&self, folder: &Path) -> Result<Bound> {
        let script = fs::read_to_string(folder.join(format!("{}.js", self.name)))?;
        let wasm = fs::read(folder.join(format!("{}_bg.wasm", self.name)))?;
        let mut snippets = Vec::new();
        let root = folder.join("snippets");
        if root.is_dir() {
            collect(&root, &root, &mut snippets)?;
            snippets.sort();
        }
        Ok(Bound { script, wasm, snippets })
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
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
