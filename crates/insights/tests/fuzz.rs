//! Whatever comes in, an outcome goes out: no panic, and no claim where there is nothing to claim.
#![allow(missing_docs, clippy::unwrap_used)]

use onepane_domain::Timestamp;
use onepane_insights::kats::{
    BocpdModel, CusumSettings, MkSettings, RobustStatSettings, anchored_mann_kendall, bocpd, cusum, robust_stat,
    windowed_mann_kendall,
};
use onepane_insights::segment::{
    Kernel, KernelDiagonal, Stop, binary_segmentation, kernel_segmentation, median_gamma, pelt,
};
use onepane_insights::{
    ChangeDirection, DecompositionModel, Outcome, Period, Profile, Series, Settings, analyze, decompose, grid, stats,
    trend,
};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

/// Ordinary, missing, infinite, huge and tiny numbers.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -100.0..100.0_f64,
        3 => (0..5_i32).prop_map(f64::from),
        1 => Just(f64::NAN),
        1 => prop_oneof![Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
        1 => prop_oneof![Just(1e300), Just(-1e300), Just(f64::MAX), Just(1e-300), Just(-5e-324), Just(-0.0)],
    ]
}

fn values(most: usize) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        1 => vec(value(), 0..6),
        2 => vec(value(), 0..most),
        1 => (value(), 0..most).prop_map(|(value, count)| vec![value; count]),
        2 => vec((0..9_i32).prop_map(f64::from), 0..most),
    ]
}

