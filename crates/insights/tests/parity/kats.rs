//! Kats' detectors at its head.

use crate::fixtures::{Case, Tally, cases, number, numbers, scale, times};
use onepane_domain::Timestamp;
use onepane_insights::grid::{Inferred, Ordered, infer_frequency, ordered};
use onepane_insights::kats::{
    Bocpd, BocpdModel, CusumSettings, DetectError, MkSettings, OutlierScan, Prepared, RobustStatSettings, WindowTest,
    anchored_mann_kendall, bocpd, cusum, prepare, robust_stat, scan_outliers, windowed_mann_kendall,
};
use onepane_insights::{ChangeDirection, DecompositionModel, Period, Series, TrendDirection};
use serde_json::Value;

fn in_order(case: &Case) -> Ordered {
    ordered(&Series { key: case.name.clone(), timestamps: case.timestamps.clone(), values: case.values.clone() })
}

#[test]
fn grids_and_gaps() {
    let mut tally = Tally::new("frequency and cubic fill");
    for case in cases().0 {
        let recorded = &case.recorded["peers"]["prepared"];
        let series = in_order(&case);
        let inferred = match infer_frequency(&series.timestamps) {
            Inferred::Regular(frequency) => Some(frequency.alias),
            _ => None,
        };
        tally.same(&case.name, inferred.as_deref(), recorded["inferred_freq"].as_str());
        match prepare(&series, Period::Auto) {
            Ok(prepared) => {
                tally.same(&case.name, Some(prepared.period as u64), recorded["period"].as_u64());
                if recorded["values"].is_array() {
                    let values = numbers(&recorded["values"]);
                    tally.all_close(&case.name, &prepared.values, &values, 1e-7 * scale(&values));
                }
            }
            Err(_) => tally.same(&case.name, recorded["error"].is_string() || recorded["period"].is_null(), true),
        }
    }
    tally.finish();
}

fn scanned(case: &Case, model: DecompositionModel) -> Result<(Prepared, OutlierScan), DetectError> {
    let prepared = prepare(&in_order(case), Period::Auto)?;
    let scan = scan_outliers(&prepared.values, prepared.period, model)?;
    Ok((prepared, scan))
}

#[test]
fn outliers() {
    let mut tally = Tally::new("Kats outlier");
    let (cases, knife_edges) = cases();
    for case in cases {
        for (model, name) in
            [(DecompositionModel::Additive, "additive"), (DecompositionModel::Multiplicative, "multiplicative")]
        {
            let recorded = &case.recorded["kats"]["outlier"][name];
            let place = format!("{} {name}", case.name);
            let (prepared, scan) = match (scanned(&case, model), recorded["error"].as_str()) {
                (Ok(scan), None) => scan,
                (got, error) => {
                    tally.same(&place, got.is_err(), error.is_some());
                    continue;
                }
            };
            for (multiple, flagged) in recorded["outliers"].as_object().unwrap() {
                let multiple: f64 = multiple.parse().unwrap();
                if !knife_edges.holds(&case.name, name, Some(multiple)) {
                    let got: Vec<Timestamp> =
                        scan.outliers(multiple).iter().map(|&index| prepared.timestamps[index]).collect();
                    tally.same(&format!("{place} {multiple}"), got, times(flagged));
                }
            }
            // With every rest 0 the strength is a quotient of rounding, and so is whether the season is taken out.
            if knife_edges.holds(&case.name, name, Some(3.0)) {
                continue;
            }
            let limits = &case.recorded["peers"]["derived_outlier_limits"][name];
            let size = scale(&prepared.values);
            let (lower, upper) = scan.fences(3.0);
            for (field, value) in [("q25", scan.q25), ("q75", scan.q75), ("lower_iqr3", lower), ("upper_iqr3", upper)] {
                tally.close(|| format!("{place} {field}"), value, number(&limits[field]), 1e-9 * size);
            }
            // Where trend and season explain everything, strength and scores are quotients of rounding.
            if upper - lower > 1e-6 * size {
                tally.close(|| format!("{place} strength"), scan.strength, number(&limits["strength"]), 1e-9);
                let wanted = numbers(&recorded["scores_iqr3"]);
                tally.all_close(&format!("{place} scores"), &scan.scores(3.0), &wanted, 1e-8 * scale(&wanted));
            }
        }
    }
    tally.finish();
}

fn directions(value: &Value) -> Vec<ChangeDirection> {
    let named = |name: &Value| match name.as_str().unwrap() {
        "increase" => ChangeDirection::Increase,
        _ => ChangeDirection::Decrease,
    };
    value.as_array().unwrap().iter().map(named).collect()
}

