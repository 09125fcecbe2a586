//! The Athena adapter over real HTTP, against a stand-in that speaks Athena's protocol.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod athena_stand_in;

use athena_stand_in::{Fault, Run, StandIn};
use futures::future::join_all;
use onepane_aws::{AthenaFindings, AthenaOptions, AthenaSource};
use onepane_domain::{
    Bucket, CountingRule, Dimension, ErrorKind, FilterRule, FindingFilter, FindingRequest, FindingRowsRequest,
    FindingSource, OcsfVersion, PortError, SourceName,
};
use onepane_findings::SqlTable;
use serde_json::{Value, json};
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

const START: &str = "StartQueryExecution";
const STATE: &str = "GetQueryExecution";
const STOP: &str = "StopQueryExecution";
const RESULTS: &str = "GetQueryResults";
const TABLE: &str = "GetTableMetadata";
const LAKE: &str = "amazon_security_lake_glue_db_us_east_1.amazon_security_lake_table_us_east_1_sh_findings_";
const INFO: &str = "struct<uid:string,title:string,desc:string,types:array<string>,created_time:bigint>";
const PRODUCT: &str = "struct<product:struct<name:string,feature:struct<name:string>>>";
const RESOURCES: &str = "array<struct<uid:string,type:string>>";

fn options() -> AthenaOptions {
    AthenaOptions {
        workgroup: "security".to_owned(),
        output: Some("s3://results/onepane/".to_owned()),
        reuse: Duration::from_secs(3_600),
        within: Duration::from_secs(600),
        poll: (Duration::from_millis(1), Duration::from_millis(5)),
        ..AthenaOptions::default()
    }
}

fn source() -> AthenaSource {
    let region = "us-east-1".parse().unwrap();
    let tables = [OcsfVersion::V2, OcsfVersion::V1];
    let tables = tables.iter().filter_map(|version| SqlTable::security_lake_in(&region, *version)).collect();
    AthenaSource { name: SourceName::SECURITY_HUB, tables }
}

/// A stand-in with version 2's table, as Security Lake makes it.
async fn stand_in() -> StandIn {
    let stand_in = StandIn::start().await;
    let columns = [
        ("time_dt", "timestamp"),
        ("finding_info", INFO),
        ("metadata", PRODUCT),
        ("severity", "string"),
        ("status", "string"),
        ("status_id", "int"),
        ("resources", RESOURCES),
    ];
    stand_in.table(&format!("{LAKE}2_0"), &columns, &["region", "accountid", "eventday"]);
    stand_in
}

fn findings(stand_in: &StandIn, region: &str, tries: u32, options: AthenaOptions) -> AthenaFindings {
    AthenaFindings::new(stand_in.client(region, tries), options, vec![source()])
}

fn request() -> FindingRequest {
    FindingRequest {
        source: SourceName::SECURITY_HUB,
        group_by: vec![Dimension::PRODUCT],
        bucket: Bucket::Day,
        from: "2026-01-01T00:00:00Z".parse().unwrap(),
        to: "2026-02-01T00:00:00Z".parse().unwrap(),
        filters: vec![by_title("it's; DROP TABLE x --")],
        count: CountingRule::Updates,
        most_series: 2,
    }
}

fn by_title(value: &str) -> FindingFilter {
    FindingFilter { dimension: Dimension::TITLE, rule: FilterRule::Any, values: vec![value.to_owned()] }
}

fn rows_request(limit: u32) -> FindingRowsRequest {
    let FindingRequest { source, from, to, .. } = request();
    FindingRowsRequest { source, from, to, filters: Vec::new(), offset: 0, limit }
}

const SERIES: [&str; 3] = ["k0", "counts", "series"];
const ROWS: [&str; 13] = [
    "time_ms",
    "uid",
    "title",
    "description",
    "product",
    "feature",
    "types",
    "severity",
    "status",
    "account",
    "region",
    "resources",
    "created_ms",
];

