//! What the stand-in itself does, asked with the SDK alone: the documentation's words as tests.

use super::StandIn;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::error::ProvideErrorMetadata;
use aws_sdk_cloudwatch::operation::get_metric_data::builders::GetMetricDataFluentBuilder;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy, StatusCode};
use onepane_domain::{MetricId, StatisticSet, Timestamp};

const HOME: &str = "111122223333";
const LINKED: &str = "444455556666";
const START: i64 = 1_763_802_000;

/// `Load` of two accounts: 1, 2, 3 in the first minutes.
async fn stand_in() -> (StandIn, Client) {
    let stand_in = StandIn::start(HOME.parse().unwrap()).await;
    let region = "us-east-1".parse().unwrap();
    let load = MetricId::new("Own", "Load", [("Host".to_owned(), "one".to_owned())]).unwrap();
    let point = |minute: u8| {
        let time = Timestamp::from_millis((START + i64::from(minute) * 60) * 1_000).unwrap();
        (time, StatisticSet::single(f64::from(minute) + 1.0))
    };
    for account in [HOME, LINKED] {
        stand_in.put(account.parse().unwrap(), &region, &load, &[0, 1, 2].map(point));
    }
    let client = stand_in.client(&region);
    (stand_in, client)
}

fn stat(id: &str) -> MetricDataQuery {
    let host = Dimension::builder().name("Host").value("one").build();
    let metric = Metric::builder().namespace("Own").metric_name("Load").dimensions(host).build();
    let stat = MetricStat::builder().metric(metric).period(60).stat("Sum").build();
    MetricDataQuery::builder().id(id).metric_stat(stat).build()
}

fn expression(id: &str, text: &str) -> MetricDataQuery {
    MetricDataQuery::builder().id(id).expression(text).period(60).build()
}

fn ask(client: &Client, queries: Vec<MetricDataQuery>) -> GetMetricDataFluentBuilder {
    client
        .get_metric_data()
        .set_metric_data_queries(Some(queries))
        .start_time(DateTime::from_secs(START))
        .end_time(DateTime::from_secs(START + 3_600))
}

#[tokio::test]
async fn what_is_documented_as_wrong_is_refused() {
    let (_stand_in, client) = stand_in().await;
    let many = (0..501).map(|number| stat(&format!("q{number}"))).collect();
    let select = "SELECT AVG(Load) FROM Own";
    let cases = [
        (many, "size greater than 500"),
        (vec![expression("e", "m1 + 1")], "m1"),
        (vec![expression("one", select), expression("two", select)], "Metrics Insights"),
        (vec![stat("twice"), stat("twice")], "not unique"),
        (vec![stat("Upper")], "member.1.Id"),
        (vec![stat("fine"), expression("e", "SUM(")], "'e'"),
        (vec![stat("m"), expression("e", "1 + 1")], "time series"),
    ];
    for (queries, words) in cases {
        let error = ask(&client, queries).send().await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some("ValidationError"), "{words}");
        assert!(error.message().unwrap().contains(words), "{words}: {:?}", error.message());
    }
    let token = ask(&client, vec![stat("m")]).next_token("data-2-1").send().await.unwrap_err();
    assert!(token.into_service_error().is_invalid_next_token());
    let owner = client.list_metrics().owning_account(LINKED).send().await.unwrap_err();
    assert!(owner.into_service_error().is_invalid_parameter_value_exception());
}

#[tokio::test]
async fn the_newest_comes_first_and_pages_are_partial_but_for_the_last() {
    let (stand_in, client) = stand_in().await;
    let answer = ask(&client, vec![stat("m")]).send().await.unwrap();
    assert_eq!(answer.metric_data_results()[0].values(), [3.0, 2.0, 1.0]);
    let ascending = ask(&client, vec![stat("m")]).scan_by(ScanBy::TimestampAscending).max_datapoints(2);
    let first = ascending.clone().send().await.unwrap();
    let result = &first.metric_data_results()[0];
    assert_eq!((result.values(), result.status_code()), (&[1.0, 2.0][..], Some(&StatusCode::PartialData)));
    let last = ascending.next_token(first.next_token().unwrap()).send().await.unwrap();
    let result = &last.metric_data_results()[0];
    assert_eq!((result.values(), result.status_code()), (&[3.0][..], Some(&StatusCode::Complete)));
    assert_eq!(last.next_token(), None);
    assert_eq!(stand_in.calls().last().unwrap().text("ScanBy"), Some("TimestampAscending"));
}

#[tokio::test]
async fn labels_are_dynamic_and_lists_name_owners() {
    let (_stand_in, client) = stand_in().await;
    let text =
        "SEARCH('{Own,Host} MetricName=\"Load\" :aws.AccountId=(\"111122223333\" OR \"444455556666\")', 'Sum', 60)";
    let label = "${PROP('AccountId')}/${PROP('Dim.Host')}/${PROP('Region')}/${LABEL}";
    let query = MetricDataQuery::builder().id("s").expression(text).label(label).build();
    let answer = ask(&client, vec![query]).send().await.unwrap();
    let labels: Vec<_> = answer.metric_data_results().iter().map(|result| result.label().unwrap()).collect();
    assert_eq!(labels, ["111122223333/one/us-east-1/one", "444455556666/one/us-east-1/one"]);

    let own = client.list_metrics().send().await.unwrap();
    assert_eq!((own.metrics().len(), own.owning_accounts().len()), (1, 0));
    let all = client.list_metrics().include_linked_accounts(true).send().await.unwrap();
    assert_eq!((all.metrics().len(), all.owning_accounts()), (2, &[HOME.to_owned(), LINKED.to_owned()][..]));
    let one = client.list_metrics().include_linked_accounts(true).owning_account(LINKED).send().await.unwrap();
    assert_eq!(one.owning_accounts(), [LINKED]);
}
