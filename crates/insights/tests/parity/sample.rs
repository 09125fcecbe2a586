//! The notebooks' numbers.

use crate::fixtures::{Tally, cases, number, numbers, scale};
use onepane_insights::grid::ordered;
use onepane_insights::kats::cusum;
use onepane_insights::sample::{cusum_settings, daily_sums, scan};
use onepane_insights::trend::least_squares_slope;
use onepane_insights::{ChangeDirection, Series};

#[test]
fn notebooks() {
    let mut tally = Tally::new("sample");
    for case in cases().0 {
        let recorded = &case.recorded["sample"];
        if recorded["skipped"].is_string() {
            continue;
        }
        let name = &case.name;
        let series = Series { key: String::new(), timestamps: case.timestamps.clone(), values: case.values.clone() };
        let (stamps, values) = daily_sums(&ordered(&series)).unwrap();
        let size = scale(&values);
        tally.same(name, Some(values.len() as u64), recorded["n"].as_u64());
        if recorded["input"].is_object() {
            tally.all_close(name, &values, &numbers(&recorded["input"]["values"]), 1e-9 * size);
        }
        if !recorded["slope_polyfit"].is_object() {
            let slope = least_squares_slope(&values).0;
            tally.close(|| format!("{name} slope"), slope, number(&recorded["slope_polyfit"]), 1e-9 * size);
        }

        for (field, multiple) in [("outliers_iqr_3", 3.0), ("outliers_iqr_5", 5.0)] {
            let recorded = &recorded[field];
            let wanted = recorded["outliers"].as_array().unwrap();
            let Ok(scan) = scan(&values, 7) else {
                tally.same(&format!("{name} {field}"), recorded["error"].is_string(), true);
                continue;
            };
            let found = scan.outliers(multiple);
            tally.same(&format!("{name} {field}"), found.len(), wanted.len());
            for (&index, wanted) in found.iter().zip(wanted) {
                tally.same(name, stamps[index], wanted["time"].as_str().unwrap().parse().unwrap());
                let ratio = number(&wanted["iqr_mult"]);
                // Beyond a billion the range is what rounding left of 0.
                if ratio < 1e9 {
                    tally.close(|| format!("{name} {field}"), scan.ratio(index), ratio, 1e-9 * ratio);
                } else {
                    tally.same(&format!("{name} {field}"), scan.ratio(index) > 1e9, true);
                }
            }
        }

        for (field, detected_only) in [("changepoints", true), ("cusum_all", false)] {
            let Some(wanted) = recorded[field].as_array() else { continue };
            let found = cusum(&values, &stamps, &cusum_settings(0.01));
            let found: Vec<_> = found.iter().filter(|change| change.detected || !detected_only).collect();
            tally.same(&format!("{name} {field}"), found.len(), wanted.len());
            for (got, wanted) in found.iter().zip(wanted) {
                let rises = got.direction == ChangeDirection::Increase;
                tally.same(name, rises, wanted["direction"] == "increase");
                tally.same(name, Some(got.cp_index as u64), wanted["cp_index"].as_u64());
                for (part, value, allowed) in [
                    ("mu0", got.mu0, 1e-9 * size),
                    ("mu1", got.mu1, 1e-9 * size),
                    ("delta", got.delta(), 1e-9 * size),
                    ("llr", got.llr, 1e-8 * number(&wanted["llr"]).abs()),
                    ("p_value", got.p_value, 1e-9),
                    ("confidence", got.confidence(), 1e-9),
                ] {
                    if let Some(wanted) = wanted.get(part) {
                        let place = || format!("{name} {field} {part}");
                        tally.close(place, value, number(wanted), allowed.max(1e-12));
                    }
                }
                for (flag, value) in [("regression_detected", got.detected), ("stable_changepoint", got.stable)] {
                    if let Some(wanted) = wanted.get(flag) {
                        tally.same(&format!("{name} {flag}"), Some(value), wanted.as_bool());
                    }
                }
            }
        }
    }
    tally.finish();
}
