//! Queries that nobody waits for any more are stopped: they cost.

use crate::error;
use aws_sdk_athena::Client;
use tokio::runtime::Handle;

/// Stops its query when it is dropped, unless that has ended.
pub(super) struct Running {
    client: Client,
    pub(super) id: String,
    has_ended: bool,
}

impl Running {
    pub(super) fn new(client: Client, id: String) -> Self {
        Self { client, id, has_ended: false }
    }

    pub(super) fn has_ended(&mut self) {
        self.has_ended = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        // Without a runtime the process is about to end, and nobody is left to send anything.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(stop(self.client.clone(), std::mem::take(&mut self.id)));
        }
    }
}

async fn stop(client: Client, id: String) {
    if let Err(refused) = client.stop_query_execution().query_execution_id(id).send().await {
        let error = error::service_error("stop a query", &refused);
        tracing::warn!(error = %error, cause = ?error.source, "a query that nobody waits for may go on");
    }
}