fn series_run() -> Run {
    let row = |cells: [Option<&str>; 3]| cells.map(|cell| cell.map(ToOwned::to_owned)).to_vec();
    Run::rows(
        &SERIES,
        vec![row([Some(""), Some("0 3"), Some("5")]), row([Some("GuardDuty"), Some("0 1,30 2"), Some("5")])],
    )
}

fn finding_row(number: usize) -> Vec<Option<String>> {
    let mut cells = vec![None; ROWS.len()];
    cells[0] = Some((1_767_225_600_000_i64 + 1_000_000 - number as i64).to_string());
    cells[1] = Some(format!("uid-{number}"));
    cells
}

fn words(error: &PortError) -> String {
    error.to_string()
}

#[tokio::test]
async fn values_are_bound_and_pages_of_counts_are_read() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "one", 1, options());
    stand_in.then(series_run());
    let answer = findings.series(&request()).await.unwrap();
    let told: Vec<_> = answer.series.iter().map(|series| (series.key[0].as_str(), series.total())).collect();
    assert_eq!(told, [("", 3), ("GuardDuty", 3)]);
    assert_eq!(answer.series[1].counts[1].0.day(), "2026-01-31");
    assert_eq!((answer.cost.bytes_scanned, answer.cost.elapsed_ms, answer.cost.reused), (10_485_760, 1_234, false));
    assert_eq!(answer.notes, ["3 of 5 series are left out: those with the smallest totals"]);

    let sent = stand_in.calls(START).remove(0);
    let text = sent["QueryString"].as_str().unwrap();
    assert!(!text.contains("DROP") && text.contains("\"title\" IN (?)"), "{text}");
    let parameters = sent["ExecutionParameters"].as_array().unwrap();
    assert_eq!(parameters[0], "'20251231'");
    assert_eq!(parameters[4], "'it''s; DROP TABLE x --'");
    assert_eq!(
        (sent["WorkGroup"].as_str(), sent["QueryExecutionContext"]["Catalog"].as_str()),
        (Some("security"), Some("AwsDataCatalog"))
    );
    assert_eq!(sent["QueryExecutionContext"]["Database"], "amazon_security_lake_glue_db_us_east_1");
    assert_eq!(sent["ResultConfiguration"]["OutputLocation"], "s3://results/onepane/");
    let reuse = &sent["ResultReuseConfiguration"]["ResultReuseByAgeConfiguration"];
    assert_eq!(*reuse, json!({ "Enabled": true, "MaxAgeInMinutes": 60 }));
    assert_eq!(stand_in.calls(STATE).len(), 3, "queued, running, succeeded");
    assert_eq!(stand_in.calls(STOP), Vec::<Value>::new());
}

#[tokio::test]
async fn rows_come_in_pages_of_which_only_the_first_has_a_header() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "pages", 1, options());
    stand_in.then(Run { page: 3, ..Run::rows(&ROWS, (0..8).map(finding_row).collect()) });
    let answer = findings.rows(&rows_request(7)).await.unwrap();
    let uids: Vec<&str> = answer.rows.iter().map(|row| row.uid.as_str()).collect();
    assert_eq!(uids, ["uid-0", "uid-1", "uid-2", "uid-3", "uid-4", "uid-5", "uid-6"]);
    assert!(answer.more);
    let pages = stand_in.calls(RESULTS);
    let tokens: Vec<Option<&str>> = pages.iter().map(|page| page["NextToken"].as_str()).collect();
    assert_eq!(tokens, [None, Some("3"), Some("6")]);

    stand_in.then(Run::rows(&ROWS, vec![finding_row(0)]));
    let circle = json!({ "NextToken": "again", "ResultSet": { "Rows": [] } });
    stand_in.break_next(RESULTS, 9, Fault::Json(circle));
    let error = findings.rows(&rows_request(7)).await.unwrap_err();
    assert_eq!(
        (error.kind, words(&error).as_str()),
        (ErrorKind::Corrupt, "read findings of security-hub: the pages go in circles: unreadable answer")
    );
}

