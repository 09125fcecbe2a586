//! The embedded engine: the store's whole contract, and what a file adds to it.

#![allow(clippy::unwrap_used)]

#[path = "../../aws/tests/contract/mod.rs"]
mod contract;

use contract::samples::{event, job, transition};
use contract::{Bench, later, now};
use onepane_aws::{StoreConfig, WriteStrategy};
use onepane_domain::{ErrorKind, EventItem, Phase, Stored, WorkloadStore};
use onepane_embedded::{EmbeddedDynamo, embedded_store_config};
use std::path::Path;
use std::process::Command;

const SINGLE: WriteStrategy = WriteStrategy::Single { in_flight: 16 };
const GROUPED: WriteStrategy = WriteStrategy::Grouped { in_flight: 3 };

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract_in_memory_with_single_writes() {
    let engine = EmbeddedDynamo::in_memory().unwrap();
    contract::run(&Bench { client: engine.client(), writes: SINGLE, name: "single" }, 48).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract_in_memory_with_grouped_writes() {
    let engine = EmbeddedDynamo::in_memory().unwrap();
    contract::run(&Bench { client: engine.client(), writes: GROUPED, name: "grouped" }, 48).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract_on_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let engine = EmbeddedDynamo::open(&folder.path().join("new/folder/onepane.sqlite")).unwrap();
    contract::run(&Bench { client: engine.client(), writes: GROUPED, name: "file" }, 24).await;
}

fn events(prefix: &str, workloads: i64, each: i64) -> Vec<EventItem> {
    let mut events = Vec::new();
    for step in 0..each {
        for number in 0..workloads {
            let phase = if step + 1 == each { Phase::Succeeded } else { Phase::Running };
            let id = job(&format!("{prefix}-{number}"));
            events.push(event(&transition(&id, &format!("{prefix}-{number}-{step}"), step, phase)));
        }
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("onepane.sqlite");
    let config = StoreConfig { table: "restart".into(), ..embedded_store_config() };
    {
        let store = EmbeddedDynamo::open(&path).unwrap().store(config.clone()).await.unwrap();
        store.put_view("mine", "phase=failed").await.unwrap();
        for outcome in store.put(&events("kept", 50, 3), now()).await {
            assert_eq!(outcome.unwrap(), Stored::New);
        }
    }
    let store = EmbeddedDynamo::open(&path).unwrap().store(config).await.unwrap();
    assert_eq!(store.views().await.unwrap().len(), 1);
    assert_eq!(store.state(&job("kept-49")).await.unwrap().unwrap().phase, Phase::Succeeded);
    assert_eq!(store.history(&job("kept-0"), 10).await.unwrap().events.len(), 3);
    for outcome in store.put(&events("kept", 50, 3), later()).await {
        assert_eq!(outcome.unwrap(), Stored::Duplicate);
    }
}

/// Not a test by itself: the other process of the next test.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by two_processes_share_a_file"]
async fn second_process() {
    let Ok(path) = std::env::var("ONEPANE_TEST_SHARED_FILE") else { return };
    write_in_small_batches(Path::new(&path), "second").await;
}

/// Its own workloads, and some that the other process writes too.
async fn write_in_small_batches(path: &Path, prefix: &str) {
    let store = EmbeddedDynamo::open(path).unwrap().store(embedded_store_config()).await.unwrap();
    let own = events(prefix, 40, 10);
    let shared = events("shared", 40, 10);
    for (own, shared) in own.chunks(20).zip(shared.chunks(20)) {
        let batch = [own, shared].concat();
        for outcome in store.put(&batch, now()).await {
            outcome.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("onepane.sqlite");
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "second_process", "--ignored"])
        .env("ONEPANE_TEST_SHARED_FILE", &path)
        .spawn()
        .unwrap();
    write_in_small_batches(&path, "first").await;
    let status = tokio::task::spawn_blocking(move || other.wait()).await.unwrap().unwrap();
    assert!(status.success());
    let store = EmbeddedDynamo::open(&path).unwrap().store(embedded_store_config()).await.unwrap();
    for prefix in ["first", "second", "shared"] {
        for number in 0..40 {
            let id = job(&format!("{prefix}-{number}"));
            assert_eq!(store.state(&id).await.unwrap().unwrap().phase, Phase::Succeeded, "{id:?}");
            assert_eq!(store.history(&id, 100).await.unwrap().events.len(), 10, "{id:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_removes_what_has_expired_and_nothing_else() {
    let engine = EmbeddedDynamo::in_memory().unwrap();
    let store = engine.store(embedded_store_config()).await.unwrap();
    let long_ago = "2001-01-01".parse().unwrap();
    store
        .put(&events("old", 30, 2), long_ago)
        .await
        .into_iter()
        .for_each(|outcome| assert_eq!(outcome.unwrap(), Stored::New));
    // The engine judges by the machine's clock.
    let ahead = "2100-01-01".parse().unwrap();
    store
        .put(&events("new", 5, 2), ahead)
        .await
        .into_iter()
        .for_each(|outcome| assert_eq!(outcome.unwrap(), Stored::New));
    assert_eq!(engine.sweep_expired().await.unwrap(), 30 * 3, "two events and a state each");
    assert_eq!(store.state(&job("old-0")).await.unwrap(), None);
    assert_eq!(store.history(&job("old-0"), 10).await.unwrap().events.len(), 0);
    assert_eq!(store.history(&job("new-0"), 10).await.unwrap().events.len(), 2);
    assert_eq!(engine.sweep_expired().await.unwrap(), 0);
}

#[test]
fn a_file_that_is_no_store_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "these are my notes, and no database at all".repeat(100)).unwrap();
    let error = EmbeddedDynamo::open(&path).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Misconfigured);
    assert!(error.context.contains("notes.txt"), "{error}");
    let below_a_file = EmbeddedDynamo::open(&path.join("onepane.sqlite")).unwrap_err();
    assert_eq!(below_a_file.kind, ErrorKind::Misconfigured);
}

#[tokio::test]
async fn what_the_engine_does_not_offer_is_refused_by_name() {
    let engine = EmbeddedDynamo::in_memory().unwrap();
    let error = engine.client().describe_limits().send().await.unwrap_err();
    assert!(format!("{error:?}").contains("DescribeLimits is not offered"), "{error:?}");
}
