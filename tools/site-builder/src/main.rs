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

mod arguments;
mod bindings;
mod css;
mod publish;
mod script;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};

use arguments::{Arguments, Speed};
use publish::Site;

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
    let wasm = fs::read(&arguments.wasm).with_context(|| format!("cannot read {}", arguments.wasm.display()))?;
    let bound = bindings::bind(&wasm, &arguments)?;
    let style = css::bundle(&arguments.css)?;

    let mut site = Site::open(&arguments.out, arguments.speed)?;
    let wasm_url = site.publish("onepane_bg", "wasm", &bound.wasm)?;
    let snippets = site.publish_snippets(&bound.snippets)?;
    let script = script::tidy(&bound.script, snippets.as_deref());
    let script_url = site.publish("onepane", "js", script.as_bytes())?;
    let style_url = site.publish("onepane", "css", style.as_bytes())?;
    let echarts_url = match &arguments.echarts {
        Some(path) => {
            let bundle = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            Some(site.publish_for_later("echarts", "js", &bundle)?)
        }
        None => None,
    };
    site.finish(&script_url, &wasm_url, &style_url, echarts_url.as_deref())?;

    eprint!("{}", site.sizes());
    let complaints = site.over_budget();
    for complaint in &complaints {
        eprintln!("site-builder: {}: {complaint}", if arguments.check { "error" } else { "warning" });
    }
    let measured_for_real = arguments.speed == Speed::Release;
    if arguments.check && measured_for_real && !complaints.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
