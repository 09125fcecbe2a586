//! The peers' work, timed beside the peers.
//!
//! `cargo bench -p onepane-insights` prints lines of `bench | figure | target | measured`. Both sides are medians of
//! processor seconds on one core. The peers' include making their series object; ours start from a [`Series`], and sort
//! and check it where the detector does (outlier).
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use onepane_domain::Timestamp;
use onepane_insights::kats::{
    BocpdModel, CusumSettings, MkSettings, RobustStatSettings, bocpd, cusum, prepare, robust_stat, scan_outliers,
    windowed_mann_kendall,
};
use onepane_insights::segment::{Kernel, Stop, binary_segmentation, kernel_segmentation, pelt};
use onepane_insights::{DecompositionModel, Period, Series, decompose, grid, stats, trend};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Median CPU seconds of the peers at 365, 1,000 and 10,000 points, where they were run: statsmodels 0.14.6, Kats b71b6ad,
/// pymannkendall 1.4.3, ruptures 1.1.10, numpy 1.26.4, scipy 1.17.1 under Python 3.11.7 on one thread of an Intel Xeon.
/// The two slowest ran once and give wall seconds.
struct Peer {
    name: &'static str,
    seconds: [Option<f64>; 3],
    /// How many times faster we are to be.
    factor: f64,
}

const SIZES: [usize; 3] = [365, 1_000, 10_000];

fn main() {
    // A process that has freed a large block keeps freed memory, as a running server does and a fresh one does not.
    drop(black_box(vec![1_u8; 24 << 20]));
    let series: Vec<Series> = SIZES.iter().map(|&count| daily_counts(count)).collect();
    let additive = DecompositionModel::Additive;

    compare(
        &Peer {
            name: "decomposition, statsmodels",
            seconds: [Some(5.197e-4), Some(5.075e-4), Some(5.762e-4)],
            factor: 20.0,
        },
        &series,
        |series| decompose::classical(&series.values, 7, additive, true).unwrap().resid[0],
    );
    compare(
        &Peer { name: "STL, statsmodels", seconds: [Some(2.224e-3), Some(5.902e-3), Some(5.305e-2)], factor: 1.0 },
        &series,
        |series| decompose::Stl::new(7, false).fit(&series.values).unwrap().resid[0],
    );
    compare(
        &Peer { name: "robust STL, statsmodels", seconds: [Some(1.596e-2), Some(4.0e-2), Some(3.533e-1)], factor: 1.0 },
        &series,
        |series| decompose::Stl::new(7, true).fit(&series.values).unwrap().resid[0],
    );
    compare(
        &Peer { name: "outlier, Kats", seconds: [Some(1.297e-2), Some(4.906e-2), Some(9.402e-2)], factor: 500.0 },
        &series,
        |series| {
            let prepared = prepare(&grid::ordered(series), Period::Auto).unwrap();
            scan_outliers(&prepared.values, prepared.period, additive).unwrap().outliers(3.0).len() as f64
        },
    );
    compare(
        &Peer { name: "CUSUM, Kats", seconds: [Some(3.248e-3), Some(1.032e-2), Some(8.544e-3)], factor: 200.0 },
        &series,
        |series| cusum(&series.values, &series.timestamps, &CusumSettings::default())[0].llr,
    );
    compare(
        &Peer {
            name: "windowed Mann-Kendall, Kats",
            seconds: [Some(0.7795), Some(1.8694), Some(36.23)],
            factor: 5_000.0,
        },
        &series,
        |series| windowed_mann_kendall(&series.values, &MkSettings::default()).unwrap().len() as f64,
    );
    compare(
        &Peer { name: "RobustStat, Kats", seconds: [Some(3.335e-3), Some(3.421e-3), Some(1.011e-2)], factor: 1.0 },
        &series,
        |series| robust_stat(&series.values, &RobustStatSettings::default()).len() as f64,
    );
    compare(
        &Peer { name: "BOCPD normal, Kats", seconds: [Some(7.41e-2), Some(0.1797), None], factor: 1.0 },
        &series[..2],
        |series| bocpd(&series.values, BocpdModel::Normal, 0.01, 10).unwrap().aggregated[1],
    );
    compare(
        &Peer {
            name: "Mann-Kendall, pymannkendall",
            seconds: [Some(9.858e-3), Some(2.583e-2), Some(1.492)],
            factor: 1.0,
        },
        &series,
        |series| trend::mann_kendall(&series.values, 0.05).p_value + trend::sen_slope(&series.values).slope,
    );
    compare(
        &Peer {
            name: "linear regression, scipy",
            seconds: [Some(4.691e-4), Some(2.567e-4), Some(3.5e-4)],
            factor: 1.0,
        },
        &series,
        |series| {
            let x: Vec<f64> = (0..series.values.len()).map(|place| place as f64).collect();
            trend::least_squares(&x, &series.values).p_value
        },
    );
    let penalty = |values: &[f64]| {
        let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
        3.0 * (values.len() as f64).ln() * stats::variance(&steps, 0) / 2.0
    };
    compare(
        &Peer {
            name: "exact PELT l2, ruptures KernelCPD (C)",
            seconds: [Some(1.874e-4), Some(1.235e-3), Some(0.1865)],
            factor: 1.0,
        },
        &series,
        |series| pelt(&series.values, penalty(&series.values), 2).len() as f64,
    );
    compare(
        &Peer {
            name: "exact PELT l2, one change, no pruning",
            seconds: [Some(1.874e-4), Some(1.235e-3), Some(0.1865)],
            factor: 1.0,
        },
        &series,
        |series| pelt(&series.values, 1e12, 2).len() as f64,
    );
    compare(
        &Peer {
            name: "exact PELT l2, ruptures Pelt jump 1",
            seconds: [Some(0.51), Some(3.765), Some(531.2)],
            factor: 1.0,
        },
        &series,
        |series| pelt(&series.values, penalty(&series.values), 2).len() as f64,
    );
    compare(
        &Peer {
            name: "binary segmentation, ruptures",
            seconds: [Some(2.467e-2), Some(7.027e-2), Some(0.9332)],
            factor: 1.0,
        },
        &series,
        |series| {
            let stop = Stop::Penalty(penalty(&series.values));
            binary_segmentation(&series.values, stop, 2).unwrap().len() as f64
        },
    );
    compare(
        &Peer {
            name: "Gaussian kernel, ruptures Pelt jump 5",
            seconds: [Some(2.157e-2), Some(0.3846), None],
            factor: 1.0,
        },
        &series[..2],
        |series| {
            let kernel = Kernel::Gaussian { gamma: 0.01, diagonal: onepane_insights::segment::KernelDiagonal::One };
            kernel_segmentation(&series.values, kernel, 10.0, 2).len() as f64
        },
    );
}

