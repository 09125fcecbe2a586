//! Makes the demo history and says what is in it: `cargo run --release -p onepane-demo --example summary [SEED] [UNTIL]`.
#![allow(clippy::print_stdout, reason = "this program's purpose")]

use onepane_demo::{DemoConfig, Live, history, truth};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let seed = arguments.next().map_or(Ok(42), |text| text.parse())?;
    let until = arguments.next().unwrap_or_else(|| "2026-11-22T05:30:00Z".to_owned()).parse()?;
    let config = DemoConfig::new(seed, until);

    let clock = Instant::now();
    let (events, bytes) = history(&config).fold((0, 0), |(count, bytes), event| (count + 1, bytes + event.json.len()));
    println!("history: {events} events, {} bytes each, {:?}", bytes / events.max(1), clock.elapsed());
    let clock = Instant::now();
    let truth = truth(&config);
    println!("truth: {:?}\n{}", clock.elapsed(), serde_json::to_string_pretty(&truth)?);
    let clock = Instant::now();
    let mut live = Live::new(config.clone());
    println!("live: ready in {:?}", clock.elapsed());
    let clock = Instant::now();
    let hour = live.next_events(until, until.plus_millis(3_600_000));
    println!("live: {} events in the first hour, made in {:?}", hour.len(), clock.elapsed());

    let mut workloads: HashMap<String, (String, String)> = HashMap::new();
    let mut types: BTreeMap<String, (u32, usize)> = BTreeMap::new();
    let mut days: BTreeMap<String, u32> = BTreeMap::new();
    for event in history(&config) {
        let json: Value = serde_json::from_str(&event.json)?;
        let kind = json["detail-type"].as_str().unwrap_or_default().to_owned();
        let entry = types.entry(kind.clone()).or_default();
        entry.0 += 1;
        entry.1 += event.json.len();
        if kind.contains("CloudTrail") {
            continue;
        }
        *days.entry(event.time.day()).or_default() += 1;
        let detail = &json["detail"];
        let resource =
            json["resources"].as_array().and_then(|list| list.last()).and_then(Value::as_str).unwrap_or_default();
        let status = detail
            .as_object()
            .and_then(|fields| fields.iter().find(|(key, _)| key.ends_with("JobStatus") || key.starts_with("current")))
            .map_or(String::new(), |(_, value)| value.as_str().unwrap_or_default().to_owned());
        let key = format!("{kind} {resource} {}", detail["stepName"].as_str().unwrap_or_default());
        let state = workloads.entry(key).or_insert_with(|| (kind.clone(), String::new()));
        if !matches!(state.1.as_str(), "Completed" | "Failed" | "Stopped" | "Succeeded") {
            state.1 = status;
        }
    }
    println!("{} workloads", workloads.len());
    let mut states: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for (kind, status) in workloads.values() {
        *states.entry((kind, status)).or_default() += 1;
    }
    println!("workloads by kind and last status: {states:#?}");
    for (kind, (count, bytes)) in &types {
        println!("{count:>8} x {:>5} bytes  {kind}", bytes / *count as usize);
    }
    println!("events by day: {days:?}");
    Ok(())
}