#[tokio::test]
async fn failures_become_kinds_and_words_without_what_is_inside() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "failures", 1, options());
    let secret = "arn:aws:iam::111122223333:role/Secret";
    for (reason, error, kind) in [
        (
            "COLUMN_NOT_FOUND: line 1:8: Column 'arn:aws:iam::111122223333:role/Secret' cannot be resolved",
            (2, 1006, false),
            ErrorKind::Misconfigured,
        ),
        (
            "Insufficient Lake Formation permission(s): arn:aws:iam::111122223333:role/Secret",
            (2, 1301, false),
            ErrorKind::Forbidden,
        ),
        ("Query exhausted resources at this scale factor", (1, 4, false), ErrorKind::Unavailable),
        (
            "HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://arn:aws:iam::111122223333:role/Secret",
            (2, 1301, false),
            ErrorKind::Corrupt,
        ),
        ("INTERNAL", (1, 100, false), ErrorKind::Unavailable),
        ("Query timeout", (1, 206, false), ErrorKind::TimedOut),
    ] {
        stand_in.then(Run::fails(reason, Some(error)));
        let error = findings.series(&request()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{reason}");
        assert!(
            words(&error).starts_with("count findings of security-hub: ") && !words(&error).contains(secret),
            "{error}"
        );
        assert!(error.source().unwrap().to_string().contains(reason), "the log has it all");
    }
    stand_in.then(Run::cancelled("Query was cancelled by user"));
    assert_eq!(findings.series(&request()).await.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(stand_in.calls(START).len(), 7, "nothing was run again");
}

#[tokio::test]
async fn what_may_succeed_is_run_again_three_times_in_all() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "again", 1, options());
    stand_in.then(Run::fails("INTERNAL", Some((1, 100, true))));
    stand_in.then(series_run());
    assert_eq!(findings.series(&request()).await.unwrap().series.len(), 2);
    (0..3).for_each(|_| stand_in.then(Run::fails("INTERNAL", Some((1, 100, true)))));
    assert_eq!(findings.series(&request()).await.unwrap_err().kind, ErrorKind::Unavailable);
    let sent = stand_in.calls(START);
    let mut tokens: Vec<&str> = sent.iter().map(|sent| sent["ClientRequestToken"].as_str().unwrap()).collect();
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!((sent.len(), tokens.len()), (5, 5), "another run is another query");
}

#[tokio::test]
async fn a_throttled_start_is_repeated_without_starting_twice() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "throttled", 3, options());
    let throttled =
        Fault::Refused { status: 400, code: "TooManyRequestsException", message: "CONCURRENT_QUERY_LIMIT_EXCEEDED" };
    stand_in.break_next(START, 2, throttled.clone());
    stand_in.then(series_run());
    assert_eq!(findings.series(&request()).await.unwrap().series.len(), 2);
    let sent = stand_in.calls(START);
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|one| one["ClientRequestToken"] == sent[0]["ClientRequestToken"]));
    stand_in.break_next(START, 9, throttled);
    let error = findings.series(&request()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert!(error.retry_after.is_some());
}

#[tokio::test]
async fn who_leaves_stops_the_query() {
    let stand_in = Arc::new(stand_in().await);
    let findings = Arc::new(findings(&stand_in, "leaving", 1, options()));
    let asks = || {
        let findings = Arc::clone(&findings);
        tokio::spawn(async move { findings.series(&request()).await })
    };
    stand_in.then(Run::endless());
    let running = asks();
    stand_in.came(STATE, 3).await;
    running.abort();
    stand_in.came(STOP, 1).await;
    assert_eq!(stand_in.calls(STOP)[0]["QueryExecutionId"], "00000001-0000-4000-8000-000000000000");

    // Also one whose name has not come yet.
    stand_in.break_next(START, 1, Fault::Held);
    let starting = asks();
    stand_in.came(START, 2).await;
    starting.abort();
    assert!(starting.await.unwrap_err().is_cancelled());
    stand_in.release();
    stand_in.came(STOP, 2).await;
    assert_eq!(stand_in.calls(STOP)[1]["QueryExecutionId"], "00000002-0000-4000-8000-000000000000");
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_given_up_and_stopped() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "late", 1, AthenaOptions { within: Duration::from_millis(300), ..options() });
    stand_in.then(Run::endless());
    let error = findings.series(&request()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TimedOut);
    stand_in.came(STOP, 1).await;
}

