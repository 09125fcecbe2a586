//! `site-builder`: the compiled frontend and the style sheets in, a folder that the server can serve out.
//!
//! ```text
//! site-builder --wasm target/wasm32-unknown-unknown/wasm-release/frontend.wasm \
//!              --css style/main.css --echarts target/echarts/echarts.js --out target/site --cache target/site-cache
//! ```
//!
//! Every file under `pkg/` carries the hash of its content in its name, so a browser may keep it for ever, and stands
//! beside its brotli and gzip forms, so the server never compresses at request time. `manifest.json` names the files
//! of this build and their sizes in bytes. Bindings, optimized code and compressed forms are kept between runs and
//! made again only when what they are made from has changed.
//!
//! `--module NAME=PATH` publishes another WASM module beside the frontend, as an ES module in a folder of its own: no part
//! of a first load. `import(address)` of the address that the manifest has for it, then its default export, which
//! fetches and starts it: `const series = await import(address); await series.default();`.

mod arguments;
mod bindings;
mod budget;
mod css;
mod groups;
mod merge;
mod publish;
mod script;
mod split;
mod unused;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};

use arguments::{Arguments, ModuleArgument, Speed};
use bindings::Binding;
use publish::{Addresses, Site};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("site-builder: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let arguments = Arguments::parse(std::env::args_os().skip(1))?;
    let speed = arguments.speed;
    let frontend = Binding { name: "onepane", wasm: &arguments.wasm, in_parts: true, speed };
    let bound = frontend.bind(&arguments.cache)?;

    let mut site = Site::open(&arguments.out, speed)?;
    let mut addresses = Addresses::default();
    site.publish_frontend(frontend.name, &bound, &mut addresses)?;
    addresses.style = site.publish("onepane", "css", css::bundle(&arguments.css)?.as_bytes())?;
    if let Some(path) = &arguments.echarts {
        let bundle = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        addresses.echarts = Some(site.publish_for_later("echarts", "js", &bundle)?);
    }
    for ModuleArgument { name, wasm } in &arguments.modules {
        let bound = Binding { name, wasm, in_parts: false, speed }.bind(&arguments.cache)?;
        addresses.modules.insert(name.clone(), site.publish_module(name, &bound)?);
    }
    site.finish(&addresses)?;

    eprint!("{}", site.weights().table());
    let complaints = site.weights().over_budget();
    for complaint in &complaints {
        eprintln!("site-builder: {}: {complaint}", if arguments.check { "error" } else { "warning" });
    }
    let measured_for_real = arguments.speed == Speed::Release;
    if arguments.check && measured_for_real && !complaints.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
