//! Which adapter stands behind each port, by the settings.

mod findings;
mod reads_apart;

use crate::clock::Clock;
use crate::settings::{Settings, StoreKind};
use anyhow::Context;
use onepane_aws::{ConnectOptions, MetricOptions, StoreConfig};
use onepane_domain::{FindingSource, MetricSource, TriageStore, WorkloadStore};
use onepane_embedded::{EmbeddedDynamo, EmbeddedMetrics};
use onepane_findings::{RememberConfig, Remembered};
use onepane_lake::ParquetLake;
use onepane_metrics::{CacheConfig, Cached, SingleFlight};
use reads_apart::ReadsApart;
use std::sync::Arc;
use std::time::Duration;

/// The embedded store's file in the data folder.
const FILE: &str = "onepane.sqlite";
/// The embedded metric store's file in the data folder.
const METRICS_FILE: &str = "metrics.sqlite";

/// The store, and what only the embedded one has.
pub(crate) struct Opened {
    /// The port.
    pub(crate) store: Arc<dyn WorkloadStore>,
    /// Decisions about insights, in the same table.
    pub(crate) triages: Arc<dyn TriageStore>,
    /// The engine in this process, whose expired items nobody else removes.
    pub(crate) engine: Option<EmbeddedDynamo>,
}

/// Opens the store that the settings name. The embedded one is made where it is missing.
pub(crate) async fn open_store(settings: &Settings) -> anyhow::Result<Opened> {
    let own = |config: StoreConfig| StoreConfig {
        table: settings.table.clone(),
        feed_shards: settings.feed_shards,
        retention_days: whole_days(settings.ttl),
        ..config
    };
    match settings.store {
        StoreKind::Embedded => {
            let file = settings.data_dir.join(FILE);
            let opening = tokio::task::spawn_blocking(move || {
                // One after the other: the first makes the file.
                let writes = EmbeddedDynamo::open(&file)?;
                EmbeddedDynamo::open(&file).map(|reads| (writes, reads))
            });
            let (writing, reading) = opening.await.context("open the embedded store")??;
            let config = own(onepane_embedded::embedded_store_config());
            let writes = writing.store(config.clone()).await?;
            let reads = reading.store(config).await?;
            let store = Arc::new(ReadsApart { reads, writes });
            Ok(Opened { triages: Arc::clone(&store) as Arc<dyn TriageStore>, store, engine: Some(writing) })
        }
        StoreKind::Aws => {
            // Dead letters and the ingest key are kept there all the same.
            std::fs::create_dir_all(&settings.data_dir).with_context(|| settings.data_dir.display().to_string())?;
            let options =
                ConnectOptions { region: settings.region.clone(), endpoint_url: settings.endpoint_url.clone() };
            let store = Arc::new(onepane_aws::connect(options, own(StoreConfig::default())).await);
            Ok(Opened { triages: Arc::clone(&store) as Arc<dyn TriageStore>, store, engine: None })
        }
    }
}

/// Where metrics are asked for, and what only the embedded store has.
pub(crate) struct OpenedMetrics {
    /// The port.
    pub(crate) source: Arc<dyn MetricSource>,
    /// The store that takes records in and whose old points nobody else rolls up.
    pub(crate) embedded: EmbeddedMetrics,
}

/// Opens the metrics that the settings name. The embedded store is made where it is missing.
pub(crate) async fn open_metrics(settings: &Settings, clock: &Clock) -> anyhow::Result<OpenedMetrics> {
    let clock_of_cache = clock.clone();
    let (file, clock) = (settings.data_dir.join(METRICS_FILE), clock.clone());
    let opening = tokio::task::spawn_blocking(move || EmbeddedMetrics::open(&file, Arc::new(move || clock.now())));
    let embedded = opening.await.context("open the metric store")??;
    let source: Arc<dyn MetricSource> = if settings.metric_regions.is_empty() {
        Arc::new(embedded.clone())
    } else {
        let connect = ConnectOptions { region: settings.region.clone(), endpoint_url: None };
        let options = MetricOptions { home: settings.metric_account, ..MetricOptions::default() };
        let asked = onepane_aws::connect_metrics(&settings.metric_regions, connect, options).await;
        let now = clock_of_cache;
        Arc::new(Cached::new(SingleFlight::new(asked), move || now.now(), CacheConfig::default()))
    };
    Ok(OpenedMetrics { source, embedded })
}

/// Opens the findings that the settings name: Athena's, or the lake's. What Athena answers is remembered for a while; the
/// lake is asked each time, because its folder may be filled at any time, also with what is old.
pub(crate) async fn open_findings(settings: &Settings, clock: &Clock) -> anyhow::Result<Arc<dyn FindingSource>> {
    let Some(workgroup) = &settings.athena_workgroup else {
        return Ok(Arc::new(ParquetLake::open(&settings.lake_dir)));
    };
    let source = Arc::new(findings::athena(settings, workgroup).await?);
    let clock = clock.clone();
    Ok(Arc::new(Remembered::new(source, move || clock.now(), RememberConfig::default())))
}

fn whole_days(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs() / 86_400).unwrap_or(u32::MAX).max(1)
}
