//! Events a second into the embedded store, on a file, duplicates included.
//!
//! `cargo bench -p onepane-embedded --bench ingest`; settings by environment: `EVENTS` (60000), `BATCH` (1000),
//! `CALLERS` (1), `WRITES` (`grouped` or `single`), `IN_FLIGHT`. Prints one line a setting.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use onepane_aws::{StoreConfig, WriteStrategy};
use onepane_domain::{
    ApiCall, ApiResource, EventItem, Phase, Record, Stored, Timestamp, Transition, WorkloadId, WorkloadKind,
    WorkloadStore,
};
use onepane_embedded::{EmbeddedDynamo, embedded_store_config};
use std::collections::BTreeMap;
use std::time::Instant;

/// Bytes of an event's JSON: the middle of the samples of SageMaker's documentation.
const RAW_BYTES: usize = 1_800;

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn raw(id: &str) -> String {
    let start = format!("{{\"version\":\"0\",\"id\":\"{id}\",\"detail\":{{\"HyperParameters\":{{");
    let mut raw = start;
    let mut number = 0;
    while raw.len() < RAW_BYTES {
        number += 1;
        raw.push_str(&format!("\"parameter-{number}\":\"value {}\",", number * 7919));
    }
    raw.push_str("\"end\":\"1\"}}}}");
    raw
}

fn transition(number: usize, step: usize, phase: Phase) -> EventItem {
    let name = format!("fraud-xgb-{number:07}");
    let id = WorkloadId {
        account: format!("{:012}", 111_122_220_000 + number % 40).parse().unwrap(),
        region: ["us-east-1", "eu-west-1", "eu-central-1", "us-west-2"][number % 4].parse().unwrap(),
        kind: WorkloadKind::TrainingJob,
        name,
    };
    let event_id = format!("{number:08x}-0000-4000-8000-{step:012x}");
    let time = Timestamp::saturating_from_millis(1_700_000_000_000 + (number * 40 + step * 60_000) as i64);
    let raw = raw(&event_id);
    let record = Transition {
        event_id,
        event_time: time,
        arn: id.usual_arn(),
        id,
        status: Some("InProgress".into()),
        secondary_status: Some("Downloading".into()),
        phase,
        created_at: Some(time),
        started_at: Some(time),
        ended_at: None,
        duration_s: None,
        failure_reason: None,
        instance_type: Some("ml.p3.2xlarge".into()),
        instance_count: Some(2),
        parent: None,
        tags: BTreeMap::from([("team".into(), "fraud".into()), ("env".into(), "prod".into())]),
        occurrence: false,
        detail_type: "SageMaker Training Job State Change".into(),
    };
    EventItem { record: Record::Workload(Box::new(record)), raw }
}

fn call(number: usize) -> EventItem {
    let event_id = format!("{number:08x}-1111-4000-8000-000000000000");
    let raw = raw(&event_id);
    let call = ApiCall {
        event_id,
        event_time: Timestamp::saturating_from_millis(1_700_000_000_000 + (number * 40) as i64),
        account: format!("{:012}", 111_122_220_000 + number % 40).parse().unwrap(),
        region: ["us-east-1", "eu-west-1", "eu-central-1", "us-west-2"][number % 4].parse().unwrap(),
        event_name: "CreateTrainingJob".into(),
        actor: Some("arn:aws:sts::111122223333:assumed-role/DataScientist/ana".into()),
        actor_type: Some("AssumedRole".into()),
        source_ip: Some("203.0.113.7".into()),
        user_agent: Some("Boto3/1.40".into()),
        error_code: None,
        error_message: None,
        read_only: false,
        resource: Some(ApiResource {
            kind: WorkloadKind::TrainingJob,
            name: format!("fraud-xgb-{number:07}"),
            arn: None,
        }),
    };
    EventItem { record: Record::ApiCall(Box::new(call)), raw }
}

