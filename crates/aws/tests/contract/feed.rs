//! The feed: what changed since.

use super::samples::{call, call_event, event, job, transition};
use super::{Bench, later, now};
use aws_sdk_dynamodb::types::AttributeValue;
use onepane_aws::DynamoStore;
use onepane_domain::{FeedEntry, FeedItem, FeedPosition, Phase, Timestamp, WorkloadStore};

/// Everything of a shard, in pages of `limit`.
async fn after(store: &DynamoStore, shard: u16, from: &FeedPosition, limit: u32) -> Vec<FeedEntry> {
    let (mut entries, mut position) = (Vec::new(), from.clone());
    loop {
        let page = store.feed_after(shard, &position, limit).await.unwrap();
        assert!(page.entries.len() <= limit as usize);
        assert!(page.unreadable.is_empty());
        entries.extend(page.entries);
        match page.next {
            Some(next) => position = next,
            None => return entries,
        }
    }
}

async fn before(store: &DynamoStore, shard: u16, limit: u32) -> Vec<FeedEntry> {
    let (mut entries, mut position) = (Vec::new(), None);
    loop {
        let page = store.feed_before(shard, position.as_ref(), limit).await.unwrap();
        entries.extend(page.entries);
        position = page.next;
        if position.is_none() {
            return entries;
        }
    }
}

fn name_of(entry: &FeedEntry) -> String {
    match &entry.item {
        FeedItem::State(state) => state.id.name.clone(),
        FeedItem::Call(call) => call.event_id.clone(),
    }
}

pub async fn pages_cover_everything_exactly_once(bench: &Bench) {
    let store = bench.store("feed").await;
    let mut expected = Vec::new();
    for round in 0..3_i64 {
        let mut events = Vec::new();
        for number in 0..70 {
            let id = job(&format!("job-{round}-{number}"));
            events.push(event(&transition(&id, &format!("e-{round}-{number}"), number, Phase::Running)));
            expected.push(id.name.clone());
            if number % 3 == 0 {
                // Calls of one second, with and without a workload.
                let call_id = format!("call-{round}-{number}");
                let about = (number % 2 == 0).then_some(&id);
                events.push(call_event(&call(about, &call_id, 0)));
                expected.push(call_id);
            }
        }
        for outcome in store.put(&events, now().plus_millis(round * 10)).await {
            outcome.unwrap();
        }
    }
    expected.sort();
    for limit in [7, 1000] {
        let (mut forwards, mut backwards) = (Vec::new(), Vec::new());
        for shard in 0..store.feed_shards() {
            let up = after(&store, shard, &FeedPosition::at(Timestamp::EPOCH), limit).await;
            let mut down = before(&store, shard, limit).await;
            assert!(up.windows(2).all(|pair| pair[0].position < pair[1].position));
            assert!(up.iter().all(|entry| entry.position.time().is_some_and(|time| time >= now())));
            down.reverse();
            assert_eq!(up, down);
            assert!(up.len() > 20, "shard {shard} has {} items", up.len());
            forwards.extend(up.iter().map(name_of));
            backwards.extend(down.iter().map(name_of));
        }
        forwards.sort();
        assert_eq!(forwards, expected);
    }
}

pub async fn a_change_moves_a_workload_to_the_end(bench: &Bench) {
    let store = bench.store("moves").await;
    let id = job("mover");
    store.put(&[event(&transition(&id, "e1", 0, Phase::Running))], now()).await.remove(0).unwrap();
    let mut shard = None;
    for number in 0..store.feed_shards() {
        if !before(&store, number, 10).await.is_empty() {
            assert!(shard.replace(number).is_none(), "a workload stands on one shard");
        }
    }
    let shard = shard.unwrap();
    let seen = after(&store, shard, &FeedPosition::at(Timestamp::EPOCH), 10).await.remove(0).position;
    assert_eq!(seen.time(), Some(now()));
    assert_eq!(after(&store, shard, &seen, 10).await, []);

    let ended = transition(&id, "e2", 10, Phase::Failed);
    store.put(&[event(&ended)], later()).await.remove(0).unwrap();
    // An older event, later: nothing new to tell.
    store.put(&[event(&transition(&id, "e0", -10, Phase::Pending))], later().plus_millis(1)).await.remove(0).unwrap();
    let news = after(&store, shard, &seen, 10).await;
    assert_eq!(news.len(), 1);
    assert_eq!(news[0].item, FeedItem::State(Box::new(ended)));
    assert_eq!(news[0].position.time(), Some(later()));
    assert_eq!(before(&store, shard, 10).await.len(), 1, "it has left its former place");
    assert_eq!(after(&store, shard, &FeedPosition::at(later()), 10).await.len(), 1, "a place is before its instant");
}

pub async fn an_unreadable_item_is_told_and_skipped(bench: &Bench) {
    let store = bench.store("unreadable").await;
    store.put(&[event(&transition(&job("good"), "e1", 0, Phase::Running))], now()).await.remove(0).unwrap();
    for (pk, record) in [("w#bad", Some("{\"phase\":")), ("w#none", None)] {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let request = store.client().put_item().table_name(&store.config().table);
        let request = request.item("pk", text(pk)).item("sk", text("state")).item("feed", text("f#00"));
        let request = request.item("fed_at", text(&format!("{}#{pk}", now())));
        let request = match record {
            Some(record) => request.item("record", text(record)),
            None => request,
        };
        request.send().await.unwrap();
    }
    let (mut entries, mut unreadable) = (Vec::new(), Vec::new());
    for shard in 0..store.feed_shards() {
        let page = store.feed_before(shard, None, 10).await.unwrap();
        entries.extend(page.entries);
        unreadable.extend(page.unreadable);
    }
    assert_eq!(entries.iter().map(name_of).collect::<Vec<_>>(), ["good"]);
    unreadable.sort();
    assert_eq!(unreadable.len(), 2, "{unreadable:?}");
    assert!(unreadable[0].contains("w#bad state") && unreadable[1].contains("w#none state"), "{unreadable:?}");
    // Paging one by one gets past them.
    assert_eq!(before_any(&store, 0).await, 2 + usize::from(entries_on(&store, 0).await));
}

async fn entries_on(store: &DynamoStore, shard: u16) -> bool {
    !store.feed_before(shard, None, 10).await.unwrap().entries.is_empty()
}

async fn before_any(store: &DynamoStore, shard: u16) -> usize {
    let (mut count, mut position) = (0, None);
    loop {
        let page = store.feed_before(shard, position.as_ref(), 1).await.unwrap();
        count += page.entries.len() + page.unreadable.len();
        position = page.next;
        if position.is_none() {
            return count;
        }
    }
}
