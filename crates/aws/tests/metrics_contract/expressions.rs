//! Metric math. The rules for what is missing are CloudWatch's, from its guide "Using metric math": arithmetic and AVG
//! take a missing value for 0 where another operand has one, and a division by 0 gives no value.

use super::{Bench, expression, hidden, in_account, in_region, labelled, metric, of};
use onepane_domain::{MetricData, MetricId};

const NAMESPACE: &str = "Contract/Math";

pub async fn run(bench: &Bench<'_>) {
    if !bench.abilities.math {
        return bench.left_out("metric math", "the engine has none");
    }
    let (a, b) = (metric(NAMESPACE, "A", &[]), metric(NAMESPACE, "B", &[]));
    let at = |minute: i64, value: f64| (bench.at(minute, 0), value);
    bench.put(&a, &[at(0, 10.0), at(1, 20.0), at(2, 30.0)]).await;
    // Nothing in minute 2; minute 3 is B's alone.
    bench.put(&b, &[at(0, 4.0), at(1, 0.0), at(3, 8.0)]).await;
    operators(bench, &a, &b).await;
    functions(bench, &a, &b).await;
    expressions_call_expressions(bench, &a, &b).await;
    a_given_label_is_kept(bench, &a).await;
    accounts_are_joined(bench).await;
    a_broken_expression_breaks_nothing_else(bench, &a, &b).await;
}

/// The values of one expression over the sums of A and B by the minute: minutes and values.
async fn calculated(bench: &Bench<'_>, a: &MetricId, b: &MetricId, text: &str) -> Vec<(i64, f64)> {
    let queries = vec![hidden(of("a", a, "Sum")), expression("e", text), hidden(of("b", b, "Sum"))];
    let region = bench.region();
    let series = bench.ask(queries.into_iter().map(|query| in_region(query, &region)).collect(), 60).await;
    assert_eq!(series.len(), 1, "{text}: {series:?}");
    assert_eq!((series[0].query.as_str(), &series[0].region), ("e", &region), "{text}");
    minutes(bench, &series[0])
}

fn minutes(bench: &Bench<'_>, series: &MetricData) -> Vec<(i64, f64)> {
    series.values.iter().map(|(time, value)| (time.millis_since(bench.start()) / 60_000, *value)).collect()
}

async fn operators(bench: &Bench<'_>, a: &MetricId, b: &MetricId) {
    let cases: [(&str, &[(i64, f64)]); 9] = [
        ("a + b", &[(0, 14.0), (1, 20.0), (2, 30.0), (3, 8.0)]),
        ("a - b", &[(0, 6.0), (1, 20.0), (2, 30.0), (3, -8.0)]),
        ("a * b", &[(0, 40.0), (1, 0.0), (2, 0.0), (3, 0.0)]),
        // Division by B's 0 and by what B lacks gives nothing.
        ("a / b", &[(0, 2.5), (3, 0.0)]),
        ("a * 2", &[(0, 20.0), (1, 40.0), (2, 60.0)]),
        ("100 - a", &[(0, 90.0), (1, 80.0), (2, 70.0)]),
        ("-a", &[(0, -10.0), (1, -20.0), (2, -30.0)]),
        ("a + 2 * 3", &[(0, 16.0), (1, 26.0), (2, 36.0)]),
        ("(a + 2) * 0.5", &[(0, 6.0), (1, 11.0), (2, 16.0)]),
    ];
    for (text, expected) in cases {
        assert_eq!(calculated(bench, a, b, text).await, expected, "{text}");
    }
}

async fn functions(bench: &Bench<'_>, a: &MetricId, b: &MetricId) {
    for (text, first, third) in [
        ("SUM([a, b])", 14.0, 30.0),
        ("AVG([a, b])", 7.0, 15.0),
        ("SUM(METRICS())", 14.0, 30.0),
        ("AVG(METRICS())", 7.0, 15.0),
    ] {
        let values = calculated(bench, a, b, text).await;
        assert_eq!((values[0], values[2]), ((0, first), (2, third)), "{text}");
        assert_eq!(values.len(), 4, "{text}");
    }
    // How MIN and MAX take what is missing is not documented: checked where both have values.
    for (text, first, second) in
        [("MIN([a, b])", 4.0, 0.0), ("MAX([a, b])", 10.0, 20.0), ("MAX(METRICS())", 10.0, 20.0)]
    {
        assert_eq!(calculated(bench, a, b, text).await[..2], [(0, first), (1, second)], "{text}");
    }
    let filled = calculated(bench, a, b, "FILL(b, 7)").await;
    assert_eq!(filled[..4], [(0, 4.0), (1, 0.0), (2, 7.0), (3, 8.0)], "FILL(b, 7)");
    assert_eq!(calculated(bench, a, b, "a / FILL(b, 2)").await[..2], [(0, 2.5), (2, 15.0)], "a / FILL(b, 2)");
}

