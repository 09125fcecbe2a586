//! What every adapter of `MetricSource` must do: one suite for CloudWatch (a stand-in, MiniStack) and the embedded store.
//!
//! Shared by path with `crates/embedded/tests`, so it knows no type of AWS. An engine under test is given samples through
//! [`Feed`] and asked through the port. What an engine cannot do is told in [`Abilities`], and each check left out for
//! that is printed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, dead_code, unreachable_pub, missing_docs)]

mod expressions;
mod list;
mod queries;
mod searches;
mod values;

use async_trait::async_trait;
use onepane_domain::{
    AccountId, MetricAnswer, MetricData, MetricId, MetricQuery, MetricRequest, MetricSource, Period, QuerySource,
    Region, Statistic, StatisticSet, Timestamp,
};

/// Puts points where the source under test finds them.
#[async_trait]
pub trait Feed: Send + Sync {
    /// Sets of samples of one metric, each of another minute, at its start. The source must see them as soon as this
    /// returns.
    async fn put(&self, account: AccountId, region: &Region, metric: &MetricId, points: &[(Timestamp, StatisticSet)]);
}

/// What the engine can do beyond listing and reading single metrics.
#[derive(Debug, Clone, Copy)]
pub struct Abilities {
    /// Accounts other than the source's own, told apart.
    pub accounts: bool,
    /// Arithmetic, functions over several series, `FILL`.
    pub math: bool,
    /// `SEARCH(…)`.
    pub search: bool,
}

impl Abilities {
    pub const ALL: Self = Self { accounts: true, math: true, search: true };
}

/// A source to test, and how to feed it.
pub struct Bench<'a> {
    /// What the printed lines call it.
    pub name: &'static str,
    pub source: &'a dyn MetricSource,
    pub feed: &'a dyn Feed,
    /// The source's present. All samples lie in the three hours before it.
    pub now: Timestamp,
    /// The account that a query without one means.
    pub home: AccountId,
    /// Another account that the source sees; used if `abilities.accounts`.
    pub other: AccountId,
    pub abilities: Abilities,
}

impl Bench<'_> {
    /// A whole hour, one to two hours ago: where the samples begin.
    pub fn start(&self) -> Timestamp {
        self.now.floor_to(3_600_000).plus_millis(-3_600_000)
    }

    /// So many minutes and seconds after the start.
    pub fn at(&self, minutes: i64, seconds: i64) -> Timestamp {
        self.start().plus_millis((minutes * 60 + seconds) * 1_000)
    }

    /// The Region that most checks use.
    pub fn region(&self) -> Region {
        self.source.regions().first().cloned().unwrap()
    }

    /// Puts single samples of the home account's; several may be of the same minute.
    pub async fn put(&self, metric: &MetricId, samples: &[(Timestamp, f64)]) {
        self.put_in(self.home, &self.region(), metric, samples).await;
    }

    /// Puts single samples; several may be of the same minute. Minutes are fed in the order of their first samples.
    pub async fn put_in(&self, account: AccountId, region: &Region, metric: &MetricId, samples: &[(Timestamp, f64)]) {
        let mut points: Vec<(Timestamp, StatisticSet)> = Vec::new();
        for (time, value) in samples {
            let (minute, set) = (time.floor_to(60_000), StatisticSet::single(*value));
            match points.iter_mut().find(|(there, _)| *there == minute) {
                Some((_, there)) => *there = there.and(set),
                None => points.push((minute, set)),
            }
        }
        self.feed.put(account, region, metric, &points).await;
    }

    /// One hour from the start.
    pub fn request(&self, queries: Vec<MetricQuery>, period_seconds: u32) -> MetricRequest {
        let period = Period::new(period_seconds).unwrap();
        MetricRequest { queries, from: self.start(), to: self.at(60, 0), period }
    }

    /// The answer to one hour from the start, which must be whole.
    pub async fn ask(&self, queries: Vec<MetricQuery>, period_seconds: u32) -> Vec<MetricData> {
        whole(self.source.data(&self.request(queries, period_seconds)).await.unwrap())
    }

    /// Prints what is not checked here, and why.
    pub fn left_out(&self, check: &str, why: &str) {
        println!("{}: NOT CHECKED: {check}: {why}", self.name);
    }
}

/// The series of an answer without notes.
pub fn whole(answer: MetricAnswer) -> Vec<MetricData> {
    assert_eq!(answer.notes, Vec::<String>::new());
    answer.series
}

pub fn metric(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> MetricId {
    let pairs = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    MetricId::new(namespace, name, pairs).unwrap()
}

/// A wanted query for a metric of the home account, in every Region.
pub fn of(id: &str, metric: &MetricId, statistic: &str) -> MetricQuery {
    let statistic: Statistic = statistic.parse().unwrap();
    let source = QuerySource::Metric { metric: metric.clone(), account: None, statistic };
    MetricQuery { id: id.to_owned(), region: None, source, label: None, wanted: true }
}

pub fn expression(id: &str, text: &str) -> MetricQuery {
    let source = QuerySource::Expression(text.to_owned());
    MetricQuery { id: id.to_owned(), region: None, source, label: None, wanted: true }
}

pub fn in_region(query: MetricQuery, region: &Region) -> MetricQuery {
    MetricQuery { region: Some(region.clone()), ..query }
}

pub fn in_account(query: MetricQuery, account: AccountId) -> MetricQuery {
    let QuerySource::Metric { metric, statistic, .. } = query.source else { panic!("{query:?} is an expression") };
    MetricQuery { source: QuerySource::Metric { metric, account: Some(account), statistic }, ..query }
}

pub fn hidden(query: MetricQuery) -> MetricQuery {
    MetricQuery { wanted: false, ..query }
}

pub fn labelled(query: MetricQuery, label: &str) -> MetricQuery {
    MetricQuery { label: Some(label.to_owned()), ..query }
}

/// The whole suite.
pub async fn run(bench: &Bench<'_>) {
    println!("{}: list", bench.name);
    list::filters_choose_by_namespace_name_and_dimensions(bench).await;
    list::a_metric_is_listed_once_in_order(bench).await;
    list::a_limit_is_kept_and_told(bench).await;
    list::regions_are_told_and_chosen(bench).await;
    list::accounts_are_told_and_chosen(bench).await;
    println!("{}: values", bench.name);
    values::the_five_statistics_of_minutes_and_of_longer_periods(bench).await;
    values::gaps_are_absent_and_the_oldest_comes_first(bench).await;
    values::a_window_holds_its_beginning_and_not_its_end(bench).await;
    values::a_window_is_widened_to_whole_periods(bench).await;
    values::a_metric_without_values_gives_an_empty_series(bench).await;
    values::dimensions_are_matched_exactly(bench).await;
    println!("{}: queries", bench.name);
    queries::a_wrong_request_is_refused(bench).await;
    queries::labels_are_kept_or_found(bench).await;
    queries::the_order_of_the_queries_is_kept(bench).await;
    queries::more_than_five_hundred_are_all_answered(bench).await;
    queries::hidden_queries_give_nothing(bench).await;
    queries::a_query_without_a_region_is_asked_in_each(bench).await;
    queries::accounts_are_kept_apart(bench).await;
    println!("{}: expressions", bench.name);
    expressions::run(bench).await;
    println!("{}: searches", bench.name);
    searches::run(bench).await;
}
