//! A stand-in for Athena, written from AWS's documentation: JSON 1.1 over real HTTP. It runs no SQL: what each query comes
//! to, and by which states, a test says before.
//!
//! What this proves is that the adapter and the documentation agree; that the documentation and AWS agree it cannot prove.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, unreachable_pub, missing_docs)]

mod answers;
mod script;

pub use script::{Fault, Run};

use aws_sdk_athena::Client;
use aws_sdk_athena::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use serde_json::Value;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

/// A call that came in.
#[derive(Debug, Clone)]
pub struct Call {
    pub operation: String,
    pub input: Value,
}

pub struct StandIn {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// Names and types.
type Columns = Vec<(String, String)>;

#[derive(Default)]
pub(crate) struct Inside {
    /// What the next queries come to; when there is no more, they succeed without rows.
    runs: VecDeque<Run>,
    executions: HashMap<String, script::Execution>,
    tokens: HashMap<String, String>,
    /// Columns and partitions by `database.table`.
    tables: HashMap<String, (Columns, Columns)>,
    faults: Vec<(&'static str, usize, Fault)>,
    cutoff: Option<i64>,
    calls: Vec<Call>,
    under_way: usize,
    most_under_way: usize,
}

struct Shared {
    inside: Mutex<Inside>,
    /// Told of each call.
    came: Notify,
    /// True while held calls wait.
    held: watch::Sender<bool>,
}

impl StandIn {
    /// Serves on a free port until the runtime ends.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { inside: Mutex::default(), came: Notify::new(), held: watch::Sender::new(true) });
        let router = Router::new().route("/", post(answer)).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    /// Where it is.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client that tries each request so many times, the first included. The SDK keeps its budget of retries for a
    /// Region and process: tests that break calls have Regions of their own.
    pub fn client(&self, region: &str, tries: u32) -> Client {
        let retries =
            RetryConfig::standard().with_max_attempts(tries).with_initial_backoff(std::time::Duration::from_millis(1));
        let config = aws_sdk_athena::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.to_owned()))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(retries)
            .endpoint_url(self.endpoint())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Client::from_conf(config)
    }

    /// What the next query without a script comes to.
    pub fn then(&self, run: Run) {
        self.inside().runs.push_back(run);
    }

    pub fn table(&self, name: &str, columns: &[(&str, &str)], partitions: &[&str]) {
        let columns = columns.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect();
        let partitions = partitions.iter().map(|name| ((*name).to_owned(), "string".to_owned())).collect();
        self.inside().tables.insert(name.to_owned(), (columns, partitions));
    }

    /// The workgroup stops queries that read more.
    pub fn cutoff(&self, bytes: i64) {
        self.inside().cutoff = Some(bytes);
    }

    /// Breaks the next so many calls of an operation.
    pub fn break_next(&self, operation: &'static str, times: usize, fault: Fault) {
        self.inside().faults.push((operation, times, fault));
    }

    /// Breaks nothing any more.
    pub fn mend(&self) {
        self.inside().faults.clear();
    }

    /// Lets held calls go on, and all later ones.
    pub fn release(&self) {
        self.shared.held.send_replace(false);
    }

    pub fn calls(&self, operation: &str) -> Vec<Value> {
        let inside = self.inside();
        inside.calls.iter().filter(|call| call.operation == operation).map(|call| call.input.clone()).collect()
    }

    pub fn most_under_way(&self) -> usize {
        self.inside().most_under_way
    }

    /// Waits until so many calls of an operation have come, however long that takes.
    pub async fn came(&self, operation: &str, calls: usize) {
        loop {
            let next = self.shared.came.notified();
            tokio::pin!(next);
            next.as_mut().enable();
            if self.calls(operation).len() >= calls {
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

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = header("x-amz-target").strip_prefix("AmazonAthena.").unwrap_or_default().to_owned();
    let fits = header("content-type") == "application/x-amz-json-1.1"
        && header("authorization").contains("/athena/aws4_request");
    let Some(input) = serde_json::from_slice::<Value>(&body).ok().filter(|_| fits && !operation.is_empty()) else {
        return refuse(400, "SerializationException", "not a call of Athena's");
    };
    let fault = {
        let mut inside = shared.inside();
        inside.calls.push(Call { operation: operation.clone(), input: input.clone() });
        let due = inside.faults.iter_mut().find(|(of, times, _)| *of == operation && *times > 0);
        due.map(|(_, times, fault)| {
            *times -= 1;
            fault.clone()
        })
    };
    shared.came.notify_waiters();
    match &fault {
        Some(Fault::Held) => {
            let mut held = shared.held.subscribe();
            let _ = held.wait_for(|held| !*held).await;
        }
        Some(Fault::Refused { status, code, message }) => return refuse(*status, code, message),
        Some(Fault::Body { status, content_type, body }) => return respond(*status, content_type, *body),
        Some(Fault::Json(value)) => return respond(200, JSON, value.to_string()),
        None => {}
    }
    match answers::answer(&mut shared.inside(), &operation, &input) {
        Ok(output) => respond(200, JSON, output.to_string()),
        Err((code, message)) => refuse(400, code, &message),
    }
}

const JSON: &str = "application/x-amz-json-1.1";

fn respond(status: u16, content_type: &str, body: impl Into<Body>) -> Response {
    let response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    let response = response.header("content-type", content_type);
    response.header("x-amzn-requestid", "00000000-0000-0000-0000-000000000000").body(body.into()).unwrap()
}

fn refuse(status: u16, code: &str, message: &str) -> Response {
    respond(status, JSON, serde_json::json!({ "__type": code, "Message": message }).to_string())
}
