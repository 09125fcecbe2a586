//! Alarms on streams: causal, sparing, and never troubled by what comes in.
#![allow(missing_docs, clippy::unwrap_used)]

use onepane_domain::Timestamp;
use onepane_insights::robust::stream;
use onepane_insights::synth::{Noise, Plant, Season, Spec};
use proptest::prelude::*;

const DAY: usize = 96;

fn traffic(plants: Vec<Plant>) -> Vec<f64> {
    let spec = Spec {
        points: DAY * 14,
        step_seconds: 900,
        level: 50.0,
        noise: Noise::Gaussian { sd: 3.0 },
        seasons: vec![Season::Sine { period: DAY, amplitude: 20.0 }],
        plants,
        ..Spec::default()
    };
    spec.make().series.values
}

fn alarms(scores: &[f64]) -> Vec<usize> {
    (0..scores.len()).filter(|&row| scores[row] >= stream::BALANCED).collect()
}

#[test]
fn a_day_unlike_the_others_is_told_soon_and_few_times() {
    let at = DAY * 10;
    let broken = traffic(vec![Plant::Burst { at, points: DAY / 2, factor: 2.5 }]);
    let told = alarms(&stream::scores_by_cycle(&broken, DAY));
    let first = told.iter().find(|row| **row >= at).unwrap();
    assert!(first - at < DAY / 4, "{told:?}");
    assert!(told.len() <= 8, "{told:?}");
    let quiet = alarms(&stream::scores_by_cycle(&traffic(vec![]), DAY));
    assert!(quiet.len() <= 3, "{quiet:?}");
}

#[test]
fn a_row_is_scored_by_the_rows_before_it_alone() {
    let values = traffic(vec![Plant::Spike { at: DAY * 9, size: 100.0 }]);
    let all = stream::scores_by_cycle(&values, DAY);
    for cut in [DAY * 5, DAY * 9 + 1, DAY * 12] {
        assert_eq!(stream::scores_by_cycle(&values[..cut], DAY), all[..cut]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_stream_has_scores_between_nothing_and_one(
        values in proptest::collection::vec(prop_oneof![
            4 => -100.0..100.0_f64,
            1 => Just(f64::NAN),
            1 => Just(f64::INFINITY),
            1 => prop_oneof![Just(f64::MAX), Just(f64::MIN), Just(5e-324)],
            2 => Just(0.0),
        ], 0..400),
        step in -3..3_i64,
    ) {
        let stamps: Vec<Timestamp> =
            (0..values.len() as i64).map(|row| Timestamp::EPOCH.plus_millis(row * step * 3_600_000)).collect();
        let scores = stream::scores(&stamps, &values);
        prop_assert_eq!(scores.len(), values.len());
        prop_assert!(scores.iter().all(|score| (0.0..1.0).contains(score)));
        prop_assert!(values.iter().zip(&scores).all(|(value, score)| value.is_finite() || *score == 0.0));
    }
}
