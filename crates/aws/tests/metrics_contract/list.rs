//! Which metrics there are.

use super::{Bench, metric};
use onepane_domain::{DimensionFilter, ListedMetric, MetricFilter, MetricId, MetricList};

const NAMESPACE: &str = "Contract/List";

/// All of a namespace.
fn filter(namespace: &str) -> MetricFilter {
    MetricFilter { namespace: Some(namespace.to_owned()), ..MetricFilter::default() }
}

fn dimension(name: &str, value: Option<&str>) -> DimensionFilter {
    DimensionFilter { name: name.to_owned(), value: value.map(str::to_owned) }
}

fn metrics(list: &MetricList) -> Vec<&MetricId> {
    list.metrics.iter().map(|listed| &listed.metric).collect()
}

async fn listed(bench: &Bench<'_>, filter: &MetricFilter) -> Vec<ListedMetric> {
    let list = bench.source.list(filter, 1_000).await.unwrap();
    let names = bench.source.names(filter).await.unwrap();
    let pairs = list.metrics.iter().map(|listed| (listed.metric.namespace.clone(), listed.metric.name.clone()));
    assert_eq!(names.names, pairs.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>());
    assert_eq!(list.notes, Vec::<String>::new());
    assert!(list.metrics.windows(2).all(|pair| order(&pair[0]) < order(&pair[1])), "{:?}", list.metrics);
    list.metrics
}

/// What a list is ordered by.
fn order(listed: &ListedMetric) -> impl Ord + '_ {
    (&listed.metric, listed.account, &listed.region)
}

pub async fn filters_choose_by_namespace_name_and_dimensions(bench: &Bench<'_>) {
    let blue = metric(NAMESPACE, "Latency", &[("Endpoint", "chat"), ("Variant", "blue")]);
    let green = metric(NAMESPACE, "Latency", &[("Endpoint", "chat"), ("Variant", "green")]);
    let other = metric(NAMESPACE, "Latency", &[("Endpoint", "rank"), ("Variant", "blue")]);
    let bare = metric(NAMESPACE, "Latency", &[]);
    let count = metric(NAMESPACE, "Count", &[("Endpoint", "chat")]);
    let elsewhere = metric("Contract/List2", "Latency", &[("Endpoint", "chat")]);
    for id in [&blue, &green, &other, &bare, &count, &elsewhere] {
        bench.put(id, &[(bench.at(1, 0), 1.0)]).await;
    }
    let cases: Vec<(Option<&str>, Vec<DimensionFilter>, Vec<&MetricId>)> = vec![
        (None, vec![], vec![&count, &bare, &blue, &green, &other]),
        (Some("Latency"), vec![], vec![&bare, &blue, &green, &other]),
        (Some("latency"), vec![], vec![]),
        (None, vec![dimension("Endpoint", None)], vec![&count, &blue, &green, &other]),
        (None, vec![dimension("Endpoint", Some("chat"))], vec![&count, &blue, &green]),
        (None, vec![dimension("Endpoint", Some("chat")), dimension("Variant", Some("blue"))], vec![&blue]),
        (Some("Latency"), vec![dimension("Variant", Some("blue"))], vec![&blue, &other]),
        (None, vec![dimension("Host", None)], vec![]),
    ];
    for (name, dimensions, expected) in cases {
        let filter = MetricFilter { name: name.map(str::to_owned), dimensions, ..filter(NAMESPACE) };
        let found = listed(bench, &filter).await;
        assert_eq!(found.iter().map(|listed| &listed.metric).collect::<Vec<_>>(), expected, "{filter:?}");
        assert!(found.iter().all(|listed| listed.account == bench.home && listed.region == bench.region()));
    }
    assert_eq!(listed(bench, &filter("Contract/Nothing")).await, []);
}

pub async fn a_metric_is_listed_once_in_order(bench: &Bench<'_>) {
    for number in [7, 3, 5, 3, 7] {
        let id = metric("Contract/Once", "Value", &[("Number", &number.to_string())]);
        bench.put(&id, &[(bench.at(number, 0), 1.0), (bench.at(number, 30), 2.0)]).await;
    }
    let found = listed(bench, &filter("Contract/Once")).await;
    let numbers: Vec<_> = found.iter().map(|listed| listed.metric.dimension("Number").unwrap()).collect();
    assert_eq!(numbers, ["3", "5", "7"]);
}

pub async fn a_limit_is_kept_and_told(bench: &Bench<'_>) {
    const MANY: usize = 40;
    for number in 0..MANY {
        let id = metric("Contract/Limit", "Value", &[("Number", &format!("{number:04}"))]);
        bench.put(&id, &[(bench.at(1, 0), 1.0)]).await;
    }
    let filter = filter("Contract/Limit");
    let some = bench.source.list(&filter, 25).await.unwrap();
    assert_eq!(some.metrics.len(), 25);
    assert!(metrics(&some).windows(2).all(|pair| pair[0] < pair[1]));
    assert!(!some.notes.is_empty(), "that there are more is told");
    let all = bench.source.list(&filter, MANY).await.unwrap();
    assert_eq!((all.metrics.len(), all.notes), (MANY, vec![]));
}

pub async fn regions_are_told_and_chosen(bench: &Bench<'_>) {
    let regions = bench.source.regions();
    if regions.len() < 2 {
        return bench.left_out("metrics of several Regions", "the source has one");
    }
    let id = metric("Contract/Regions", "Value", &[]);
    for region in &regions {
        bench.put_in(bench.home, region, &id, &[(bench.at(1, 0), 1.0)]).await;
    }
    let mut expected = regions.clone();
    expected.sort();
    let everywhere = listed(bench, &filter("Contract/Regions")).await;
    assert_eq!(everywhere.into_iter().map(|listed| listed.region).collect::<Vec<_>>(), expected);
    let one = MetricFilter { regions: vec![regions[1].clone()], ..filter("Contract/Regions") };
    let found = listed(bench, &one).await;
    assert_eq!(found.into_iter().map(|listed| listed.region).collect::<Vec<_>>(), [regions[1].clone()]);
}

pub async fn accounts_are_told_and_chosen(bench: &Bench<'_>) {
    if !bench.abilities.accounts {
        return bench.left_out("metrics of several accounts", "the engine shows one");
    }
    let id = metric("Contract/Accounts", "Value", &[]);
    let mut both = [bench.home, bench.other];
    both.sort();
    for account in both {
        bench.put_in(account, &bench.region(), &id, &[(bench.at(1, 0), 1.0)]).await;
    }
    let accounts = |found: Vec<ListedMetric>| found.iter().map(|listed| listed.account).collect::<Vec<_>>();
    assert_eq!(accounts(listed(bench, &filter("Contract/Accounts")).await), both);
    for chosen in [vec![bench.home], vec![bench.other], both.to_vec()] {
        let filter = MetricFilter { accounts: chosen.clone(), ..filter("Contract/Accounts") };
        assert_eq!(accounts(listed(bench, &filter).await), chosen);
    }
}
