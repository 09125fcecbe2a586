//! The notebooks' recorded numbers again, as the page tells them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use flate2::read::GzDecoder;
use onepane_domain::{Detector, Profile, SeriesInput, SeriesSettings, SeriesViewRequest, Timestamp};
use onepane_series_view::series_view;
use serde_json::Value;
use std::io::Read;

const DAY_MS: i64 = 86_400_000;

/// The recorded series that are as findings come: a count a day, none missing.
fn daily_cases() -> Vec<(SeriesInput, Value)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../insights/tests/fixtures/kats.json.gz");
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let cases = file["cases"].as_array().unwrap().iter().filter_map(|case| {
        let recorded = case["sample"].clone();
        let times: Vec<Timestamp> =
            case["timestamps"].as_array()?.iter().filter_map(|time| time.as_str()?.parse().ok()).collect();
        let is_daily = times.windows(2).all(|pair| pair[1].millis_since(pair[0]) == DAY_MS);
        let values: Option<Vec<f64>> = case["values"].as_array()?.iter().map(Value::as_f64).collect();
        let series = SeriesInput {
            name: case["name"].as_str()?.to_owned(),
            measure: "Updates a day".to_owned(),
            start: *times.first()?,
            step_ms: DAY_MS,
            values: values?,
        };
        let usable = is_daily && recorded["skipped"].is_null() && recorded["kept_by_sample"] == Value::Bool(true);
        usable.then_some((series, recorded))
    });
    cases.collect()
}

#[test]
fn the_page_tells_what_the_notebooks_computed() {
    let (mut outliers, mut changes) = (0, 0);
    for (series, recorded) in daily_cases() {
        let name = series.name.clone();
        for (iqr_mult, field) in [(None, "outliers_iqr_3"), (Some(5.0), "outliers_iqr_5")] {
            let settings = SeriesSettings { profile: Profile::Sample, iqr_mult, ..SeriesSettings::default() };
            let view = series_view(&SeriesViewRequest { series: series.clone(), settings });
            if view.outcome.starts_with("Not analysed: every value") {
                continue;
            }
            let time = |found: &Value| found["time"].as_str().unwrap().parse::<Timestamp>().unwrap();
            let wanted = recorded[field]["outliers"].as_array().unwrap();
            let mut told: Vec<Timestamp> = view
                .insights
                .iter()
                .filter(|insight| insight.detector == Detector::Outlier)
                .map(|insight| insight.at)
                .collect();
            told.sort_unstable();
            assert_eq!(told, wanted.iter().map(time).collect::<Vec<_>>(), "{name}, {field}");
            assert_eq!(view.outliers.iter().map(|cell| cell.points as usize).sum::<usize>(), wanted.len(), "{name}");
            for cell in &view.outliers {
                let same = wanted.iter().find(|found| time(found) == cell.at).unwrap();
                // Where the range is 0 but for rounding, the recorded ratio is infinite or as good as that.
                let ratio = same["iqr_mult"].as_f64().unwrap_or(f64::INFINITY);
                assert!(ratio > 1e6 || (cell.score - ratio).abs() <= 1e-9 * ratio, "{name}: {cell:?}, {same}");
            }
            let mut cuts: Vec<(i64, f64, f64)> = recorded["changepoints"]
                .as_array()
                .unwrap()
                .iter()
                .map(|change| {
                    let [at, before, after] = ["cp_index", "mu0", "mu1"].map(|part| change[part].as_f64().unwrap());
                    (at as i64 + 1, before, after)
                })
                .collect();
            cuts.sort_by_key(|cut| -cut.0);
            assert_eq!(view.changes.len(), cuts.len(), "{name}");
            for (cell, (index, before, after)) in view.changes.iter().zip(&cuts) {
                assert_eq!(cell.at, series.start.plus_days(*index), "{name}");
                let close = |got: f64, wanted: f64| (got - wanted).abs() <= 1e-9 * wanted.abs().max(1.0);
                assert!(close(cell.before, *before) && close(cell.after, *after), "{name}: {cell:?}");
            }
            outliers += wanted.len();
            changes += cuts.len();
        }
    }
    // So that nobody compares nothing with nothing.
    assert!(outliers > 100 && changes > 20, "{outliers} outliers, {changes} changes");
}

#[test]
fn a_difference_from_the_default_profile_is_named_with_its_reason() {
    let (series, _) = daily_cases().into_iter().find(|(series, _)| series.name == "daily_spikes_100").unwrap();
    let view = |profile| {
        let settings = SeriesSettings { profile, ..SeriesSettings::default() };
        series_view(&SeriesViewRequest { series: series.clone(), settings })
    };
    let compared = view(Profile::Sample).compared.join("\n");
    println!("{compared}");
    assert!(compared.contains("neighbour") && compared.contains("moves with a spike"), "{compared}");
    assert!(view(Profile::Robust).compared.is_empty());
}
