//! What the decorators add to a source: fewer questions, the same answers.

#![allow(clippy::unwrap_used, clippy::panic)]

use async_trait::async_trait;
use onepane_domain::{
    ErrorKind, ListedMetric, MetricAnswer, MetricData, MetricFilter, MetricId, MetricList, MetricQuery, MetricRequest,
    MetricSource, Period, PortError, PortResult, QuerySource, Region, SeriesStatus, Statistic, Timestamp,
};
use onepane_metrics::{CacheConfig, Cached, SingleFlight};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use tokio::sync::Semaphore;

const MINUTE: i64 = 60_000;

fn at(minutes: i64) -> Timestamp {
    "2026-11-22T00:00:00Z".parse::<Timestamp>().unwrap().plus_millis(minutes * MINUTE)
}

fn region(name: &str) -> Region {
    name.parse().unwrap()
}

/// Knows a value for every minute up to its present, and remembers what it was asked.
struct Source {
    asked: Mutex<Vec<MetricRequest>>,
    lists: AtomicUsize,
    /// Minutes.
    now: AtomicI64,
    /// This Region fails.
    fails: Mutex<Option<Region>>,
    partial: AtomicBool,
    gate: Option<Semaphore>,
}

impl Source {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            asked: Mutex::default(),
            lists: AtomicUsize::default(),
            now: AtomicI64::new(600),
            fails: Mutex::default(),
            partial: AtomicBool::default(),
            gate: None,
        })
    }

    fn asked(&self) -> Vec<MetricRequest> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// The windows that were asked since the last time, in minutes.
    fn windows(&self) -> Vec<(i64, i64)> {
        let minutes = |time: Timestamp| time.millis_since(at(0)) / MINUTE;
        self.asked().iter().map(|request| (minutes(request.from), minutes(request.to))).collect()
    }

    fn values(&self, request: &MetricRequest, region: &Region) -> Vec<(Timestamp, f64)> {
        let now = at(self.now.load(Ordering::SeqCst));
        let mut values = Vec::new();
        let mut time = request.from;
        while time < request.to && time < now {
            // The period that is not over has no more than its share.
            let share = request.period.millis().min(now.millis_since(time));
            values.push((time, (share / MINUTE + time.millis() % 7) as f64 + region.as_str().len() as f64));
            time = time.plus_millis(request.period.millis());
        }
        values
    }
}

/// A source by reference: the test looks into the one that a decorator holds.
#[derive(Clone)]
struct Shared(Arc<Source>);

#[async_trait]
impl MetricSource for Shared {
    async fn list(&self, _: &MetricFilter, _: usize) -> PortResult<MetricList> {
        self.0.lists.fetch_add(1, Ordering::SeqCst);
        let metric = MetricId::new("N", "M", []).unwrap();
        let listed = ListedMetric { account: "111111111111".parse().unwrap(), region: region("r1"), metric };
        Ok(MetricList { metrics: vec![listed], notes: Vec::new() })
    }

    async fn data(&self, request: &MetricRequest) -> PortResult<MetricAnswer> {
        self.0.asked.lock().unwrap().push(request.clone());
        if let Some(gate) = &self.0.gate {
            gate.acquire().await.unwrap().forget();
        }
        let fails = self.0.fails.lock().unwrap().clone();
        let mut answer = MetricAnswer::default();
        let mut asked_any = false;
        for query in request.queries.iter().filter(|query| query.wanted) {
            for region in query.region.as_ref().map_or(self.regions(), |region| vec![region.clone()]) {
                if fails.as_ref() == Some(&region) {
                    continue;
                }
                asked_any = true;
                let partial = self.0.partial.load(Ordering::SeqCst);
                answer.series.push(MetricData {
                    query: query.id.clone(),
                    account: None,
                    label: query.label.clone().unwrap_or_else(|| "found".to_owned()),
                    unit: None,
                    values: self.0.values(request, &region),
                    status: if partial { SeriesStatus::Partial } else { SeriesStatus::Complete },
                    region,
                });
            }
        }
        match fails {
            Some(region) if !asked_any => {
                Err(PortError::new(ErrorKind::Throttled, format!("read metrics in {region}")))
            }
            _ => Ok(answer),
        }
    }

    fn regions(&self) -> Vec<Region> {
        vec![region("r1"), region("region-2")]
    }
}

fn metric(id: &str) -> MetricQuery {
    let metric = MetricId::new("N", "M", []).unwrap();
    let source = QuerySource::Metric { metric, account: None, statistic: Statistic::Sum };
    MetricQuery { id: id.to_owned(), region: Some(region("r1")), source, label: None, wanted: true }
}

fn expression(id: &str, text: &str) -> MetricQuery {
    MetricQuery { source: QuerySource::Expression(text.to_owned()), ..metric(id) }
}

fn request(queries: Vec<MetricQuery>, from: i64, to: i64) -> MetricRequest {
    MetricRequest { queries, from: at(from), to: at(to), period: Period::MINUTE }
}

/// A cache whose present is the source's.
fn cached(source: &Arc<Source>, config: CacheConfig) -> impl MetricSource {
    let clock = Arc::clone(source);
    Cached::new(Shared(Arc::clone(source)), move || at(clock.now.load(Ordering::SeqCst)), config)
}

