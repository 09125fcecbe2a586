//! Makes the demo organization's findings and says what is in them, and what of the planted is found:
//! `cargo run --release -p onepane-demo --example findings [SEED] [UNTIL]`.
#![allow(clippy::print_stdout, reason = "this program's purpose")]

use onepane_demo::{Findings, FindingsConfig};
use onepane_domain::Timestamp;
use onepane_insights::{Series, Settings, analyze};
use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

/// Days that are analysed, as the page does.
const WINDOW: i64 = 180;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let seed = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let until: Timestamp = arguments.next().unwrap_or_else(|| "2026-11-25T15:30:00Z".to_owned()).parse()?;
    let clock = Instant::now();
    let findings = Findings::new(FindingsConfig::new(seed, until));
    println!("ready: {:?}", clock.elapsed());

    let clock = Instant::now();
    let records: usize = findings.days().map(|day| findings.day(day).len()).sum();
    let seconds = clock.elapsed().as_secs_f64();
    println!("{records} records in {seconds:.2} s: {:.0} a second", records as f64 / seconds);

    let mut uids = HashSet::new();
    let mut severities: BTreeMap<String, u32> = BTreeMap::new();
    let mut statuses: BTreeMap<String, u32> = BTreeMap::new();
    let mut series: BTreeMap<(String, String), BTreeMap<Timestamp, u32>> = BTreeMap::new();
    for day in findings.days() {
        for row in findings.day(day).into_iter().filter(|row| row.time < until) {
            uids.insert(row.uid);
            *severities.entry(row.severity).or_default() += 1;
            *statuses.entry(row.status).or_default() += 1;
            let key = (row.product, row.types.into_iter().next().unwrap_or_default());
            *series.entry(key).or_default().entry(day).or_default() += 1;
        }
    }
    println!("{} findings, {} series\n{severities:?}\n{statuses:?}", uids.len(), series.len());

    let days: Vec<Timestamp> = findings.days().rev().skip(1).take(usize::try_from(WINDOW)?).collect();
    let days: Vec<Timestamp> = days.into_iter().rev().collect();
    let to_analyse: Vec<Series> = series
        .iter()
        .map(|((product, of_type), counts)| Series {
            key: format!("{product} | {of_type}"),
            timestamps: days.clone(),
            values: days.iter().map(|day| f64::from(counts.get(day).copied().unwrap_or(0))).collect(),
        })
        .filter(|series| series.values.iter().any(|value| *value > 0.0))
        .collect();
    let clock = Instant::now();
    let analysis = analyze(&to_analyse, &Settings::default());
    println!("\n{} series analysed in {:?}, {} insights:", to_analyse.len(), clock.elapsed(), analysis.insights.len());
    for insight in analysis.insights.iter().take(50) {
        println!(
            "{:5.1} {:<11} {} {}: {}",
            insight.score,
            format!("{:?}", insight.detector),
            insight.timestamp.day(),
            insight.key,
            insight.sentence
        );
    }
    println!("\ntruth:");
    for planted in findings.truth() {
        println!("{}", serde_json::to_string(&planted)?);
    }
    println!("\nlargest series, records in {} days:", findings.days().count());
    let mut sizes: Vec<(u32, &(String, String))> =
        series.iter().map(|(key, counts)| (counts.values().sum(), key)).collect();
    sizes.sort_by(|one, two| two.cmp(one));
    for (size, (product, of_type)) in sizes.iter().take(30) {
        println!("{size:>7} {product} | {of_type}");
    }
    Ok(())
}
