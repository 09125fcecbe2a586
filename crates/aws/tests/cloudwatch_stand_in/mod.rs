//! A stand-in for CloudWatch, written from AWS's documentation: Smithy's RPC v2 CBOR over real HTTP, one path a Region,
//! a monitoring account with linked source accounts, and faults on demand.
//!
//! No emulator that can be installed knows `SEARCH`, metric math, linked accounts or partial answers. What this proves
//! is that the adapter and the documentation agree; that the documentation and AWS agree it cannot prove.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, unreachable_pub, missing_docs)]

mod data;
mod evaluate;
mod faults;
mod list;
mod math;
mod own;
mod search;
mod store;
mod wire;

pub use faults::{Fault, Rule};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Credentials, retry::RetryConfig};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use ciborium::Value;
use onepane_domain::{AccountId, MetricId, Region, StatisticSet, Timestamp};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::Store;
use tokio::sync::{Notify, watch};
use wire::Refusal;

const SERVICE: &str = "GraniteServiceVersion20100801";

/// A call that came in.
#[derive(Debug, Clone)]
pub struct Call {
    pub operation: String,
    pub region: Region,
    /// What was asked, as it came.
    pub input: Value,
}

impl Call {
    /// The ids of the queries.
    pub fn ids(&self) -> Vec<String> {
        let queries = wire::list(&self.input, "MetricDataQueries");
        queries.iter().map(|query| wire::text(query, "Id").unwrap_or_default().to_owned()).collect()
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        wire::text(&self.input, name)
    }

    pub fn time(&self, name: &str) -> Option<Timestamp> {
        wire::time(&self.input, name)
    }
}

/// How the service behaves when nothing is broken.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Most data points of an answer, and most metrics of a page of a list.
    pub page: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { page: 100_800 }
    }
}

pub struct StandIn {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    home: AccountId,
    inside: Mutex<Inside>,
    /// Told of each call.
    came: Notify,
    /// True while held calls wait.
    held: watch::Sender<bool>,
}

#[derive(Default)]
struct Inside {
    store: Store,
    settings: Settings,
    rules: Vec<Rule>,
    calls: Vec<Call>,
}

impl StandIn {
    /// Serves on a free port until the runtime ends. `home` is the monitoring account; every other account that is fed
    /// is linked to it.
    pub async fn start(home: AccountId) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared =
            Arc::new(Shared { home, inside: Mutex::default(), came: Notify::new(), held: watch::Sender::new(true) });
        let router = Router::new()
            .route("/{region}/service/{service}/operation/{operation}", post(answer))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    /// A client for a Region, which repeats nothing by itself: what repeats is the adapter under test.
    pub fn client(&self, region: &Region) -> Client {
        let config = aws_sdk_cloudwatch::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(aws_sdk_cloudwatch::config::Region::new(region.to_string()))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(format!("http://{}/{region}", self.address))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Client::from_conf(config)
    }

    pub fn clients(&self, regions: &[Region]) -> Vec<(Region, Client)> {
        regions.iter().map(|region| (region.clone(), self.client(region))).collect()
    }

    pub fn put(&self, account: AccountId, region: &Region, metric: &MetricId, points: &[(Timestamp, StatisticSet)]) {
        self.inside().store.put(account, region, metric, points);
    }

    /// From now on pages are so small.
    pub fn page(&self, page: usize) {
        self.inside().settings.page = page;
    }

    /// Breaks calls from now on. The first rule that fits a call and is not used up decides.
    pub fn break_by(&self, rule: Rule) {
        self.inside().rules.push(rule);
    }

    /// Breaks nothing any more, and forgets the calls.
    pub fn mend(&self) {
        let mut inside = self.inside();
        inside.rules.clear();
        inside.calls.clear();
    }

    /// Lets held calls go on, and all later ones.
    pub fn release(&self) {
        self.shared.held.send_replace(false);
    }

    pub fn calls(&self) -> Vec<Call> {
        self.inside().calls.clone()
    }

    /// How many calls of an operation came.
    pub fn count(&self, operation: &str) -> usize {
        self.inside().calls.iter().filter(|call| call.operation == operation).count()
    }

    pub fn count_in(&self, operation: &str, region: &Region) -> usize {
        self.inside().calls.iter().filter(|call| call.operation == operation && call.region == *region).count()
    }

    /// Waits until so many calls have come, however long that takes.
    pub async fn came(&self, calls: usize) {
        loop {
            let next = self.shared.came.notified();
            if self.inside().calls.len() >= calls {
                return;
            }
            next.await;
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.shared.inside()
    }
}

impl Shared {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    Path((region, service, operation)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let scope = format!("/{region}/monitoring/aws4_request");
    let fits = service == SERVICE
        && header("smithy-protocol") == "rpc-v2-cbor"
        && header("content-type") == "application/cbor"
        && header("authorization").contains(&scope);
    let input = ciborium::from_reader::<Value, _>(&body[..]).ok().filter(|_| fits);
    let (Some(input), Ok(region)) = (input, region.parse::<Region>()) else {
        return wire::refuse(&Refusal::new(
            StatusCode::BAD_REQUEST,
            "SerializationException",
            "not a call of CloudWatch's",
        ));
    };
    let call = Call { operation: operation.clone(), region: region.clone(), input };
    let fault = {
        let mut inside = shared.inside();
        inside.calls.push(call.clone());
        inside.rules.iter_mut().find_map(|rule| rule.strike(&call))
    };
    shared.came.notify_waiters();
    if matches!(fault, Some(Fault::Held)) {
        let mut held = shared.held.subscribe();
        let _ = held.wait_for(|held| !*held).await;
    }
    let told = {
        let inside = shared.inside();
        let asked =
            data::Asked { store: &inside.store, region: &region, home: shared.home, page: inside.settings.page };
        match operation.as_str() {
            "ListMetrics" => list::answer(&asked, &call.input),
            "GetMetricData" => data::answer(&asked, &call.input, fault.as_ref()),
            _ => Err(Refusal::new(StatusCode::NOT_FOUND, "UnknownOperationException", "not offered")),
        }
    };
    match (told, fault) {
        (_, Some(fault)) if fault.replaces_the_answer() => fault.answer(),
        (Ok(output), Some(fault)) if fault.spoils_the_body() => fault.spoil(&wire::encode(&output)),
        (Ok(output), _) => wire::told(wire::encode(&output)),
        (Err(refusal), _) => wire::refuse(&refusal),
    }
}