/// Steps between instants: regular, repeated, backwards, absurd.
fn series() -> impl Strategy<Value = Series> {
    let steps = prop_oneof![
        3 => prop_oneof![Just(86_400_000_i64), Just(3_600_000), Just(604_800_000), Just(0), Just(60_000)]
            .prop_map(|step| vec![step; 120]),
        2 => vec(prop_oneof![Just(86_400_000_i64), Just(0), Just(-86_400_000), Just(172_800_000), 1..1_000_i64], 120),
        1 => vec(any::<i64>(), 120),
    ];
    (values(120), steps, any::<bool>()).prop_map(|(values, steps, short)| {
        let mut at = Timestamp::saturating_from_millis(1_600_000_000_000);
        let mut timestamps: Vec<Timestamp> = steps[..values.len()]
            .iter()
            .map(|&step| {
                let now = at;
                at = at.plus_millis(step);
                now
            })
            .collect();
        if short {
            timestamps.pop();
        }
        Series { key: "k".to_owned(), timestamps, values }
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let profile = prop_oneof![Just(Profile::Sample), Just(Profile::Kats), Just(Profile::Robust)];
    let period = prop_oneof![Just(Period::Auto), (0..20_usize).prop_map(Period::Points)];
    let model = prop_oneof![Just(DecompositionModel::Additive), Just(DecompositionModel::Multiplicative)];
    let number = || prop_oneof![Just(None), value().prop_map(Some)];
    (profile, period, model, number(), number()).prop_map(|(profile, period, decomp, iqr_mult, threshold)| Settings {
        profile,
        period,
        decomp,
        iqr_mult,
        threshold,
        with_decomposition: true,
        ..Settings::default()
    })
}

fn is_probability(value: Option<f64>) -> bool {
    value.is_none_or(|value| (0.0..=1.0).contains(&value))
}

proptest! {
    #[test]
    fn every_series_has_an_outcome(series in series(), settings in settings()) {
        let analysis = analyze(std::slice::from_ref(&series), &settings);
        let report = &analysis.series[0];
        assert_eq!(report.key, "k");
        assert!(report.trend.as_ref().is_none_or(|trend| is_probability(trend.p_value)));
        for change in &report.changepoints {
            assert!(is_probability(change.p_value) && is_probability(change.confidence));
            assert!(change.llr.is_none_or(f64::is_finite));
        }
        match &report.outcome {
            Outcome::Analysed => assert!(series.values.iter().any(|value| value.is_finite())),
            _ => assert!(report.outliers.is_empty() && report.changepoints.is_empty() && report.trend.is_none()),
        }
        if series.values.iter().all(|value| !value.is_finite()) {
            assert!(!matches!(report.outcome, Outcome::Analysed));
        }
        let json = serde_json::to_string(&analysis).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    }

    #[test]
    fn detectors_take_anything(values in values(80), start in 0..100_usize, width in 0..40_usize, share in value()) {
        let stamps: Vec<Timestamp> = (0..values.len() as i64).map(|day| Timestamp::EPOCH.plus_days(day)).collect();
        for start_point in [None, Some(start)] {
            for interest_window in [None, Some((start, start + width))] {
                let settings = CusumSettings {
                    start_point,
                    interest_window,
                    max_iter: width,
                    magnitude_quantile: Some(share),
                    threshold: share,
                    ..CusumSettings::default()
                };
                for change in cusum(&values, &stamps, &settings) {
                    assert!(change.cp_index < values.len());
                    assert!(change.direction == ChangeDirection::Increase || !change.detected || change.delta() < 0.0);
                }
            }
        }
        let settings = MkSettings { window_size: width, season: start % 9, ..MkSettings::default() };
        for test in windowed_mann_kendall(&values, &settings).unwrap_or_default() {
            assert!(test.index < values.len());
        }
        let _ = anchored_mann_kendall(&stamps, &values, width, &settings);
        let settings =
            RobustStatSettings { smoothing_window_size: width, comparison_distance: start, p_value_cutoff: share };
        let _ = robust_stat(&values, &settings);
        let _ = bocpd(&values, BocpdModel::Normal, 0.01, width);
        let _ = bocpd(&values, BocpdModel::Poisson, 0.01, width);
    }

    #[test]
    fn segmentations_cover_the_series(values in values(60), penalty in value(), min_size in 0..9_usize) {
        let kernel = Kernel::Gaussian { gamma: median_gamma(&values), diagonal: KernelDiagonal::One };
        let mut found = vec![
            pelt(&values, penalty, min_size),
            kernel_segmentation(&values, kernel, penalty, min_size),
            kernel_segmentation(&values, Kernel::Linear, penalty, min_size),
        ];
        found.extend(binary_segmentation(&values, Stop::Penalty(penalty), min_size));
        found.extend(binary_segmentation(&values, Stop::Changes(min_size), min_size));
        for breakpoints in found {
            assert!(breakpoints.windows(2).all(|pair| pair[0] < pair[1]));
            assert_eq!(breakpoints.last().copied().unwrap_or(0), values.len());
        }
    }

    #[test]
    fn trends_take_anything(values in values(70), lags in 0..90_usize, alpha in 0.0..1.0_f64) {
        let known = stats::without_nan(&values);
        let line = trend::theil_sen(&values, 1.0 - alpha);
        if known.len() == values.len() && values.iter().all(|value| value.abs() < 1e150) && values.len() > 1 {
            assert!(line.low <= line.slope && line.slope <= line.high);
        }
        let tests = [
            trend::mann_kendall(&values, alpha),
            trend::hamed_rao(&values, line.slope, alpha, Some(lags)),
            trend::yue_wang(&values, line.slope, alpha, None),
            trend::pre_whitened(&values, alpha),
            trend::trend_free_pre_whitened(&values, alpha),
            trend::seasonal(&trend::seasonal_columns(&values, lags), alpha),
            trend::correlated_seasonal(&trend::seasonal_columns(&values, 7), alpha),
            trend::partial(&values, &known, alpha),
        ];
        for test in tests {
            assert!(test.p_value.is_nan() || (0.0..=1.0).contains(&test.p_value));
        }
        let _ = trend::seasonal_sen_slope(&trend::seasonal_columns(&values, lags));
        let tau = trend::kendall_tau(&known);
        assert!(tau.p_value.is_nan() || (0.0..=1.0).contains(&tau.p_value));
        let _ = trend::least_squares(&values, &known);
        let _ = trend::least_squares_slope(&values);
    }

    #[test]
    fn slopes_are_those_of_sorting_all(
        values in vec(prop_oneof![(0..9_i32).prop_map(f64::from), -5.0..5.0_f64], 2..160),
        level in prop_oneof![Just(0.0), Just(1e9), Just(-3e5)],
        steepness in -2..3_i32,
        gap in 1..4_usize,
    ) {
        let values: Vec<f64> = values
            .iter()
            .enumerate()
            .map(|(place, value)| level + f64::from(steepness) * (place * gap) as f64 + value)
            .collect();
        let places: Vec<usize> = (0..values.len()).map(|place| place * gap).collect();
        let mut slopes: Vec<f64> = (0..values.len())
            .flat_map(|j| (0..j).map(move |i| (i, j)))
            .map(|(i, j)| (values[j] - values[i]) / (places[j] - places[i]) as f64)
            .collect();
        slopes.sort_unstable_by(f64::total_cmp);
        let last = slopes.len() - 1;
        let ranks = [0, last / 5, last / 2, last / 2 + last % 2, last - last / 7, last];
        // Equal, not identical: 0 has two signs.
        assert_eq!(trend::slopes_at_ranks(&values, &places, ranks), ranks.map(|rank| slopes[rank]));
    }

    #[test]
    fn parts_take_anything(values in values(90), period in 0..40_usize, share in value()) {
        for model in [DecompositionModel::Additive, DecompositionModel::Multiplicative] {
            for extrapolate in [true, false] {
                if let Ok(parts) = decompose::classical(&values, period, model, extrapolate) {
                    assert_eq!(parts.resid.len(), values.len());
                }
            }
        }
        for robust in [true, false] {
            let stl = decompose::Stl { seasonal_jump: 3, trend_jump: period, ..decompose::Stl::new(period, robust) };
            let _ = stl.fit(&values);
        }
        let _ = decompose::centred_moving_average(&values, period);
        let mut known = stats::without_nan(&values);
        let _ = (stats::median(&values), stats::median_absolute_deviation(&values), stats::ranks(&values));
        let _ = (stats::autocorrelations(&values, period), stats::quantiles(&mut known, [0.25, share.abs()]));
        let stamps: Vec<Timestamp> = (0..values.len() as i64).map(|day| Timestamp::EPOCH.plus_days(day * 3)).collect();
        let mut filled = values.clone();
        if grid::fill_gaps(&stamps, &mut filled) {
            assert!(values.iter().any(|value| value.is_infinite()) || filled.iter().all(|value| !value.is_nan()) || values.iter().any(|value| value.abs() > 1e100));
        }
    }
}
