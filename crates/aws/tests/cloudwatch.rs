//! The CloudWatch adapter over real HTTP, against a stand-in that speaks CloudWatch's protocol: the contract of every
//! source of metrics, then everything that may go wrong on the way.
//!
//! The SDK keeps its budget of retries per Region and process: tests that break calls have Regions of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cloudwatch_stand_in;
mod metrics_contract;

use async_trait::async_trait;
use cloudwatch_stand_in::{Fault, Rule, StandIn};
use futures::future::{join, join_all};
use metrics_contract::{Abilities, Bench, Feed, expression, in_account, in_region, metric, of};
use onepane_aws::{CloudWatchMetrics, MetricOptions};
use onepane_domain::{
    AccountId, ErrorKind, MetricAnswer, MetricFilter, MetricId, MetricQuery, MetricRequest, MetricSource, Period,
    Region, SeriesStatus, StatisticSet, Timestamp,
};
use onepane_metrics::{CacheConfig, Cached, SingleFlight};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const VALUES: &str = "GetMetricData";
const LISTS: &str = "ListMetrics";
const ATTEMPTS: u32 = 2;

fn home() -> AccountId {
    "111122223333".parse().unwrap()
}

fn other() -> AccountId {
    "444455556666".parse().unwrap()
}

fn now() -> Timestamp {
    "2026-11-22T10:00:30Z".parse().unwrap()
}

/// A whole hour before now.
fn start() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

struct ToStandIn(Arc<StandIn>);

#[async_trait]
impl Feed for ToStandIn {
    async fn put(&self, account: AccountId, region: &Region, metric: &MetricId, points: &[(Timestamp, StatisticSet)]) {
        self.0.put(account, region, metric, points);
    }
}

/// Nothing in these is met by chance: no pacing, no deadline.
fn options() -> MetricOptions {
    let region_within = Duration::from_secs(600);
    MetricOptions { requests_per_second: 1e6, burst: 100_000, region_within, retry_attempts: ATTEMPTS, home: None }
}

struct World {
    stand_in: Arc<StandIn>,
    regions: Vec<Region>,
    load: MetricId,
}

impl World {
    /// `Load` in each Region: of the home account 1, 2, 3 in the first minutes, of the other ten times as much.
    async fn of(regions: &[&str]) -> Self {
        let stand_in = Arc::new(StandIn::start(home()).await);
        let regions: Vec<Region> = regions.iter().map(|region| region.parse().unwrap()).collect();
        let load = metric("Faults", "Load", &[("Host", "one")]);
        for region in &regions {
            for (account, factor) in [(home(), 1.0), (other(), 10.0)] {
                let point = |minute: i64, value: f64| {
                    (start().plus_millis(minute * 60_000), StatisticSet::single(value * factor))
                };
                stand_in.put(account, region, &load, &[point(0, 1.0), point(1, 2.0), point(2, 3.0)]);
            }
        }
        Self { stand_in, regions, load }
    }

    fn source(&self, options: MetricOptions) -> CloudWatchMetrics {
        CloudWatchMetrics::new(self.stand_in.clients(&self.regions), options)
    }

    /// The home account's metric, asked in every Region.
    fn load(&self) -> MetricQuery {
        in_account(of("load", &self.load, "Sum"), home())
    }

    async fn ask(&self, queries: Vec<MetricQuery>) -> MetricAnswer {
        self.source(options()).data(&request(queries)).await.unwrap()
    }

    async fn list(&self) -> onepane_domain::PortResult<onepane_domain::MetricList> {
        self.source(options()).list(&MetricFilter::default(), 100).await
    }
}

fn request(queries: Vec<MetricQuery>) -> MetricRequest {
    MetricRequest { queries, from: start(), to: start().plus_millis(3_600_000), period: Period::MINUTE }
}

/// Region, values and status of each series.
fn told(answer: &MetricAnswer) -> Vec<(&str, Vec<f64>, SeriesStatus)> {
    let values = |values: &[(Timestamp, f64)]| values.iter().map(|(_, value)| *value).collect();
    answer.series.iter().map(|series| (series.region.as_str(), values(&series.values), series.status)).collect()
}

fn says(notes: &[String], words: &[&str]) -> bool {
    notes.iter().any(|note| words.iter().all(|word| note.contains(word)))
}

