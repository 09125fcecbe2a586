//! The read model follows the store.
// Helpers are test code too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use onepane_domain::{ErrorKind, EventItem, Pane, Phase, SearchRequest, Timestamp, WorkloadId, WorkloadQuery};
use std::path::Path;
use std::sync::atomic::Ordering;
use support::{Moody, Server, clock, event, moody_store, server, server_on, until};

fn items(names: impl Iterator<Item = String>, status: &str, time: Timestamp) -> Vec<EventItem> {
    let events = names.flat_map(|name| onepane_events::parse_all(event(&name, status, time).as_bytes()));
    events.map(|parsed| EventItem { record: parsed.record, raw: parsed.raw }).collect()
}

async fn put(store: &Moody, items: &[EventItem], now: Timestamp) {
    for outcome in onepane_domain::WorkloadStore::put(&*store.inner, items, now).await {
        outcome.unwrap();
    }
}

fn id(name: &str) -> WorkloadId {
    let key = format!("w#111122223333#us-east-1#training-job#{name}");
    WorkloadId::from_partition_key(&key).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn fills_with_what_was_there_and_follows_what_another_process_writes() {
    let store = moody_store(50).await;
    let now = clock().now();
    put(&store, &items((0..600).map(|n| format!("old-{n}")), "InProgress", now), now).await;
    let server = server_on(store, Path::new("no-site-here"));
    until(|| server.services.model.fill().complete).await;
    assert_eq!(server.services.model.fill().workloads, 600);
    assert!(server.store.pages_before.load(Ordering::SeqCst) >= 12, "read by pages");
    // Not through this server, so nobody wakes the follower.
    let later = clock().now();
    put(&server.store, &items(["new".to_owned()].into_iter(), "InProgress", later), later).await;
    server.until_known(601).await;
    put(&server.store, &items(["new".to_owned()].into_iter(), "Completed", later.plus_millis(5)), clock().now()).await;
    let failed = SearchRequest {
        query: WorkloadQuery::from_query_string("q=new&phase=succeeded").unwrap(),
        cursor: None,
        offset: 0,
        limit: 10,
        parts: Vec::new(),
    };
    for _ in 0..100 {
        if server.services.pane.search(failed.clone()).await.unwrap().total == 1 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the new state was not seen");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_appears_late_behind_newer_items_is_still_seen() {
    let server = server().await;
    let now = clock().now();
    put(&server.store, &items((0..9).map(|n| format!("first-{n}")), "InProgress", now), now).await;
    server.until_known(9).await;
    let late = clock().now().plus_millis(-1_000);
    put(&server.store, &items((0..9).map(|n| format!("late-{n}")), "InProgress", late), late).await;
    server.until_known(18).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_before_the_retention_is_left_out_and_old_events_written_now_are_not() {
    let store = moody_store(5).await;
    let now = clock().now();
    let long_ago = now.plus_days(-60);
    put(&store, &items((0..200).map(|n| format!("gone-{n}")), "Completed", long_ago), long_ago).await;
    put(&store, &items((0..30).map(|n| format!("imported-{n}")), "Completed", long_ago), now).await;
    let server = server_on(store, Path::new("no-site-here"));
    until(|| server.services.model.fill().complete).await;
    let known = server.services.model.fill().workloads;
    assert!((30..30 + 4 * 5).contains(&known), "{known}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_shows_as_trouble_and_is_forgotten_when_it_is_back() {
    let server = server().await;
    until(|| server.services.model.fill().complete).await;
    server.store.is_away.store(true, Ordering::SeqCst);
    until(|| server.services.model.fill().trouble.is_some()).await;
    let overview = server.services.pane.overview().await.unwrap();
    assert!(overview.notes.iter().any(|note| note.contains("unavailable")), "{:?}", overview.notes);
    let now = clock().now();
    put(&server.store, &items(["meanwhile".to_owned()].into_iter(), "InProgress", now), now).await;
    server.store.is_away.store(false, Ordering::SeqCst);
    server.until_known(1).await;
    until(|| server.services.model.fill().trouble.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overview_that_follows_a_change_shows_it() {
    let server = server().await;
    until(|| server.services.model.fill().complete).await;
    let mut changes = server.services.model.changes().subscribe();
    for n in 1..=3u64 {
        assert_eq!(server.services.pane.overview().await.unwrap().changed_total, n - 1);
        server.ingest(event(&format!("job-{n}"), "InProgress", clock().now())).await;
        let mut change = changes.recv().await.unwrap();
        while change.total == 0 {
            // That the model is full is told too.
            change = changes.recv().await.unwrap();
        }
        assert_eq!((change.total, &*change.changed), (1, &[id(&format!("job-{n}"))][..]));
    }
}

/// Waits until the read model has a workload in this phase.
async fn until_phase(server: &Server, name: &str, phase: Phase) {
    for _ in 0..3_000 {
        let wanted = id(name);
        let known = server.services.model.ask(move |index| index.get(&wanted)).await.unwrap();
        if known.is_some_and(|state| state.phase == phase) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{name} was not {phase} within half a minute");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workload_is_shown_whole_and_as_far_as_the_store_lets() {
    let server = server().await;
    let start = clock().now().plus_millis(-60_000);
    server.ingest(event("xgb", "InProgress", start)).await;
    server.ingest(event("xgb", "Completed", start.plus_millis(30_000))).await;
    until(|| server.services.model.fill().complete).await;
    // Both events: without the store, the read model alone says what the state is.
    until_phase(&server, "xgb", Phase::Succeeded).await;
    let pane = &server.services.pane;
    let detail = pane.workload(id("xgb")).await.unwrap();
    assert_eq!((detail.state.phase, detail.history.events.len()), (Phase::Succeeded, 2));
    assert_eq!(detail.notes, Vec::<String>::new());
    server.store.is_away.store(true, Ordering::SeqCst);
    let detail = pane.workload(id("xgb")).await.unwrap();
    assert_eq!((detail.state.phase, detail.history.events.len()), (Phase::Succeeded, 0));
    assert!(detail.notes[0].contains("unavailable"), "{:?}", detail.notes);
    assert_eq!(pane.workload(id("nobody")).await.unwrap_err().kind, ErrorKind::Unavailable);
    server.store.is_away.store(false, Ordering::SeqCst);
    assert_eq!(pane.workload(id("nobody")).await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_kept_by_name_and_must_be_readable() {
    let server = server().await;
    let pane = &server.services.pane;
    pane.save_view("  failed today ".into(), "phase=failed&range=1d".into()).await.unwrap();
    assert_eq!(pane.views().await.unwrap(), [("failed today".to_owned(), "phase=failed&range=1d".to_owned())]);
    for (name, query) in [("", ""), (&"x".repeat(81), ""), ("a\nb", ""), ("a", "phase=done")] {
        assert_eq!(pane.save_view(name.to_owned(), query.to_owned()).await.unwrap_err().kind, ErrorKind::Invalid);
    }
    pane.delete_view("failed today".into()).await.unwrap();
    assert!(pane.views().await.unwrap().is_empty());
}
