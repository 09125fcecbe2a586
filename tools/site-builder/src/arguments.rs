//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};

/// How much work to put into small files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speed {
    /// Small files for users: brotli 11, gzip 9.
    Release,
    /// Quick turns for developers: light compression, function names kept for stack traces.
    Dev,
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
                "--out" => parsed.out = value()?,
                "--cache" => parsed.cache = value()?,
                "--dev" => parsed.speed = Speed::Dev,
                "--check" => parsed.check = true,
                _ => bail!(
                    "unknown argument {name}; known: --wasm --css --echarts --out --cache (each with a path), --dev, --check"
                ),
            }
        }
        if parsed.wasm.as_os_str().is_empty() {
            bail!("--wasm PATH is needed: the compiled frontend");
        }
        Ok(parsed)
    }
}
