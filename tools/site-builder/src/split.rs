//! The frontend in parts: what every page needs, and a chunk for each page that is loaded when it is opened.
//!
//! A function marked `#[wasm_split(NAME)]` (crate `wasm_split_helpers`) is where a part begins. All that only it can reach
//! goes into its chunk; what several such functions reach, and the main module does not, into chunks that they share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde_json::json;

use crate::groups::{Group, put_together};
use crate::merge::merge;
use crate::unused::without_unused;

/// The script through which the main module fetches chunks; wasm-bindgen's script imports it by this name.
pub(crate) const LOADER: &str = "split.js";

/// Which files a part needs beside the main module, by the part's name.
pub(crate) type Parts = BTreeMap<String, Vec<String>>;

/// Splits `wasm`, which must have been linked with `--emit-relocs`. Writes the chunks and [`LOADER`] into `folder`, where
/// the bindings called `name` will stand too. Returns the main module, which still needs its bindings, and the parts.
pub(crate) fn split(wasm: &[u8], name: &str, folder: &Path) -> Result<(Vec<u8>, Parts)> {
    let main = folder.join("main.wasm");
    let link_name = format!("./{LOADER}");
    let used = without_unused(wasm)?;
    let mut options = wasm_split_cli_support::Options::new(&used);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = &link_name;
    let split = wasm_split_cli_support::transform(options).map_err(|report| anyhow!("cannot split: {report:#}"))?;

    let mut needed_by: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (page, stems) in &split.prefetch_map {
        for stem in stems {
            needed_by.entry(stem.clone()).or_default().insert(page.clone());
        }
    }
    let mut chunks: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut groups = Vec::new();
    for (stem, pages) in needed_by {
        let chunk = take(&folder.join(format!("{stem}.wasm")))?;
        groups.push(Group { files: vec![stem.clone()], bytes: chunk.len(), pages });
        chunks.insert(stem, chunk);
    }

    let mut parts: Parts = split.prefetch_map.into_keys().map(|page| (page, Vec::new())).collect();
    for (number, group) in put_together(groups).into_iter().enumerate() {
        let file = chunk_name(&group, number);
        let together: Vec<_> = group.files.iter().filter_map(|stem| chunks.remove(stem)).collect();
        let path = folder.join(&file);
        fs::write(&path, merge(&together)?).with_context(|| format!("cannot write {}", path.display()))?;
        for page in group.pages {
            parts.entry(page).or_default().push(file.clone());
        }
    }
    fs::write(folder.join(LOADER), loader(name, &parts))?;
    Ok((take(&main)?, parts))
}

/// A page's own chunk is called like the page.
fn chunk_name(group: &Group, number: usize) -> String {
    match (group.pages.first(), group.pages.len()) {
        (Some(page), 1) => format!("{page}.wasm"),
        _ => format!("shared_{number}.wasm"),
    }
}

/// The script [`LOADER`].
fn loader(name: &str, parts: &Parts) -> String {
    let mut script = include_str!("split.js").replace("MAIN", &format!("{name}.js"));
    for (page, files) in parts {
        // The name is what the macro `wasm_split` calls it. Writing to a String cannot fail.
        let _ = writeln!(script, "export const __wasm_split_load_{page} = loader({});", json!(files));
    }
    script
}

/// Reads a file that nobody needs any more.
fn take(path: &Path) -> Result<Vec<u8>> {
    let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::{Parts, loader};

    #[test]
    fn the_loader_exports_what_the_macro_imports() {
        let parts: Parts = [
            ("jobs".to_owned(), vec!["shared_0.wasm".to_owned(), "jobs.wasm".to_owned()]),
            ("empty".to_owned(), Vec::new()),
        ]
        .into();
        let script = loader("onepane", &parts);
        assert!(script.contains(r#"import { initSync } from "./onepane.js";"#), "{script}");
        let exports: Vec<_> = script.lines().filter(|line| line.starts_with("export")).collect();
        let expected = [
            "export const __wasm_split_load_empty = loader([]);",
            r#"export const __wasm_split_load_jobs = loader(["shared_0.wasm","jobs.wasm"]);"#,
        ];
        assert_eq!(exports, expected);
    }
}
