//! The command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// How much work to put into small files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speed {
    /// Small files for users: brotli 11, gzip 9.
    Release,
    /// Quick turns for developers: light compression, function names kept for stack traces.
    Dev,
}

/// A WebAssembly module of its own, which pages load only when they need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModuleArgument {
    /// What the manifest calls it: lower-case letters, digits and hyphens.
    pub(crate) name: String,
    /// The module as rustc made it.
    pub(crate) wasm: PathBuf,
}

/// What to build from, and where to.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// The frontend as rustc made it.
    pub(crate) wasm: PathBuf,
    /// The style sheet that imports all others.
    pub(crate) css: PathBuf,
    /// The bundle that charts are drawn with, in pages and on the server; none if absent.
    pub(crate) echarts: Option<PathBuf>,
    /// Modules beside the frontend, each name once.
    pub(crate) modules: Vec<ModuleArgument>,
    /// The site folder.
    pub(crate) out: PathBuf,
    /// Where bindings are kept between runs.
    pub(crate) cache: PathBuf,
    /// How much work to put into small files.
    pub(crate) speed: Speed,
    /// Whether a site over the size budget is an error.
    pub(crate) check: bool,
}

impl Arguments {
    /// Reads the arguments after the program's name. Unknown or repeated-without-value arguments are errors.
    pub(crate) fn parse(given: impl IntoIterator<Item = OsString>) -> Result<Self> {
        let mut parsed = Self {
            wasm: PathBuf::new(),
            css: PathBuf::from("style/main.css"),
            echarts: None,
            modules: Vec::new(),
            out: PathBuf::from("target/site"),
            cache: PathBuf::from("target/site-cache"),
            speed: Speed::Release,
            check: false,
        };
        let mut given = given.into_iter();
        while let Some(argument) = given.next() {
            let name = argument.to_string_lossy().into_owned();
            let mut value = || match given.next() {
                Some(value) => Ok(PathBuf::from(value)),
                None => bail!("{name} needs a value"),
            };
            match name.as_str() {
                "--wasm" => parsed.wasm = value()?,
                "--css" => parsed.css = value()?,
                "--echarts" => parsed.echarts = Some(value()?),
                "--module" => {
                    let module = module(&value()?)?;
                    if parsed.modules.iter().any(|other| other.name == module.name) {
                        bail!("--module {} is given twice", module.name);
                    }
                    parsed.modules.push(module);
                }
                "--out" => parsed.out = value()?,
                "--cache" => parsed.cache = value()?,
                "--dev" => parsed.speed = Speed::Dev,
                "--check" => parsed.check = true,
                _ => bail!(
                    "unknown argument {name}; known: --wasm --css --echarts --out --cache (each with a path), \
                     --module NAME=PATH, --dev, --check"
                ),
            }
        }
        if parsed.wasm.as_os_str().is_empty() {
            bail!("--wasm PATH is needed: the compiled frontend");
        }
        Ok(parsed)
    }
}

/// Reads `NAME=PATH`.
fn module(given: &Path) -> Result<ModuleArgument> {
    let Some((name, wasm)) = given.to_str().and_then(|given| given.split_once('=')) else {
        bail!("--module needs NAME=PATH, not {}", given.display());
    };
    let is_plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    if name.is_empty() || wasm.is_empty() || !name.bytes().all(is_plain) {
        bail!(
            "--module needs NAME=PATH, with a name of lower-case letters, digits and hyphens, not {}",
            given.display()
        );
    }
    Ok(ModuleArgument { name: name.to_owned(), wasm: PathBuf::from(wasm) })
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    fn parse(given: &str) -> anyhow::Result<Arguments> {
        Arguments::parse(given.split(' ').map(Into::into))
    }

    #[test]
    fn modules_are_named_and_may_be_many() {
        let parsed = parse("--wasm a.wasm --module series=target/b.wasm --module x-2=c=d.wasm").unwrap();
        let modules: Vec<_> =
            parsed.modules.iter().map(|module| (module.name.as_str(), module.wasm.to_str().unwrap())).collect();
        assert_eq!(modules, [("series", "target/b.wasm"), ("x-2", "c=d.wasm")]);
    }

    #[test]
    fn a_module_needs_a_plain_name_of_its_own_and_a_path() {
        for wrong in ["b.wasm", "=b.wasm", "series=", "../series=b.wasm", "Series=b.wasm", "a=b --module a=c"] {
            assert!(parse(&format!("--wasm a.wasm --module {wrong}")).is_err(), "{wrong}");
        }
    }
}
