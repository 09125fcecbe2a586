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
    let mut times = Vec::new();
    let mut slowest = (Duration::ZERO, String::new());
    let requests = queries::mixed(&made, &index);
    for round in 0..2 {
        for (name, request) in &requests {
            let begin = Instant::now();
            let result = index.search(request, now);
            let took = begin.elapsed();
            assert!(result.rows.len() <= 100);
            // The first round warms caches that a running server has warm.
            if round == 0 {
                continue;
            }
            if std::env::var_os("ONEPANE_BENCH_EACH").is_some() {
                println!("{:8.2} ms  {:>8} rows  {name}", took.as_secs_f64() * 1e3, result.total);
            }
            if took > slowest.0 {
                slowest = (took, name.clone());
            }
            times.push(took);
        }
    }
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100).max(1) - 1];
    let title = |what: &str| format!("index: mixed query {what}, {thousands} workloads");
    line(&title("p50"), "", &millis(at(50)));
    line(&title("p95"), "<= 20 ms", &millis(at(95)));
    line(&title("max"), "", &format!("{} ({})", millis(at(100)), slowest.1));

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
