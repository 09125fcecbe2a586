//! Whatever the page hands over, a view comes back: no panic, nothing that JSON cannot carry, no layer that is off.
#![allow(missing_docs, clippy::unwrap_used)]

use onepane_domain::{
    DecompositionModel, Profile, SeriesInput, SeriesSettings, SeriesView, SeriesViewRequest, Timestamp,
};
use onepane_series_view::{drawn, series_view};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use serde_json::Value;

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (0..40_i32).prop_map(f64::from),
        3 => -100.0..100.0_f64,
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
        1 => prop_oneof![Just(1e300), Just(-1e300), Just(f64::MAX), Just(f64::MIN), Just(5e-324), Just(-0.0)],
    ]
}

fn series() -> impl Strategy<Value = SeriesInput> {
    let values = prop_oneof![
        1 => vec(value(), 0..8),
        4 => vec(value(), 0..130),
        1 => (value(), 0..60_usize).prop_map(|(value, count)| vec![value; count]),
        2 => vec((0..4_i32).prop_map(f64::from), 30..130),
    ];
    let step = prop_oneof![
        6 => prop_oneof![Just(86_400_000_i64), Just(3_600_000), Just(604_800_000)],
        1 => any::<i64>(),
        1 => prop_oneof![Just(0), Just(1_000), Just(-1_000), Just(i64::MAX / 1_000 * 1_000), Just(4_294_967_295_000)],
    ];
    let start = prop_oneof![4 => Just(1_750_000_000_000_i64), 1 => any::<i64>()];
    (values, step, start, ".{0,8}").prop_map(|(values, step_ms, start, measure)| SeriesInput {
        name: measure.clone(),
        measure,
        start: Timestamp::saturating_from_millis(start),
        step_ms,
        values,
    })
}

fn settings() -> impl Strategy<Value = SeriesSettings> {
    let profile = prop_oneof![Just(Profile::Robust), Just(Profile::Sample), Just(Profile::Kats)];
    let decomp = prop_oneof![Just(DecompositionModel::Additive), Just(DecompositionModel::Multiplicative)];
    let period = prop_oneof![3 => Just(None), 3 => (0..40_usize).prop_map(Some), 1 => any::<usize>().prop_map(Some)];
    let number = || prop_oneof![Just(None), value().prop_map(Some)];
    (profile, decomp, period, number(), number(), any::<[bool; 5]>()).prop_map(
        |(profile, decomp, period, iqr_mult, threshold, [trend, season, band, outliers, changes])| SeriesSettings {
            profile,
            iqr_mult,
            decomp,
            period,
            threshold,
            trend,
            season,
            band,
            outliers,
            changes,
        },
    )
}

/// The names of what is drawn in a chart, without the marks that hide parts from tooltips.
fn layers(view: &SeriesView, chart: usize) -> Vec<String> {
    let Some(chart) = view.charts.get(chart) else { return Vec::new() };
    let definition: Value = serde_json::from_str(&chart.definition).unwrap();
    let name = |one: &Value| one["name"].as_str().unwrap().trim_start_matches('\u{200b}').to_owned();
    let all = definition["option"]["series"].as_array().unwrap().iter().map(name);
    all.collect()
}

fn upright_lines(view: &SeriesView) -> usize {
    let definition: Value = serde_json::from_str(&view.charts[0].definition).unwrap();
    let lines = definition["option"]["series"].as_array().unwrap();
    lines.iter().filter_map(|line| line["markLine"]["data"].as_array()).map(Vec::len).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_request_is_answered(series in series(), settings in settings()) {
        let request = SeriesViewRequest { series, settings };
        let view = series_view(&request);
        assert!(!view.outcome.is_empty() && view.outcome.ends_with('.'), "{}", view.outcome);
        // What is no number would be written as null, and not be read again.
        let read = serde_json::from_str::<SeriesView>(&serde_json::to_string(&view).unwrap());
        assert!(read.is_ok(), "{read:?}");
        assert!(view.charts.iter().all(|chart| chart.svg.is_none() && !chart.summary.is_empty()));
        for chart in &view.charts {
            assert!(chart.rows.iter().all(|row| row.len() == chart.columns.len()));
        }
        let whole: Vec<&String> = view.compared.iter().chain(&view.notes).collect();
        assert!(whole.iter().all(|note| note.ends_with('.')), "{whole:?}");
        let is_refused = view.charts.is_empty();
        assert_eq!(view.compared.is_empty(), settings.profile == Profile::Robust || is_refused, "{}", view.outcome);
        assert_eq!(drawn(&request).charts.len(), view.charts.len());
    }

    #[test]
    fn what_is_off_is_not_drawn(series in series(), settings in settings()) {
        let view = series_view(&SeriesViewRequest { series: series.clone(), settings });
        let all = series_view(&SeriesViewRequest {
            series,
            settings: SeriesSettings { trend: true, season: true, band: true, outliers: true, changes: true, ..settings },
        });
        // The numbers are those of all layers.
        assert_eq!((&view.outliers, &view.changes, &view.trend), (&all.outliers, &all.changes, &all.trend));
        for chart in 0..view.charts.len() {
            let (drawn, possible) = (layers(&view, chart), layers(&all, chart));
            for (names, is_on) in [
                (&["trend", "slope"][..], settings.trend),
                (&["trend and season"], settings.season),
                (&["lower", "band"], settings.band),
                (&["Outlier", "Outlier beside"], settings.outliers),
                (&["level"], settings.changes),
            ] {
                for name in names {
                    let holds = |layers: &[String]| layers.iter().filter(|layer| layer == name).count();
                    let measure_is_named_so = view.charts[chart].title == *name;
                    assert!(measure_is_named_so || holds(&drawn) == if is_on { holds(&possible) } else { 0 }, "{name}");
                }
            }
        }
        if !view.charts.is_empty() && !settings.changes {
            assert_eq!(upright_lines(&view), 0);
        }
    }
}
