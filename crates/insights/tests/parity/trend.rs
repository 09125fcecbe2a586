//! scipy's, pyMannKendall's, R's and NIST's trends.

use crate::fixtures::{Tally, cases, fixture, number, numbers};
use onepane_insights::TrendDirection;
use onepane_insights::trend::{
    MannKendall, correlated_seasonal, hamed_rao, kendall_tau, least_squares, least_squares_slope, mann_kendall,
    partial, pre_whitened, seasonal, seasonal_columns, seasonal_sen_slope, sen_slope, theil_sen,
    trend_free_pre_whitened, yue_wang,
};
use serde_json::Value;

/// Within 1e-9, relative to the recorded number if that is above 1.
fn near(tally: &mut Tally, place: &str, got: f64, recorded: &Value) {
    let wanted = number(recorded);
    tally.close(|| place.to_owned(), got, wanted, 1e-9 * wanted.abs().max(1.0));
}

fn same_test(tally: &mut Tally, place: &str, got: MannKendall, recorded: &Value) {
    let direction = match recorded["trend"].as_str().unwrap() {
        "increasing" => TrendDirection::Up,
        "decreasing" => TrendDirection::Down,
        _ => TrendDirection::None,
    };
    tally.same(&format!("{place} direction"), got.direction, direction);
    for (name, value) in [("p", got.p_value), ("z", got.z), ("Tau", got.tau), ("s", got.score), ("var_s", got.variance)]
    {
        near(tally, &format!("{place} {name}"), value, &recorded[name]);
    }
}

#[test]
fn peers() {
    let mut tally = Tally::new("peers.trend");
    for case in cases().0 {
        let name = &case.name;
        let (_, values) = case.sorted();
        let recorded = &case.recorded["peers"]["trend"];
        let (x, y): (Vec<f64>, Vec<f64>) =
            values.iter().enumerate().filter(|(_, v)| !v.is_nan()).map(|(i, v)| (i as f64, *v)).unzip();
        let line = least_squares(&x, &y);
        for (field, value) in [
            ("slope", line.slope),
            ("intercept", line.intercept),
            ("rvalue", line.correlation),
            ("pvalue", line.p_value),
            ("stderr", line.slope_error),
            ("intercept_stderr", line.intercept_error),
        ] {
            near(&mut tally, &format!("{name} linregress {field}"), value, &recorded["linregress"][field]);
        }
        if y.len() == values.len() {
            near(&mut tally, &format!("{name} polyfit"), least_squares_slope(&values).0, &recorded["polyfit_slope"]);
        }
        let sen = sen_slope(&values);
        for (test, outcome) in [
            ("pymannkendall_original_test", mann_kendall(&values, 0.05)),
            ("pymannkendall_hamed_rao_modification_test", hamed_rao(&values, sen.slope, 0.05, None)),
        ] {
            if recorded[test].is_null() || name == "daily_constant_60" && test.contains("hamed") {
                continue;
            }
            same_test(&mut tally, &format!("{name} {test}"), outcome, &recorded[test]);
            near(&mut tally, &format!("{name} {test} slope"), sen.slope, &recorded[test]["slope"]);
            near(&mut tally, &format!("{name} {test} intercept"), sen.intercept, &recorded[test]["intercept"]);
        }
        let line = theil_sen(&values, 0.95);
        for (field, value) in
            [("slope", line.slope), ("intercept", line.intercept), ("low", line.low), ("high", line.high)]
        {
            near(&mut tally, &format!("{name} theilslopes {field}"), value, &recorded["scipy_theilslopes"][field]);
        }
        let tau = kendall_tau(&y);
        near(&mut tally, &format!("{name} tau-b"), tau.tau, &recorded["scipy_kendalltau_b"]["statistic"]);
        near(&mut tally, &format!("{name} tau-b p"), tau.p_value, &recorded["scipy_kendalltau_b"]["pvalue"]);
    }
    tally.finish();
}

#[test]
fn nist_norris() {
    let file = fixture("trend.json.gz");
    let norris = &file["ols_nist_norris"];
    let line = least_squares(&numbers(&norris["x"]), &numbers(&norris["y"]));
    let certified = &norris["certified"];
    let mut tally = Tally::new("NIST Norris");
    for (field, value) in [
        ("intercept", line.intercept),
        ("slope", line.slope),
        ("se_intercept", line.intercept_error),
        ("se_slope", line.slope_error),
        ("r2", line.correlation * line.correlation),
    ] {
        let wanted = number(&certified[field]);
        tally.close(|| field.to_owned(), value, wanted, 1e-9 * wanted.abs());
    }
    tally.finish();
}