/// Of 10 events: 8 transitions of 2 jobs, 1 call, 1 duplicate of an earlier event; neighbours swapped here and there.
fn events(count: usize) -> Vec<EventItem> {
    let phases = [Phase::Pending, Phase::Running, Phase::Running, Phase::Succeeded];
    let mut events: Vec<EventItem> = Vec::with_capacity(count);
    let mut number = 0;
    while events.len() < count {
        for job in [number, number + 1] {
            for (step, phase) in phases.into_iter().enumerate() {
                events.push(transition(job, step, phase));
            }
        }
        events.push(call(number));
        events.push(events[events.len() * 7 / 8].clone());
        number += 2;
    }
    events.truncate(count);
    // As events come in: those of one job are apart from each other.
    let mut spread: Vec<(usize, EventItem)> =
        events.into_iter().enumerate().map(|(at, event)| (at + (at * 7919) % 4000, event)).collect();
    spread.sort_by_key(|(at, _)| *at);
    spread.into_iter().map(|(_, event)| event).collect()
}

#[tokio::main]
async fn main() {
    let (count, batch, callers) = (setting("EVENTS", 60_000), setting("BATCH", 1_000), setting("CALLERS", 1));
    let single = std::env::var("WRITES").is_ok_and(|writes| writes == "single");
    let default = embedded_store_config();
    let writes = match (single, default.writes) {
        (true, _) => WriteStrategy::Single { in_flight: setting("IN_FLIGHT", 32) },
        (false, WriteStrategy::Grouped { in_flight }) => {
            WriteStrategy::Grouped { in_flight: setting("IN_FLIGHT", in_flight) }
        }
        (false, other) => other,
    };
    let folder = tempfile::tempdir_in(std::env::var("BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    let engine = EmbeddedDynamo::open(&folder.path().join("onepane.sqlite")).unwrap();
    let store = engine.store(StoreConfig { writes, ..default }).await.unwrap();
    let events = events(count);
    let batches: Vec<Vec<EventItem>> = events.chunks(batch).map(<[EventItem]>::to_vec).collect();
    let mut shares: Vec<Vec<Vec<EventItem>>> = vec![Vec::new(); callers];
    for (number, batch) in batches.into_iter().enumerate() {
        shares[number % callers].push(batch);
    }
    let now = Timestamp::saturating_from_millis(1_700_100_000_000);
    let start = Instant::now();
    let tasks: Vec<_> = shares
        .into_iter()
        .map(|share| {
            let store = store.clone();
            tokio::spawn(async move {
                let (mut new, mut duplicate) = (0_u64, 0_u64);
                for batch in &share {
                    for outcome in store.put(batch, now).await {
                        match outcome.unwrap() {
                            Stored::New => new += 1,
                            Stored::Duplicate => duplicate += 1,
                        }
                    }
                }
                (new, duplicate)
            })
        })
        .collect();
    let (mut new, mut duplicate) = (0, 0);
    for task in tasks {
        let (n, d) = task.await.unwrap();
        (new, duplicate) = (new + n, duplicate + d);
    }
    let seconds = start.elapsed().as_secs_f64();
    let filling = Instant::now();
    let mut fed = 0;
    for shard in 0..store.feed_shards() {
        let mut position = None;
        loop {
            let page = store.feed_before(shard, position.as_ref(), 1_000).await.unwrap();
            fed += page.entries.len();
            position = page.next;
            if position.is_none() {
                break;
            }
        }
    }
    let fill_seconds = filling.elapsed().as_secs_f64();
    let size: u64 = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    println!(
        "bench | store: events in, embedded, duplicates included | >= 5,000 events/s | {:.0} events/s ({count} events, \
         {new} new, {duplicate} duplicates, {seconds:.2} s; {writes:?}, batches of {batch}, {callers} callers; {:.0} MB \
         on disk)",
        count as f64 / seconds,
        size as f64 / 1e6
    );
    println!(
        "bench | store: feed read | | {:.0} items/s ({fed} items, {fill_seconds:.2} s)",
        fed as f64 / fill_seconds
    );
}
