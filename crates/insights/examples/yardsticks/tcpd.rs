//! Change points against those that people marked.

use crate::{Outcome, numbers, series};
use onepane_domain::Timestamp;
use onepane_insights::yardstick::tcpd;
use onepane_insights::{Detector, Series, Settings, robust};
use serde_json::{Value, json};
use std::path::Path;

const DAY_MS: i64 = 86_400_000;

/// Prints the scores of all series and their means; `in_paper_mean` says which belong to the published mean.
pub(crate) fn report(file: &Value, write: Option<&Path>) -> Outcome<()> {
    println!("\nTuring Change Point Dataset, margin {}", tcpd::MARGIN);
    println!("{:<20} {:>6} {:>6} {:>6} {:>6}  changes", "series", "F1", "cover", "prec.", "recall");
    let (mut sum, mut people, mut count) = (tcpd::Score::default(), tcpd::Score::default(), 0.0);
    let mut all = serde_json::Map::new();
    for (name, entry) in series(file)? {
        let values = numbers(&entry["values"]);
        let n = entry["n_obs"].as_u64().map_or(values.len(), |n| n as usize);
        let marks: Vec<Vec<usize>> = entry["annotations"]
            .as_object()
            .into_iter()
            .flat_map(|people| people.values())
            .map(|own| numbers(own).into_iter().map(|index| index as usize).collect())
            .collect();
        let found = changes(name, &entry["time"], values);
        let score = tcpd::score(n, &marks, &found);
        println!(
            "{name:<20} {:>6.3} {:>6.3} {:>6.3} {:>6.3}  {found:?}",
            score.f1, score.cover, score.precision, score.recall
        );
        if entry["in_paper_mean"].as_bool().unwrap_or(true) {
            let human = tcpd::people(n, &marks);
            sum = plus(sum, score);
            people = plus(people, human);
            count += 1.0;
        }
        all.insert(name.clone(), json!(found));
    }
    for (name, sum) in [("mean of the scored", sum), ("one person's", people)] {
        let [f1, cover, precision, recall] = [sum.f1, sum.cover, sum.precision, sum.recall].map(|sum| sum / count);
        println!("{name:<20} {f1:>6.3} {cover:>6.3} {precision:>6.3} {recall:>6.3}  ({count} series)");
    }
    println!("{:<20} {:>6} {:>6}", "target", ".780", ".720");
    if let Some(folder) = write {
        std::fs::write(folder.join("tcpd.json"), serde_json::to_string(&all)?)?;
    }
    Ok(())
}

fn plus(a: tcpd::Score, b: tcpd::Score) -> tcpd::Score {
    tcpd::Score {
        f1: a.f1 + b.f1,
        cover: a.cover + b.cover,
        precision: a.precision + b.precision,
        recall: a.recall + b.recall,
    }
}

/// What the robust profile finds, as places in the file's list of values.
fn changes(name: &str, time: &Value, values: Vec<f64>) -> Vec<usize> {
    let given: Option<Vec<Timestamp>> = time.as_array().and_then(|times| times.iter().map(instant).collect());
    let timestamps = given
        .filter(|given| given.len() == values.len())
        .unwrap_or_else(|| (0..values.len()).map(|t| Timestamp::saturating_from_millis(t as i64 * DAY_MS)).collect());
    let series = Series { key: name.to_owned(), timestamps: timestamps.clone(), values };
    let settings = Settings { detectors: vec![Detector::Changepoint], ..Settings::default() };
    let analysis = robust::analyze(&[series], &settings);
    let found = analysis.series.iter().flat_map(|report| &report.changepoints);
    found.map(|change| timestamps.partition_point(|at| *at < change.timestamp)).collect()
}

/// A year, a month or a day.
fn instant(text: &Value) -> Option<Timestamp> {
    let text = text.as_str()?;
    let full = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    full.parse().ok()
}
