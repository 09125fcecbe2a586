//! What a chart costs on the server.
//!
//! `cargo bench -p onepane-charts` prints lines of `bench | figure | target | measured`. Needs the
//! bundle: `scripts/build-echarts`.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::panic)]

use onepane_charts::svg::{Renderer, RendererConfig};
use onepane_charts::{Drawing, Line, MetricLines, Size, Theme, TimeGrid, chart_names, draw, example, metric_lines};
use std::time::{Duration, Instant};

/// How often each figure is measured.
const ROUNDS: usize = 41;

fn main() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/echarts/echarts.js");
    let bundle =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}: run scripts/build-echarts"));
    let before = resident();
    let begin = Instant::now();
    let renderer = Renderer::new(bundle, RendererConfig { contexts: 1, ..RendererConfig::default() }).unwrap();
    line("charts: a warm context", "", &millis(begin.elapsed()));
    line("charts: memory of a warm context", "", &format!("{:.1} MB", resident().saturating_sub(before) as f64 / 1e6));

    // Another height each time is another picture of the same data.
    let draw_line = || -> Drawing { metric_lines(&year(), Theme::Light, Size::default()).unwrap() };
    let size = |round: usize| Size::new(760, 300 + round as u32);
    let mut cold = Vec::new();
    let mut worked = Vec::new();
    let mut cached = Vec::new();
    let mut bytes = 0;
    for round in 0..ROUNDS {
        let drawing = draw_line();
        let (begin, worked_before) = (Instant::now(), processor_time());
        let svg = renderer.svg(&drawing, size(round), Theme::Light).unwrap();
        cold.push(begin.elapsed());
        worked.push(processor_time().saturating_sub(worked_before));
        bytes = svg.len();
        let begin = Instant::now();
        renderer.svg(&drawing, size(round), Theme::Light).unwrap();
        cached.push(begin.elapsed());
    }
    line("charts: a line of 365 points to SVG, median", "<= 20 ms", &millis(percentile(&mut cold, 50)));
    line("charts: the same, p95", "", &millis(percentile(&mut cold, 95)));
    // On a machine that is busy with other work this says more than the clock does.
    line("charts: the same, median of processor time", "<= 20 ms", &millis(percentile(&mut worked, 50)));
    line("charts: the same from the cache, median", "<= 0.2 ms", &millis(percentile(&mut cached, 50)));
    line("charts: the same from the cache, p95", "<= 0.2 ms", &millis(percentile(&mut cached, 95)));
    line("charts: size of its SVG", "", &format!("{:.1} KB", bytes as f64 / 1e3));

    for (name, _) in chart_names() {
        let data = example(name).unwrap();
        let mut times = Vec::new();
        for round in 0..ROUNDS / 4 {
            let drawing = draw(name, &data, Theme::Dark, size(round)).unwrap();
            let worked_before = processor_time();
            renderer.svg(&drawing, size(round), Theme::Dark).unwrap();
            times.push(processor_time().saturating_sub(worked_before));
        }
        line(
            &format!("charts: example of {name} to SVG, median of processor time"),
            "",
            &millis(percentile(&mut times, 50)),
        );
    }
}

fn year() -> MetricLines {
    let values = (0..365_u32).map(|day| Some(f64::from(day * 7_919 % 977))).collect();
    MetricLines {
        measure: "Findings".to_owned(),
        unit: "Count".to_owned(),
        time: TimeGrid { start: "2026-01-01T00:00:00Z".parse().unwrap(), step_seconds: 86_400 },
        lines: vec![Line { label: "medium".to_owned(), values, is_previous: false }],
    }
}

/// The nearest-rank percentile.
fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent).div_ceil(100).max(1) - 1]
}

/// What all threads of this process have worked, by Linux' count; zero elsewhere.
fn processor_time() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}

/// The memory of this process, by Linux' count; zero elsewhere.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok()).unwrap_or_default() * 1_024
}

fn line(figure: &str, target: &str, measured: &str) {
    println!("bench | {figure} | {target} | {measured}");
}

fn millis(duration: Duration) -> String {
    format!("{:.3} ms", duration.as_secs_f64() * 1e3)
}
