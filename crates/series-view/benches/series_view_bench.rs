//! How long a view takes after a parameter has changed, on this machine itself. In a browser: `end2end/bench.mjs`.
//! `cargo bench -p onepane-series-view` prints lines of `bench | figure | target | measured`.
#![allow(missing_docs, clippy::print_stdout)]

use onepane_domain::{Profile, SeriesInput, SeriesSettings, SeriesViewRequest};
use onepane_insights::synth::{Noise, Plant, Season, Spec};
use onepane_series_view::answer;
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 41;
const DAY_MS: i64 = 86_400_000;

fn main() {
    for (points, words) in [(540, "540 points"), (4_320, "4,320 points")] {
        for profile in Profile::ALL {
            let settings = SeriesSettings { profile, season: true, ..SeriesSettings::default() };
            let request = SeriesViewRequest { series: series(points), settings };
            let Ok(request) = serde_json::to_string(&request) else { continue };
            let mut times: Vec<f64> = (0..ROUNDS)
                .map(|_| {
                    let start = Instant::now();
                    black_box(answer(black_box(&request)));
                    1e3 * start.elapsed().as_secs_f64()
                })
                .collect();
            times.sort_unstable_by(f64::total_cmp);
            let target = if points == 540 { "<= 50 ms" } else { "" };
            let [median, p95] = [ROUNDS / 2, ROUNDS * 95 / 100].map(|rank| times[rank]);
            println!(
                "bench | series view: {words} analysed and drawn, {} (median, p95) | {target} | {median:.1} ms, {p95:.1} ms",
                profile.word()
            );
        }
    }
}

/// Counts with a week, spikes and a step.
fn series(points: usize) -> SeriesInput {
    let plants = vec![
        Plant::Spike { at: points / 3, size: 120.0 },
        Plant::Shift { at: 2 * points / 3, size: 25.0 },
        Plant::Spike { at: points - 2, size: 150.0 },
    ];
    let spec = Spec {
        points,
        level: 40.0,
        noise: Noise::Poisson,
        seasons: vec![Season::Weekend { period: 7, drop: 15.0 }],
        plants,
        seed: 5,
        ..Spec::default()
    };
    let made = spec.make().series;
    SeriesInput {
        name: "GuardDuty | Recon:EC2/PortProbe".to_owned(),
        measure: "Updates a day".to_owned(),
        start: made.timestamps.first().copied().unwrap_or_default(),
        step_ms: DAY_MS,
        values: made.values,
    }
}
