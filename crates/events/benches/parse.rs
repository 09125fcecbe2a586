//! How fast published events are read: `cargo bench -p onepane-events`.

#![allow(clippy::print_stdout, reason = "a bench prints its figure")]

use onepane_events::EventReader;
use std::time::Instant;

const EVENTS: &str = include_str!("../fixtures/events.jsonl");
const ROUNDS: usize = 4_000;

fn main() {
    let input = EVENTS.repeat(ROUNDS);
    for form in ["JSON Lines", "one array on one line"] {
        let input = match form {
            "JSON Lines" => input.clone(),
            _ => format!("[{}]", input.trim_end().replace('\n', ",")),
        };
        let begun = Instant::now();
        let events = EventReader::new(input.as_bytes()).filter(Result::is_ok).count();
        let seconds = begun.elapsed().as_secs_f64();
        let megabytes = input.len() as f64 / 1e6;
        println!(
            "bench | events: read, {form} | >= 30,000 events/s | {:.0} events/s ({:.0} MB/s)",
            events as f64 / seconds,
            megabytes / seconds
        );
    }
}
