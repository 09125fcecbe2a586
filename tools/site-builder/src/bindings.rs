//! wasm-bindgen, remembered by the hash of what goes in.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::arguments::{Arguments, Speed};

/// Part of the cache key: raise it when this module makes something else of the same input.
const RECIPE: &str = "2";

/// The frontend as a browser loads it.
pub(crate) struct Bound {
    /// The module that loads and wraps the WASM.
    pub(crate) script: String,
    /// The WASM.
    pub(crate) wasm: Vec<u8>,
    /// JavaScript files that crates bring along, by path below `snippets/`, in order.
    pub(crate) snippets: Vec<(PathBuf, Vec<u8>)>,
}

/// Makes the bindings for `wasm`, or returns what an earlier run made of it.
pub(crate) fn bind(wasm: &[u8], arguments: &Arguments) -> Result<Bound> {
    let key = key(wasm, arguments.speed);
    let folder = arguments.cache.join(&key);
    if folder.join("done").is_file() {
        return read(&folder);
    }

    // Only the newest result is worth its space.
    remove_if_there(&arguments.cache)?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let kept_for_stack_traces = arguments.speed == Speed::Dev;
    Bindgen::new()
        .input_path(&arguments.wasm)
        .out_name("onepane")
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(!kept_for_stack_traces)
        .remove_producers_section(true)
        .generate(&folder)
        .context("wasm-bindgen failed")?;
    fs::write(folder.join("done"), [])?;
    read(&folder)
}

/// Names a result by everything that it depends on. wasm-bindgen's version is in the WASM: the frontend links it.
fn key(wasm: &[u8], speed: Speed) -> String {
    let mut hash = Sha256::new();
    hash.update(RECIPE);
    hash.update([u8::from(speed == Speed::Release)]);
    hash.update(wasm);
    crate::publish::short_hash(hash)
}

fn read(folder: &Path) -> Result<Bound> {
    let script = fs::read_to_string(folder.join("onepane.js"))?;
    let wasm = fs::read(folder.join("onepane_bg.wasm"))?;
    let mut snippets = Vec::new();
    let root = folder.join("snippets");
    if root.is_dir() {
        collect(&root, &root, &mut snippets)?;
        snippets.sort();
    }
    Ok(Bound { script, wasm, snippets })
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
