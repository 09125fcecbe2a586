//! Metric Streams records a second into the embedded metric store, and how fast it answers.
//!
//! `cargo bench -p onepane-embedded --bench metrics`; settings by environment: `SERIES` (2000), `MINUTES` (60),
//! `BENCH_DIR`.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use onepane_domain::{
    ListedMetric, MetricFilter, MetricId, MetricPoint, MetricQuery, MetricRequest, MetricSeries, MetricSink,
    MetricSource, Period, QuerySource, StatisticSet, Timestamp,
};
use onepane_embedded::EmbeddedMetrics;
use onepane_events::metric_stream::{by_metric, parse_metrics};
use std::sync::Arc;
use std::time::Instant;

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn start() -> Timestamp {
    "2026-11-21T00:00:00Z".parse().unwrap()
}

/// Numbers that look like measurements: no two alike, all digits used.
fn measured(series: usize, minute: usize) -> f64 {
    let bits = (series as u64 * 1_000_003 + minute as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (bits >> 11) as f64 / (1_u64 << 53) as f64 * 90_000.0
}

fn record(series: usize, minute: usize) -> String {
    let value = measured(series, minute);
    format!(
        r#"{{"metric_stream_name":"all","account_id":"{:012}","region":"us-east-1","namespace":"AWS/SageMaker","metric_name":"ModelLatency","dimensions":{{"EndpointName":"endpoint-{series}","VariantName":"AllTraffic"}},"timestamp":{},"value":{{"max":{},"min":{value},"sum":{},"count":12.0}},"unit":"Microseconds"}}"#,
        111_122_220_000 + series % 40,
        start().millis() + minute as i64 * 60_000,
        value * 2.0,
        value * 15.0,
    )
}

fn metric(series: usize) -> ListedMetric {
    let dimensions = [("EndpointName", format!("endpoint-{series}")), ("VariantName", "AllTraffic".to_owned())];
    let dimensions = dimensions.map(|(name, value)| (name.to_owned(), value));
    ListedMetric {
        account: format!("{:012}", 111_122_220_000 + series % 40).parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        metric: MetricId::new("AWS/SageMaker", "ModelLatency", dimensions).unwrap(),
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[tokio::main]
async fn main() {
    let (series, minutes) = (setting("SERIES", 2_000), setting("MINUTES", 60));
    let folder = tempfile::tempdir_in(std::env::var("BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    let file = folder.path().join("metrics.sqlite");
    let store = EmbeddedMetrics::open(&file, Arc::new(|| start().plus_days(1))).unwrap();

    // As a stream delivers: every metric's minute, then the next minute.
    let deliveries: Vec<String> =
        (0..minutes).map(|minute| (0..series).map(|series| record(series, minute) + "\n").collect()).collect();
    let clock = Instant::now();
    for delivery in &deliveries {
        let records = parse_metrics(delivery.as_bytes()).into_iter().map(|parsed| parsed.record.unwrap());
        store.put(by_metric(records), Period::MINUTE).await.unwrap();
    }
    let rate = (series * minutes) as f64 / clock.elapsed().as_secs_f64();
    println!("bench | metric records taken in, minute by minute, {series} metrics | 20,000/s | {rate:.0}/s");

    let day: Vec<MetricSeries> = (0..series)
        .map(|series| MetricSeries {
            metric: metric(series),
            unit: None,
            points: (0..1_440)
                .map(|minute| MetricPoint {
                    time: start().plus_millis(minute * 60_000),
                    statistics: StatisticSet::single(measured(series, minute as usize)),
                    more: Vec::new(),
                })
                .collect(),
        })
        .collect();
    let clock = Instant::now();
    for part in day.chunks(50) {
        store.put(part.to_vec(), Period::MINUTE).await.unwrap();
    }
    let rate = (series * 1_440) as f64 / clock.elapsed().as_secs_f64();
    println!("bench | metric points taken in, a day of each metric at once | 500,000/s | {rate:.0}/s");
    // Nothing is old; it empties the log of writes into the file.
    store.sweep(start()).await.unwrap();
    let bytes = std::fs::metadata(&file).unwrap().len() as f64 / (series * 1_440) as f64;
    println!("bench | bytes on the disk a point of one sample with all digits | 12 | {bytes:.1}");

    let queries: Vec<MetricQuery> = (0..100)
        .map(|number| {
            let ListedMetric { account, region, metric } = metric(number * series / 100);
            let statistic = "Average".parse().unwrap();
            let source = QuerySource::Metric { metric, account: Some(account), statistic };
            MetricQuery { id: format!("q{number}"), region: Some(region), source, label: None, wanted: true }
        })
        .collect();
    for (seconds, target) in [(60, "100 ms"), (300, "100 ms"), (3_600, "100 ms")] {
        let period = Period::new(seconds).unwrap();
        let request = MetricRequest { queries: queries.clone(), from: start(), to: start().plus_days(1), period };
        let mut times = Vec::new();
        for _ in 0..15 {
            let clock = Instant::now();
            assert_eq!(store.data(&request).await.unwrap().series.len(), 100);
            times.push(clock.elapsed().as_secs_f64() * 1_000.0);
        }
        println!("bench | 100 metrics, 24 hours, by {seconds} s | {target} | {:.1} ms", median(times));
    }
    let search = "SEARCH('{AWS/SageMaker,EndpointName,VariantName} MetricName=\"ModelLatency\" endpoint', 'Average')";
    let source = QuerySource::Expression(format!("AVG({search})"));
    let query = MetricQuery { id: "all".to_owned(), region: None, source, label: None, wanted: true };
    let period = Period::new(300).unwrap();
    let request = MetricRequest { queries: vec![query], from: start(), to: start().plus_millis(3 * 3_600_000), period };
    let clock = Instant::now();
    store.data(&request).await.unwrap();
    println!(
        "bench | a search over {series} metrics, the mean of 500, 3 hours | 200 ms | {:.1} ms",
        clock.elapsed().as_secs_f64() * 1_000.0
    );
    let clock = Instant::now();
    store.list(&MetricFilter::default(), 500).await.unwrap();
    println!("bench | 500 of {series} metrics listed | 100 ms | {:.1} ms", clock.elapsed().as_secs_f64() * 1_000.0);
}
