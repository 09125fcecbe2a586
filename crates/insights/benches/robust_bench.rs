//! Speed of the robust profile: figure, target, measured. `cargo bench -p onepane-insights --bench robust_bench`.
#![allow(clippy::print_stdout)]

use onepane_insights::robust::{self, change, stream};
use onepane_insights::synth::{Noise, Plant, Season, Spec};
use onepane_insights::{Detector, Series, Settings};
use std::time::Instant;

const SERIES: usize = 2_000;

/// Series as a large organization has them: counts and measures, with and without weeks, a few with something in them.
fn mixed(count: usize, points: usize) -> Vec<Series> {
    let noises = [
        Noise::Poisson,
        Noise::Gaussian { sd: 4.0 },
        Noise::NegativeBinomial { dispersion: 0.2 },
        Noise::Ar1 { sd: 3.0, phi: 0.6 },
        Noise::ZeroHeavy { zeros: 0.6 },
    ];
    (0..count)
        .map(|i| {
            let mut spec = Spec { points, level: 20.0, noise: noises[i % 5], seed: i as u64, ..Spec::default() };
            if i % 2 == 0 {
                spec.seasons = vec![Season::Weekend { period: 7, drop: 8.0 }];
            }
            match i % 4 {
                0 => spec.plants = vec![Plant::Spike { at: points / 3, size: 80.0 }],
                1 => spec.plants = vec![Plant::Shift { at: points / 2, size: 15.0 }],
                2 => spec.slope = 10.0 / points as f64,
                _ => {}
            }
            spec.make().series
        })
        .collect()
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn line(figure: &str, target: &str, measured: &str) {
    println!("bench | robust: {} | {target} | {measured}", figure.trim_start());
}

fn main() {
    let series = mixed(SERIES, 365);
    let settings = Settings::default();
    let how = "one core";
    let all = seconds(|| {
        std::thread::scope(|scope| {
            for half in series.chunks(SERIES / 2) {
                scope.spawn(|| drop(std::hint::black_box(robust::analyze(half, &settings))));
            }
        });
    });
    let per_ten_thousand = all / SERIES as f64 * 10_000.0;
    line("10,000 series x 365 days, three detectors, two cores", "<= 2 s", &format!("{per_ten_thousand:.2} s"));
    for detector in Detector::ALL {
        let one = Settings { detectors: vec![detector], ..Settings::default() };
        let time = seconds(|| drop(std::hint::black_box(robust::analyze(&series, &one))));
        line(
            &format!("a series of 365, {detector:?} alone, {how}"),
            "",
            &format!("{:.0} us", time / SERIES as f64 * 1e6),
        );
    }
    for points in [100, 365, 1_000, 3_000, 10_000] {
        let few = mixed((20_000 / points).max(5), points);
        let time = seconds(|| {
            for one in &few {
                drop(std::hint::black_box(robust::analyze(std::slice::from_ref(one), &settings)));
            }
        });
        let per_point = time / (few.len() * points) as f64 * 1e9;
        line(&format!("three detectors, n = {points}, one core"), "", &format!("{per_point:.0} ns/point"));
        let time = seconds(|| {
            for one in &few {
                drop(std::hint::black_box(change::changes(&one.values)));
            }
        });
        let per_point = time / (few.len() * points) as f64 * 1e9;
        line(&format!("  changes of level, n = {points}, one core"), "", &format!("{per_point:.0} ns/point"));
    }
    let stream_values = mixed(1, 4_000).remove(0).values;
    let time = seconds(|| drop(std::hint::black_box(stream::scores_by_cycle(&stream_values, 288))));
    line("scores of a stream of 4,000 rows", "", &format!("{:.0} ms", time * 1e3));
}
