//! Events in, states and histories out.

use super::samples::{at, call, call_event, event, job, occurrence, transition, unrecognised_event};
use super::{Bench, later, now};
use onepane_domain::{
    ErrorKind, EventItem, FeedPosition, Phase, Record, Rejected, Stored, Timestamp, WorkloadHistory, WorkloadStore,
};

pub async fn an_event_is_kept_once_and_whole(bench: &Bench) {
    let store = bench.store("once").await;
    let id = job("a");
    assert_eq!(store.state(&id).await.unwrap(), None);
    assert_eq!(store.history(&id, 10).await.unwrap(), WorkloadHistory::default());

    let started = transition(&id, "e1", 0, Phase::Running);
    let mut item = event(&started);
    item.raw = r#"{"id":"e1","detail":{"Größe":1.50,"a":[null,true]}}"#.into();
    assert_eq!(store.put(std::slice::from_ref(&item), now()).await.remove(0).unwrap(), Stored::New);
    let raw = item.raw.clone();
    item.raw = "something else".into();
    assert_eq!(store.put(&[item], later()).await.remove(0).unwrap(), Stored::Duplicate);
    assert_eq!(store.state(&id).await.unwrap(), Some(started.clone()));
    let history = store.history(&id, 10).await.unwrap();
    assert_eq!(history, WorkloadHistory { events: vec![(started, raw)], calls: vec![], truncated: false });
}

pub async fn the_newest_event_is_the_state_in_whatever_order(bench: &Bench) {
    let store = bench.store("newest").await;
    let id = job("a");
    let running = transition(&id, "e1", 10, Phase::Running);
    let failed = transition(&id, "e2", 10, Phase::Failed);
    let early = transition(&id, "e3", 5, Phase::Succeeded);
    for change in [&failed, &running, &early] {
        assert_eq!(store.put(&[event(change)], now()).await.remove(0).unwrap(), Stored::New);
        assert_eq!(store.state(&id).await.unwrap(), Some(failed.clone()), "of one instant, the ended one is the later");
    }
    let happened = occurrence(&id, "e4", 20);
    store.put(&[event(&happened)], now()).await.remove(0).unwrap();
    assert_eq!(store.state(&id).await.unwrap(), Some(failed), "an occurrence leaves the state");
    assert_eq!(store.history(&id, 10).await.unwrap().events.last().unwrap().0, happened);
    let ended = transition(&id, "e5", 30, Phase::Succeeded);
    store.put(&[event(&ended)], now()).await.remove(0).unwrap();
    assert_eq!(store.state(&id).await.unwrap(), Some(ended));
}

pub async fn a_batch_tells_one_outcome_per_event_in_order(bench: &Bench) {
    let store = bench.store("batch").await;
    assert!(store.put(&[], now()).await.is_empty());
    let known = transition(&job("job-0"), "e-0", 0, Phase::Pending);
    store.put(&[event(&known)], now()).await.remove(0).unwrap();
    let rejected = Rejected { reason: "no JSON".into(), line: 7 };
    let mut events = vec![event(&known)];
    for number in 0..250 {
        let id = job(&format!("job-{}", number % 40));
        events.push(event(&transition(&id, &format!("e-{}", number + 1), number, Phase::Running)));
    }
    events.push(events[5].clone());
    events.push(EventItem { record: Record::Rejected(rejected), raw: "?".into() });
    events.push(unrecognised_event("u1", 0));
    events.push(call_event(&call(Some(&job("job-1")), "c1", 0)));
    let outcomes = store.put(&events, now()).await;
    assert_eq!(outcomes.len(), events.len());
    for (number, outcome) in outcomes.iter().enumerate() {
        match number {
            0 | 251 => assert_eq!(*outcome.as_ref().unwrap(), Stored::Duplicate, "{number}"),
            252 => {
                let error = outcome.as_ref().unwrap_err();
                assert_eq!(error.kind, ErrorKind::Invalid);
                assert!(error.context.contains("line 7"), "{error}");
            }
            _ => assert_eq!(*outcome.as_ref().unwrap(), Stored::New, "{number}"),
        }
    }
    for number in 0..40 {
        let state = store.state(&job(&format!("job-{number}"))).await.unwrap().unwrap();
        let newest = if number < 10 { 240 + number } else { 200 + number };
        assert_eq!(state.event_time, at(newest), "job-{number}");
    }
    assert!(store.put(&events, later()).await.into_iter().flatten().all(|stored| stored == Stored::Duplicate));
}

