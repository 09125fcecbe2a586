//! The recorded outputs again, as `analyze` reports them.

use crate::fixtures::{Case, Tally, cases, number};
use onepane_domain::Timestamp;
use onepane_insights::{
    ChangeDirection, DecompositionModel, Outcome, Profile, Series, SeriesReport, Settings, analyze,
};
use serde_json::Value;

fn report(case: &Case, settings: &Settings) -> SeriesReport {
    let series = Series { key: case.name.clone(), timestamps: case.timestamps.clone(), values: case.values.clone() };
    analyze(&[series], settings).series.remove(0)
}

fn same_changes(tally: &mut Tally, case: &Case, report: &SeriesReport, recorded: &Value) {
    let Some(recorded) = recorded.as_array() else { return };
    let mut wanted: Vec<&Value> = recorded.iter().collect();
    wanted.sort_by_key(|change| change["cp_index"].as_u64());
    tally.same(&case.name, report.changepoints.len(), wanted.len());
    for (got, wanted) in report.changepoints.iter().zip(wanted) {
        let last_of_old = wanted["cp_index"].as_u64().unwrap() as usize;
        tally.same(&case.name, (got.cp_index, got.index), (Some(last_of_old), last_of_old + 1));
        tally.same(&case.name, got.direction == ChangeDirection::Increase, wanted["direction"] == "increase");
        tally.close(|| case.name.clone(), got.p_value.unwrap(), number(&wanted["p_value"]), 1e-9);
    }
}

fn same_outliers(tally: &mut Tally, case: &Case, report: &SeriesReport, wanted: Vec<Timestamp>) {
    let got: Vec<Timestamp> = report.outliers.iter().map(|outlier| outlier.timestamp).collect();
    tally.same(&case.name, got, wanted);
    for outlier in &report.outliers {
        let (lower, upper) = (outlier.lower.unwrap(), outlier.upper.unwrap());
        assert!(lower <= upper && (outlier.value < lower + 1e-9 || outlier.value > upper - 1e-9), "{}", case.name);
    }
}

fn stamp(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn kats() {
    let mut tally = Tally::new("reports of kats");
    let (cases, knife_edges) = cases();
    for case in cases {
        for (decomp, name) in
            [(DecompositionModel::Additive, "additive"), (DecompositionModel::Multiplicative, "multiplicative")]
        {
            for multiple in [1.5, 2.0, 3.0, 5.0] {
                let iqr_mult = (multiple != 3.0).then_some(multiple);
                let settings = Settings { profile: Profile::Kats, decomp, iqr_mult, ..Settings::default() };
                let report = report(&case, &settings);
                let recorded = &case.recorded["kats"];
                same_changes(&mut tally, &case, &report, &recorded["cusum"]["default"]["changepoints"]);
                if !knife_edges.holds(&case.name, name, Some(multiple)) {
                    let flagged = recorded["outlier"][name]["outliers"][format!("{multiple:.1}")].as_array().unwrap();
                    same_outliers(&mut tally, &case, &report, flagged.iter().map(stamp).collect());
                }
                if let (Some(trend), Some(p_values)) =
                    (&report.trend, recorded["mk"]["default"]["statistics"]["p"].as_array())
                    && !knife_edges.holds(&case.name, "mk default", None)
                {
                    let wanted = number(p_values.last().unwrap());
                    tally.close(|| case.name.clone(), trend.p_value.unwrap(), wanted, 1e-9);
                }
            }
        }
    }
    tally.finish();
}

#[test]
fn sample() {
    let mut tally = Tally::new("reports of sample");
    for case in cases().0 {
        let recorded = &case.recorded["sample"];
        if recorded["skipped"].is_string() {
            continue;
        }
        for (multiple, field) in [(None, "outliers_iqr_3"), (Some(5.0), "outliers_iqr_5")] {
            let report =
                report(&case, &Settings { profile: Profile::Sample, iqr_mult: multiple, ..Settings::default() });
            tally.same(&case.name, Some(report.n as u64), recorded["n"].as_u64());
            let kept = !matches!(report.outcome, Outcome::Insufficient { .. });
            tally.same(&case.name, Some(kept), recorded["kept_by_sample"].as_bool());
            if kept && !matches!(report.outcome, Outcome::Constant { .. }) {
                same_changes(&mut tally, &case, &report, &recorded["changepoints"]);
                let flagged = recorded[field]["outliers"].as_array().unwrap();
                let wanted: Vec<Timestamp> = flagged.iter().map(|outlier| stamp(&outlier["time"])).collect();
                same_outliers(&mut tally, &case, &report, wanted);
                let slope = report.trend.unwrap().slope;
                tally.close(
                    || case.name.clone(),
                    slope,
                    number(&recorded["slope_polyfit"]),
                    1e-9 * slope.abs().max(1.0),
                );
            }
        }
    }
    tally.finish();
}
