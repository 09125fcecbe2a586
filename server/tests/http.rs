//! What callers of the HTTP interface rely on.
// Helpers are test code too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use axum::body::Body;
use axum::http::{StatusCode, header};
use futures::StreamExt;
use onepane_domain::{FillState, Transition};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;
use support::{KEY, clock, event, moody_store, request, server, server_on, text};

/// Until something is given up; a loaded machine is no failure.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_accepted_once_it_is_stored_and_a_repeat_does_no_harm() {
    let server = server().await;
    let body = event("xgb", "InProgress", clock().now());
    let (status, answer) = server.ingest(body.clone()).await;
    assert_eq!((status, &answer["new"]), (StatusCode::ACCEPTED, &1.into()), "{answer}");
    let (status, answer) = server.ingest(format!("[{body},{body}]")).await;
    assert_eq!((status, &answer["duplicate"]), (StatusCode::ACCEPTED, &2.into()), "{answer}");
    server.until_known(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_event_is_named_and_the_rest_is_kept() {
    let server = server().await;
    let (one, two) = (event("one", "Completed", clock().now()), event("two", "Completed", clock().now()));
    let (status, answer) = server.ingest(format!("{one}\n{{\"id\": 1}}\n{two}\n")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!((&answer["new"], &answer["rejected"]), (&2.into(), &1.into()), "{answer}");
    let fault = &answer["rejected_events"][0];
    assert_eq!((&fault["index"], &fault["line"]), (&1.into(), &2.into()));
    assert!(!fault["reason"].as_str().unwrap().is_empty());
    server.until_known(2).await;
    for nothing in ["", "  ", "[]"] {
        assert_eq!(server.ingest(nothing).await.0, StatusCode::BAD_REQUEST, "{nothing:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ingest_wants_its_key_json_and_a_body_that_fits() {
    let server = server().await;
    let body = event("xgb", "InProgress", clock().now());
    for key in [None, Some("wrong"), Some(""), Some("a-key-for-these-testsX")] {
        let mut request = request("POST", "/ingest/events");
        if let Some(key) = key {
            request = request.header("x-api-key", key);
        }
        let answer = server.send(request.body(Body::from(body.clone())).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{key:?}");
    }
    let form = request("POST", "/ingest/events").header("x-api-key", KEY).header("content-type", "multipart/form-data");
    let answer = server.send(form.body(Body::from(body)).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(server.ingest(" ".repeat(65 * 1024)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(server.services.model.fill().workloads, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overloaded_server_asks_to_come_again() {
    let server = server().await;
    server.store.put_delay_ms.store(400, Ordering::SeqCst);
    let slow = server.ingest(event("slow", "InProgress", clock().now()));
    let second = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let request = request("POST", "/ingest/events").header("x-api-key", KEY);
        server.send(request.body(Body::from(event("second", "InProgress", clock().now()))).unwrap()).await
    };
    let (slow, second) = tokio::join!(slow, second);
    assert_eq!(slow.0, StatusCode::ACCEPTED);
    assert_eq!(second.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(second.headers()[header::RETRY_AFTER], "1");
    server.store.throttles.store(true, Ordering::SeqCst);
    let request = request("POST", "/ingest/events").header("x-api-key", KEY);
    let throttled = server.send(request.body(Body::from(event("x", "InProgress", clock().now()))).unwrap()).await;
    assert_eq!(throttled.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(throttled.headers()[header::RETRY_AFTER], "3");
    let (_, answer) = text(throttled).await;
    assert!(answer.contains("failed_events"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_hears_what_changed() {
    let server = server().await;
    // While the read model fills, changes are told without names.
    while !server.get("/readyz").await.1.contains("\"complete\":true") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let live = server.send(request("GET", "/live").body(Body::empty()).unwrap()).await;
    assert_eq!(live.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut events = live.into_body().into_data_stream();
    let hello = String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(hello.contains("event: hello") && hello.contains("generation"), "{hello}");
    server.ingest(event("xgb", "InProgress", clock().now())).await;
    loop {
        let next = tokio::time::timeout(PATIENCE, events.next()).await.expect("a change");
        let change = String::from_utf8(next.unwrap().unwrap().to_vec()).unwrap();
        if change.contains("event: change") && change.contains("\"name\":\"xgb\"") {
            break;
        }
    }
    let (_, metrics) = server.get("/metrics").await;
    assert!(metrics.contains("onepane_live_clients 1"), "{metrics}");
    server.stop.cancel();
    let ended = async { while events.next().await.is_some() {} };
    tokio::time::timeout(PATIENCE, ended).await.expect("the stream ends when the server stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_every_row_of_the_query() {
    let server = server().await;
    let now = clock().now();
    let status = |n: i64| if n % 2 == 0 { "Failed" } else { "Completed" };
    for page in 0..5 {
        let events: Vec<String> =
            (page * 50..page * 50 + 50).map(|n| event(&format!("job-{n}"), status(n), now.plus_millis(-n))).collect();
        assert_eq!(server.ingest(events.join("\n")).await.0, StatusCode::ACCEPTED);
    }
    server.until_known(250).await;
    let (status, json) = server.get("/export/workloads.json?phase=failed&sort=name").await;
    assert_eq!(status, StatusCode::OK);
    let rows: Vec<Transition> = serde_json::from_str(&json).unwrap();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.id.name.as_str()).collect();
    assert_eq!((rows.len(), names.len()), (125, 125));
    let (_, csv) = server.get("/export/workloads.csv?phase=failed&range=1d&cols=name,failure_reason").await;
    let mut lines = csv.split("\r\n").filter(|line| !line.is_empty());
    assert_eq!(lines.next(), Some("name,failure_reason"));
    assert_eq!(lines.next(), Some("job-0,\"'=cmd, \"\"quoted\"\"\""));
    assert_eq!(lines.count(), 124);
    assert_eq!(server.get("/export/workloads.json?q=no-such-job").await.1.trim(), "[\n]");
    for wrong in ["phase=done", "cols=nmae"] {
        let (status, why) = server.get(&format!("/export/workloads.csv?{wrong}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(why.contains(wrong.split('=').next().unwrap()), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_goes_on_over_many_pages() {
    let server = server_on(moody_store(10_000).await, std::path::Path::new("no-site-here"));
    let now = clock().now();
    for page in 0..26 {
        let events: Vec<String> = (page * 100..page * 100 + 100)
            .map(|n| event(&format!("job-{n}"), "Completed", now.plus_millis(-(n / 7))))
            .collect();
        assert_eq!(server.ingest(events.join("\n")).await.0, StatusCode::ACCEPTED);
    }
    server.until_known(2_600).await;
    let (_, csv) = server.get("/export/workloads.csv?cols=name").await;
    let names: BTreeSet<&str> = csv.split("\r\n").skip(1).filter(|line| !line.is_empty()).collect();
    assert_eq!(names.len(), 2_600);
    for encoding in ["gzip", "br"] {
        let request = request("GET", "/export/workloads.json").header("accept-encoding", encoding);
        let answer = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.headers()[header::CONTENT_ENCODING], encoding);
        let bytes = axum::body::to_bytes(answer.into_body(), 64 << 20).await.unwrap();
        assert!(!bytes.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_names_and_other_sites_are_refused() {
    let server = server().await;
    for (host, expected) in [
        ("localhost:3000", StatusCode::OK),
        ("127.0.0.1:3000", StatusCode::OK),
        ("[::1]:3000", StatusCode::OK),
        ("evil.example:3000", StatusCode::MISDIRECTED_REQUEST),
        ("localhost:3001", StatusCode::MISDIRECTED_REQUEST),
        ("localhost", StatusCode::MISDIRECTED_REQUEST),
        ("", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request = axum::http::Request::get("/healthz").header("host", host).body(Body::empty()).unwrap();
        assert_eq!(server.send(request).await.status(), expected, "{host}");
    }
    for (name, value, refused) in [
        ("sec-fetch-site", "cross-site", true),
        ("sec-fetch-site", "same-site", true),
        ("sec-fetch-site", "same-origin", false),
        ("origin", "http://evil.example", true),
        ("origin", "http://localhost:8080", true),
        ("origin", "null", true),
        ("origin", "http://localhost:3000", false),
    ] {
        let request = request("POST", "/api/anything").header(name, value).body(Body::empty()).unwrap();
        let status = server.send(request).await.status();
        assert_eq!(status == StatusCode::FORBIDDEN, refused, "{name}: {value}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gallery_has_every_chart_with_what_the_browser_needs_to_draw_it() {
    let server = server().await;
    let (status, answer) = server.get("/fn/gallery").await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let charts: Vec<onepane_domain::GalleryChart> = serde_json::from_str(&answer).unwrap();
    let names: Vec<&str> = charts.iter().map(|chart| chart.view.name.as_str()).collect();
    assert_eq!(names, onepane_charts::chart_names().map(|(name, _)| name).collect::<Vec<_>>());
    for chart in charts {
        let definition: serde_json::Value = serde_json::from_str(&chart.view.definition).unwrap();
        assert!(definition["option"].is_object() && definition["theme"].is_object());
        assert!(!chart.view.summary.is_empty() && !chart.view.rows.is_empty() && chart.data.starts_with('{'));
        assert!(chart.view.definition.contains("var(--") && !chart.view.definition.contains("\"color\":\"#"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_follows_the_store_and_not_the_read_model() {
    let server = server().await;
    assert_eq!(server.get("/healthz").await.0, StatusCode::OK);
    let (status, body) = server.get("/readyz").await;
    assert_eq!(status, StatusCode::OK);
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let _: FillState = serde_json::from_value(body["fill"].clone()).unwrap();
    server.store.is_away.store(true, Ordering::SeqCst);
    let (status, body) = server.get("/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("ask the test store: unavailable"), "{body}");
    assert_eq!(server.get("/healthz").await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_by_route_and_never_by_path() {
    let server = server().await;
    server.ingest(event("xgb", "InProgress", clock().now())).await;
    server.get("/made-up-by-anyone").await;
    server.until_known(1).await;
    let (status, text) = server.get("/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("onepane_events_total{outcome=\"new\"} 1"), "{text}");
    assert!(text.contains("onepane_index_workloads 1"), "{text}");
    assert!(text.contains("onepane_feed_age_seconds"), "{text}");
    assert!(text.contains("route=\"/ingest/events\",method=\"POST\",status=\"202\"} 1"), "{text}");
    assert!(!text.contains("made-up"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn built_files_are_kept_for_ever_and_answers_are_not() {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir(site.path().join("pkg")).unwrap();
    std::fs::write(site.path().join("pkg/app.1234.js"), "plain").unwrap();
    std::fs::write(site.path().join("pkg/app.1234.js.br"), "brotli").unwrap();
    let server = server_on(moody_store(1_000).await, site.path());
    let request = request("GET", "/pkg/app.1234.js").header("accept-encoding", "br").body(Body::empty()).unwrap();
    let answer = server.send(request).await;
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert_eq!(answer.headers()[header::CONTENT_ENCODING], "br");
    assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(text(answer).await.1, "brotli");
    assert_eq!(server.get("/pkg/../../etc/passwd").await.0, StatusCode::NOT_FOUND);
    let missing = support::request("GET", "/pkg/other.js").body(Body::empty()).unwrap();
    let missing = server.send(missing).await;
    assert_eq!(
        (missing.status(), &missing.headers()[header::CACHE_CONTROL]),
        (StatusCode::NOT_FOUND, &"no-store".parse().unwrap())
    );
}
