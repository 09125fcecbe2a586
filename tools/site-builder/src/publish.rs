//! The site folder: hashed names, compressed siblings, the manifest, and the size budget.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::arguments::Speed;
use crate::bindings::{Bound, remove_if_there};
use crate::script;

/// The most that the WASM may weigh, brotli-compressed, in bytes.
const WASM_BUDGET: usize = 400_000;
/// The most that everything a first page load brings may weigh, brotli-compressed, in bytes.
const TOTAL_BUDGET: usize = 800_000;

/// The sizes of one published file (or of all snippets together), in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sizes {
    raw: usize,
    brotli: usize,
    gzip: usize,
}

impl Sizes {
    fn add(&mut self, other: Self) {
        self.raw += other.raw;
        self.brotli += other.brotli;
        self.gzip += other.gzip;
    }
}

/// Where a page finds what it loads; the manifest tells the server.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    /// The script that starts the frontend.
    pub(crate) script: String,
    /// The frontend's WASM.
    pub(crate) wasm: String,
    /// The style sheet.
    pub(crate) style: String,
    /// What charts are drawn with, if it was given.
    pub(crate) echarts: Option<String>,
    /// Scripts of the modules that pages load when they need them, by name.
    pub(crate) modules: BTreeMap<String, String>,
}

/// A site folder being filled.
pub(crate) struct Site {
    root: PathBuf,
    speed: Speed,
    published: Vec<PathBuf>,
    sizes: BTreeMap<String, Sizes>,
    /// Files that a first page load does not bring, by name.
    later: BTreeMap<String, Sizes>,
}

impl Site {
    /// Opens the folder `root`, creating it if it is not there. Files of an earlier build stay until [`Site::finish`].
    pub(crate) fn open(root: &Path, speed: Speed) -> Result<Self> {
        let pkg = root.join("pkg");
        fs::create_dir_all(&pkg).with_context(|| format!("cannot create {}", pkg.display()))?;
        Ok(Self {
            root: root.to_path_buf(),
            speed,
            published: Vec::new(),
            sizes: BTreeMap::new(),
            later: BTreeMap::new(),
        })
    }

