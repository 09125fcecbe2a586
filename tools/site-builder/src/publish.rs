//! The site folder: hashed names, compressed siblings, and the manifest.

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
use crate::budget::{Sizes, Weights};
use crate::split::LOADER;

/// Where a page finds what it loads; the manifest tells the server.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    /// The script that starts the frontend.
    pub(crate) script: String,
    /// The frontend's main module.
    pub(crate) wasm: String,
    /// The frontend's chunks beside that, by the page that needs them.
    pub(crate) pages: BTreeMap<String, Vec<String>>,
    /// The script that fetches chunks, if there are any.
    pub(crate) loader: Option<String>,
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
    weights: Weights,
}

impl Site {
    /// Opens the folder `root`, creating it if it is not there. Files of an earlier build stay until [`Site::finish`].
    pub(crate) fn open(root: &Path, speed: Speed) -> Result<Self> {
        let pkg = root.join("pkg");
        fs::create_dir_all(&pkg).with_context(|| format!("cannot create {}", pkg.display()))?;
        Ok(Self { root: root.to_path_buf(), speed, published: Vec::new(), weights: Weights::default() })
    }

    /// What has been published so far, weighed.
    pub(crate) fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Writes `pkg/<stem>.<hash>.<extension>` with its compressed forms; returns its URL path.
    pub(crate) fn publish(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<String> {
        let (url, sizes) = self.write_hashed(stem, extension, content)?;
        self.weights.always.insert(extension.to_owned(), sizes);
        Ok(url)
    }

    /// Like [`Site::publish`], for a file that pages load only when they need it: no part of a first load.
    pub(crate) fn publish_for_later(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<String> {
        let (url, sizes) = self.write_hashed(stem, extension, content)?;
        self.weights.later.insert(stem.to_owned(), sizes);
        Ok(url)
    }

    /// Writes the frontend: every page loads its scripts and its main module first, and the chunks of that page.
    pub(crate) fn publish_frontend(&mut self, name: &str, bound: &Bound, addresses: &mut Addresses) -> Result<()> {
        let (folder, sizes) = self.write_folder(name, &bound.files)?;
        let main = PathBuf::from(format!("{name}_bg.wasm"));
        let mut scripts = Sizes::default();
        for (path, sizes) in &sizes {
            if *path == main {
                self.weights.always.insert("wasm".to_owned(), *sizes);
            } else if path.extension().is_some_and(|extension| extension == "js") {
                scripts += *sizes;
            }
        }
        self.weights.always.insert("js".to_owned(), scripts);
        for (page, files) in &bound.parts {
            let mut chunks = Sizes::default();
            for file in files {
                chunks +=
                    *sizes.get(Path::new(file)).with_context(|| format!("{page} needs {file}, which is not there"))?;
            }
            self.weights.pages.insert(page.clone(), chunks);
            let urls = files.iter().map(|file| format!("/pkg/{folder}/{file}")).collect();
            addresses.pages.insert(page.clone(), urls);
        }
        let has_loader = sizes.contains_key(Path::new(LOADER));
        addresses.loader = has_loader.then(|| format!("/pkg/{folder}/{LOADER}"));
        addresses.script = format!("/pkg/{folder}/{name}.js");
        addresses.wasm = format!("/pkg/{folder}/{}", main.display());
        Ok(())
    }

    /// Writes a module that pages load only when they need it: no part of a first load. Returns its script's URL path.
    pub(crate) fn publish_module(&mut self, name: &str, bound: &Bound) -> Result<String> {
        let (folder, sizes) = self.write_folder(name, &bound.files)?;
        let mut together = Sizes::default();
        sizes.into_values().for_each(|sizes| together += sizes);
        self.weights.later.insert(name.to_owned(), together);
        Ok(format!("/pkg/{folder}/{name}.js"))
    }

    /// Writes files that know each other by relative paths below one folder that is named by the hash of all of them.
    /// Returns the folder's name below `pkg/`, and each file's sizes.
    fn write_folder(&mut self, stem: &str, files: &[(PathBuf, Vec<u8>)]) -> Result<(String, BTreeMap<PathBuf, Sizes>)> {
        let mut hash = Sha256::new();
        for (path, content) in files {
            hash.update(path.to_string_lossy().as_bytes());
            hash.update((content.len() as u64).to_le_bytes());
            hash.update(content);
        }
        let folder = format!("{stem}.{}", short_hash(hash));
        let mut sizes = BTreeMap::new();
        for (path, content) in files {
            let full = self.root.join("pkg").join(&folder).join(path);
            sizes.insert(path.clone(), self.write_with_siblings(&full, content)?);
        }
        Ok((folder, sizes))
    }

    fn write_hashed(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<(String, Sizes)> {
        let hash = short_hash(Sha256::new_with_prefix(content));
        let url = format!("/pkg/{stem}.{hash}.{extension}");
        let path = self.root.join(url.trim_start_matches('/'));
        let sizes = self.write_with_siblings(&path, content)?;
        Ok((url, sizes))
    }

    /// Writes the manifest, then removes what earlier builds left in `pkg/`.
    pub(crate) fn finish(&self, addresses: &Addresses) -> Result<()> {
        let Addresses { script, wasm, pages, loader, style, echarts, modules } = addresses;
        let manifest = json!({
            "js": script, "wasm": wasm, "pages": pages, "loader": loader, "css": style, "echarts": echarts,
            "modules": modules, "sizes": self.weights.json(),
        });
        write_whole(&self.root.join("manifest.json"), format!("{manifest:#}\n").as_bytes())?;
        self.remove_stale(&self.root.join("pkg"))
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
