//! `onepane render`.

use super::input;
use crate::output::print_line;
use anyhow::{Context, bail};
use onepane_charts::svg::{Renderer, RendererConfig, bundle_of_site};
use onepane_charts::{Size, Theme, chart_names, draw, example};
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Nobody else waits for a command line: it may take longer over a chart than the server.
const TIME: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub(crate) struct RenderArgs {
    /// The chart's name; --list prints all
    #[arg(required_unless_present = "list")]
    chart: Option<String>,
    /// The chart's data as JSON; standard input if it is `-`
    #[arg(long, value_name = "FILE", required_unless_present_any = ["list", "example"])]
    data: Option<PathBuf>,
    /// The SVG file to write
    #[arg(long, value_name = "FILE", required_unless_present_any = ["list", "example"])]
    out: Option<PathBuf>,
    /// Colours: light or dark
    #[arg(long, default_value_t = Theme::Light)]
    theme: Theme,
    /// Pixels across
    #[arg(long, default_value_t = Size::default().width(), value_parser = clap::value_parser!(u32).range(80..=4000))]
    width: u32,
    /// Pixels down
    #[arg(long, default_value_t = Size::default().height(), value_parser = clap::value_parser!(u32).range(80..=4000))]
    height: u32,
    /// The folder of the built pages, which holds what charts are drawn with
    #[arg(long, value_name = "DIR", default_value = "target/site", env = "ONEPANE_SITE_DIR")]
    site_dir: PathBuf,
    /// Print the name of every chart, and what it shows
    #[arg(long)]
    list: bool,
    /// Print example data of the chart instead of drawing it
    #[arg(long, conflicts_with_all = ["data", "out"])]
    example: bool,
}

/// Draws a chart to a file; or prints the charts, or example data.
pub(crate) fn render(args: &RenderArgs) -> anyhow::Result<ExitCode> {
    if args.list {
        for (name, shows) in chart_names() {
            print_line(&format!("{name:<22} {shows}"))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let chart = args.chart.as_deref().unwrap_or_default();
    if args.example {
        print_line(&example(chart)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(out) = &args.out else { bail!("--out FILE is needed") };
    let mut input = input::open(args.data.as_deref())?;
    let mut json = String::new();
    input.reader.read_to_string(&mut json).with_context(|| format!("read {}", input.name))?;
    let size = Size::new(args.width, args.height);
    // The error names the chart and the field.
    let drawing = draw(chart, &json, args.theme, size).with_context(|| input.name.clone())?;

    let bundle = bundle_of_site(&args.site_dir).context("what charts are drawn with is missing: run `make site`")?;
    let config = RendererConfig { contexts: 1, time: TIME, memory_bytes: 512 << 20, ..RendererConfig::default() };
    let svg = Renderer::new(bundle, config)?.svg(&drawing, size, args.theme).context(drawing.name)?;
    std::fs::write(out, svg.as_bytes()).with_context(|| format!("write {}", out.display()))?;
    Ok(ExitCode::SUCCESS)
}