async fn keep_the_contract(name: &'static str, page: usize) {
    let stand_in = Arc::new(StandIn::start(home()).await);
    stand_in.page(page);
    let regions = ["us-east-1", "eu-central-1"].map(|region| region.parse().unwrap());
    let source = CloudWatchMetrics::new(stand_in.clients(&regions), options());
    let feed = ToStandIn(Arc::clone(&stand_in));
    let bench = Bench {
        name,
        source: &source,
        feed: &feed,
        now: now(),
        home: home(),
        other: other(),
        abilities: Abilities::ALL,
    };
    metrics_contract::run(&bench).await;
    for call in stand_in.calls().iter().filter(|call| call.operation == VALUES) {
        assert!(call.ids().len() <= 500, "{}", call.ids().len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_adapter_keeps_the_contract() {
    keep_the_contract("CloudWatch stand-in", 100_800).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_adapter_keeps_the_contract_over_small_pages() {
    keep_the_contract("CloudWatch stand-in, pages of 11", 11).await;
}

#[tokio::test]
async fn a_call_throttled_once_is_repeated_and_nothing_is_missing() {
    let world = World::of(&["us-west-1"]).await;
    for fault in [
        Fault::Throttled { retry_after: None },
        Fault::Throttled { retry_after: Some(1) },
        Fault::Error { status: 500, code: "InternalServiceError" },
        Fault::Html { status: 503 },
        Fault::Closed,
    ] {
        world.stand_in.mend();
        world.stand_in.break_by(Rule::always(fault.clone()).times(1));
        let answer = world.ask(vec![world.load()]).await;
        assert_eq!(told(&answer), [("us-west-1", vec![1.0, 2.0, 3.0], SeriesStatus::Complete)], "{fault:?}");
        assert!(answer.notes.is_empty(), "{fault:?}: {:?}", answer.notes);
        assert_eq!(world.stand_in.count(VALUES), 2, "{fault:?}");
    }
}

/// Whatever one Region answers, the other one's values are told, and a note names the Region and the query.
#[tokio::test]
async fn a_broken_region_costs_itself_only() {
    let world = World::of(&["us-east-2", "us-west-2"]).await;
    let broken = &world.regions[1];
    let cases = [
        (Fault::Throttled { retry_after: None }, ATTEMPTS, ErrorKind::Throttled),
        (Fault::Error { status: 500, code: "InternalServiceError" }, ATTEMPTS, ErrorKind::Unavailable),
        (Fault::Error { status: 403, code: "AccessDenied" }, 1, ErrorKind::Forbidden),
        (Fault::Error { status: 403, code: "ExpiredToken" }, 1, ErrorKind::Forbidden),
        (Fault::Html { status: 502 }, ATTEMPTS, ErrorKind::Unavailable),
        (Fault::Closed, ATTEMPTS, ErrorKind::Unavailable),
        (Fault::Truncated, ATTEMPTS, ErrorKind::Unavailable),
        (Fault::BrokenCbor, ATTEMPTS, ErrorKind::Corrupt),
        (Fault::OtherShape, ATTEMPTS, ErrorKind::Corrupt),
        (Fault::WrongContentType, ATTEMPTS, ErrorKind::Corrupt),
    ];
    let mut wrong = Vec::new();
    for (fault, most, kind) in cases {
        world.stand_in.mend();
        world.stand_in.break_by(Rule::always(fault.clone()).region(broken));
        let answer = world.ask(vec![world.load()]).await;
        let mut check = |is: bool, what: &str| {
            if !is {
                wrong.push(format!("{fault:?}: {what}: {answer:?}"));
            }
        };
        let healthy: Vec<_> = told(&answer).into_iter().filter(|(region, ..)| *region == "us-east-2").collect();
        check(healthy == [("us-east-2", vec![1.0, 2.0, 3.0], SeriesStatus::Complete)], "the other Region is told");
        let silent = told(&answer).iter().all(|(region, values, status)| {
            *region == "us-east-2" || (values.is_empty() && *status != SeriesStatus::Complete)
        });
        check(silent, "nothing is called complete that was not told");
        check(says(&answer.notes, &["us-west-2", "load"]), "a note names Region and query");
        check(says(&answer.notes, &[&kind.to_string()]), "a note says the kind");
        let calls = world.stand_in.count_in(VALUES, broken);
        check((1..=most as usize).contains(&calls), &format!("{calls} calls"));

        let list = world.list().await.unwrap();
        check(list.metrics.len() == 2 && says(&list.notes, &["us-west-2"]), &format!("{list:?}"));

        // Both Regions: there is nothing to tell, so it is an error, of the right kind.
        world.stand_in.break_by(Rule::always(fault.clone()));
        for error in [
            world.source(options()).data(&request(vec![world.load()])).await.unwrap_err(),
            world.list().await.unwrap_err(),
        ] {
            check(error.kind == kind, &format!("{error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The SDK's budget: a service that throttles everything is not asked `attempts` times for ever.
#[tokio::test]
async fn retries_have_a_budget() {
    let world = World::of(&["sa-east-1"]).await;
    world.stand_in.break_by(Rule::always(Fault::Throttled { retry_after: None }));
    let source = world.source(options());
    // Each with its own window, all at once.
    let requests = (0..300).map(|minute| {
        let from = start().plus_millis(-minute * 60_000);
        MetricRequest { from, ..request(vec![world.load()]) }
    });
    let requests: Vec<_> = requests.collect();
    for answer in join_all(requests.iter().map(|request| source.data(request))).await {
        assert_eq!(answer.unwrap_err().kind, ErrorKind::Throttled);
    }
    let calls = world.stand_in.count(VALUES);
    assert!(calls >= 300, "each is asked: {calls}");
    assert!(calls < 500, "of 300 repeats, fewer than 200 were made: {calls}");
}

#[tokio::test]
async fn a_refused_account_is_told_with_its_name() {
    let world = World::of(&["eu-west-1"]).await;
    world.stand_in.break_by(Rule::always(Fault::ForbiddenAccount(other())));
    let theirs = in_account(of("theirs", &world.load, "Sum"), other());
    let answer = world.ask(vec![theirs, world.load()]).await;
    let expected =
        [("eu-west-1", vec![], SeriesStatus::Forbidden), ("eu-west-1", vec![1.0, 2.0, 3.0], SeriesStatus::Complete)];
    assert_eq!(told(&answer), expected);
    assert_eq!(answer.series[0].account, Some(other()));
    assert!(says(&answer.notes, &["eu-west-1", "theirs", &other().to_string()]), "{:?}", answer.notes);
}

#[tokio::test]
async fn a_broken_metric_is_told_with_its_query() {
    let world = World::of(&["eu-west-2"]).await;
    let bad = metric("Faults", "Bad", &[]);
    world.stand_in.put(home(), &world.regions[0], &bad, &[(start(), StatisticSet::single(1.0))]);
    world.stand_in.break_by(Rule::always(Fault::BrokenMetric("Bad")));
    let answer = world.ask(vec![of("bad", &bad, "Sum"), world.load()]).await;
    assert_eq!(told(&answer)[0], ("eu-west-2", vec![], SeriesStatus::Failed));
    assert_eq!(told(&answer)[1].1, [1.0, 2.0, 3.0]);
    assert!(says(&answer.notes, &["eu-west-2", "bad"]), "{:?}", answer.notes);
}

#[tokio::test]
async fn partial_values_are_told_as_such_with_cloudwatchs_words() {
    let world = World::of(&["eu-west-3"]).await;
    world.stand_in.break_by(Rule::always(Fault::PartialMetric("Load")));
    let answer = world.ask(vec![world.load()]).await;
    assert_eq!(told(&answer), [("eu-west-3", vec![1.0], SeriesStatus::Partial)]);
    assert!(says(&answer.notes, &["load", "only a part"]), "{:?}", answer.notes);

    world.stand_in.mend();
    let fault = Fault::Message { code: "MaxMetricsExceeded", value: "there are more than 100 metrics" };
    world.stand_in.break_by(Rule::always(fault));
    let answer = world.ask(vec![world.load()]).await;
    assert_eq!(told(&answer)[0].1, [1.0, 2.0, 3.0]);
    assert!(says(&answer.notes, &["eu-west-3", "more than 100"]), "{:?}", answer.notes);
}

#[tokio::test]
async fn pages_that_break_off_keep_what_was_told() {
    let world = World::of(&["eu-north-1"]).await;
    world.stand_in.page(2);
    world.stand_in.break_by(Rule::always(Fault::Error { status: 403, code: "AccessDenied" }).skip(1));
    let answer = world.ask(vec![world.load()]).await;
    assert_eq!(told(&answer), [("eu-north-1", vec![1.0, 2.0], SeriesStatus::Partial)]);
    assert!(says(&answer.notes, &["eu-north-1", "load"]), "{:?}", answer.notes);

    world.stand_in.mend();
    world.stand_in.page(1);
    world.stand_in.break_by(Rule::always(Fault::Error { status: 403, code: "AccessDenied" }).skip(1));
    let list = world.list().await.unwrap();
    assert_eq!(list.metrics.len(), 1);
    assert!(says(&list.notes, &["eu-north-1"]), "{:?}", list.notes);
}

#[tokio::test]
async fn a_region_that_does_not_answer_is_left_behind() {
    let world = World::of(&["ca-central-1", "ca-west-1"]).await;
    world.stand_in.break_by(Rule::always(Fault::Held).region(&world.regions[1]));
    // Long enough for the other Region on any machine.
    let source = world.source(MetricOptions { region_within: Duration::from_secs(8), ..options() });
    let (answer, list) =
        join(source.data(&request(vec![world.load()])), source.list(&MetricFilter::default(), 100)).await;
    let (answer, list) = (answer.unwrap(), list.unwrap());
    assert_eq!(told(&answer), [("ca-central-1", vec![1.0, 2.0, 3.0], SeriesStatus::Complete)]);
    assert!(says(&answer.notes, &["ca-west-1", "no answer"]), "{:?}", answer.notes);
    assert_eq!(list.metrics.len(), 2);
    assert!(says(&list.notes, &["ca-west-1", "no answer"]), "{:?}", list.notes);
}

/// Counted, not timed: what the bucket does not let through never reaches the server.
#[tokio::test]
async fn the_bucket_holds_calls_back() {
    let world = World::of(&["ap-south-1"]).await;
    let queries: Vec<_> =
        (0..4_000).map(|number| in_account(of(&format!("q{number}"), &world.load, "Sum"), home())).collect();
    let region_within = Duration::from_secs(2);
    let paced = MetricOptions { requests_per_second: 0.001, burst: 3, region_within, ..options() };
    let source = world.source(paced);
    let _ = source.data(&request(queries.clone())).await;
    let calls = world.stand_in.count(VALUES);
    assert!(calls <= 3, "8 calls are needed, 3 may go at once, and the next after 10 s: {calls}");
    world.stand_in.mend();
    let whole = world.ask(queries).await;
    assert_eq!((whole.series.len(), world.stand_in.count(VALUES)), (4_000, 8));
}

#[tokio::test]
async fn equal_questions_at_once_are_one_call() {
    let world = World::of(&["ap-east-1"]).await;
    world.stand_in.break_by(Rule::always(Fault::Held));
    let source = SingleFlight::new(world.source(options()));
    let (question, filter) = (request(vec![world.load()]), MetricFilter::default());
    let values = join_all((0..10).map(|_| source.data(&question)));
    let lists = join_all((0..10).map(|_| source.list(&filter, 100)));
    // All have asked before the first is answered: they are polled in turn, and only then is the server let go.
    let ((values, lists), ()) = join(join(values, lists), async {
        world.stand_in.came(2).await;
        world.stand_in.release();
    })
    .await;
    assert!(values.iter().all(|answer| answer.as_ref().unwrap().series[0].values.len() == 3));
    assert!(lists.iter().all(|list| list.as_ref().unwrap().metrics.len() == 2));
    assert_eq!((world.stand_in.count(VALUES), world.stand_in.count(LISTS)), (1, 1));
    // Later is another time.
    source.data(&question).await.unwrap();
    assert_eq!(world.stand_in.count(VALUES), 2);
}

#[tokio::test]
async fn closed_periods_are_asked_once_and_the_newest_again() {
    let world = World::of(&["ap-northeast-1"]).await;
    let clock = Arc::new(AtomicI64::new(now().millis()));
    let ticking = Arc::clone(&clock);
    let present = move || Timestamp::saturating_from_millis(ticking.load(Ordering::SeqCst));
    let source = Cached::new(world.source(options()), present, CacheConfig::default());
    let closed = MetricRequest { to: start().plus_millis(600_000), ..request(vec![world.load()]) };
    let first = source.data(&closed).await.unwrap();
    assert_eq!(told(&first)[0].1, [1.0, 2.0, 3.0]);
    assert_eq!(source.data(&closed).await.unwrap(), first);
    assert_eq!(world.stand_in.count(VALUES), 1, "closed periods are asked once");

    let open = MetricRequest { to: now(), ..request(vec![world.load()]) };
    source.data(&open).await.unwrap();
    let before = world.stand_in.count(VALUES);
    source.data(&open).await.unwrap();
    assert_eq!(world.stand_in.count(VALUES), before, "within the same minute nothing is asked");
    // A value that came late, and a minute later.
    let late = now().floor_to(60_000).plus_millis(-60_000);
    world.stand_in.put(home(), &world.regions[0], &world.load, &[(late, StatisticSet::single(9.0))]);
    clock.fetch_add(60_000, Ordering::SeqCst);
    let later = source.data(&open).await.unwrap();
    assert_eq!(told(&later)[0].1, [1.0, 2.0, 3.0, 9.0]);
    let calls = world.stand_in.calls();
    assert_eq!(calls.len(), before + 1);
    assert!(calls.last().unwrap().time("StartTime").unwrap() > start().plus_millis(2_400_000), "only the newest");

    // When the newest cannot be had, what is kept is told, and that it is not all.
    world.stand_in.break_by(Rule::always(Fault::Error { status: 403, code: "AccessDenied" }));
    clock.fetch_add(60_000, Ordering::SeqCst);
    let kept = source.data(&open).await.unwrap();
    assert_eq!(told(&kept)[0].1[..3], [1.0, 2.0, 3.0]);
    assert_eq!(told(&kept)[0].2, SeriesStatus::Partial);
    assert!(!kept.notes.is_empty());
}

#[tokio::test]
async fn a_query_in_a_region_that_is_not_asked_is_told() {
    let world = World::of(&["ap-northeast-2"]).await;
    let elsewhere = in_region(of("elsewhere", &world.load, "Sum"), &"me-south-1".parse().unwrap());
    let answer = world.ask(vec![elsewhere, world.load()]).await;
    assert_eq!(told(&answer).len(), 1);
    assert!(says(&answer.notes, &["elsewhere", "me-south-1"]), "{:?}", answer.notes);
}

/// CloudWatch takes one Metrics Insights query a call.
#[tokio::test]
async fn two_metrics_insights_queries_are_two_calls() {
    let world = World::of(&["eu-south-1"]).await;
    let queries = vec![
        expression("mean", "SELECT AVG(Load) FROM \"Faults\""),
        expression("most", "SELECT MAX(Load) FROM \"Faults\""),
        world.load(),
    ];
    let answer = world.ask(queries).await;
    assert!(answer.notes.is_empty(), "{:?}", answer.notes);
    let values: Vec<_> = told(&answer).into_iter().map(|(_, values, _)| values).collect();
    assert_eq!(values, [vec![5.5, 11.0, 16.5], vec![10.0, 20.0, 30.0], vec![1.0, 2.0, 3.0]]);
    let selects = |call: &cloudwatch_stand_in::Call| call.ids().iter().filter(|id| *id != "load").count();
    assert!(world.stand_in.calls().iter().all(|call| selects(call) <= 1));
}

/// A metric of an account that is not linked, or has none of it, is an empty series and no error.
#[tokio::test]
async fn an_account_without_the_metric_is_an_empty_series() {
    let world = World::of(&["eu-south-2"]).await;
    let stranger = "999999999999".parse().unwrap();
    let answer = world.ask(vec![in_account(of("stranger", &world.load, "Sum"), stranger), world.load()]).await;
    assert_eq!(told(&answer)[0], ("eu-south-2", vec![], SeriesStatus::Complete));
    assert_eq!(told(&answer)[1].1, [1.0, 2.0, 3.0]);
    assert_eq!(answer.series[0].account, Some(stranger));
}