#[tokio::test]
async fn a_window_that_moves_on_asks_only_for_its_end() {
    let source = Source::new();
    let cache = cached(&source, CacheConfig::default());
    let first = cache.data(&request(vec![metric("m")], 300, 600)).await.unwrap();
    assert_eq!(first.series[0].values.len(), 300);
    assert_eq!(source.windows(), [(300, 600)]);
    cache.data(&request(vec![metric("other")], 400, 600)).await.unwrap();
    assert_eq!(source.windows(), [], "what is asked within the minute is known");
    source.now.store(601, Ordering::SeqCst);
    let next = cache.data(&request(vec![metric("m")], 301, 601)).await.unwrap();
    assert_eq!(source.windows(), [(595, 601)], "five minutes to settle");
    assert_eq!(next, Shared(Arc::clone(&source)).data(&request(vec![metric("m")], 301, 601)).await.unwrap());
    source.asked();
    cache.data(&request(vec![metric("m")], 320, 400)).await.unwrap();
    assert_eq!(source.windows(), [], "a part of it");
    cache.data(&request(vec![metric("m")], 200, 601)).await.unwrap();
    assert_eq!(source.windows(), [(200, 601)], "a longer window is asked whole");
}

#[tokio::test]
async fn windows_are_asked_on_the_periods_grid() {
    let source = Source::new();
    let cache = cached(&source, CacheConfig::default());
    let period = Period::new(300).unwrap();
    let off_grid = MetricRequest { period, ..request(vec![metric("m")], 302, 598) };
    let answer = cache.data(&off_grid).await.unwrap();
    assert_eq!(source.windows(), [(300, 600)]);
    assert_eq!(answer.series[0].values.len(), 60);
}

#[tokio::test]
async fn an_expression_is_kept_for_its_window_with_all_it_needs() {
    let source = Source::new();
    let cache = cached(&source, CacheConfig::default());
    let queries = vec![metric("a"), MetricQuery { wanted: false, ..metric("b") }, expression("e", "a + b")];
    let answer = cache.data(&request(queries.clone(), 300, 600)).await.unwrap();
    assert_eq!(answer.series.iter().map(|series| series.query.as_str()).collect::<Vec<_>>(), ["a", "e"]);
    let asked = source.asked();
    assert_eq!(asked.len(), 2);
    let whole = asked.iter().find(|request| request.queries.len() == 3).unwrap();
    assert_eq!(whole.queries.iter().map(|query| query.wanted).collect::<Vec<_>>(), [false, false, true]);
    cache.data(&request(queries.clone(), 300, 600)).await.unwrap();
    assert_eq!(source.windows(), []);
    cache.data(&request(queries.clone(), 301, 600)).await.unwrap();
    assert_eq!(source.windows(), [(301, 600)], "the metric's part is known, the expression's is not");
    source.now.store(601, Ordering::SeqCst);
    cache.data(&request(queries, 300, 600)).await.unwrap();
    assert_eq!(source.windows(), [(595, 600), (300, 600)]);
}

#[tokio::test]
async fn closed_windows_of_expressions_last_longer() {
    let source = Source::new();
    let cache = cached(&source, CacheConfig::default());
    for (now, asked) in [(600, 1), (659, 0), (661, 1)] {
        source.now.store(now, Ordering::SeqCst);
        cache.data(&request(vec![expression("e", "SEARCH('x', 'Sum', 60)")], 100, 200)).await.unwrap();
        assert_eq!(source.windows().len(), asked, "minute {now}");
    }
}

#[tokio::test]
async fn where_the_newest_values_fail_the_older_ones_are_told() {
    let source = Source::new();
    let cache = cached(&source, CacheConfig::default());
    let everywhere = MetricQuery { region: None, ..metric("m") };
    cache.data(&request(vec![everywhere.clone()], 300, 600)).await.unwrap();
    *source.fails.lock().unwrap() = Some(region("region-2"));
    source.now.store(610, Ordering::SeqCst);
    let answer = cache.data(&request(vec![everywhere], 310, 610)).await.unwrap();
    let told: Vec<_> = answer.series.iter().map(|series| (series.values.len(), series.status)).collect();
    assert_eq!(told, [(300, SeriesStatus::Complete), (285, SeriesStatus::Partial)]);
    assert_eq!(answer.notes, ["read metrics in region-2: throttled"]);
    let unknown = MetricQuery { region: Some(region("region-2")), ..expression("e", "SEARCH('x', 'Sum', 60)") };
    let error = cache.data(&request(vec![unknown], 300, 600)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
}

#[tokio::test]
async fn partial_series_are_not_kept() {
    let source = Source::new();
    let cache = cached(&source, CacheConfig::default());
    source.partial.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let answer = cache.data(&request(vec![metric("m")], 300, 500)).await.unwrap();
        assert_eq!(answer.series[0].status, SeriesStatus::Partial);
        assert_eq!(source.windows(), [(300, 500)]);
    }
}

