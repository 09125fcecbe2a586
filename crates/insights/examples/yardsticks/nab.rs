//! Alarms on streams against labelled windows.

use crate::{Outcome, numbers, series};
use onepane_domain::Timestamp;
use onepane_insights::robust::stream;
use onepane_insights::yardstick::nab::{self, Labelled, Tally};
use serde_json::{Value, json};
use std::path::Path;

/// The published targets of a profile: to reach, and to aim at.
const TARGETS: [(f64, f64); 3] = [(60.0, 70.0), (50.0, 63.0), (66.0, 74.0)];

/// Prints each file's standard score and the three profiles over all files, at fixed thresholds and at the best ones.
pub(crate) fn report(file: &Value, write: Option<&Path>) -> Outcome<()> {
    println!("\nNumenta Anomaly Benchmark");
    println!("{:<58} {:>7} {:>8} {:>7}", "file (standard)", "rows", "windows", "false");
    let mut files: Vec<(Labelled, Vec<f64>)> = Vec::new();
    let mut all = serde_json::Map::new();
    for (name, entry) in series(file)? {
        let values = numbers(&entry["values"]);
        let timestamps = timestamps(&entry["timestamps"])?;
        let windows = windows(&entry["windows"], &timestamps)?;
        let scores = stream::scores(&timestamps, &values);
        let labelled = Labelled::new(values.len(), &windows);
        let tally = labelled.tally(&scores, stream::BALANCED, nab::PROFILES[0]);
        println!("{name:<58} {:>7} {:>4}/{:<3} {:>7}", values.len(), tally.found, tally.windows, tally.false_alarms);
        all.insert(name.clone(), json!(scores));
        files.push((labelled, scores));
    }
    println!(
        "{:<10} {:>7} {:>7} {:>7} {:>10} {:>9} {:>8} {:>6} {:>20}",
        "profile", "target", "aim", "score", "threshold", "windows", "false", "best", "(at threshold)"
    );
    let thresholds = [stream::BALANCED, stream::FEW_FALSE, stream::FEW_MISSED];
    for ((weights, threshold), (target, aim)) in nab::PROFILES.into_iter().zip(thresholds).zip(TARGETS) {
        let total = |threshold: f64| {
            files.iter().fold(Tally::default(), |sum, (file, scores)| sum.plus(file.tally(scores, threshold, weights)))
        };
        let tally = total(threshold);
        let tried = (1..100).map(|step| f64::from(step) / 100.0);
        let best = tried
            .map(|threshold| (total(threshold).score(), threshold))
            .fold((0.0, 1.0), |best, one| if one.0 > best.0 { one } else { best });
        println!(
            "{:<10} {target:>7.1} {aim:>7.1} {:>7.2} {threshold:>10.2} {:>5}/{:<3} {:>8} {:>6.2} {:>20.2}",
            weights.name,
            tally.score(),
            tally.found,
            tally.windows,
            tally.false_alarms,
            best.0,
            best.1
        );
    }
    if let Some(folder) = write {
        std::fs::write(folder.join("nab.json"), serde_json::to_string(&all)?)?;
    }
    Ok(())
}

/// A list of stamps, or the first, the step in seconds and their number.
fn timestamps(stamps: &Value) -> Outcome<Vec<Timestamp>> {
    if let Some(list) = stamps.as_array() {
        return list.iter().map(instant).collect();
    }
    let first = instant(&stamps["t0"])?;
    let step = stamps["step"].as_i64().ok_or("no step")?;
    let count = stamps["n"].as_i64().ok_or("no number of stamps")?;
    Ok((0..count).map(|row| first.plus_millis(row * step * 1_000)).collect())
}

/// The first and last row of each window: the first rows that carry its limits.
fn windows(windows: &Value, timestamps: &[Timestamp]) -> Outcome<Vec<(usize, usize)>> {
    let row = |limit: &Value| -> Outcome<usize> {
        let at = instant(limit)?;
        timestamps.iter().position(|stamp| *stamp == at).ok_or_else(|| format!("no row at {at}").into())
    };
    let windows = windows.as_array().into_iter().flatten();
    windows.map(|window| Ok((row(&window[0])?, row(&window[1])?))).collect()
}

fn instant(text: &Value) -> Outcome<Timestamp> {
    let text = text.as_str().ok_or("a stamp is no text")?;
    Ok(text.parse()?)
}
