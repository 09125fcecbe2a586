//! The SDK's HTTP client that ends in this process.

use crate::dispatch::{Answer, dispatch};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use dynoxide::Database;
use std::fmt;

/// Hands each request to the engine, on a thread that may block.
#[derive(Clone)]
pub(crate) struct InProcess {
    pub(crate) database: Database,
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    // On the runtime's blocking threads: one thread of our own was no faster (docs/decisions/0002-store-writes.md).
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let database = self.database.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
            let body = request.into_body();
            let run = move || match body.bytes() {
                Some(bytes) => Ok(dispatch(&database, &target, bytes)),
                None => Err(ConnectorError::user("the embedded engine takes no streamed bodies".into())),
            };
            let answer = tokio::task::spawn_blocking(run).await;
            response(answer.map_err(|error| ConnectorError::other(error.into(), None))??)
        })
    }
}

fn response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(answer.status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}
