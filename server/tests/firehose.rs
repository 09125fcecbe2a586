//! What Firehose relies on when it delivers a metric stream.
// Helpers are test code too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use onepane_domain::{MetricFilter, MetricSource};
use serde_json::{Value, json};
use std::io::Write;
use support::{KEY, Server, clock, request, server, text};

const ID: &str = "ed4acda5-034f-9f42-bba1-f29aea6d7d8f";

fn record(endpoint: &str) -> String {
    let value = json!({ "max": 9.0, "min": 1.0, "sum": 10.0, "count": 2.0, "p99": 8.9 });
    json!({
        "metric_stream_name": "all", "account_id": "111122223333", "region": "us-east-1", "namespace": "AWS/SageMaker",
        "metric_name": "ModelLatency", "dimensions": { "EndpointName": endpoint, "VariantName": "AllTraffic" },
        "timestamp": clock().now().millis(), "value": value, "unit": "Microseconds",
    })
    .to_string()
}

fn delivery(data: &[String]) -> Vec<u8> {
    let records: Vec<Value> = data.iter().map(|data| json!({ "data": STANDARD.encode(data) })).collect();
    json!({ "requestId": ID, "timestamp": 1_578_090_901_599_i64, "records": records }).to_string().into_bytes()
}

async fn deliver(server: &Server, key: &str, body: Vec<u8>, encoding: Option<&str>) -> Response<Body> {
    let mut request = request("POST", "/ingest/metrics")
        .header("content-type", "application/json")
        .header("x-amz-firehose-protocol-version", "1.0")
        .header("x-amz-firehose-request-id", ID)
        .header("x-amz-firehose-access-key", key)
        .header("accept-encoding", "gzip, br");
    if let Some(encoding) = encoding {
        request = request.header("content-encoding", encoding);
    }
    server.send(request.body(Body::from(body)).unwrap()).await
}

/// The status and the answer, which has Firehose's shape whatever happened.
async fn answer(response: Response<Body>) -> (StatusCode, Value) {
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    let (status, text) = text(response).await;
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["requestId"], ID);
    assert!(answer["timestamp"].as_i64().unwrap() > 1_700_000_000_000);
    assert_eq!(answer.get("errorMessage").is_none(), status == StatusCode::OK, "{answer}");
    (status, answer)
}

async fn metrics(server: &Server) -> usize {
    server.metric_store.list(&MetricFilter::default(), 100).await.unwrap().metrics.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_kept_once_it_is_answered_and_a_repeat_does_no_harm() {
    let server = server().await;
    let body = delivery(&[format!("{}\n{}\n", record("a"), record("b")), record("c")]);
    for _ in 0..2 {
        assert_eq!(answer(deliver(&server, KEY, body.clone(), None).await).await.0, StatusCode::OK);
        assert_eq!(metrics(&server).await, 3);
    }
    let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    zip.write_all(&delivery(&[record("d")])).unwrap();
    assert_eq!(answer(deliver(&server, KEY, zip.finish().unwrap(), Some("gzip")).await).await.0, StatusCode::OK);
    assert_eq!(metrics(&server).await, 4);
    assert_eq!(answer(deliver(&server, KEY, delivery(&[]), None).await).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_line_is_a_dead_letter_and_does_not_fail_the_delivery() {
    let server = server().await;
    let body = delivery(&[record("a"), format!("{}\n{{\"nonsense\":1}}\n{}\n", record("b"), record("c"))]);
    for _ in 0..2 {
        assert_eq!(answer(deliver(&server, KEY, body.clone(), None).await).await.0, StatusCode::OK);
    }
    assert_eq!(metrics(&server).await, 3);
    let letters = std::fs::read_to_string(server.folder.path().join("dead-letters.jsonl")).unwrap();
    assert_eq!(letters.lines().count(), 1, "a repeat is not written twice: {letters}");
    let letter: Value = serde_json::from_str(&letters).unwrap();
    assert_eq!((&letter["line"], &letter["event"]), (&2.into(), &"{\"nonsense\":1}".into()));
    assert_eq!(letter["source"], format!("firehose {ID} record 1"));
    assert!(letter["reason"].as_str().unwrap().contains("missing field"));
    let counted = server.services.metrics.text(clock().now(), (0, 0)).unwrap();
    assert!(counted.contains("onepane_metric_records_total{outcome=\"kept\"} 6"), "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_delivery_is_refused_in_firehoses_words() {
    let server = server().await;
    let good = delivery(&[record("a")]);
    for (key, body, encoding, status) in [
        ("wrong", good.clone(), None, StatusCode::UNAUTHORIZED),
        ("", good.clone(), None, StatusCode::UNAUTHORIZED),
        (KEY, b"{".to_vec(), None, StatusCode::BAD_REQUEST),
        (KEY, br#"{"records":[{"data":"?"}]}"#.to_vec(), None, StatusCode::BAD_REQUEST),
        (KEY, good.clone(), Some("gzip"), StatusCode::BAD_REQUEST),
        (KEY, good.clone(), Some("br"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (KEY, vec![b' '; 65 * 1024], None, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(answer(deliver(&server, key, body, encoding).await).await.0, status);
    }
    // What inflates to more than is allowed is refused before it fills the memory.
    let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    zip.write_all(&vec![b' '; 300 * 1024]).unwrap();
    let bomb = deliver(&server, KEY, zip.finish().unwrap(), Some("gzip")).await;
    assert_eq!(answer(bomb).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(metrics(&server).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_asked_for_again() {
    let server = server().await;
    // Dead letters that cannot be written are not lost: the delivery comes again.
    std::fs::create_dir(server.folder.path().join("dead-letters.jsonl")).unwrap();
    let bad = deliver(&server, KEY, delivery(&["nonsense".to_owned()]), None).await;
    assert_eq!(bad.headers()[header::RETRY_AFTER], "1");
    assert_eq!(answer(bad).await.0, StatusCode::SERVICE_UNAVAILABLE);
}
