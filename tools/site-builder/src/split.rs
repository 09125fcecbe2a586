//! The frontend in parts: what every page needs, and a chunk for each page that is loaded when it is opened.
//!
//! A function marked `#[wasm_split(NAME)]` (crate `wasm_split_helpers`) is where a part begins. All that only it can reach
//! goes into its chunk; what several such functions reach, and the main module does not, into chunks that they share.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use walrus::ModuleConfig;

use crate::arguments::Speed;

/// The script through which the main module fetches chunks; wasm-bindgen's script imports it by this name.
pub(crate) const LOADER: &str = "split.js";

/// Which files a part needs beside the main module, in the order of their numbers, by the part's name.
pub(crate) type Parts = BTreeMap<String, Vec<String>>;

/// Splits `wasm`, which must have been linked with `--emit-relocs`. Writes the chunks and [`LOADER`] into `folder`, where
/// the bindings called `name` will stand too. Returns the main module, which still needs its bindings, and the parts.
pub(crate) fn split(wasm: &[u8], name: &str, folder: &Path, speed: Speed) -> Result<(Vec<u8>, Parts)> {
    let main = folder.join("main.wasm");
    let link_name = format!("./{LOADER}");
    let main_module = format!("./{name}.js");
    let mut options = wasm_split_cli_support::Options::new(wasm);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = &link_name;
    options.main_module = &main_module;
    let split = wasm_split_cli_support::transform(options).map_err(|report| anyhow!("{report:#}"))?;

    for chunk in &split.split_modules {
        let large = fs::read(chunk).with_context(|| format!("cannot read {}", chunk.display()))?;
        fs::write(chunk, tidy(&large, speed)?).with_context(|| format!("cannot write {}", chunk.display()))?;
    }
    let main_wasm = fs::read(&main).with_context(|| format!("cannot read {}", main.display()))?;
    fs::remove_file(&main)?;
    let in_files = |stems: Vec<String>| stems.into_iter().map(|stem| format!("{stem}.wasm")).collect();
    let parts = split.prefetch_map.into_iter().map(|(part, stems)| (part, in_files(stems))).collect();
    Ok((main_wasm, parts))
}

/// Writes a chunk anew: numbers that the linker left room in become as short as they can be, and the names go unless they
/// are kept for stack traces. wasm-bindgen does the same for the main module.
fn tidy(chunk: &[u8], speed: Speed) -> Result<Vec<u8>> {
    let mut module = ModuleConfig::new()
        .generate_name_section(speed == Speed::Dev)
        .generate_producers_section(false)
        .parse(chunk)
        .context("a chunk is no module")?;
    Ok(module.emit_wasm())
}