    /// Writes `pkg/<stem>.<hash>.<extension>` with its compressed forms; returns its URL path.
    pub(crate) fn publish(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<String> {
        let (url, sizes) = self.write_hashed(stem, extension, content)?;
        self.sizes.insert(extension.to_owned(), sizes);
        Ok(url)
    }

    /// Like [`Site::publish`], for a file that pages load only when they need it: no part of a first load.
    pub(crate) fn publish_for_later(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<String> {
        let (url, sizes) = self.write_hashed(stem, extension, content)?;
        self.later.insert(stem.to_owned(), sizes);
        Ok(url)
    }

    fn write_hashed(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<(String, Sizes)> {
        let hash = short_hash(Sha256::new_with_prefix(content));
        let url = format!("/pkg/{stem}.{hash}.{extension}");
        let path = self.root.join(url.trim_start_matches('/'));
        let sizes = self.write_with_siblings(&path, content)?;
        Ok((url, sizes))
    }

    /// Writes the snippets below one folder. Returns the folder's name below `pkg/`, or nothing if there are none.
    pub(crate) fn publish_snippets(&mut self, snippets: &[(PathBuf, Vec<u8>)]) -> Result<Option<String>> {
        if snippets.is_empty() {
            return Ok(None);
        }
        let (folder, sizes) = self.write_folder("snippets", snippets)?;
        self.sizes.insert("snippets".to_owned(), sizes);
        Ok(Some(folder))
    }

    /// Writes a module that pages load only when they need it: no part of a first load. Returns its script's URL path.
    pub(crate) fn publish_module(&mut self, name: &str, bound: Bound) -> Result<String> {
        let script_name = format!("{name}.js");
        let in_snippets = |(path, content)| (Path::new("snippets").join(path), content);
        let mut files: Vec<_> = bound.snippets.into_iter().map(in_snippets).collect();
        files.push((PathBuf::from(&script_name), script::tidy(&bound.script, None).into_bytes()));
        files.push((PathBuf::from(format!("{name}_bg.wasm")), bound.wasm));
        let (folder, sizes) = self.write_folder(name, &files)?;
        self.later.insert(name.to_owned(), sizes);
        Ok(format!("/pkg/{folder}/{script_name}"))
    }

    /// Writes files that know each other by relative paths below one folder that is named by the hash of all of them.
    /// Returns the folder's name below `pkg/`, and the sizes of all files together.
    fn write_folder(&mut self, stem: &str, files: &[(PathBuf, Vec<u8>)]) -> Result<(String, Sizes)> {
        let mut hash = Sha256::new();
        for (path, content) in files {
            hash.update(path.to_string_lossy().as_bytes());
            hash.update((content.len() as u64).to_le_bytes());
            hash.update(content);
        }
        let folder = format!("{stem}.{}", short_hash(hash));
        let mut together = Sizes::default();
        for (path, content) in files {
            let path = self.root.join("pkg").join(&folder).join(path);
            together.add(self.write_with_siblings(&path, content)?);
        }
        Ok((folder, together))
    }

    /// Writes the manifest, then removes what earlier builds left in `pkg/`.
    pub(crate) fn finish(&self, addresses: &Addresses) -> Result<()> {
        let sizes: BTreeMap<_, _> = self
            .sizes
            .iter()
            .chain(&self.later)
            .map(|(kind, sizes)| (kind, json!({ "raw": sizes.raw, "brotli": sizes.brotli, "gzip": sizes.gzip })))
            .collect();
        let Addresses { script, wasm, style, echarts, modules } = addresses;
        let manifest = json!({
            "js": script, "wasm": wasm, "css": style, "echarts": echarts, "modules": modules, "sizes": sizes
        });
        write_whole(&self.root.join("manifest.json"), format!("{manifest:#}\n").as_bytes())?;
        self.remove_stale(&self.root.join("pkg"))
    }

    /// A table of what was published, for people.
    pub(crate) fn sizes(&self) -> String {
        let mut table = format!("{:<12}{:>12}{:>12}{:>12}\n", "site", "raw", "gzip", "brotli");
        let first_load = self.sizes.iter().map(|(kind, sizes)| (kind.as_str(), *sizes));
        let later = self.later.iter().map(|(name, sizes)| (name.as_str(), *sizes));
        for (kind, sizes) in first_load.chain([("first load", self.total())]).chain(later) {
            let Sizes { raw, brotli, gzip } = sizes;
            // Writing to a String cannot fail.
            let _ = writeln!(table, "{kind:<12}{raw:>12}{gzip:>12}{brotli:>12}");
        }
        table
    }

    /// What is heavier than it may be, one sentence each.
    pub(crate) fn over_budget(&self) -> Vec<String> {
        let wasm = self.sizes.get("wasm").copied().unwrap_or_default().brotli;
        [("the WASM weighs", wasm, WASM_BUDGET), ("the first load weighs", self.total().brotli, TOTAL_BUDGET)]
            .into_iter()
            .filter(|(_, bytes, budget)| bytes > budget)
            .map(|(what, bytes, budget)| format!("{what} {bytes} bytes (brotli), more than its budget of {budget}"))
            .collect()
    }

    fn total(&self) -> Sizes {
        let mut total = Sizes::default();
        for sizes in self.sizes.values() {
            total.add(*sizes);
        }
        total
    }

    /// A path carries its content's hash: what is there already, compressed forms included, need not be made again
    /// (unless it was made in a hurry, by a dev build).
    fn write_with_siblings(&mut self, path: &Path, content: &[u8]) -> Result<Sizes> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let [brotli_path, gzip_path, light_mark] = ["br", "gz", "light"].map(|suffix| with_suffix(path, suffix));
        let made_lightly = light_mark.is_file();
        let is_there = path.is_file() && brotli_path.is_file() && gzip_path.is_file();
        let usable = is_there && (!made_lightly || self.speed == Speed::Dev);
        if !usable {
            write_whole(&brotli_path, &brotli(content, self.speed)?)?;
            write_whole(&gzip_path, &gzip(content, self.speed)?)?;
            write_whole(path, content)?;
            match self.speed {
                Speed::Release => remove_if_there(&light_mark)?,
                Speed::Dev => write_whole(&light_mark, &[])?,
            }
        }
        let size = |path: &Path| -> Result<usize> { Ok(usize::try_from(fs::metadata(path)?.len())?) };
        let sizes = Sizes { raw: content.len(), brotli: size(&brotli_path)?, gzip: size(&gzip_path)? };
        self.published.extend([path.to_path_buf(), brotli_path, gzip_path, light_mark]);
        Ok(sizes)
    }

    fn remove_stale(&self, folder: &Path) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if !path.is_dir() {
                if !self.published.contains(&path) {
                    remove_if_there(&path)?;
                }
                continue;
            }
            if self.published.iter().any(|published| published.starts_with(&path)) {
                self.remove_stale(&path)?;
            } else {
                remove_if_there(&path)?;
            }
        }
        Ok(())
    }
}

/// The first 16 hexadecimal digits of a hash: enough that no two builds ever share a name.
pub(crate) fn short_hash(hash: Sha256) -> String {
    let mut name = String::with_capacity(16);
    for byte in hash.finalize().iter().take(8) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// Writes a file so that a reader sees all of it or nothing: the server may run while the site is built.
fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    let partial = with_suffix(path, "partial");
    fs::write(&partial, content)
        .and_then(|()| fs::rename(&partial, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn brotli(content: &[u8], speed: Speed) -> Result<Vec<u8>> {
    let quality = match speed {
        Speed::Release => 11,
        Speed::Dev => 4,
    };
    let parameters =
        brotli::enc::BrotliEncoderParams { quality, lgwin: 22, size_hint: content.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters).context("brotli failed")?;
    Ok(compressed)
}

fn gzip(content: &[u8], speed: Speed) -> Result<Vec<u8>> {
    let level = match speed {
        Speed::Release => Compression::best(),
        Speed::Dev => Compression::fast(),
    };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
#[path = "publish_tests.rs"]
mod tests;
