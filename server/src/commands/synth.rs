//! `onepane synth`.

use super::input;
use crate::cli::SynthArgs;
use crate::output::Lines;
use anyhow::{Context, bail};
use onepane_domain::Timestamp;
use onepane_insights::synth::{Noise, Plant, Season, Spec, Synthetic};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::process::ExitCode;

#[derive(Deserialize)]
#[serde(untagged)]
enum Specs {
    Many(Vec<Spec>),
    One(Spec),
}

/// What was planted into a series, a line of the truth file.
#[derive(Serialize)]
struct Truth<'a> {
    key: &'a str,
    outliers: &'a [usize],
    changepoints: &'a [usize],
    ramps: &'a [(usize, usize)],
}

/// Prints synthetic series as CSV that `onepane analyze` reads, and what was planted where it is asked for.
pub(crate) fn synth(args: &SynthArgs) -> anyhow::Result<ExitCode> {
    let mut specs = match &args.file {
        Some(path) => read(input::open(Some(path))?)?,
        None => examples(),
    };
    if let Some(seed) = args.seed {
        for (place, spec) in specs.iter_mut().enumerate() {
            spec.seed = seed.wrapping_add(place as u64);
        }
    }
    let mut lines = Lines::stdout();
    if args.specs {
        lines.json(&specs)?;
        lines.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    let made: Vec<Synthetic> = specs.iter().map(Spec::make).collect();
    if let Some(path) = &args.truth {
        let mut text = Vec::new();
        for one in &made {
            let truth =
                Truth { key: &one.series.key, outliers: &one.outliers, changepoints: &one.shifts, ramps: &one.ramps };
            serde_json::to_writer(&mut text, &truth)?;
            writeln!(text)?;
        }
        std::fs::write(path, text).with_context(|| path.display().to_string())?;
    }
    print(&made, &mut lines)?;
    Ok(ExitCode::SUCCESS)
}

fn read(mut input: input::Input) -> anyhow::Result<Vec<Spec>> {
    let mut text = String::new();
    input.reader.read_to_string(&mut text).with_context(|| input.name.clone())?;
    let specs = match serde_json::from_str(&text).with_context(|| input.name.clone())? {
        Specs::Many(specs) => specs,
        Specs::One(spec) => vec![spec],
    };
    for spec in &specs {
        if spec.points > MOST_POINTS {
            bail!("{}: {:?} has {} points, at most {MOST_POINTS}", input.name, spec.key, spec.points);
        }
    }
    Ok(specs)
}

/// A slip of the keyboard shall not fill the memory.
const MOST_POINTS: usize = 10_000_000;

fn print(made: &[Synthetic], lines: &mut Lines<impl Write>) -> anyhow::Result<()> {
    let mut rows = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    rows.write_record(["timestamp", "value", "key"])?;
    for Synthetic { series, .. } in made {
        for (timestamp, value) in series.timestamps.iter().zip(&series.values) {
            let value = if value.is_finite() { value.to_string() } else { String::new() };
            rows.write_record([&Timestamp::to_string(timestamp), &value, &series.key])?;
        }
    }
    let text = String::from_utf8(rows.into_inner().context("CSV")?)?;
    lines.line(text.trim_end())?;
    lines.flush()?;
    Ok(())
}

/// One series for each thing that can be planted.
fn examples() -> Vec<Spec> {
    let week = || vec![Season::Weekend { period: 7, drop: 30.0 }];
    let spec = |key: &str, seed: u64| Spec { key: key.to_owned(), seed, ..Spec::default() };
    vec![
        spec("noise", 1),
        Spec { slope: 0.2, seasons: week(), ..spec("rising, weekly", 2) },
        Spec {
            noise: Noise::Poisson,
            plants: vec![Plant::Spike { at: 120, size: 90.0 }, Plant::Spike { at: 362, size: 90.0 }],
            ..spec("spikes", 3)
        },
        Spec {
            seasons: week(),
            plants: vec![Plant::Shift { at: 130, size: 40.0 }, Plant::Shift { at: 250, size: -60.0 }],
            ..spec("two shifts, weekly", 4)
        },
        Spec { plants: vec![Plant::Ramp { from: 120, to: 220, size: 60.0 }], ..spec("ramp", 5) },
        Spec {
            level: 0.8,
            noise: Noise::ZeroHeavy { zeros: 0.7 },
            plants: vec![Plant::Burst { at: 200, points: 4, factor: 40.0 }],
            ..spec("zero-heavy, burst", 6)
        },
    ]
}