fn cusum_settings(arguments: &Value) -> CusumSettings {
    let mut settings = CusumSettings::default();
    for (name, value) in arguments.as_object().unwrap() {
        match name.as_str() {
            "threshold" => settings.threshold = number(value),
            "max_iter" => settings.max_iter = value.as_u64().unwrap() as usize,
            "delta_std_ratio" => settings.delta_std_ratio = number(value),
            "min_abs_change" => settings.min_abs_change = number(value),
            "start_point" => settings.start_point = Some(value.as_u64().unwrap() as usize),
            "change_directions" => settings.change_directions = directions(value),
            "interest_window" => {
                settings.interest_window =
                    Some((value[0].as_u64().unwrap() as usize, value[1].as_u64().unwrap() as usize));
            }
            "magnitude_quantile" => settings.magnitude_quantile = Some(number(value)),
            "return_all_changepoints" => {}
            other => panic!("no argument {other}"),
        }
    }
    settings
}

#[test]
fn cusum_variants() {
    let mut tally = Tally::new("Kats CUSUM");
    for case in cases().0 {
        let (stamps, values) = case.sorted();
        for (name, recorded) in case.recorded["kats"]["cusum"].as_object().unwrap() {
            let settings = cusum_settings(&recorded["kwargs"]);
            let all = recorded["kwargs"]["return_all_changepoints"] == true;
            let found = cusum(&values, &stamps, &settings);
            let found: Vec<_> = found.iter().filter(|change| all || change.detected).collect();
            let wanted = recorded["changepoints"].as_array().unwrap();
            let place = format!("{} {name}", case.name);
            tally.same(&place, found.len(), wanted.len());
            for (got, wanted) in found.iter().zip(wanted) {
                let direction = directions(&Value::Array(vec![wanted["direction"].clone()]))[0];
                tally.same(&place, got.direction, direction);
                tally.same(&place, Some(got.cp_index as u64), wanted["cp_index"].as_u64());
                tally.same(&place, Some(got.stable), wanted["stable_changepoint"].as_bool());
                tally.same(&place, Some(got.detected), wanted["regression_detected"].as_bool());
                let size = scale(&values);
                for (field, value, allowed) in [
                    ("mu0", got.mu0, 1e-9 * size),
                    ("mu1", got.mu1, 1e-9 * size),
                    ("delta", got.delta(), 1e-9 * size),
                    ("llr", got.llr, 1e-8 * number(&wanted["llr"]).abs()),
                    ("llr_int", got.llr_int, 1e-8 * number(&wanted["llr_int"]).abs()),
                    ("p_value", got.p_value, 1e-9),
                    ("p_value_int", got.p_value_int, 1e-9),
                    ("confidence", got.confidence(), 1e-9),
                ] {
                    tally.close(|| format!("{place} {field}"), value, number(&wanted[field]), allowed.max(1e-12));
                }
            }
        }
    }
    tally.finish();
}

fn mk_direction(word: &Value) -> TrendDirection {
    match word.as_str().unwrap() {
        "increasing" => TrendDirection::Up,
        "decreasing" => TrendDirection::Down,
        _ => TrendDirection::None,
    }
}

