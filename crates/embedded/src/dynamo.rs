//! The DynamoDB engine in this process.

use crate::connector::InProcess;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{Region, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynoxide::Database;
use dynoxide::errors::DynoxideError;
use onepane_aws::{DynamoStore, StoreConfig, WriteStrategy};
use onepane_domain::{ErrorKind, PortError, PortResult};
use std::path::Path;
use std::time::Duration;

/// Transactions on their way at once: one is written while the next is prepared and the last one read.
const GROUPS_IN_FLIGHT: usize = 3;
/// Tries of one request. Only a file that another process keeps locked is tried again; the engine waits up to five
/// seconds for the lock by itself.
const ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// How the store writes best to the embedded engine: many conditional writes in one commit. All else as the default.
pub fn embedded_store_config() -> StoreConfig {
    StoreConfig { writes: WriteStrategy::Grouped { in_flight: GROUPS_IN_FLIGHT }, ..StoreConfig::default() }
}

/// A DynamoDB engine on a SQLite file (or in memory), and a client of the AWS SDK that talks to it without a socket.
///
/// Several processes may have the same file open: SQLite's write-ahead log lets them read at any time and write in turn.
/// A commit survives the end of the process at once, and the loss of power from the next checkpoint on
/// (`synchronous = NORMAL`).
#[derive(Clone)]
pub struct EmbeddedDynamo {
    database: Database,
    client: Client,
}

impl std::fmt::Debug for EmbeddedDynamo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmbeddedDynamo")
    }
}

impl EmbeddedDynamo {
    /// Opens the SQLite file at `path`, making it and the folders above it where they are missing. Blocks while it
    /// opens. [`ErrorKind::Misconfigured`] if the path cannot be used; the context names it.
    pub fn open(path: &Path) -> PortResult<Self> {
        let context = || format!("open the embedded store {}", path.display());
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|error| PortError::with_source(ErrorKind::Misconfigured, context(), error))?;
        }
        let Some(text) = path.to_str() else {
            return Err(PortError::with_source(ErrorKind::Misconfigured, context(), "the path is not UTF-8"));
        };
        let unusable = |error| PortError::with_source(ErrorKind::Misconfigured, context(), error);
        Self::of(Database::new(text).map_err(unusable)?).map_err(unusable)
    }

    /// An engine that keeps everything in memory and forgets it at the end.
    pub fn in_memory() -> PortResult<Self> {
        let unusable =
            |error| PortError::with_source(ErrorKind::Unavailable, "open an embedded store in memory", error);
        Self::of(Database::memory().map_err(unusable)?).map_err(unusable)
    }

    fn of(database: Database) -> Result<Self, DynoxideError> {
        // The engine's only way to `PRAGMA synchronous = NORMAL`: its default, FULL, waits for the disk at each commit.
        database.disable_bulk_loading()?;
        let client = client(InProcess { database: database.clone() });
        Ok(Self { database, client })
    }

    /// A client of the AWS SDK that talks to this engine: no credentials, no look-ups, no network.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The store on this engine, its table made where it is missing.
    pub async fn store(&self, config: StoreConfig) -> PortResult<DynamoStore> {
        let store = DynamoStore::new(self.client(), config);
        store.create_table_if_missing().await?;
        Ok(store)
    }

    /// Removes what has expired; how many items. Requests go on meanwhile.
    pub async fn sweep_expired(&self) -> PortResult<usize> {
        let database = self.database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| {
            PortError::with_source(ErrorKind::Unavailable, "remove expired items from the embedded store", source)
        };
        swept.map_err(|error| failed(error.into()))?.map_err(|error| failed(error.into()))
    }
}

fn client(engine: InProcess) -> Client {
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_PAUSE);
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(onepane_aws::aws_behavior())
        .region(Region::from_static("us-east-1"))
        // Never resolved: the connector ends in this process.
        .endpoint_url("http://embedded.invalid")
        .allow_no_auth()
        .retry_config(retries)
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(SharedHttpClient::new(engine))
        .build();
    Client::from_conf(config)
}