#[tokio::test]
async fn a_result_that_is_used_again_costs_nothing() {
    let stand_in = stand_in().await;
    let ours = findings(&stand_in, "reuse", 1, options());
    stand_in.then(Run { reused: true, ..series_run() });
    let cost = ours.series(&request()).await.unwrap().cost;
    assert!(cost.reused && cost.bytes_scanned == 0);
    let never = findings(&stand_in, "reuse", 1, AthenaOptions { reuse: Duration::from_secs(59), ..options() });
    never.series(&request()).await.unwrap();
    assert_eq!(stand_in.calls(START)[1]["ResultReuseConfiguration"], Value::Null);
}

#[tokio::test]
async fn the_workgroups_limit_is_respected_and_explained() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "cutoff", 1, options());
    stand_in.cutoff(10_485_760);
    stand_in.then(Run::cancelled("Bytes scanned limit was exceeded"));
    let error = findings.series(&request()).await.unwrap_err();
    let told = "count findings of security-hub: the query would have read more than the workgroup security allows of \
                10.0 MB; ask for less time: invalid request";
    assert_eq!((error.kind, words(&error).as_str()), (ErrorKind::Invalid, told));
    stand_in.break_next("GetWorkGroup", 1, Fault::Refused { status: 400, code: "AccessDeniedException", message: "" });
    stand_in.then(Run::cancelled("Bytes scanned limit was exceeded"));
    assert_eq!(findings.series(&request()).await.unwrap_err().kind, ErrorKind::Invalid);
    assert_eq!(stand_in.calls(START).len(), 2, "not run again");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_queries_run_at_once_and_no_more() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "at-once", 1, AthenaOptions { queries_at_once: 2, ..options() });
    let slow = || Run { before: vec!["RUNNING"; 20], ..series_run() };
    (0..6).for_each(|_| stand_in.then(slow()));
    let request = request();
    let answers = join_all((0..6).map(|_| findings.series(&request))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(stand_in.most_under_way(), 2);
}

#[tokio::test]
async fn tables_are_looked_at_once_and_what_they_lack_is_told() {
    let stand_in = StandIn::start().await;
    let columns =
        [("time_dt", "timestamp"), ("finding_info", "struct<uid:string,title:string>"), ("metadata", PRODUCT)];
    let findings = findings(&stand_in, "schema", 1, options());
    let missing = findings.schema(&SourceName::SECURITY_HUB).await.unwrap_err();
    assert_eq!(missing.kind, ErrorKind::Misconfigured);
    assert!(words(&missing).contains("sh_findings_2_0 is not there"), "{missing}");

    stand_in.table(&format!("{LAKE}2_0"), &columns, &["accountid"]);
    let schema = findings.schema(&SourceName::SECURITY_HUB).await.unwrap();
    let names: Vec<&str> = schema.dimensions.iter().map(|known| known.dimension.as_str()).collect();
    assert_eq!((schema.version, names), (OcsfVersion::V2, vec!["product", "feature", "title", "account", "uid"]));
    assert_eq!(schema.dimensions[2].column, "finding_info.title");
    assert!(schema.notes.iter().any(|note| note.contains("no eventday")), "{:?}", schema.notes);
    assert!(schema.notes.iter().all(|note| !note.contains("1_0")), "an older table need not be there");
    let looked = stand_in.calls(TABLE).len();

    findings.series(&request()).await.unwrap();
    let by_type = FindingRequest { group_by: vec![Dimension::TYPE], ..request() };
    let error = findings.series(&by_type).await.unwrap_err();
    assert_eq!(
        (error.kind, words(&error).as_str()),
        (ErrorKind::Invalid, "count findings of security-hub: the source has no type: invalid request")
    );
    let active = FindingRequest { count: CountingRule::Active, ..request() };
    assert_eq!(findings.series(&active).await.unwrap_err().kind, ErrorKind::Invalid);
    let nobody = findings.schema(&"nobody".parse().unwrap()).await.unwrap_err();
    assert_eq!(nobody.kind, ErrorKind::NotFound);
    assert_eq!(stand_in.calls(TABLE).len(), looked, "known from then on");
}

