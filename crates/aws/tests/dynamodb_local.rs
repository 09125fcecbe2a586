//! The store's contract on Amazon's own DynamoDB Local.
//!
//! `ONEPANE_DYNAMODB_LOCAL` names the folder that holds `DynamoDBLocal.jar` (`make test` sets it; Java 17 or newer). A
//! missing variable is a failure, unless `ONEPANE_SKIP_DYNAMODB_LOCAL=1` says that leaving it out is meant.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod contract;
mod external;

use aws_sdk_dynamodb::config::{Credentials, Region};
use aws_sdk_dynamodb::{Client, Config};
use contract::Bench;
use external::{Server, place_of};
use onepane_aws::{ConnectOptions, StoreConfig, WriteStrategy};
use onepane_domain::{ErrorKind, WorkloadStore};
use std::process::Command;

fn client(endpoint: &str) -> Client {
    let config = Config::builder()
        .behavior_version(onepane_aws::aws_behavior())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(onepane_aws::retry_policy())
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract_on_dynamodb_local() {
    let installer = "scripts/install-dynamodb-local";
    let Some(folder) = place_of("DYNAMODB_LOCAL", "DynamoDB Local", installer) else { return };
    let command = |port: u16| {
        let mut command = Command::new("java");
        command.args(["-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", "-inMemory", "-port"]);
        command.arg(port.to_string()).current_dir(&folder);
        command
    };
    let answers = async |endpoint: &str| client(endpoint).list_tables().send().await.is_ok();
    let server = Server::start("DynamoDB Local", command, answers).await;
    let client = client(&server.endpoint);
    let single = WriteStrategy::Single { in_flight: 16 };
    contract::run(&Bench { client: client.clone(), writes: single, name: "single" }, 12).await;
    let grouped = WriteStrategy::Grouped { in_flight: 2 };
    contract::run(&Bench { client, writes: grouped, name: "grouped" }, 12).await;
    for (credentials, expected) in [(true, "answered"), (false, "forbidden")] {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "other_process_connects", "--ignored"]).env_clear();
        child.envs([("ONEPANE_TEST_ENDPOINT", server.endpoint.as_str()), ("ONEPANE_TEST_EXPECTED", expected)]);
        child.envs([("AWS_EC2_METADATA_DISABLED", "true"), ("HOME", "/nowhere")]);
        if credentials {
            child.envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]);
        }
        assert!(child.status().unwrap().success(), "{expected}");
    }
}

/// Not a test by itself: a process whose environment says who it is, as on AWS.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by keeps_the_contract_on_dynamodb_local"]
async fn other_process_connects() {
    let Ok(endpoint) = std::env::var("ONEPANE_TEST_ENDPOINT") else { return };
    let options = ConnectOptions { region: Some("eu-central-1".into()), endpoint_url: Some(endpoint) };
    let store = onepane_aws::connect(options, StoreConfig::default()).await;
    match std::env::var("ONEPANE_TEST_EXPECTED").unwrap().as_str() {
        "answered" => {
            store.create_table_if_missing().await.unwrap();
            store.check().await.unwrap();
        }
        _ => assert_eq!(store.check().await.unwrap_err().kind, ErrorKind::Forbidden),
    }
}
