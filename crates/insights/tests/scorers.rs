//! The scorers of the two benchmarks give what the reference scorers gave on recorded random cases.
#![allow(missing_docs, clippy::unwrap_used)]

use onepane_insights::yardstick::nab::{Labelled, PROFILES};
use onepane_insights::yardstick::tcpd;
use serde_json::Value;

fn cases() -> Value {
    serde_json::from_str(include_str!("fixtures/scorers.json")).unwrap()
}

fn indices(list: &Value) -> Vec<usize> {
    list.as_array().unwrap().iter().map(|index| index.as_u64().unwrap() as usize).collect()
}

#[test]
fn change_points_score_as_recorded() {
    for case in cases()["tcpd"].as_array().unwrap() {
        let n = case["n"].as_u64().unwrap() as usize;
        let marks: Vec<Vec<usize>> = case["marks"].as_array().unwrap().iter().map(indices).collect();
        let score = tcpd::score(n, &marks, &indices(&case["predicted"]));
        let people = tcpd::people(n, &marks);
        for (name, value) in [
            ("f1", score.f1),
            ("precision", score.precision),
            ("recall", score.recall),
            ("cover", score.cover),
            ("people_f1", people.f1),
            ("people_cover", people.cover),
        ] {
            let recorded = case[name].as_f64().unwrap();
            assert!((value - recorded).abs() < 1e-12, "{name}: {value} for {recorded} in {case}");
        }
    }
}

#[test]
fn alarms_score_as_recorded() {
    for case in cases()["nab"].as_array().unwrap() {
        let n = case["n"].as_u64().unwrap() as usize;
        let windows: Vec<(usize, usize)> =
            case["windows"].as_array().unwrap().iter().map(indices).map(|window| (window[0], window[1])).collect();
        let mut scores = vec![0.0; n];
        for pair in case["scores"].as_array().unwrap() {
            scores[pair[0].as_u64().unwrap() as usize] = pair[1].as_f64().unwrap();
        }
        let labelled = Labelled::new(n, &windows);
        for (weights, recorded) in PROFILES.into_iter().zip(case["results"].as_array().unwrap()) {
            let tally = labelled.tally(&scores, case["threshold"].as_f64().unwrap(), weights);
            for (name, value) in [("raw", tally.raw), ("never", tally.never), ("perfect", tally.perfect)] {
                let recorded = recorded[name].as_f64().unwrap();
                assert!((value - recorded).abs() < 1e-9, "{name} of {}: {value} for {recorded}", weights.name);
            }
            assert_eq!(tally.false_alarms as u64, recorded["false_alarms"].as_u64().unwrap());
        }
    }
}

#[test]
fn perfection_scores_a_hundred_and_silence_nothing() {
    let labelled = Labelled::new(1_000, &[(300, 350), (700, 750)]);
    let mut perfect = vec![0.0; 1_000];
    perfect[300] = 1.0;
    perfect[700] = 1.0;
    for weights in PROFILES {
        assert!((labelled.tally(&perfect, 0.5, weights).score() - 100.0).abs() < 1e-9);
        assert!(labelled.tally(&vec![0.0; 1_000], 0.5, weights).score().abs() < 1e-9);
    }
}
