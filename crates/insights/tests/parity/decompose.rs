//! statsmodels' decompositions and the Fortran original of STL.

use crate::fixtures::{Tally, cases, fixture, number, numbers, scale};
use onepane_insights::DecompositionModel;
use onepane_insights::decompose::{Degree, Stl, classical};
use serde_json::Value;

/// The values that the peers decomposed: the series, or its gaps filled.
fn prepared(case: &crate::fixtures::Case) -> Vec<f64> {
    match &case.recorded["peers"]["prepared"]["values"] {
        Value::Array(_) => numbers(&case.recorded["peers"]["prepared"]["values"]),
        _ => case.sorted().1,
    }
}

#[test]
fn classical_decomposition() {
    let mut tally = Tally::new("seasonal_decompose");
    for case in cases().0 {
        let values = prepared(&case);
        let allowed = 1e-9 * scale(&values);
        for (index, recorded) in case.recorded["peers"]["seasonal_decompose"].as_array().unwrap().iter().enumerate() {
            let model = match recorded["model"].as_str().unwrap() {
                "additive" => DecompositionModel::Additive,
                _ => DecompositionModel::Multiplicative,
            };
            let extrapolate = recorded["extrapolate_trend"] == "freq";
            let period = recorded["period"].as_u64().unwrap() as usize;
            let place = format!("{} {index}", case.name);
            match (classical(&values, period, model, extrapolate), recorded["error"].as_str()) {
                (Ok(parts), None) => {
                    let seasonal = numbers(&recorded["seasonal_one_period"]);
                    tally.all_close(&format!("{place} trend"), &parts.trend, &numbers(&recorded["trend"]), allowed);
                    tally.all_close(&format!("{place} season"), &parts.seasonal[..period], &seasonal, allowed);
                    tally.all_close(&format!("{place} resid"), &parts.resid, &numbers(&recorded["resid"]), allowed);
                }
                (got, error) => tally.same(&place, got.is_err(), error.is_some()),
            }
        }
    }
    tally.finish();
}

#[test]
fn stl() {
    let mut tally = Tally::new("statsmodels STL");
    let (cases, knife_edges) = cases();
    for case in cases {
        let values = prepared(&case);
        let allowed = 1e-9 * scale(&values);
        for recorded in case.recorded["peers"]["stl"].as_array().unwrap() {
            let robust = recorded["robust"] == true;
            if robust && knife_edges.holds(&case.name, "stl robust", None) || recorded["config"].is_null() {
                continue;
            }
            let config = &recorded["config"];
            let size = |name: &str| config[name].as_u64().unwrap() as usize;
            let stl = Stl::new(size("period"), robust);
            tally.same(
                &case.name,
                (stl.seasonal, stl.trend, stl.low_pass),
                (size("seasonal"), size("trend"), size("low_pass")),
            );
            let parts = stl.fit(&values).unwrap();
            let place = |part: &str| format!("{} {part} {robust}", case.name);
            tally.all_close(&place("trend"), &parts.trend, &numbers(&recorded["trend"]), allowed);
            tally.all_close(&place("seasonal"), &parts.seasonal, &numbers(&recorded["seasonal"]), allowed);
            // Where STL leaves nothing but rounding, the weights are those of the rounding.
            let rests = scale(&parts.resid.iter().map(|rest| rest * 1e9).collect::<Vec<_>>());
            if robust && rests > allowed * 1e9 {
                tally.all_close(&place("weights"), &parts.weights, &numbers(&recorded["weights"]), 1e-9);
            }
        }
    }
    tally.finish();
}

#[test]
fn stl_of_the_article() {
    let mut tally = Tally::new("Fortran STL");
    let file = fixture("stl.json.gz");
    let values = numbers(&file["y"]);
    let allowed = 1e-9 * scale(&values);
    for (name, scenario) in file["scenarios"].as_object().unwrap() {
        let mut parameters = file["base_parameters"].as_object().unwrap().clone();
        if let Some(changes) = scenario["override"].as_object() {
            parameters.extend(changes.clone());
        }
        let size = |name: &str| parameters[name].as_u64().unwrap() as usize;
        let degree = |name: &str| if size(name) == 1 { Degree::Linear } else { Degree::Constant };
        let mut stl = Stl {
            period: size("period"),
            seasonal: size("seasonal"),
            trend: size("trend"),
            low_pass: size("low_pass"),
            seasonal_degree: degree("seasonal_deg"),
            trend_degree: degree("trend_deg"),
            low_pass_degree: degree("low_pass_deg"),
            seasonal_jump: size("seasonal_jump"),
            trend_jump: size("trend_jump"),
            low_pass_jump: size("low_pass_jump"),
            inner: size("inner_iter"),
            outer: size("outer_iter"),
        };
        if name == "stlez" {
            stl.outer = 0;
            stl.inner = 2;
        }
        let dropped = parameters.get("drop_last").map_or(0, |count| number(count) as usize);
        let parts = stl.fit(&values[..values.len() - dropped]).unwrap();
        let season = numbers(&scenario["season"]);
        tally.all_close(&format!("{name} season"), &parts.seasonal, &season, allowed);
        tally.all_close(&format!("{name} trend"), &parts.trend, &numbers(&scenario["trend"]), allowed);
        tally.all_close(&format!("{name} weights"), &parts.weights, &numbers(&scenario["robust_weights"]), 1e-7);
    }
    tally.finish();
}
