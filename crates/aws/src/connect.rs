//! Adapters from the environment's AWS configuration.

use crate::findings::{AthenaFindings, AthenaOptions, AthenaSource};
use crate::metrics::{CloudWatchMetrics, MetricOptions};
use crate::store::{DynamoStore, StoreConfig};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls;
use std::time::Duration;

/// The SDK's defaults that Onepane was tested with. Pinned by date, so that an upgrade of the SDK changes no behaviour
/// by itself.
pub fn aws_behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// Tries of one request, the first included.
const ATTEMPTS: u32 = 5;

/// The one place where requests to AWS are repeated: the SDK's standard mode (exponential backoff with jitter and
/// a budget shared by all requests of the client). Callers see an error only when that is used up, and repeat nothing
/// themselves within a request.
pub fn retry_policy() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS)
}

/// Where the other side is.
#[derive(Debug, Clone, Default)]
pub struct ConnectOptions {
    /// The Region; the AWS configuration's own if none.
    pub region: Option<String>,
    /// Another endpoint, such as `http://localhost:8000`; the Region's own if none.
    pub endpoint_url: Option<String>,
}

/// A store on AWS, with credentials from the default chain (environment, profile, container, instance). Sends nothing
/// yet: [`onepane_domain::WorkloadStore::check`] tells whether the table answers.
pub async fn connect(options: ConnectOptions, config: StoreConfig) -> DynamoStore {
    let config_of_aws = load(options, retry_policy()).await;
    DynamoStore::new(aws_sdk_dynamodb::Client::new(&config_of_aws), config)
}

/// Metrics of these Regions from CloudWatch, with the same credentials. Sends nothing yet. The Regions' clients share
/// connections and credentials; `connect.region` only serves where the credentials are fetched.
pub async fn connect_metrics(
    regions: &[onepane_domain::Region],
    connect: ConnectOptions,
    options: MetricOptions,
) -> CloudWatchMetrics {
    let shared = load(connect, retry_policy()).await;
    let client = |region: &onepane_domain::Region| {
        let config = aws_sdk_cloudwatch::config::Builder::from(&shared);
        let config = config.region(Region::new(region.as_str().to_owned())).build();
        (region.clone(), aws_sdk_cloudwatch::Client::from_conf(config))
    };
    CloudWatchMetrics::new(regions.iter().map(client).collect(), options)
}

/// Findings from Athena's tables, with the same credentials. Sends nothing yet.
pub async fn connect_findings(
    connect: ConnectOptions,
    options: AthenaOptions,
    sources: Vec<AthenaSource>,
) -> AthenaFindings {
    let config_of_aws = load(connect, retry_policy()).await;
    AthenaFindings::new(aws_sdk_athena::Client::new(&config_of_aws), options, sources)
}

/// HTTP client, timeouts, credentials, endpoint.
async fn load(options: ConnectOptions, retries: RetryConfig) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(30))
        .build();
    let mut loader =
        aws_config::defaults(aws_behavior()).http_client(http).retry_config(retries).timeout_config(timeouts);
    if let Some(region) = options.region {
        loader = loader.region(Region::new(region));
    }
    if let Some(endpoint_url) = options.endpoint_url {
        loader = loader.endpoint_url(endpoint_url);
    }
    loader.load().await
}