#[tokio::test]
async fn lists_and_labels() {
    let source = Source::new();
    let cache = cached(&source, CacheConfig::default());
    for (now, lists) in [(600, 1), (604, 1), (605, 2)] {
        source.now.store(now, Ordering::SeqCst);
        cache.list(&MetricFilter::default(), 10).await.unwrap();
        assert_eq!(source.lists.load(Ordering::SeqCst), lists);
    }
    cache.list(&MetricFilter::default(), 11).await.unwrap();
    assert_eq!(source.lists.load(Ordering::SeqCst), 3);
    let labelled = MetricQuery { label: Some("Mine".to_owned()), ..metric("m") };
    for (query, label) in [(labelled, "Mine"), (metric("m"), "found")] {
        let answer = cache.data(&request(vec![query], 300, 600)).await.unwrap();
        assert_eq!(answer.series[0].label, label);
    }
    let changing = MetricQuery { label: Some("up to ${MAX}".to_owned()), ..metric("m") };
    source.asked();
    cache.data(&request(vec![changing], 300, 600)).await.unwrap();
    assert_eq!(source.windows(), [(300, 600)], "a label that tells of the values is asked with them");
}

#[tokio::test]
async fn a_wrong_request_is_refused_before_anything_is_asked() {
    let source = Source::new();
    let cache = cached(&source, CacheConfig::default());
    let error = cache.data(&request(vec![metric("M")], 300, 600)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert_eq!(source.windows(), []);
}

#[tokio::test]
async fn equal_questions_share_one_answer_and_others_do_not() {
    let mut source = Source::new();
    Arc::get_mut(&mut source).unwrap().gate = Some(Semaphore::new(0));
    let flights = SingleFlight::new(Shared(Arc::clone(&source)));
    let (one, other) = (request(vec![metric("m")], 0, 10), request(vec![metric("m")], 0, 11));
    let open = async {
        while source.asked.lock().unwrap().len() < 2 {
            tokio::task::yield_now().await;
        }
        source.gate.as_ref().unwrap().add_permits(2);
    };
    let (a, b, c, ()) = tokio::join!(flights.data(&one), flights.data(&one), flights.data(&other), open);
    assert_eq!(a.unwrap(), b.unwrap());
    assert_eq!(c.unwrap().series[0].values.len(), 11);
    assert_eq!(source.asked().len(), 2);
    source.gate.as_ref().unwrap().add_permits(1);
    flights.data(&one).await.unwrap();
    assert_eq!(source.asked().len(), 1, "what has been answered is asked again");
}

#[tokio::test]
async fn who_leaves_does_not_take_the_answer_along_and_errors_are_shared() {
    let mut source = Source::new();
    Arc::get_mut(&mut source).unwrap().gate = Some(Semaphore::new(0));
    *source.fails.lock().unwrap() = Some(region("r1"));
    let flights = SingleFlight::new(Shared(Arc::clone(&source)));
    let question = request(vec![metric("m")], 0, 10);
    let mut first = Box::pin(flights.data(&question));
    assert!(futures::poll!(&mut first).is_pending());
    let (mut second, mut third) = (Box::pin(flights.data(&question)), Box::pin(flights.data(&question)));
    assert!(futures::poll!(&mut second).is_pending() && futures::poll!(&mut third).is_pending());
    drop(first);
    source.gate.as_ref().unwrap().add_permits(1);
    for answer in [second.await, third.await] {
        assert_eq!(answer.unwrap_err().kind, ErrorKind::Throttled);
    }
    assert_eq!(source.asked().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever was asked before, and however little is kept: the answers are the source's own, as far as they are final.
    #[test]
    fn a_cache_changes_no_final_value(
        steps in proptest::collection::vec((0_i64..600, 1_i64..120, 0_i64..9, 0_usize..3), 1..30),
        most_values in prop_oneof![Just(50_usize), Just(400), Just(100_000)],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let source = Source::new();
            let cache = cached(&source, CacheConfig { most_values, ..CacheConfig::default() });
            let mut now = 300;
            for (from, width, pass, period) in steps {
                now += pass;
                source.now.store(now, Ordering::SeqCst);
                let period = Period::new([60, 300, 3_600][period]).unwrap();
                let queries = vec![MetricQuery { region: None, ..metric("m") }];
                let request = MetricRequest { period, ..request(queries, from, from + width) };
                let told = cache.data(&request).await.unwrap();
                let from = request.from.floor_to(period.millis());
                let to = request.to.plus_millis(period.millis() - 1).floor_to(period.millis());
                let truth = Shared(Arc::clone(&source)).data(&MetricRequest { from, to, ..request }).await.unwrap();
                let final_to = at(now - 5).floor_to(period.millis());
                let settled = |answer: &MetricAnswer| -> Vec<Vec<(Timestamp, f64)>> {
                    let values = answer.series.iter().map(|series| series.values.iter().copied());
                    values.map(|values| values.filter(|(time, _)| *time < final_to).collect()).collect()
                };
                assert_eq!(settled(&told), settled(&truth));
                assert!(told.series.iter().all(|series| series.values.windows(2).all(|pair| pair[0].0 < pair[1].0)));
            }
        });
    }
}