#[test]
fn mann_kendall_windows() {
    let mut tally = Tally::new("Kats Mann-Kendall");
    let (cases, knife_edges) = cases();
    for case in cases {
        let (stamps, values) = case.sorted();
        for (name, recorded) in case.recorded["kats"]["mk"].as_object().unwrap() {
            let place = format!("{} {name}", case.name);
            if knife_edges.holds(&case.name, &format!("mk {name}"), None) {
                continue;
            }
            let mut settings = MkSettings::default();
            if let Some(threshold) = recorded["ctor"]["threshold"].as_f64() {
                settings.threshold = threshold;
            }
            if let Some(width) = recorded["call"]["window_size"].as_u64() {
                settings.window_size = width as usize;
            }
            if recorded["call"]["freq"] == "weekly" {
                settings.season = 7;
            }
            let tests: Result<Vec<WindowTest>, _> = match recorded["call"]["training_days"].as_u64() {
                Some(days) => anchored_mann_kendall(&stamps, &values, days as usize, &settings).map(|test| vec![test]),
                None => windowed_mann_kendall(&values, &settings),
            };
            let (Ok(tests), None) = (&tests, recorded["error"].as_str()) else {
                tally.same(&format!("{place} {tests:?}"), tests.is_err(), recorded["error"].is_string());
                continue;
            };
            if let Some(statistics) = recorded["statistics"].as_object() {
                let p_values: Vec<f64> = tests.iter().map(|test| test.p_value).collect();
                let taus: Vec<f64> = tests.iter().map(|test| test.tau).collect();
                let trends: Vec<TrendDirection> = tests.iter().map(|test| test.direction).collect();
                let wanted = statistics["trend_direction"].as_array().unwrap().iter().map(mk_direction).collect();
                tally.all_close(&format!("{place} p"), &p_values, &numbers(&statistics["p"]), 1e-9);
                tally.all_close(&format!("{place} tau"), &taus, &numbers(&statistics["Tau"]), 1e-9);
                tally.same(&place, trends, wanted);
            }
            let wanted_way = |test: &&WindowTest| match recorded["call"]["direction"].as_str() {
                Some("up") => test.direction == TrendDirection::Up,
                Some("down") => test.direction == TrendDirection::Down,
                _ => test.direction != TrendDirection::None,
            };
            let detected: Vec<&WindowTest> = tests.iter().filter(wanted_way).collect();
            let wanted = recorded["detected"].as_array().unwrap();
            let limit = recorded["detected_truncated_at"].as_u64().map_or(usize::MAX, |limit| limit as usize);
            tally.same(&format!("{place} detected"), detected.len().min(limit), wanted.len());
            for (test, wanted) in detected.iter().zip(wanted) {
                tally.same(&place, stamps[test.index], wanted["time"].as_str().unwrap().parse().unwrap());
                tally.same(&place, test.direction, mk_direction(&wanted["trend_direction"]));
                tally.close(|| place.clone(), test.tau, number(&wanted["Tau"]), 1e-9);
                tally.close(|| place.clone(), 1.0 - test.p_value, number(&wanted["confidence"]), 1e-9);
            }
        }
    }
    tally.finish();
}

#[test]
fn robust_stat_changes() {
    let mut tally = Tally::new("Kats RobustStat");
    for case in cases().0 {
        let (_, values) = case.sorted();
        for (name, recorded) in case.recorded["kats"]["robust_stat"].as_object().unwrap() {
            let mut settings = RobustStatSettings::default();
            for (argument, value) in recorded["kwargs"].as_object().unwrap() {
                match argument.as_str() {
                    "p_value_cutoff" => settings.p_value_cutoff = number(value),
                    "smoothing_window_size" => settings.smoothing_window_size = value.as_u64().unwrap() as usize,
                    "comparison_window" => {
                        settings.comparison_distance = value.as_i64().unwrap().unsigned_abs() as usize;
                    }
                    other => panic!("no argument {other}"),
                }
            }
            let place = format!("{} {name}", case.name);
            let found = robust_stat(&values, &settings);
            let wanted = recorded["changepoints"].as_array().unwrap();
            tally.same(&place, found.len(), wanted.len());
            for (got, wanted) in found.iter().zip(wanted) {
                tally.same(&place, Some(got.index as u64), wanted["index"].as_u64());
                tally.close(|| place.clone(), got.metric, number(&wanted["metric"]), 1e-9 * scale(&values));
                tally.close(|| place.clone(), got.confidence, number(&wanted["confidence"]), 1e-9);
            }
        }
    }
    tally.finish();
}

#[test]
fn bayesian_online_changes() {
    let mut tally = Tally::new("Kats BOCPD");
    for case in cases().0 {
        let (stamps, values) = case.sorted();
        for (name, recorded) in case.recorded["kats"]["bocpd"].as_object().unwrap() {
            let model = if name.starts_with("poisson") { BocpdModel::Poisson } else { BocpdModel::Normal };
            let prior = number(&recorded["changepoint_prior"]);
            let place = format!("{} {name}", case.name);
            let (result, None) = (bocpd(&values, model, prior, 10), recorded["error"].as_str()) else {
                tally.same(&place, bocpd(&values, model, prior, 10).is_err(), true);
                continue;
            };
            let result = result.unwrap();
            let probabilities = if recorded["kwargs"]["agg_cp"] == false { result.lagged } else { result.aggregated };
            tally.all_close(&place, &probabilities, &numbers(&recorded["change_prob"]), 1e-6);
            let changes = Bocpd::changes(&probabilities, number(&recorded["threshold"]));
            let wanted = recorded["changepoints"].as_array().unwrap();
            tally.same(&place, changes.len(), wanted.len());
            for (index, wanted) in changes.iter().zip(wanted) {
                tally.same(&place, stamps[*index], wanted["time"].as_str().unwrap().parse().unwrap());
                tally.close(|| place.clone(), probabilities[*index], number(&wanted["confidence"]), 1e-6);
            }
        }
    }
    tally.finish();
}