/// Prints one figure a size: time, times faster than the peer, nanoseconds a point, and the exponent of growth from the
/// size before.
fn compare(peer: &Peer, series: &[Series], work: impl Fn(&Series) -> f64) {
    let mut before: Option<(f64, f64)> = None;
    for (series, seconds) in series.iter().zip(peer.seconds) {
        let count = series.values.len() as f64;
        let took = median(|| work(series));
        let growth = before.map_or(String::new(), |(size, time)| {
            format!(", grows as n^{:.2}", (took / time).ln() / (count / size).ln())
        });
        before = Some((count, took));
        let (target, times) = seconds.map_or((String::new(), String::new()), |seconds| {
            (format!(">= {}x", peer.factor), format!("{:.0}x of {}, ", seconds / took, time(seconds)))
        });
        println!(
            "bench | insights: {}, n = {} | {target} | {times}{}, {:.1} ns/point{growth}",
            peer.name,
            series.values.len(),
            time(took),
            took * 1e9 / count,
        );
    }
}

/// Processor seconds of the median of several rounds, each long enough for the count; the clock's where there is none.
fn median(work: impl Fn() -> f64) -> f64 {
    let begin = Instant::now();
    black_box(work());
    let once = begin.elapsed().as_secs_f64().max(1e-9);
    let repeats = (0.03 / once).ceil().clamp(1.0, 1e6) as u32;
    let mut rounds: Vec<f64> = (0..9)
        .map(|_| {
            let (worked, begin) = (processor_time(), Instant::now());
            for _ in 0..repeats {
                black_box(work());
            }
            let took = processor_time().checked_sub(worked).filter(|took| !took.is_zero());
            took.unwrap_or_else(|| begin.elapsed()).as_secs_f64() / f64::from(repeats)
        })
        .collect();
    stats::median_of(&mut rounds)
}

/// What this process has worked, by Linux' count; zero elsewhere.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

fn time(seconds: f64) -> String {
    if seconds < 1e-3 {
        format!("{:.1} us", seconds * 1e6)
    } else if seconds < 1.0 {
        format!("{:.2} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}

/// The series that the peers were timed on: Poisson daily counts with a weekly cycle, a shift at 0.6 n and one spike.
fn daily_counts(count: usize) -> Series {
    let mut state = 42_u64;
    let mut uniform = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut poisson = |mean: f64| {
        let (mut events, mut left) = (0_u32, uniform());
        while left > (-mean).exp() {
            events += 1;
            left *= uniform();
        }
        f64::from(events)
    };
    let mut values: Vec<f64> = (0..count)
        .map(|day| {
            let weekday = 1.0 + 0.3 * (day as f64 * std::f64::consts::TAU / 7.0).sin();
            poisson(100.0 * weekday) + if day as f64 >= 0.6 * count as f64 { 30.0 } else { 0.0 }
        })
        .collect();
    values[count / 3] += 200.0;
    let first: Timestamp = "2000-01-01".parse().unwrap();
    Series { key: String::new(), timestamps: (0..count as i64).map(|day| first.plus_days(day)).collect(), values }
}