#[tokio::test]
async fn a_refused_look_is_not_remembered() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "refused", 1, options());
    for (code, message, kind) in [
        ("AccessDeniedException", "not authorized to perform: athena:GetTableMetadata", ErrorKind::Forbidden),
        ("MetadataException", "Insufficient Lake Formation permission(s)", ErrorKind::Forbidden),
        ("InternalServerException", "", ErrorKind::Unavailable),
    ] {
        let status = if code.starts_with("Internal") { 500 } else { 400 };
        stand_in.break_next(TABLE, 2, Fault::Refused { status, code, message });
        assert_eq!(findings.series(&request()).await.unwrap_err().kind, kind, "{code}");
        stand_in.mend();
    }
    assert!(findings.series(&request()).await.is_ok());
}

#[tokio::test]
async fn what_is_not_set_up_says_what_to_set() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "set-up", 1, options());
    for (message, told) in [
        ("WorkGroup security is not found.", "the workgroup security is not there"),
        ("No output location provided. An output location is required", "there is no place for results"),
    ] {
        stand_in.break_next(START, 1, Fault::Refused { status: 400, code: "InvalidRequestException", message });
        let error = findings.series(&request()).await.unwrap_err();
        assert!(error.kind == ErrorKind::Misconfigured && words(&error).contains(told), "{error}");
    }
    stand_in.break_next(START, 1, Fault::Refused { status: 400, code: "AccessDeniedException", message: "" });
    assert_eq!(findings.series(&request()).await.unwrap_err().kind, ErrorKind::Forbidden);
}

#[tokio::test]
async fn broken_answers_are_errors_whatever_breaks() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "broken", 1, options());
    findings.schema(&SourceName::SECURITY_HUB).await.unwrap();
    let html = Fault::Body { status: 502, content_type: "text/html", body: "<html>Bad Gateway</html>" };
    let no_json = Fault::Body { status: 200, content_type: "application/x-amz-json-1.1", body: "{\"Query" };
    let cases = [
        (START, html.clone()),
        (START, no_json.clone()),
        (START, Fault::Json(json!({}))),
        (STATE, html.clone()),
        (STATE, no_json.clone()),
        (STATE, Fault::Json(json!({}))),
        (STATE, Fault::Json(json!({ "QueryExecution": { "Status": { "State": "DREAMING" } } }))),
        (RESULTS, html),
        (RESULTS, no_json),
        (RESULTS, Fault::Json(json!({}))),
        (RESULTS, Fault::Json(json!({ "ResultSet": { "Rows": [{ "Data": [{ "VarCharValue": "?" }] }] } }))),
    ];
    for (operation, fault) in cases {
        stand_in.then(series_run());
        stand_in.break_next(operation, 1, fault.clone());
        let error = findings.series(&request()).await.unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Corrupt | ErrorKind::Unavailable), "{operation} {fault:?}: {error}");
    }
}

#[tokio::test]
async fn a_value_too_long_for_athena_is_refused_before_anything_is_sent_and_a_long_one_is_bound_in_parts() {
    let stand_in = stand_in().await;
    let findings = findings(&stand_in, "long", 1, options());
    let long = FindingRequest { filters: vec![by_title(&"x".repeat(1_000_000))], ..request() };
    let error = findings.series(&long).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(words(&error).contains("Athena takes at most 262144"), "{error}");
    assert_eq!(stand_in.calls(START).len(), 0);
    let longish = FindingRequest { filters: vec![by_title(&"'".repeat(60_000))], ..request() };
    findings.series(&longish).await.unwrap();
    let copied = findings.sql(&FindingRowsRequest { filters: long.filters, ..rows_request(10) }).await.unwrap();
    assert!(copied.starts_with("-- 100"), "{}", &copied[..80]);
}
