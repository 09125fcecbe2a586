//! What pages and tests rely on in the demo organization's metrics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use onepane_demo::{DemoConfig, Live, Metered, metered, truth};
use onepane_domain::{MetricSeries, Period, StatisticSet, Timestamp, WorkloadKind, instance_shape};
use std::collections::HashSet;

fn config() -> DemoConfig {
    DemoConfig { scale: 0.2, ..DemoConfig::new(42, "2026-11-18T15:20:00Z".parse().unwrap()) }
}

fn minutes(series: &[MetricSeries], name: &str) -> Vec<StatisticSet> {
    let wanted = series.iter().filter(|series| series.metric.metric.name == name);
    wanted.flat_map(|series| series.points.iter().map(|point| point.statistics)).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn whole(metered: &Metered, config: &DemoConfig) -> Vec<MetricSeries> {
    metered.series(metered.started(), metered.ended().unwrap_or(config.until), Period::MINUTE)
}

#[test]
fn names_units_and_dimensions_are_sagemakers_and_nothing_is_beyond_the_hardware() {
    let config = config();
    let mut seen = HashSet::new();
    let (mut starved, mut busy, mut gpu_jobs) = (0, 0, 0);
    for metered in metered(&config).iter().step_by(3) {
        let id = metered.workload();
        let shape = instance_shape(metered.instance_type()).unwrap();
        let all = whole(metered, &config);
        for series in &all {
            let metric = &series.metric.metric;
            assert_eq!((series.metric.account, &series.metric.region), (id.account, &id.region));
            assert!(series.points.windows(2).all(|pair| pair[0].time < pair[1].time));
            let (most, unit) = match metric.name.as_str() {
                "CPUUtilization" => (shape.most_cpu(), "Percent"),
                "GPUUtilization" | "GPUMemoryUtilization" => (shape.most_gpu(), "Percent"),
                "MemoryUtilization" | "DiskUtilization" => (100.0, "Percent"),
                "ModelLatency" | "OverheadLatency" => (60_000_000.0, "Microseconds"),
                _ => (1.0, "None"),
            };
            assert_eq!(series.unit.as_deref(), Some(unit), "{metric}");
            for StatisticSet { count, sum, minimum, maximum } in series.points.iter().map(|point| point.statistics) {
                assert!(count >= 1.0 && minimum >= 0.0 && minimum <= maximum && maximum <= most, "{metric} {maximum}");
                assert!(sum >= minimum * count - 0.01 && sum <= maximum * count + 0.01, "{metric}");
            }
            match (&id.kind, metric.namespace.as_str()) {
                (WorkloadKind::Endpoint, "AWS/SageMaker" | "/aws/sagemaker/Endpoints") => {
                    assert_eq!(metric.dimension("EndpointName"), Some(id.name.as_str()));
                    assert_eq!(metric.dimension("VariantName"), Some("AllTraffic"));
                }
                (WorkloadKind::TrainingJob, "/aws/sagemaker/TrainingJobs")
                | (WorkloadKind::ProcessingJob, "/aws/sagemaker/ProcessingJobs")
                | (WorkloadKind::TransformJob, "/aws/sagemaker/TransformJobs") => {
                    assert!(metric.dimension("Host").unwrap().starts_with(&format!("{}/algo-", id.name)));
                    assert_eq!(metric.dimensions().len(), 1);
                }
                other => panic!("{other:?}"),
            }
            seen.insert((metric.namespace.clone(), metric.name.clone()));
        }
        let gpu: Vec<f64> = minutes(&all, "GPUUtilization").iter().map(|set| set.sum / shape.most_gpu()).collect();
        if id.kind == WorkloadKind::TrainingJob && gpu.len() > 30 {
            gpu_jobs += 1;
            starved += usize::from(mean(&gpu) < 0.25);
            busy += usize::from(mean(&gpu) > 0.6);
        }
    }
    assert_eq!(seen.len(), 3 * 5 + 6 + 4, "{seen:?}");
    assert!(starved * 20 > gpu_jobs && busy * 2 > gpu_jobs, "{starved} starved, {busy} busy of {gpu_jobs}");
}

#[test]
fn a_minute_is_the_same_alone_and_longer_periods_are_its_sums() {
    let config = config();
    let all = metered(&config);
    let endpoint = all.iter().find(|metered| metered.is_endpoint()).unwrap();
    let (from, to) = (config.until.plus_millis(-7_200_000).floor_to(3_600_000), config.until.floor_to(3_600_000));
    let by_minute = endpoint.series(from, to, Period::MINUTE);
    assert_eq!(
        by_minute,
        metered(&config).iter().find(|metered| metered.is_endpoint()).unwrap().series(from, to, Period::MINUTE)
    );
    let later = from.plus_millis(40 * 60_000);
    let alone = endpoint.series(later, later.plus_millis(60_000), Period::MINUTE);
    for one in &alone {
        let within = by_minute.iter().find(|series| series.metric == one.metric).unwrap();
        assert!(within.points.contains(&one.points[0]), "{:?}", one.metric);
    }
    for longer in endpoint.series(from, to, Period::new(3_600).unwrap()) {
        let minutes = by_minute.iter().find(|series| series.metric == longer.metric).unwrap();
        let all = minutes.points.iter().filter(|point| point.time.floor_to(3_600_000) == longer.points[0].time);
        let sum = all.map(|point| point.statistics).reduce(StatisticSet::and).unwrap();
        let told = longer.points[0].statistics;
        assert!((told.sum - sum.sum).abs() < 0.1 && told.count == sum.count && told.maximum == sum.maximum);
    }
}

#[test]
fn the_planted_deployment_is_slow_and_fails_and_only_while_it_lasts() {
    let config = config();
    let planted = truth(&config).bad_deployment;
    let all = metered(&config);
    let endpoint = all.iter().find(|metered| *metered.workload() == planted.endpoint).unwrap();
    let told = |from: Timestamp, to: Timestamp| {
        let series = endpoint.series(from, to, Period::MINUTE);
        let latency: Vec<f64> = minutes(&series, "ModelLatency").iter().map(|set| set.sum / set.count).collect();
        let errors: Vec<f64> = minutes(&series, "Invocation5XXErrors").iter().map(|set| set.sum / set.count).collect();
        (mean(&latency), mean(&errors))
    };
    let hours = |hours: i64| planted.from.plus_millis(hours * 3_600_000);
    let (before, during, after) = (
        told(hours(-3), planted.from),
        told(planted.from, planted.to),
        told(planted.to, planted.to.plus_millis(7_200_000)),
    );
    assert!(during.0 > 2.0 * before.0 && during.0 > 2.0 * after.0, "{before:?} {during:?} {after:?}");
    assert!(during.1 > 0.05 && before.1 < 0.002 && after.1 < 0.002, "{before:?} {during:?} {after:?}");
}

#[test]
fn life_goes_on_from_the_history_minute_by_minute() {
    let config = config();
    let mut live = Live::new(config.clone());
    let from = config.until.floor_to(60_000);
    let mut seen = HashSet::new();
    for minute in 0..30 {
        let at = from.plus_millis(minute * 60_000);
        live.next_events(at, at.plus_millis(60_000));
        let series = live.metrics(at, at.plus_millis(60_000));
        assert!(series.len() > 50, "{} series", series.len());
        assert!(series.iter().all(|series| series.points.len() == 1 && series.points[0].time == at));
        seen.extend(series.into_iter().map(|series| series.metric));
    }
    let stuck = &truth(&config).stuck[0].workload;
    let host = format!("{}/algo-1", stuck.name);
    assert!(seen.iter().any(|listed| listed.metric.dimension("Host") == Some(&host)), "the stuck job still hangs");
    assert!(live.metrics(from, from).is_empty());
}
