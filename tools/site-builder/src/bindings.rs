//! wasm-bindgen and wasm-opt, remembered by the hash of what goes in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::arguments::{Arguments, Speed};

/// Part of the cache key: raise it when this module makes something else of the same input.
const RECIPE: &str = "1";

/// Features that rustc's own LLVM turns on for WebAssembly. `wasm-opt` refuses code that uses what it is not told of,
/// and older ones (Debian 12 has 108) know none of them by default.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// The frontend as a browser loads it.
pub(crate) struct Bound {
    /// The module that loads and wraps the WASM.
    pub(crate) script: String,
    /// The WASM.
    pub(crate) wasm: Vec<u8>,
    /// JavaScript files that crates bring along, by path below `snippets/`, in order.
    pub(crate) snippets: Vec<(PathBuf, Vec<u8>)>,
}

/// Makes the bindings for `wasm` and, in release, optimizes its size; or returns what an earlier run made of it.
pub(crate) fn bind(wasm: &[u8], arguments: &Arguments) -> Result<Bound> {
    let optimizer = match arguments.speed {
        Speed::Release => arguments.wasm_opt.as_deref(),
        Speed::Dev => None,
    };
    let key = key(wasm, arguments.speed, optimizer)?;
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
    match optimizer {
        Some(program) => optimize(program, &folder.join("onepane_bg.wasm"))?,
        None if arguments.speed == Speed::Release => {
            eprintln!(
                "site-builder: note: no wasm-opt, so the WASM is about a third larger than it could be; install binaryen"
            );
        }
        None => {}
    }
    fs::write(folder.join("done"), [])?;
    read(&folder)
}

/// Names a result by everything that it depends on. wasm-bindgen's version is in the WASM: the frontend links it.
fn key(wasm: &[u8], speed: Speed, optimizer: Option<&Path>) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(RECIPE);
    hash.update([u8::from(speed == Speed::Release)]);
    if let Some(program) = optimizer {
        let version = Command::new(program)
            .arg("--version")
            .output()
            .with_context(|| format!("cannot run {}", program.display()))?;
        hash.update(version.stdout);
    }
    hash.update(wasm);
    Ok(crate::publish::short_hash(hash))
}

fn optimize(program: &Path, wasm: &Path) -> Result<()> {
    let smaller = wasm.with_extension("opt");
    let output = Command::new(program)
        .arg("-Oz")
        .args(FEATURES)
        .arg(wasm)
        .arg("-o")
        .arg(&smaller)
        .output()
        .with_context(|| format!("cannot run {}", program.display()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
        eprintln!("site-builder: note: wasm-opt failed ({first}); the WASM stays as wasm-bindgen made it");
        return remove_if_there(&smaller);
    }
    let gained = fs::metadata(&smaller)?.len() < fs::metadata(wasm)?.len();
    if gained {
        fs::rename(&smaller, wasm)?;
        return Ok(());
    }
    remove_if_there(&smaller)
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
