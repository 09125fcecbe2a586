//! Decisions about insights, evaluations, and API calls by account and time.

use super::samples::{at, call, call_event};
use super::{Bench, now};
use onepane_domain::{
    AccountId, Detector, EvaluationRun, EventItem, KnownInsight, MOST_KNOWN_INSIGHTS, QueryCost, Record, Region,
    Stored, Triage, TriageStore, TriagedInsight, Verdict, WorkloadStore,
};

fn insight(series: &str, seconds: i64) -> TriagedInsight {
    TriagedInsight { series: series.to_owned(), detector: Detector::Outlier, at: at(seconds) }
}

fn triage(insight: &TriagedInsight, verdict: Verdict, seconds: i64) -> Triage {
    let (note, by) = ("planned: „Umzug“ \u{1f4e6}".to_owned(), "Ana".to_owned());
    Triage { insight: insight.clone(), verdict, note, by, decided_at: at(seconds) }
}

pub async fn a_decision_stands_until_it_is_replaced_or_taken_back(bench: &Bench) {
    let store = bench.store("triage").await;
    assert_eq!(store.triages().await.unwrap(), []);
    // Series are told apart, however long what they have in common.
    let common = "key=".to_owned() + &"%C3%BC".repeat(400);
    let (one, other) = (insight(&format!("{common}1"), 0), insight(&format!("{common}2"), 0));
    store.put_triage(&triage(&one, Verdict::Expected, 10)).await.unwrap();
    store.put_triage(&triage(&other, Verdict::Acknowledged, 20)).await.unwrap();
    let newest_first = [triage(&other, Verdict::Acknowledged, 20), triage(&one, Verdict::Expected, 10)];
    assert_eq!(store.triages().await.unwrap(), newest_first);
    store.put_triage(&triage(&one, Verdict::FalsePositive, 30)).await.unwrap();
    store.delete_triage(&other).await.unwrap();
    store.delete_triage(&other).await.unwrap();
    assert_eq!(store.triages().await.unwrap(), [triage(&one, Verdict::FalsePositive, 30)]);
}

pub async fn evaluations_are_kept_newest_first(bench: &Bench) {
    let store = bench.store("evaluations").await;
    let run = |hour: i64| EvaluationRun {
        at: at(hour * 3_600),
        elapsed_ms: 120,
        series: 300,
        insights: 40,
        new: 2,
        cost: QueryCost { bytes_scanned: 1 << 30, ..QueryCost::default() },
        trouble: (hour == 1).then(|| "the lake: unavailable".to_owned()),
    };
    for hour in [1, 0, 2] {
        store.put_run(&run(hour)).await.unwrap();
    }
    assert_eq!(store.runs(2).await.unwrap(), [run(2), run(1)]);
    assert_eq!(store.runs(10).await.unwrap().len(), 3);
}

pub async fn what_evaluations_found_is_remembered(bench: &Bench) {
    let store = bench.store("known").await;
    assert_eq!(store.known_insights().await.unwrap(), []);
    let known = |number: usize| KnownInsight {
        series: u64::MAX - number as u64,
        detector: Detector::ALL[number % 3],
        at: at(-(number as i64)),
        first_found: at(10),
        last_found: at(20),
    };
    let many: Vec<KnownInsight> = (0..MOST_KNOWN_INSIGHTS + 1).map(known).collect();
    store.put_known_insights(&many).await.unwrap();
    assert_eq!(store.known_insights().await.unwrap(), many[..MOST_KNOWN_INSIGHTS]);
    store.put_known_insights(&many[..1]).await.unwrap();
    assert_eq!(store.known_insights().await.unwrap(), many[..1]);
}

pub async fn calls_of_an_account_are_found_by_time(bench: &Bench) {
    const DAY: i64 = 86_400;
    let store = bench.store("calls").await;
    let times = [-1, 0, 10, DAY - 1, DAY, 3 * DAY, 3 * DAY + 5];
    let mut events: Vec<EventItem> =
        times.iter().map(|seconds| call_event(&call(None, &format!("c{seconds}"), *seconds))).collect();
    let mut elsewhere = call(None, "elsewhere", 20);
    elsewhere.region = "us-east-1".parse().unwrap();
    let mut others = call(None, "others", 20);
    others.account = "444455556666".parse().unwrap();
    events.extend(
        [elsewhere, others].map(|call| EventItem { record: Record::ApiCall(Box::new(call)), raw: "{}".into() }),
    );
    for outcome in store.put(&events, now()).await {
        assert_eq!(outcome.unwrap(), Stored::New);
    }
    let (account, region): (AccountId, Region) = ("111122223333".parse().unwrap(), "eu-central-1".parse().unwrap());
    let asked = async |from: i64, to: i64, limit: u32| -> Vec<String> {
        let calls = store.calls(account, &region, at(from), at(to), limit).await.unwrap();
        calls.into_iter().map(|call| call.event_id).collect()
    };
    let all = ["c259205", "c259200", "c86400", "c86399", "c10", "c0"];
    assert_eq!(asked(0, 4 * DAY, 100).await, all, "newest first, over days without any");
    assert_eq!(asked(0, 4 * DAY, 4).await, all[..4]);
    assert_eq!(asked(0, DAY, 100).await, ["c86399", "c10", "c0"], "the end is outside, the beginning is not");
    assert_eq!(asked(1, 3 * DAY, 100).await, ["c86400", "c86399", "c10"]);
    assert_eq!(asked(5 * DAY, 9 * DAY, 100).await, [""; 0]);
}