#[test]
fn py_mann_kendall() {
    let file = fixture("trend.json.gz");
    let recorded = &file["mann_kendall_pymk"];
    let series = numbers(&recorded["arbitrary_1d"]);
    let rows: Vec<Vec<f64>> = recorded["arbitrary_2d"].as_array().unwrap().iter().map(numbers).collect();
    let sites: Vec<Vec<f64>> = (0..2).map(|site| rows.iter().map(|row| row[site]).collect()).collect();
    let months = seasonal_columns(&series, 12);
    let slope = sen_slope(&series).slope;
    let mut tally = Tally::new("pyMannKendall's tests");
    for (name, test) in recorded["tests"].as_object().unwrap() {
        let expected = &test["expected"];
        let (outcome, line) = match name.as_str() {
            "sens_slope" => (None, Some((slope, sen_slope(&series).intercept))),
            "seasonal_sens_slope" => (None, Some(seasonal_sen_slope(&months))),
            "original_test" => (Some(mann_kendall(&series, 0.05)), None),
            "hamed_rao_modification_test" => (Some(hamed_rao(&series, slope, 0.05, None)), None),
            "hamed_rao_modification_test_lag3" => (Some(hamed_rao(&series, slope, 0.05, Some(3))), None),
            "yue_wang_modification_test" => (Some(yue_wang(&series, slope, 0.05, None)), None),
            "yue_wang_modification_test_lag1" => (Some(yue_wang(&series, slope, 0.05, Some(1))), None),
            "pre_whitening_modification_test" => (Some(pre_whitened(&series, 0.05)), None),
            "trend_free_pre_whitening_modification_test" => (Some(trend_free_pre_whitened(&series, 0.05)), None),
            "seasonal_test" => (Some(seasonal(&months, 0.05)), None),
            "regional_test" => (Some(seasonal(&sites, 0.05)), Some(seasonal_sen_slope(&sites))),
            "correlated_multivariate_test" => {
                (Some(correlated_seasonal(&sites, 0.05)), Some(seasonal_sen_slope(&sites)))
            }
            "correlated_seasonal_test" => (Some(correlated_seasonal(&months, 0.05)), None),
            "partial_test" => {
                let line = sen_slope(&sites[0]);
                (Some(partial(&sites[0], &sites[1], 0.05)), Some((line.slope, line.intercept)))
            }
            other => panic!("no test {other}"),
        };
        if let Some(outcome) = outcome {
            same_test(&mut tally, name, outcome, expected);
        }
        if let Some((slope, intercept)) = line {
            near(&mut tally, &format!("{name} slope"), slope, &expected["slope"]);
            if !expected["intercept"].is_null() {
                near(&mut tally, &format!("{name} intercept"), intercept, &expected["intercept"]);
            }
        }
    }
    tally.finish();
}

/// As many digits as R printed.
#[test]
fn r_trend() {
    let file = fixture("trend.json.gz");
    let recorded = &file["r_trend_1_1_6"];
    let expected = &recorded["expected"];
    let mut tally = Tally::new("R trend");
    let mut printed = |place: &str, got: f64, wanted: &Value, relative: f64| {
        let wanted = number(wanted);
        tally.close(|| place.to_owned(), got, wanted, relative * wanted.abs());
    };
    let series = |name: &str| {
        numbers(name.strip_prefix("hcb$").map_or_else(|| &recorded[name], |station| &recorded["hcb"][station]))
    };
    for (call, outcome) in expected.as_object().unwrap() {
        let Some(name) = call.strip_prefix("mk.test(").and_then(|rest| rest.strip_suffix(')')) else { continue };
        let test = mann_kendall(&series(name), 0.05);
        for (field, value) in [("z", test.z), ("p", test.p_value), ("S", test.score), ("varS", test.variance)] {
            printed(&format!("{call} {field}"), value, &outcome[field], 4e-4);
        }
        // R's tau allows for ties: S over sqrt((pairs − tied) · pairs).
        printed(&format!("{call} tau"), kendall_tau(&series(name)).tau, &outcome["tau"], 1e-6);
    }
    let slope = theil_sen(&series("maxau_s"), 0.95);
    let outcome = &expected["sens.slope(maxau_s)"];
    printed("sens.slope", slope.slope, &outcome["slope"], 1e-6);
    printed("sens.slope low", slope.low, &outcome["ci95"][0], 2e-2);
    printed("sens.slope high", slope.high, &outcome["ci95"][1], 2e-2);
    printed("sens.slope p", mann_kendall(&series("maxau_s"), 0.05).p_value, &outcome["p"], 2e-4);
    let months = seasonal_columns(&series("nottem"), 12);
    let test = seasonal(&months, 0.05);
    let outcome = &expected["smk.test(nottem)"];
    for (field, value) in [("z", test.z), ("p", test.p_value), ("S", test.score), ("varS", test.variance)] {
        printed(&format!("smk.test {field}"), value, &outcome[field], 4e-4);
    }
    let test = correlated_seasonal(&months, 0.05);
    let outcome = &expected["csmk.test(nottem)"];
    for (field, value) in [("z", test.z), ("p", test.p_value), ("S", test.score), ("varS", test.variance)] {
        printed(&format!("csmk.test {field}"), value, &outcome[field], 4e-4);
    }
    printed("sea.sens.slope", seasonal_sen_slope(&months).0, &expected["sea.sens.slope(nottem)"], 1e-9);
    tally.finish();
}
