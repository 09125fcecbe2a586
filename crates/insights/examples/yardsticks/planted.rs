//! Findings against what was planted.

use onepane_insights::robust;
use onepane_insights::synth::{Noise, Plant, Season, Spec, Synthetic};
use onepane_insights::{ChangeKind, Period, SeriesReport, Settings, TrendDirection};

const SERIES: u64 = 200;
const POINTS: usize = 365;
/// A change is found if it is told so near.
const NEAR: usize = 5;

/// Prints how much of what was planted is found, and how much else. Every series is analysed alone, so that the false
/// discovery rate is that of a single series.
pub(crate) fn report() {
    println!("\nPlanted truth: {SERIES} series of {POINTS} days each");
    spikes();
    shifts();
    ramps();
    noise();
}

fn base(noise: Noise, level: f64) -> Spec {
    Spec { points: POINTS, level, noise, ..Spec::default() }
}

fn weekly(mut spec: Spec, size: f64) -> Spec {
    spec.seasons = vec![Season::Sine { period: 7, amplitude: size }, Season::Weekend { period: 7, drop: size }];
    spec
}

fn each(spec: &Spec, mut look: impl FnMut(&Synthetic, &SeriesReport)) {
    for seed in 0..SERIES {
        let made = Spec { seed: 1_000 + seed, ..spec.clone() }.make();
        let settings = Settings { period: Period::Auto, ..Settings::default() };
        let analysis = robust::analyze(std::slice::from_ref(&made.series), &settings);
        for report in &analysis.series {
            look(&made, report);
        }
    }
}

fn kinds() -> Vec<(&'static str, Spec, f64)> {
    vec![
        ("white", base(Noise::Gaussian { sd: 1.0 }, 50.0), 1.0),
        ("white, weekly season", weekly(base(Noise::Gaussian { sd: 1.0 }, 50.0), 4.0), 1.0),
        ("ar(1) 0.5", base(Noise::Ar1 { sd: 1.0, phi: 0.5 }, 50.0), 1.15),
        ("t with 3 degrees", base(Noise::Student { freedom: 3, scale: 1.0 }, 50.0), 1.7),
        ("poisson 20", base(Noise::Poisson, 20.0), 4.5),
        ("poisson 20, weekly season", weekly(base(Noise::Poisson, 20.0), 6.0), 4.5),
        ("poisson 0.3", base(Noise::Poisson, 0.3), 1.0),
        ("negative binomial 20, 0.2", base(Noise::NegativeBinomial { dispersion: 0.2 }, 20.0), 10.0),
        ("zero-heavy 0.7, 5", base(Noise::ZeroHeavy { zeros: 0.7 }, 5.0), 2.5),
    ]
}

fn spikes() {
    println!("{:<28} {:>10} {:>14}", "spikes of 10 deviations", "found", "false / 1,000");
    for (name, mut spec, deviation) in kinds() {
        let places = [60, 141, 222, 303, 364];
        spec.plants = places.iter().map(|&at| Plant::Spike { at, size: (10.0 * deviation).ceil() }).collect();
        let (mut found, mut planted, mut wrong, mut points) = (0, 0, 0, 0);
        each(&spec, |made, report| {
            let told: Vec<usize> = report.outliers.iter().map(|outlier| outlier.index).collect();
            planted += made.outliers.len();
            found += made.outliers.iter().filter(|at| told.contains(at)).count();
            wrong += told.iter().filter(|at| !made.outliers.contains(at)).count();
            points += report.n;
        });
        let per_thousand = 1_000.0 * wrong as f64 / points as f64;
        println!("{name:<28} {:>8.1} % {per_thousand:>14.2}", 100.0 * found as f64 / planted as f64);
    }
}

fn shifts() {
    println!("{:<28} {:>10} {:>14} {:>10}", "two shifts of 3 deviations", "both found", "others / series", "as ramps");
    for (name, mut spec, deviation) in kinds() {
        if matches!(spec.noise, Noise::ZeroHeavy { .. }) || spec.level < 1.0 {
            continue;
        }
        spec.plants =
            vec![Plant::Shift { at: 120, size: 3.0 * deviation }, Plant::Shift { at: 250, size: -3.0 * deviation }];
        let (mut both, mut others, mut ramps) = (0, 0, 0);
        each(&spec, |made, report| {
            let near = |at: usize| made.shifts.iter().any(|shift| shift.abs_diff(at) <= NEAR);
            let hit = made
                .shifts
                .iter()
                .filter(|&&shift| report.changepoints.iter().any(|change| change.index.abs_diff(shift) <= NEAR));
            both += i32::from(hit.count() == 2);
            others += report.changepoints.iter().filter(|change| !near(change.index)).count();
            ramps += report.changepoints.iter().filter(|change| change.kind == Some(ChangeKind::Ramp)).count();
        });
        println!(
            "{name:<28} {:>8.1} % {:>15.3} {ramps:>10}",
            100.0 * f64::from(both) / SERIES as f64,
            others as f64 / SERIES as f64
        );
    }
}

fn ramps() {
    println!("{:<28} {:>10} {:>14} {:>16}", "ramps of 6 deviations", "as ramps", "steps told", "no change told");
    for (from, to) in [(100, 250), (150, 180), (160, 175), (0, 364)] {
        let mut spec = base(Noise::Gaussian { sd: 1.0 }, 50.0);
        spec.plants = vec![Plant::Ramp { from, to, size: 6.0 }];
        let (mut ramps, mut steps, mut none) = (0, 0, 0);
        each(&spec, |_, report| {
            let kinds: Vec<Option<ChangeKind>> = report.changepoints.iter().map(|change| change.kind).collect();
            steps += kinds.iter().filter(|kind| **kind == Some(ChangeKind::Step)).count();
            ramps += usize::from(kinds.contains(&Some(ChangeKind::Ramp)));
            none += usize::from(kinds.is_empty());
        });
        println!("{:<28} {ramps:>10} {steps:>14} {none:>16}", format!("from {from} to {to}"));
    }
}

fn noise() {
    println!(
        "{:<28} {:>10} {:>10} {:>14} {:>10}",
        "noise alone: series with", "a change", "a trend", "false / 1,000", "a season"
    );
    let mut kinds = kinds();
    kinds.push(("ar(1) 0.9", base(Noise::Ar1 { sd: 1.0, phi: 0.9 }, 50.0), 1.0));
    kinds.push(("random walk", base(Noise::Ar1 { sd: 1.0, phi: 1.0 }, 50.0), 1.0));
    for (name, spec, _) in kinds {
        let (mut changes, mut trends, mut flags, mut points, mut seasons) = (0, 0, 0, 0, 0);
        each(&spec, |_, report| {
            changes += usize::from(!report.changepoints.is_empty());
            let claimed = report.trend.as_ref().is_some_and(|trend| trend.direction != TrendDirection::None);
            trends += usize::from(claimed);
            flags += report.outliers.len();
            points += report.n;
            seasons += usize::from(report.period.is_some());
        });
        let share = |count: usize| 100.0 * count as f64 / SERIES as f64;
        println!(
            "{name:<28} {:>8.1} % {:>8.1} % {:>14.2} {:>8.1} %",
            share(changes),
            share(trends),
            1_000.0 * flags as f64 / points as f64,
            share(seasons)
        );
    }
}