pub async fn a_history_has_the_newest_events_and_calls_oldest_first(bench: &Bench) {
    let store = bench.store("history").await;
    let id = job("a");
    // Beyond the megabyte that DynamoDB gives in one page.
    let padding = "x".repeat(30_000);
    let mut events: Vec<EventItem> = Vec::new();
    for number in (0..60).rev() {
        let mut item = event(&transition(&id, &format!("e{number}"), number * 10, Phase::Running));
        item.raw = format!("{number} {padding}");
        events.push(item);
    }
    for number in 0..6 {
        events.push(call_event(&call(Some(&id), &format!("c{number}"), number * 100 + 5)));
    }
    // Another workload whose name begins with this one's.
    events.push(event(&transition(&job("a#b"), "other", 0, Phase::Running)));
    for outcome in store.put(&events, now()).await {
        outcome.unwrap();
    }
    let all = store.history(&id, 1000).await.unwrap();
    assert!(!all.truncated);
    let times: Vec<Timestamp> = all.events.iter().map(|(event, _)| event.event_time).collect();
    assert_eq!(times, (0..60).map(|number| at(number * 10)).collect::<Vec<_>>());
    assert!(all.events.iter().enumerate().all(|(number, (_, raw))| raw.starts_with(&format!("{number} "))));
    let calls: Vec<&str> = all.calls.iter().map(|(call, _)| call.event_id.as_str()).collect();
    assert_eq!(calls, ["c0", "c1", "c2", "c3", "c4", "c5"]);
    assert_eq!(all.calls[5].1, r#"{"eventID":"c5"}"#);

    // The newest 20 of both: events from 410 s on, and the call at 505 s.
    let newest = store.history(&id, 20).await.unwrap();
    assert!(newest.truncated);
    assert_eq!(newest.events.len(), 19);
    assert_eq!(newest.events[0].0.event_time, at(410));
    assert_eq!(newest.calls.iter().map(|(call, _)| call.event_id.as_str()).collect::<Vec<_>>(), ["c5"]);
    assert_eq!(store.history(&id, 66).await.unwrap(), all, "all there is, and nothing left out");
    assert!(store.history(&id, 65).await.unwrap().truncated);
}

pub async fn unrecognised_events_are_listed_by_day(bench: &Bench) {
    let store = bench.store("unrecognised").await;
    let events: Vec<EventItem> = (0..5).map(|number| unrecognised_event(&format!("u{number}"), number * 60)).collect();
    let next_day = unrecognised_event("tomorrow", 86_400);
    store.put(&events, now()).await.into_iter().for_each(|outcome| assert_eq!(outcome.unwrap(), Stored::New));
    store.put(&[next_day], now()).await.remove(0).unwrap();
    let newest = store.unrecognised(at(80_000), 3).await.unwrap();
    let ids: Vec<&str> = newest.iter().map(|(event, _)| event.event_id.as_str()).collect();
    assert_eq!(ids, ["u4", "u3", "u2"]);
    assert_eq!(newest[0].1, r#"{"id":"u4"}"#);
    assert_eq!(store.unrecognised(at(86_400), 10).await.unwrap().len(), 1);
    assert_eq!(store.unrecognised(at(-1), 10).await.unwrap(), []);
}

pub async fn any_name_is_kept(bench: &Bench) {
    let store = bench.store("names").await;
    let names =
        ["abalone/execution/a#1", "a#b#c", "Größe \u{1f40c}/\"x\"", "%2F ?&=", "state", "call#x", &"ü".repeat(900)];
    for (number, name) in names.iter().enumerate() {
        let id = job(name);
        let started = transition(&id, &format!("id #{number}/ü"), 0, Phase::Running);
        let about = call(Some(&id), &format!("call #{number}"), 1);
        for outcome in store.put(&[event(&started), call_event(&about)], now()).await {
            outcome.unwrap();
        }
        assert_eq!(store.state(&id).await.unwrap().as_ref(), Some(&started), "{name}");
        let history = store.history(&id, 10).await.unwrap();
        assert_eq!(history.events[0].0, started);
        assert_eq!(history.calls[0].0, about);
    }
    let mut fed = 0;
    for shard in 0..store.feed_shards() {
        fed += store.feed_after(shard, &FeedPosition::at(Timestamp::MIN), 100).await.unwrap().entries.len();
    }
    assert_eq!(fed, 2 * names.len());

    let long = transition(&job(&"n".repeat(2100)), "e", 0, Phase::Running);
    let long_id = transition(&job("a"), &"e".repeat(1100), 0, Phase::Running);
    for outcome in store.put(&[event(&long), event(&long_id)], now()).await {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        assert!(error.context.contains("key of"), "{error}");
    }
}

pub async fn no_event_is_too_large(bench: &Bench) {
    let store = bench.store("large").await;
    let id = job("large");
    let mut change = transition(&id, "e1", 0, Phase::Failed);
    let mut item = event(&change);
    item.raw = format!("{{\"detail\":\"{}\"}}", "é".repeat(300_000));
    assert_eq!(store.put(std::slice::from_ref(&item), now()).await.remove(0).unwrap(), Stored::New);
    let (read, raw) = store.history(&id, 1).await.unwrap().events.remove(0);
    assert_eq!(read, change);
    assert!(raw.len() > 350_000 && item.raw.starts_with(&raw));

    // A record that would fill the item alone keeps what identifies it.
    change.event_id = "e2".into();
    change.event_time = at(1);
    change.failure_reason = Some("ü".repeat(300_000));
    change.tags = (0..3_000).map(|number| (format!("tag-{number}"), "t".repeat(200))).collect();
    let item = event(&change);
    assert_eq!(store.put(std::slice::from_ref(&item), now()).await.remove(0).unwrap(), Stored::New);
    let state = store.state(&id).await.unwrap().unwrap();
    assert_eq!((state.event_id.as_str(), state.phase), ("e2", Phase::Failed));
    assert!(state.failure_reason.unwrap().starts_with("üüüü"));
    assert_eq!(store.history(&id, 1).await.unwrap().events[0].1, item.raw);
    // Several of them do not fit one transaction.
    let mut many = Vec::new();
    for number in 0..30 {
        let mut item = event(&transition(&id, &format!("many-{number}"), 100 + number, Phase::Running));
        item.raw = "y".repeat(300_000);
        many.push(item);
    }
    for outcome in store.put(&many, now()).await {
        assert_eq!(outcome.unwrap(), Stored::New);
    }
}
