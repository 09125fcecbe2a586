//! Requests of several queries.

use super::{Bench, expression, hidden, in_account, in_region, labelled, metric, of, whole};
use onepane_domain::{ErrorKind, MetricData, MetricRequest, Period};

const NAMESPACE: &str = "Contract/Queries";

fn ids(series: &[MetricData]) -> Vec<&str> {
    series.iter().map(|series| series.query.as_str()).collect()
}

pub async fn a_wrong_request_is_refused(bench: &Bench<'_>) {
    let id = metric(NAMESPACE, "Wrong", &[]);
    let ordered = (bench.start(), bench.at(60, 0));
    let cases = [
        (vec![of("Upper", &id, "Sum")], ordered),
        (vec![of("m", &id, "Sum"), of("m", &id, "Average")], ordered),
        (vec![expression("e", " ")], ordered),
        (vec![of("m", &id, "Sum")], (ordered.1, ordered.0)),
    ];
    for (queries, (from, to)) in cases {
        let request = MetricRequest { queries, from, to, period: Period::MINUTE };
        let error = bench.source.data(&request).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid, "{request:?}");
    }
    assert_eq!(bench.ask(vec![], 60).await, []);
}

pub async fn labels_are_kept_or_found(bench: &Bench<'_>) {
    let blue = metric(NAMESPACE, "Labels", &[("Variant", "blue")]);
    let green = metric(NAMESPACE, "Labels", &[("Variant", "green")]);
    for id in [&blue, &green] {
        bench.put(id, &[(bench.at(1, 0), 1.0)]).await;
    }
    let region = bench.region();
    let mut queries = vec![
        labelled(of("given", &blue, "Sum"), "Requests, all of them"),
        of("blue", &blue, "Sum"),
        of("green", &green, "Sum"),
    ];
    if bench.abilities.accounts {
        queries.push(in_account(labelled(of("owned", &blue, "Sum"), "Owned"), bench.home));
    }
    let queries = queries.into_iter().map(|query| in_region(query, &region)).collect();
    let series = bench.ask(queries, 60).await;
    assert_eq!(series[0].label, "Requests, all of them");
    assert_ne!(series[1].label, series[2].label, "siblings are told apart");
    for series in &series {
        assert!(!series.label.is_empty());
        assert!(!series.label.contains(&bench.home.to_string()), "{}", series.label);
        assert!(!series.label.contains(region.as_str()), "{}", series.label);
    }
    if bench.abilities.accounts {
        assert_eq!(series[3].label, "Owned");
        assert!(series.iter().all(|series| series.account == Some(bench.home)), "{series:?}");
    }
}

pub async fn the_order_of_the_queries_is_kept(bench: &Bench<'_>) {
    let id = metric(NAMESPACE, "Order", &[]);
    bench.put(&id, &[(bench.at(1, 0), 1.0)]).await;
    let queries = ["z", "a", "m10", "m9", "b"].map(|name| in_region(of(name, &id, "Sum"), &bench.region()));
    assert_eq!(ids(&bench.ask(queries.to_vec(), 60).await), ["z", "a", "m10", "m9", "b"]);
}

pub async fn more_than_five_hundred_are_all_answered(bench: &Bench<'_>) {
    let metrics: Vec<_> = (0..7).map(|number| metric(NAMESPACE, "Many", &[("Number", &number.to_string())])).collect();
    for (number, id) in (0_i32..).zip(&metrics) {
        bench.put(id, &[(bench.at(1, 0), f64::from(number))]).await;
    }
    let names: Vec<String> = (0..1_203).map(|number| format!("q{number}")).collect();
    let query = |(number, name): (usize, &String)| in_region(of(name, &metrics[number % 7], "Sum"), &bench.region());
    let series = bench.ask(names.iter().enumerate().map(query).collect(), 60).await;
    assert_eq!(ids(&series), names);
    for (number, series) in series.iter().enumerate() {
        let value = f64::from(i32::try_from(number % 7).unwrap());
        assert_eq!(series.values, [(bench.at(1, 0), value)], "{}", series.query);
    }
}

pub async fn hidden_queries_give_nothing(bench: &Bench<'_>) {
    let id = metric(NAMESPACE, "Hidden", &[]);
    bench.put(&id, &[(bench.at(1, 0), 1.0)]).await;
    let region = bench.region();
    let unseen = in_region(hidden(of("unseen", &id, "Sum")), &region);
    let seen = in_region(of("seen", &id, "Sum"), &region);
    assert_eq!(ids(&bench.ask(vec![unseen.clone(), seen], 60).await), ["seen"]);
    assert_eq!(bench.ask(vec![unseen], 60).await, []);
}

pub async fn a_query_without_a_region_is_asked_in_each(bench: &Bench<'_>) {
    let regions = bench.source.regions();
    if regions.len() < 2 {
        return bench.left_out("queries over several Regions", "the source has one");
    }
    let id = metric(NAMESPACE, "Everywhere", &[]);
    for (number, region) in (1_i32..).zip(&regions) {
        bench.put_in(bench.home, region, &id, &[(bench.at(1, 0), f64::from(number))]).await;
    }
    let queries = vec![of("all", &id, "Sum"), in_region(of("last", &id, "Sum"), regions.last().unwrap())];
    let request = bench.request(queries, 60);
    let series = whole(bench.source.data(&request).await.unwrap());
    assert_eq!(series.len(), regions.len() + 1);
    for (number, (region, series)) in (1_i32..).zip(regions.iter().zip(&series)) {
        assert_eq!((series.query.as_str(), &series.region), ("all", region), "in the order of the source's Regions");
        assert_eq!(series.values, [(bench.at(1, 0), f64::from(number))]);
    }
    let last = series.last().unwrap();
    assert_eq!((last.query.as_str(), &last.region), ("last", regions.last().unwrap()));
}

pub async fn accounts_are_kept_apart(bench: &Bench<'_>) {
    if !bench.abilities.accounts {
        return bench.left_out("values of several accounts", "the engine shows one");
    }
    let id = metric(NAMESPACE, "Accounts", &[]);
    let region = bench.region();
    for (account, value) in [(bench.home, 1.0), (bench.other, 2.0)] {
        bench.put_in(account, &region, &id, &[(bench.at(1, 0), value)]).await;
    }
    let query = |name: &str| in_region(of(name, &id, "Sum"), &region);
    let queries = vec![in_account(query("theirs"), bench.other), in_account(query("ours"), bench.home), query("own")];
    let series = bench.ask(queries, 60).await;
    let told: Vec<_> = series.iter().map(|series| (series.account, series.values[0].1)).collect();
    assert_eq!(told, [(Some(bench.other), 2.0), (Some(bench.home), 1.0), (Some(bench.home), 1.0)]);
}
