//! A million believable workloads, and a mixed set of 200 queries against them.
//!
//! `cargo bench -p onepane-index` prints lines of `bench | figure | target | measured`. The number of workloads can be
//! given: `cargo bench -p onepane-index -- 100000`.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

#[path = "index_bench/queries.rs"]
mod queries;
#[path = "index_bench/workloads.rs"]
mod workloads;

use onepane_index::WorkloadIndex;
use std::time::{Duration, Instant};

/// How often each query is measured.
const ROUNDS: usize = 5;

fn main() {
    let count = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(1_000_000);
    let mut made = workloads::Workloads::new(count, 7);
    let mut index = WorkloadIndex::new(workloads::organization());
    let mut filling = Duration::ZERO;
    loop {
        let batch = made.batch(20_000);
        if batch.is_empty() {
            break;
        }
        let begin = Instant::now();
        for state in &batch {
            index.apply(state);
        }
        filling += begin.elapsed();
    }
    let rows = index.len() as f64;
    let thousands = grouped(index.len());
    let per_second = rows / filling.as_secs_f64();
    line(
        &format!("index: fill, {thousands} workloads"),
        ">= 300,000 rows/s",
        &format!("{} rows/s", grouped(per_second as usize)),
    );

    let now = workloads::now();
    let requests = queries::mixed(&index);
    let mut times = Vec::new();
    let mut best = vec![Duration::MAX; requests.len()];
    let mut worked = vec![Duration::MAX; requests.len()];
    for round in 0..=ROUNDS {
        for (number, (_, request)) in requests.iter().enumerate() {
            let worked_before = processor_time();
            let begin = Instant::now();
            let result = index.search(request, now);
            let took = begin.elapsed();
            assert!(result.rows.len() <= 100);
            // The first round warms caches that a running server has warm.
            if round > 0 {
                times.push(took);
                best[number] = best[number].min(took);
                worked[number] = worked[number].min(processor_time().saturating_sub(worked_before));
            }
        }
    }
    if std::env::var_os("ONEPANE_BENCH_EACH").is_some() {
        for (number, (name, _)) in requests.iter().enumerate() {
            println!("{} best, {} of processor time: {name}", millis(best[number]), millis(worked[number]));
        }
    }
    let title = |what: &str| format!("index: mixed query {what}, {thousands} workloads");
    line(&title("p50"), "", &millis(percentile(&mut times, 50)));
    line(&title("p95"), "<= 20 ms", &millis(percentile(&mut times, 95)));
    line(&title("max"), "", &millis(percentile(&mut times, 100)));
    // On a machine that is busy with other work these say more than the clock does.
    line(&title(&format!("p95, best of {ROUNDS} rounds")), "<= 20 ms", &millis(percentile(&mut best, 95)));
    line(&title("p95 of processor time, best round"), "", &millis(percentile(&mut worked, 95)));

    let bytes = index.memory_bytes();
    line(&format!("index: memory, {thousands} workloads"), "<= 200 MB", &format!("{:.1} MB", bytes as f64 / 1e6));
    line("index: memory a workload", "<= 200 bytes", &format!("{:.0} bytes", bytes as f64 / rows));

    let begin = Instant::now();
    let (children, total) = index.children(&made.a_parent(), 100);
    let took = begin.elapsed();
    assert!(total > 0 && !children.is_empty());
    line("index: children of a workload", "<= 2 ms", &millis(took));
    let cutoff = now.plus_days(-15);
    let begin = Instant::now();
    let dropped = index.retain_since(cutoff);
    line("index: drop half by retention", "", &format!("{} ({} rows)", millis(begin.elapsed()), grouped(dropped)));
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

fn line(figure: &str, target: &str, measured: &str) {
    println!("bench | {figure} | {target} | {measured}");
}

fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
