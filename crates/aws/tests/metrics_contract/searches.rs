//! `SEARCH(…)`: many series from one query.

use super::{Bench, expression, hidden, in_region, metric};
use onepane_domain::MetricData;

const NAMESPACE: &str = "Contract/Search";

pub async fn run(bench: &Bench<'_>) {
    if !bench.abilities.search {
        return bench.left_out("SEARCH", "the engine has none");
    }
    let variants = [("chat", "blue", 1.0), ("chat", "green", 2.0), ("rank", "blue", 4.0)];
    for (endpoint, variant, value) in variants {
        let id = metric(NAMESPACE, "Latency", &[("Endpoint", endpoint), ("Variant", variant)]);
        bench.put(&id, &[(bench.at(1, 0), value), (bench.at(3, 0), value)]).await;
        let other = metric(NAMESPACE, "Count", &[("Endpoint", endpoint), ("Variant", variant)]);
        bench.put(&other, &[(bench.at(1, 0), 100.0)]).await;
    }
    // Another set of dimensions: no search for two of them finds it.
    bench.put(&metric(NAMESPACE, "Latency", &[("Endpoint", "chat")]), &[(bench.at(1, 0), 1_000.0)]).await;
    a_search_gives_a_series_a_metric(bench).await;
    terms_narrow_a_search(bench).await;
    a_search_says_its_own_period_and_statistic(bench).await;
    functions_take_a_search(bench).await;
    accounts_and_regions_are_told(bench).await;
}

async fn search(bench: &Bench<'_>, terms: &str, statistic: &str, period: u32) -> Vec<MetricData> {
    let text = format!("SEARCH('{{{NAMESPACE},Endpoint,Variant}} {terms}', '{statistic}', {period})");
    bench.ask(vec![in_region(expression("found", &text), &bench.region())], 60).await
}

/// The first values, in order: what of the search's order is promised is only that it is the same each time.
fn firsts(series: &[MetricData]) -> Vec<f64> {
    let mut firsts: Vec<f64> = series.iter().map(|series| series.values[0].1).collect();
    firsts.sort_by(f64::total_cmp);
    firsts
}

async fn a_search_gives_a_series_a_metric(bench: &Bench<'_>) {
    let series = search(bench, r#"MetricName="Latency""#, "Sum", 60).await;
    assert_eq!(firsts(&series), [1.0, 2.0, 4.0]);
    for (number, one) in series.iter().enumerate() {
        assert_eq!(one.query, "found");
        assert!(!one.label.is_empty());
        assert!(series[..number].iter().all(|other| other.label != one.label), "{series:?}");
        assert!(!one.label.contains(&bench.home.to_string()), "{}", one.label);
        assert_eq!(one.values.len(), 2);
    }
    assert_eq!(search(bench, r#"MetricName="Latency""#, "Sum", 60).await, series, "the same again, in the same order");
    assert_eq!(search(bench, r#"MetricName="Nothing""#, "Sum", 60).await, []);
}

async fn terms_narrow_a_search(bench: &Bench<'_>) {
    let chat = search(bench, r#"MetricName="Latency" Endpoint="chat""#, "Sum", 60).await;
    assert_eq!(firsts(&chat), [1.0, 2.0]);
    let one = search(bench, r#"MetricName="Latency" Endpoint="chat" Variant="green""#, "Sum", 60).await;
    assert_eq!(firsts(&one), [2.0]);
    assert_eq!(search(bench, r#"MetricName="Latency" Endpoint="nobody""#, "Sum", 60).await, []);
}

async fn a_search_says_its_own_period_and_statistic(bench: &Bench<'_>) {
    let series = search(bench, r#"MetricName="Latency" Endpoint="rank""#, "SampleCount", 300).await;
    assert_eq!(series.len(), 1);
    assert_eq!(series[0].values, [(bench.at(0, 0), 2.0)]);
}

async fn functions_take_a_search(bench: &Bench<'_>) {
    let text = format!(r#"SEARCH('{{{NAMESPACE},Endpoint,Variant}} MetricName="Latency"', 'Sum', 60)"#);
    let expected = [(bench.at(1, 0), 7.0), (bench.at(3, 0), 7.0)];
    let whole = in_region(expression("total", &format!("SUM({text})")), &bench.region());
    assert_eq!(bench.ask(vec![whole], 60).await[0].values, expected);
    if !bench.abilities.math {
        return bench.left_out("a sum over a search by its id", "the engine has no metric math");
    }
    let by_id = vec![hidden(expression("all", &text)), expression("total", "SUM(all)")];
    let by_id = by_id.into_iter().map(|query| in_region(query, &bench.region())).collect();
    let series = bench.ask(by_id, 60).await;
    assert_eq!(series.len(), 1);
    assert_eq!(series[0].values, expected);
}

async fn accounts_and_regions_are_told(bench: &Bench<'_>) {
    let id = metric("Contract/SearchAll", "Value", &[("Endpoint", "chat")]);
    let regions = bench.source.regions();
    let accounts = if bench.abilities.accounts { vec![bench.home, bench.other] } else { vec![bench.home] };
    let mut expected = Vec::new();
    for region in &regions {
        for account in &accounts {
            bench.put_in(*account, region, &id, &[(bench.at(1, 0), 1.0)]).await;
            expected.push((region.clone(), *account));
        }
    }
    let text = "SEARCH('{Contract/SearchAll,Endpoint} MetricName=\"Value\"', 'Sum', 60)";
    let series = bench.ask(vec![expression("found", text)], 60).await;
    let mut found: Vec<_> = series.iter().map(|series| (series.region.clone(), series.account.unwrap())).collect();
    let in_order: Vec<_> = found.iter().map(|(region, _)| region.clone()).collect();
    assert!(in_order.chunk_by(PartialEq::eq).count() == regions.len(), "Region by Region: {in_order:?}");
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}
