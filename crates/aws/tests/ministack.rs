//! The metrics contract on MiniStack: an implementation of CloudWatch's protocol that nobody here wrote.
//!
//! `ONEPANE_MINISTACK` names the program (`make test` sets it). A missing variable is a failure, unless
//! `ONEPANE_SKIP_MINISTACK=1` says that leaving it out is meant. MiniStack knows no metric math, no `SEARCH` and no linked
//! accounts: those parts run on the stand-in alone.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod external;
mod metrics_contract;

use async_trait::async_trait;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{Credentials, Region as SdkRegion};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StatisticSet as SdkSet};
use external::{Server, place_of};
use metrics_contract::{Abilities, Bench, Feed};
use onepane_aws::{CloudWatchMetrics, MetricOptions};
use onepane_domain::{AccountId, MetricId, Region, StatisticSet, Timestamp};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The account that MiniStack has where the credentials name none.
const HOME: &str = "000000000000";

fn client(endpoint: &str, region: &Region) -> Client {
    let config = aws_sdk_cloudwatch::Config::builder()
        .behavior_version(onepane_aws::aws_behavior())
        .region(SdkRegion::new(region.to_string()))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(onepane_aws::retry_policy())
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// Feeds as anyone feeds CloudWatch.
struct PutMetricData(Vec<(Region, Client)>);

#[async_trait]
impl Feed for PutMetricData {
    async fn put(&self, account: AccountId, region: &Region, metric: &MetricId, points: &[(Timestamp, StatisticSet)]) {
        assert_eq!(account.to_string(), HOME, "MiniStack has one account for one set of credentials");
        let (_, client) = self.0.iter().find(|(known, _)| known == region).unwrap();
        let dimensions = metric.dimensions().iter();
        let dimensions: Vec<_> =
            dimensions.map(|(name, value)| Dimension::builder().name(name).value(value).build()).collect();
        let datum = |(time, set): &(Timestamp, StatisticSet)| {
            let values = SdkSet::builder()
                .sample_count(set.count)
                .sum(set.sum)
                .minimum(set.minimum)
                .maximum(set.maximum)
                .build();
            MetricDatum::builder()
                .metric_name(&metric.name)
                .set_dimensions(Some(dimensions.clone()))
                .timestamp(DateTime::from_millis(time.millis()))
                .statistic_values(values)
                .build()
        };
        let data = points.iter().map(datum).collect();
        client.put_metric_data().namespace(&metric.namespace).set_metric_data(Some(data)).send().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_adapter_keeps_the_contract_on_ministack() {
    let Some(program) = place_of("MINISTACK", "MiniStack", "scripts/install-ministack") else { return };
    let command = |port: u16| {
        let mut command = Command::new(&program);
        command.envs([("GATEWAY_PORT", port.to_string().as_str()), ("BIND_HOST", "127.0.0.1")]);
        command
    };
    let anywhere: Region = "us-east-1".parse().unwrap();
    let answers = async |endpoint: &str| client(endpoint, &anywhere).list_metrics().send().await.is_ok();
    let server = Server::start("MiniStack", command, answers).await;
    let regions: [Region; 2] = ["us-east-1", "eu-central-1"].map(|region| region.parse().unwrap());
    let clients = regions.map(|region| (region.clone(), client(&server.endpoint, &region)));
    let home = HOME.parse().unwrap();
    let options = MetricOptions {
        requests_per_second: 1e6,
        burst: 100_000,
        region_within: Duration::from_secs(600),
        // Its lists do not say whose the metrics are.
        home: Some(home),
        ..MetricOptions::default()
    };
    let source = CloudWatchMetrics::new(clients.to_vec(), options);
    let feed = PutMetricData(clients.to_vec());
    // Its values expire, so they are recent by the machine's own clock.
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let bench = Bench {
        name: "MiniStack",
        source: &source,
        feed: &feed,
        now: Timestamp::from_millis(now).unwrap(),
        home,
        other: home,
        abilities: Abilities { accounts: false, math: false, search: false },
    };
    metrics_contract::run(&bench).await;
}