async fn expressions_call_expressions(bench: &Bench<'_>, a: &MetricId, b: &MetricId) {
    let queries = vec![
        expression("rate", "total / 2"),
        hidden(expression("total", "a + b")),
        hidden(of("a", a, "Sum")),
        of("b", b, "Sum"),
    ];
    let region = bench.region();
    let series = bench.ask(queries.into_iter().map(|query| in_region(query, &region)).collect(), 60).await;
    assert_eq!(series.iter().map(|series| series.query.as_str()).collect::<Vec<_>>(), ["rate", "b"]);
    assert_eq!(minutes(bench, &series[0])[0], (0, 7.0));
    assert_eq!(minutes(bench, &series[1]), [(0, 4.0), (1, 0.0), (3, 8.0)]);
}

async fn a_given_label_is_kept(bench: &Bench<'_>, a: &MetricId) {
    let region = bench.region();
    let queries = vec![hidden(of("a", a, "Sum")), labelled(expression("twice", "a * 2"), "Twice as many")];
    let series = bench.ask(queries.into_iter().map(|query| in_region(query, &region)).collect(), 60).await;
    assert_eq!(series[0].label, "Twice as many");
}

async fn accounts_are_joined(bench: &Bench<'_>) {
    if !bench.abilities.accounts {
        return bench.left_out("metric math over several accounts", "the engine shows one");
    }
    let id = metric(NAMESPACE, "Joined", &[]);
    let region = bench.region();
    for (account, value) in [(bench.home, 1.0), (bench.other, 2.0)] {
        bench.put_in(account, &region, &id, &[(bench.at(1, 0), value)]).await;
    }
    let query = |name: &str| in_region(of(name, &id, "Sum"), &region);
    let queries = vec![
        hidden(in_account(query("x"), bench.home)),
        hidden(in_account(query("y"), bench.other)),
        in_region(expression("both", "x + y"), &region),
    ];
    let series = bench.ask(queries, 60).await;
    assert_eq!(minutes(bench, &series[0]), [(1, 3.0)]);
    assert_eq!(series[0].account, None, "of two accounts");
}

/// CloudWatch refuses a whole call for one expression; a page must lose that one query only, and be told which.
async fn a_broken_expression_breaks_nothing_else(bench: &Bench<'_>, a: &MetricId, b: &MetricId) {
    let region = bench.region();
    for text in ["SUM(", "a + nobody", "NOSUCHFUNCTION(a)"] {
        let queries = vec![
            of("a", a, "Sum"),
            expression("broken", text),
            hidden(of("b", b, "Sum")),
            expression("fine", "a + b"),
            hidden(of("unused", b, "Average")),
        ];
        let queries = queries.into_iter().map(|query| in_region(query, &region)).collect();
        let answer = bench.source.data(&bench.request(queries, 60)).await.unwrap();
        // A series of the broken one may be told as failed, but never with values.
        let told: Vec<_> = answer.series.iter().filter(|series| !series.values.is_empty()).collect();
        let ids: Vec<&str> = told.iter().map(|series| series.query.as_str()).collect();
        assert_eq!(ids, ["a", "fine"], "{text}: {answer:?}");
        assert_eq!(minutes(bench, told[0]), [(0, 10.0), (1, 20.0), (2, 30.0)], "{text}");
        assert_eq!(minutes(bench, told[1])[..2], [(0, 14.0), (1, 20.0)], "{text}");
        assert!(answer.notes.iter().any(|note| note.contains("broken")), "{text}: it is named: {:?}", answer.notes);
        assert!(!answer.notes.iter().any(|note| note.contains("fine")), "{text}: {:?}", answer.notes);
    }
}
