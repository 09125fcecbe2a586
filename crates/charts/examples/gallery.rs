//! Draws every chart's example in both themes into a folder, to look at:
//! `cargo run -p onepane-charts --example gallery -- target/charts`.
#![allow(clippy::print_stdout)]

use onepane_charts::svg::{Renderer, RendererConfig};
use onepane_charts::{Size, Theme, chart_names, draw, example};
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "target/charts".into()));
    std::fs::create_dir_all(&folder)?;
    let bundle = std::fs::read_to_string("target/echarts/echarts.js")
        .map_err(|error| format!("target/echarts/echarts.js: {error}: run scripts/build-echarts"))?;
    let renderer = Renderer::new(bundle, RendererConfig::default())?;
    for (name, _) in chart_names() {
        for theme in Theme::ALL {
            let size = Size::default();
            let drawing = draw(name, &example(name)?, theme, size)?;
            let file = folder.join(format!("{name}-{theme}.svg"));
            std::fs::write(&file, renderer.svg(&drawing, size, theme)?.as_bytes())?;
            println!("{}: {}", file.display(), drawing.summary);
        }
    }
    Ok(())
}
