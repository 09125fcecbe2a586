//! The table, its settings, its expiry, the views.

use super::samples::{event, job, transition, workload};
use super::{Bench, now};
use aws_sdk_dynamodb::types::{AttributeValue, TimeToLiveStatus};
use onepane_aws::{DynamoStore, StoreConfig};
use onepane_domain::{ErrorKind, Phase, WorkloadId, WorkloadKind, WorkloadStore};
use std::num::NonZeroU16;

pub async fn a_missing_table_is_named(bench: &Bench) {
    let store = DynamoStore::new(bench.client.clone(), bench.config("missing"));
    let id = job("a");
    let error = store.check().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Misconfigured);
    assert!(error.context.contains("-missing") && error.context.contains("create the table"), "{error}");
    assert_eq!(store.state(&id).await.unwrap_err().kind, ErrorKind::Misconfigured);
    let outcomes = store.put(&[event(&transition(&id, "e", 0, Phase::Running))], now()).await;
    assert_eq!(outcomes[0].as_ref().unwrap_err().kind, ErrorKind::Misconfigured);
    assert!(outcomes[0].as_ref().unwrap_err().to_string().contains("create the table"));
}

pub async fn a_table_is_made_once_and_keeps_its_shards(bench: &Bench) {
    let store = bench.store("made").await;
    store.create_table_if_missing().await.unwrap();
    store.check().await.unwrap();
    let expiry = bench.client.describe_time_to_live().table_name(&store.config().table).send().await.unwrap();
    let status = expiry.time_to_live_description.unwrap().time_to_live_status.unwrap();
    assert!(matches!(status, TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));

    let more = StoreConfig { feed_shards: NonZeroU16::new(8).unwrap(), ..store.config().clone() };
    let error = DynamoStore::new(bench.client.clone(), more).check().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Misconfigured);
    assert!(error.context.contains("4 feed shards"), "{error}");
    let outside = store.feed_before(4, None, 10).await.unwrap_err();
    assert_eq!(outside.kind, ErrorKind::Invalid);
}

pub async fn views_are_kept_by_name(bench: &Bench) {
    let store = bench.store("views").await;
    assert_eq!(store.views().await.unwrap(), []);
    store.put_view("Übersicht/GPU #1", "phase=failed").await.unwrap();
    store.put_view("failed today", "phase=failed&time=1d").await.unwrap();
    store.put_view("failed today", "").await.unwrap();
    let both = [("failed today".to_owned(), String::new()), ("Übersicht/GPU #1".into(), "phase=failed".into())];
    assert_eq!(store.views().await.unwrap(), both);
    store.delete_view("failed today").await.unwrap();
    store.delete_view("never there").await.unwrap();
    assert_eq!(store.views().await.unwrap(), both[1..]);
    assert_eq!(store.put_view("", "x").await.unwrap_err().kind, ErrorKind::Invalid);
    assert_eq!(store.put_view(&"v".repeat(1025), "x").await.unwrap_err().kind, ErrorKind::Invalid);
}

async fn expiry_of_state(store: &DynamoStore, id: &WorkloadId) -> Option<AttributeValue> {
    let request = store.client().get_item().table_name(&store.config().table);
    let request = request.key("pk", AttributeValue::S(id.partition_key())).key("sk", AttributeValue::S("state".into()));
    request.send().await.unwrap().item.unwrap().remove("expires_at")
}

pub async fn items_expire_except_lasting_things(bench: &Bench) {
    let store = bench.store("expiry").await;
    let (job, endpoint) = (job("a"), workload(WorkloadKind::Endpoint, "live"));
    let events =
        [event(&transition(&job, "e1", 0, Phase::Running)), event(&transition(&endpoint, "e2", 0, Phase::Succeeded))];
    for outcome in store.put(&events, now()).await {
        outcome.unwrap();
    }
    let expected = Some(AttributeValue::N(now().plus_days(90).millis().div_euclid(1_000).to_string()));
    assert_eq!(expiry_of_state(&store, &job).await, expected);
    assert_eq!(expiry_of_state(&store, &endpoint).await, None);
    // Deleted and made again under the same name: there again, so it stays.
    for (number, (phase, expiry)) in [(Phase::Deleted, expected), (Phase::Succeeded, None)].into_iter().enumerate() {
        let change = transition(&endpoint, &format!("later-{number}"), 10 + i64::try_from(number).unwrap(), phase);
        store.put(&[event(&change)], now()).await.remove(0).unwrap();
        assert_eq!(expiry_of_state(&store, &endpoint).await, expiry, "{phase}");
    }
}
