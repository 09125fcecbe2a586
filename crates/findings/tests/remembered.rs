//! What is remembered of a source's answers, and for how long.

#![allow(clippy::unwrap_used, clippy::panic)]

use async_trait::async_trait;
use futures::future::join_all;
use onepane_domain::{
    Bucket, CountingRule, ErrorKind, FindingRequest, FindingRows, FindingRowsRequest, FindingSchema,
    FindingSeriesAnswer, FindingSource, OcsfVersion, PortError, PortResult, QueryCost, SourceName, Timestamp,
};
use onepane_findings::{RememberConfig, Remembered, left_out_note};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

const MINUTE: i64 = 60_000;

/// Counts what it is asked; answers when it is let.
struct Counting {
    asked: AtomicUsize,
    given_up: AtomicUsize,
    fails: AtomicBool,
    notes: Mutex<Vec<String>>,
    lets: Semaphore,
}

impl Counting {
    async fn answer<T>(&self, answer: impl FnOnce(Vec<String>) -> T) -> PortResult<T> {
        struct GivenUp<'a>(&'a AtomicUsize, bool);
        impl Drop for GivenUp<'_> {
            fn drop(&mut self) {
                self.0.fetch_add(usize::from(!self.1), Ordering::SeqCst);
            }
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut guard = GivenUp(&self.given_up, false);
        self.lets.acquire().await.unwrap().forget();
        guard.1 = true;
        match self.fails.load(Ordering::SeqCst) {
            true => Err(PortError::new(ErrorKind::Unavailable, "count")),
            false => Ok(answer(self.notes.lock().unwrap().clone())),
        }
    }
}

#[async_trait]
impl FindingSource for Counting {
    fn sources(&self) -> Vec<SourceName> {
        vec![SourceName::SECURITY_HUB]
    }

    async fn schema(&self, source: &SourceName) -> PortResult<FindingSchema> {
        let schema = |notes| FindingSchema {
            source: source.clone(),
            version: OcsfVersion::V2,
            dimensions: Vec::new(),
            first: None,
            last: None,
            notes,
        };
        self.answer(schema).await
    }

    async fn series(&self, _: &FindingRequest) -> PortResult<FindingSeriesAnswer> {
        let cost = QueryCost { bytes_scanned: 7, ..QueryCost::default() };
        self.answer(|notes| FindingSeriesAnswer { series: Vec::new(), cost, notes }).await
    }

    async fn rows(&self, _: &FindingRowsRequest) -> PortResult<FindingRows> {
        self.answer(|notes| FindingRows { notes, ..FindingRows::default() }).await
    }

    async fn sql(&self, _: &FindingRowsRequest) -> PortResult<String> {
        Ok("SELECT 1".to_owned())
    }
}

struct World {
    source: Arc<Counting>,
    now: Arc<AtomicI64>,
    remembered: Arc<dyn FindingSource>,
}

fn world() -> World {
    let source = Arc::new(Counting {
        asked: AtomicUsize::new(0),
        given_up: AtomicUsize::new(0),
        fails: AtomicBool::new(false),
        notes: Mutex::default(),
        lets: Semaphore::new(1_000),
    });
    let start: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    let now = Arc::new(AtomicI64::new(start.millis()));
    let clock = Arc::clone(&now);
    let clock = move || Timestamp::saturating_from_millis(clock.load(Ordering::SeqCst));
    let asked = Arc::clone(&source) as Arc<dyn FindingSource>;
    let remembered = Arc::new(Remembered::new(asked, clock, RememberConfig::default()));
    World { source, now, remembered }
}

impl World {
    fn asked(&self) -> usize {
        self.source.asked.load(Ordering::SeqCst)
    }

    fn later(&self, minutes: i64) {
        self.now.fetch_add(minutes * MINUTE, Ordering::SeqCst);
    }
}

fn until(to: &str) -> FindingRequest {
    FindingRequest {
        source: SourceName::SECURITY_HUB,
        group_by: Vec::new(),
        bucket: Bucket::Day,
        from: "2026-11-01T00:00:00Z".parse().unwrap(),
        to: to.parse().unwrap(),
        filters: Vec::new(),
        count: CountingRule::Updates,
        most_series: 10,
    }
}

#[tokio::test]
async fn settled_windows_are_kept_for_an_hour_and_open_ones_for_a_minute() {
    let world = world();
    let (settled, open) = (until("2026-11-25T11:00:00Z"), until("2026-11-25T12:00:00Z"));
    let first = world.remembered.series(&settled).await.unwrap();
    let again = world.remembered.series(&settled).await.unwrap();
    assert_eq!((first.cost.bytes_scanned, first.cost.reused), (7, false));
    assert_eq!((again.cost.bytes_scanned, again.cost.reused), (0, true));
    world.remembered.series(&open).await.unwrap();
    assert_eq!(world.asked(), 2);
    world.later(1);
    world.remembered.series(&settled).await.unwrap();
    world.remembered.series(&open).await.unwrap();
    assert_eq!(world.asked(), 3);
    world.later(60);
    world.remembered.series(&settled).await.unwrap();
    assert_eq!(world.asked(), 4);
}

#[tokio::test]
async fn failures_are_not_kept_and_answers_with_notes_not_for_long() {
    let world = world();
    let settled = until("2026-11-20T00:00:00Z");
    world.source.fails.store(true, Ordering::SeqCst);
    assert!(world.remembered.series(&settled).await.is_err());
    world.source.fails.store(false, Ordering::SeqCst);
    *world.source.notes.lock().unwrap() = vec!["a file cannot be read".to_owned()];
    world.remembered.series(&settled).await.unwrap();
    world.later(1);
    *world.source.notes.lock().unwrap() = left_out_note(10, 11).into_iter().collect();
    world.remembered.series(&settled).await.unwrap();
    assert_eq!(world.asked(), 3);
    world.later(30);
    world.remembered.series(&settled).await.unwrap();
    assert_eq!(world.asked(), 3, "series left out are as they were asked for");
}

#[tokio::test]
async fn equal_questions_are_asked_once_and_given_up_with_the_last_who_waits() {
    let world = world();
    world.source.lets.forget_permits(1_000);
    let request = until("2026-11-20T00:00:00Z");
    let ask = || {
        let (remembered, request) = (Arc::clone(&world.remembered), request.clone());
        tokio::spawn(async move { remembered.series(&request).await })
    };
    let waiting: Vec<_> = (0..3).map(|_| ask()).collect();
    while world.asked() == 0 {
        tokio::task::yield_now().await;
    }
    waiting[0].abort();
    world.source.lets.add_permits(1);
    let told = join_all(waiting).await;
    assert!(told[1..].iter().all(|told| told.as_ref().unwrap().is_ok()));
    assert_eq!(world.asked(), 1);

    world.later(120);
    let alone = ask();
    while world.asked() == 1 {
        tokio::task::yield_now().await;
    }
    alone.abort();
    assert!(alone.await.unwrap_err().is_cancelled());
    assert_eq!(world.source.given_up.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn rows_and_schemas_are_kept_too() {
    let world = world();
    let FindingRequest { source, from, to, filters, .. } = until("2026-11-20T00:00:00Z");
    let rows = FindingRowsRequest { source: source.clone(), from, to, filters, offset: 0, limit: 10 };
    for _ in 0..2 {
        world.remembered.rows(&rows).await.unwrap();
        world.remembered.schema(&source).await.unwrap();
    }
    assert_eq!(world.asked(), 2);
    assert_eq!(world.remembered.sql(&rows).await.unwrap(), "SELECT 1");
    assert_eq!(world.remembered.sources(), [source]);
}
