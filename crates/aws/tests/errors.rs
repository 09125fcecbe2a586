//! What a caller of the port learns when the service does not answer as it should.

#![allow(clippy::unwrap_used)]

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{Credentials, Region};
use aws_sdk_dynamodb::{Client, Config};
use onepane_aws::{DynamoStore, StoreConfig};
use onepane_domain::{ErrorKind, PortError, WorkloadStore};
use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

fn store(port: u16) -> DynamoStore {
    let config = Config::builder()
        .behavior_version(onepane_aws::aws_behavior())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(400)).build())
        .endpoint_url(format!("http://127.0.0.1:{port}"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    DynamoStore::new(Client::from_conf(config), StoreConfig::default())
}

/// The error of one request that is answered with these bytes, or never.
async fn error_after(answer: Option<String>) -> PortError {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 8192];
        let _ = stream.read(&mut request).unwrap();
        match answer {
            Some(answer) => stream.write_all(answer.as_bytes()).unwrap(),
            None => std::thread::sleep(Duration::from_secs(2)),
        }
    });
    store(port).views().await.unwrap_err()
}

fn answer(status: &str, headers: &str, code: &str) -> Option<String> {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"because"}}"#);
    let length = body.len();
    Some(format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"))
}

#[tokio::test]
async fn throttling_says_when_to_come_again() {
    let error = error_after(answer("400 Bad Request", "", "ThrottlingException")).await;
    assert_eq!((error.kind, error.retry_after), (ErrorKind::Throttled, Some(Duration::from_secs(1))));
    let error = error_after(answer("503 Slow Down", "retry-after: 7\r\n", "ThrottlingException")).await;
    assert_eq!((error.kind, error.retry_after), (ErrorKind::Throttled, Some(Duration::from_secs(7))));
    assert_eq!(error.to_string(), "read the views of table onepane: throttled");
    assert!(error.source().unwrap().to_string().contains("because"), "the log tells the cause");
}

#[tokio::test]
async fn refusals_and_failures_are_told_apart() {
    for (status, code, kind) in [
        ("400 Bad Request", "AccessDeniedException", ErrorKind::Forbidden),
        ("400 Bad Request", "ResourceNotFoundException", ErrorKind::Misconfigured),
        ("500 Internal Server Error", "InternalServerError", ErrorKind::Unavailable),
        ("400 Bad Request", "ValidationException", ErrorKind::Invalid),
    ] {
        assert_eq!(error_after(answer(status, "", code)).await.kind, kind, "{code}");
    }
    let no_json = Some("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n{\"It\"".into());
    assert_eq!(error_after(no_json).await.kind, ErrorKind::Corrupt);
}

#[tokio::test]
async fn silence_and_closed_doors_are_transient() {
    assert_eq!(error_after(None).await.kind, ErrorKind::TimedOut);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = store(closed).views().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.kind.is_transient());
}
