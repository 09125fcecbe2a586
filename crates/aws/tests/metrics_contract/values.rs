//! Values of single metrics.

use super::{Bench, in_region, metric, of, whole};
use onepane_domain::{MetricData, MetricRequest, Period, SeriesStatus, Timestamp};

const NAMESPACE: &str = "Contract/Values";

/// The one series of an answer.
fn only(mut series: Vec<MetricData>) -> MetricData {
    assert_eq!(series.len(), 1, "{series:?}");
    series.remove(0)
}

pub async fn the_five_statistics_of_minutes_and_of_longer_periods(bench: &Bench<'_>) {
    let id = metric(NAMESPACE, "Statistics", &[("Endpoint", "chat")]);
    // Three samples in minute 0, one in minute 2, two in minute 7, the last two at both ends of the minute.
    let samples = [(0, 0, 4.0), (0, 20, 1.0), (0, 59, 7.0), (2, 30, 10.0), (7, 0, -3.0), (7, 59, 5.0)];
    let samples = samples.map(|(minute, second, value)| (bench.at(minute, second), value));
    bench.put(&id, &samples).await;
    let minutes = [0, 2, 7];
    let fives = [0, 5];
    let cases = [
        ("SampleCount", vec![3.0, 1.0, 2.0], vec![4.0, 2.0]),
        ("Sum", vec![12.0, 10.0, 2.0], vec![22.0, 2.0]),
        ("Average", vec![4.0, 10.0, 1.0], vec![5.5, 1.0]),
        ("Minimum", vec![1.0, 10.0, -3.0], vec![1.0, -3.0]),
        ("Maximum", vec![7.0, 10.0, 5.0], vec![10.0, 5.0]),
    ];
    for (statistic, by_minute, by_five) in cases {
        for (period, times, expected) in [(60, &minutes[..], by_minute), (300, &fives[..], by_five)] {
            let query = in_region(of("m", &id, statistic), &bench.region());
            let series = only(bench.ask(vec![query], period).await);
            let times = times.iter().map(|minute| bench.at(*minute, 0));
            assert_eq!(series.values, times.zip(expected).collect::<Vec<_>>(), "{statistic} of {period} s");
            assert_eq!(series.status, SeriesStatus::Complete);
            assert_eq!((series.query.as_str(), &series.region), ("m", &bench.region()));
        }
    }
}

pub async fn gaps_are_absent_and_the_oldest_comes_first(bench: &Bench<'_>) {
    let id = metric(NAMESPACE, "Gaps", &[]);
    // Given newest first.
    for minute in [50, 30, 31, 5, 0] {
        bench.put(&id, &[(bench.at(minute, 10), f64::from(i32::try_from(minute).unwrap()))]).await;
    }
    let series = only(bench.ask(vec![in_region(of("m", &id, "Sum"), &bench.region())], 60).await);
    let expected: Vec<(Timestamp, f64)> =
        [(0, 0.0), (5, 5.0), (30, 30.0), (31, 31.0), (50, 50.0)].map(|(m, v)| (bench.at(m, 0), v)).into();
    assert_eq!(series.values, expected);
}

pub async fn a_window_holds_its_beginning_and_not_its_end(bench: &Bench<'_>) {
    let id = metric(NAMESPACE, "Window", &[]);
    let samples: Vec<_> = (0..30).map(|minute| (bench.at(minute, 0), 1.0)).collect();
    bench.put(&id, &samples).await;
    let query = in_region(of("m", &id, "Sum"), &bench.region());
    let window = |from, to| MetricRequest { queries: vec![query.clone()], from, to, period: Period::MINUTE };
    let series = only(whole(bench.source.data(&window(bench.at(10, 0), bench.at(13, 0))).await.unwrap()));
    assert_eq!(series.values, [10, 11, 12].map(|minute| (bench.at(minute, 0), 1.0)));
    let nothing = only(whole(bench.source.data(&window(bench.at(10, 0), bench.at(10, 0))).await.unwrap()));
    assert_eq!(nothing.values, []);
}

/// From is rounded down and to is rounded up to the period's grid: a value always stands for a whole period.
pub async fn a_window_is_widened_to_whole_periods(bench: &Bench<'_>) {
    let id = metric(NAMESPACE, "Widened", &[]);
    let samples: Vec<_> = (0..30).map(|minute| (bench.at(minute, 0), 1.0)).collect();
    bench.put(&id, &samples).await;
    let queries = vec![in_region(of("m", &id, "Sum"), &bench.region())];
    let period = Period::new(300).unwrap();
    let request = MetricRequest { queries, from: bench.at(7, 30), to: bench.at(16, 1), period };
    let series = only(whole(bench.source.data(&request).await.unwrap()));
    assert_eq!(series.values, [5, 10, 15].map(|minute| (bench.at(minute, 0), 5.0)));
}

pub async fn a_metric_without_values_gives_an_empty_series(bench: &Bench<'_>) {
    let id = metric(NAMESPACE, "Silent", &[("Endpoint", "nobody")]);
    let series = only(bench.ask(vec![in_region(of("m", &id, "Average"), &bench.region())], 60).await);
    assert_eq!(series.values, []);
    assert_eq!((series.query.as_str(), &series.region), ("m", &bench.region()));
    assert_eq!(series.status, SeriesStatus::Complete);
    assert!(!series.label.is_empty());
}

/// Another set of dimensions is another metric.
pub async fn dimensions_are_matched_exactly(bench: &Bench<'_>) {
    let one = metric(NAMESPACE, "Exact", &[("Endpoint", "chat")]);
    let more = metric(NAMESPACE, "Exact", &[("Endpoint", "chat"), ("Variant", "blue")]);
    let other = metric(NAMESPACE, "Exact", &[("Variant", "blue")]);
    for (id, value) in [(&one, 1.0), (&more, 10.0), (&other, 100.0)] {
        bench.put(id, &[(bench.at(3, 0), value)]).await;
    }
    for (id, value) in [(&one, 1.0), (&more, 10.0), (&other, 100.0)] {
        let series = only(bench.ask(vec![in_region(of("m", id, "Sum"), &bench.region())], 60).await);
        assert_eq!(series.values, [(bench.at(3, 0), value)], "{id}");
    }
}
