//! The Athena adapter on moto's server: an implementation of Athena's protocol that nobody here wrote.
//!
//! `ONEPANE_MOTO` names the program (`make test` sets it). A missing variable is a failure, unless `ONEPANE_SKIP_MOTO=1` says
//! that leaving it out is meant. moto runs no SQL, gives results that it was given before, and does not know
//! `GetTableMetadata`: that one call goes to the stand-in.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod athena_stand_in;
mod external;

use athena_stand_in::StandIn;
use aws_sdk_athena::Client;
use aws_sdk_athena::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_athena::config::{ConfigBag, Credentials, Intercept, Region, RuntimeComponents};
use aws_sdk_athena::error::BoxError;
use external::{Server, place_of};
use onepane_aws::{AthenaFindings, AthenaOptions, AthenaSource};
use onepane_domain::{
    Bucket, CountingRule, Dimension, ErrorKind, FilterRule, FindingFilter, FindingRequest, FindingRowsRequest,
    FindingSource, OcsfVersion, SourceName,
};
use onepane_findings::SqlTable;
use serde_json::json;
use std::process::Command;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Sends one operation's calls elsewhere.
#[derive(Debug)]
struct Elsewhere {
    operation: &'static str,
    endpoint: String,
}

impl Intercept for Elsewhere {
    fn name(&self) -> &'static str {
        "Elsewhere"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        if request.headers().get("x-amz-target").is_some_and(|target| target.ends_with(self.operation)) {
            request.set_uri(self.endpoint.clone())?;
        }
        Ok(())
    }
}

fn client(endpoint: &str, tables: &str) -> Client {
    let config = aws_sdk_athena::Config::builder()
        .behavior_version(onepane_aws::aws_behavior())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(onepane_aws::retry_policy())
        .endpoint_url(endpoint)
        .interceptor(Elsewhere { operation: "GetTableMetadata", endpoint: format!("{tables}/") })
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// The next query's result, in moto's own form.
async fn next_result(endpoint: &str, columns: &[&str], rows: &[&[Option<&str>]]) {
    let header: Vec<Option<&str>> = columns.iter().copied().map(Some).collect();
    let datum = |value: &Option<&str>| value.map_or_else(|| json!({}), |text| json!({ "VarCharValue": text }));
    let row = |row: &[Option<&str>]| json!({ "Data": row.iter().map(datum).collect::<Vec<_>>() });
    let all: Vec<_> = std::iter::once(header.as_slice()).chain(rows.iter().copied()).map(row).collect();
    let about: Vec<_> = columns.iter().map(|name| json!({ "Name": name, "Type": "varchar" })).collect();
    let body = json!({ "results": [{ "rows": all, "column_info": about }] }).to_string();
    let host = endpoint.trim_start_matches("http://");
    let request = format!(
        "POST /moto-api/static/athena/query-results HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = tokio::net::TcpStream::connect(host).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.split(' ').nth(1) == Some("201"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_adapter_speaks_athenas_protocol_with_moto() {
    let Some(program) = place_of("MOTO", "moto's server", "scripts/install-moto") else { return };
    let command = |port: u16| {
        let mut command = Command::new(&program);
        command.args(["-H", "127.0.0.1", "-p", port.to_string().as_str()]);
        command
    };
    let answers = async |endpoint: &str| client(endpoint, endpoint).list_work_groups().send().await.is_ok();
    let server = Server::start("moto", command, answers).await;
    let tables = StandIn::start().await;
    let info = "struct<uid:string,title:string,types:array<string>,created_time:bigint>";
    tables.table("lake.findings", &[("time_dt", "timestamp"), ("finding_info", info)], &["eventday"]);
    let client = client(&server.endpoint, &tables.endpoint());

    let [database, name] = ["lake", "findings"].map(|name| onepane_findings::Identifier::new(name).unwrap());
    let table = SqlTable::security_lake(database, name, OcsfVersion::V2).unwrap();
    let source = AthenaSource { name: SourceName::SECURITY_HUB, tables: vec![table] };
    let options = AthenaOptions {
        output: Some("s3://results/".to_owned()),
        poll: (Duration::from_millis(1), Duration::from_millis(10)),
        ..AthenaOptions::default()
    };
    let findings = AthenaFindings::new(client.clone(), options.clone(), vec![source.clone()]);
    let hostile = "it's; DROP TABLE findings --\u{0}\n😀";
    let title = FindingFilter { dimension: Dimension::TITLE, rule: FilterRule::Any, values: vec![hostile.to_owned()] };
    let request = FindingRequest {
        source: SourceName::SECURITY_HUB,
        group_by: vec![Dimension::TYPE],
        bucket: Bucket::Week,
        from: "2026-01-01T00:00:00Z".parse().unwrap(),
        to: "2026-02-01T00:00:00Z".parse().unwrap(),
        filters: vec![title],
        count: CountingRule::Distinct,
        most_series: 10,
    };

    next_result(&server.endpoint, &["k0", "counts", "series"], &[&[Some("TTPs"), Some("0 2,4 1"), Some("1")]]).await;
    let answer = findings.series(&request).await.unwrap();
    assert_eq!((answer.series[0].key[0].as_str(), answer.series[0].total()), ("TTPs", 3));
    let days: Vec<String> = answer.series[0].counts.iter().map(|(at, _)| at.day()).collect();
    assert_eq!(days, ["2025-12-29", "2026-01-26"]);

    // What moto understood.
    let id =
        client.list_query_executions().work_group("primary").send().await.unwrap().query_execution_ids()[0].clone();
    let told = client.get_query_execution().query_execution_id(id).send().await.unwrap();
    let execution = told.query_execution().unwrap();
    let parameters = execution.execution_parameters();
    assert_eq!(parameters.last().unwrap(), "'it''s; DROP TABLE findings --\u{0}\n😀'");
    assert_eq!(execution.query().unwrap().matches('?').count(), parameters.len());
    assert_eq!(execution.query_execution_context().unwrap().database(), Some("lake"));
    let place = execution.result_configuration().unwrap().output_location().unwrap();
    assert!(place.starts_with("s3://results/"), "{place}");

    let FindingRequest { source: name, from, to, .. } = request.clone();
    let rows = FindingRowsRequest { source: name, from, to, filters: Vec::new(), offset: 0, limit: 1 };
    let columns = ["time_ms", "uid", "title", "description", "product", "feature", "types", "severity", "status"];
    let columns = [&columns[..], &["account", "region", "resources", "created_ms"]].concat();
    let mut cells = vec![None; columns.len()];
    (cells[0], cells[1], cells[6]) = (Some("1767225600001"), Some("uid"), Some("[\"a\",\"b\"]"));
    next_result(&server.endpoint, &columns, &[&cells, &cells]).await;
    let answer = findings.rows(&rows).await.unwrap();
    assert_eq!((answer.rows.len(), answer.more, answer.rows[0].types.len()), (1, true, 2));

    let nowhere = AthenaOptions { workgroup: "nowhere".to_owned(), ..options };
    let nowhere = AthenaFindings::new(client, nowhere, vec![source]);
    assert_eq!(nowhere.series(&request).await.unwrap_err().kind, ErrorKind::Misconfigured);
}
