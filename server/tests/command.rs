//! The binary, as people and scripts run it.
// Helpers are test code too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const EVENT: &str = r#"{"version":"0","id":"e1","detail-type":"SageMaker Training Job State Change","source":"aws.sagemaker","account":"111122223333","time":"2026-11-22T02:04:05Z","region":"us-east-1","resources":["arn:aws:sagemaker:us-east-1:111122223333:training-job/xgb"],"detail":{"TrainingJobName":"xgb","TrainingJobArn":"arn:aws:sagemaker:us-east-1:111122223333:training-job/xgb","TrainingJobStatus":"InProgress"}}"#;

fn onepane(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onepane"));
    let ours = std::env::vars().map(|(name, _)| name).filter(|name| name.starts_with("ONEPANE_"));
    for name in ours {
        command.env_remove(name);
    }
    command.current_dir(folder);
    command
}

fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A running server, ended when dropped.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = onepane(folder)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(address) = line.trim().strip_prefix("Onepane is at http://") else {
            let mut why = String::new();
            child.stderr.take().unwrap().read_to_string(&mut why).unwrap();
            panic!("did not start: {line:?} {why}");
        };
        let address = address.to_owned();
        // Someone must read the log, or it fills its pipe.
        let mut log = child.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn until(&self, path: &str, wanted: &str, within: Duration) -> String {
        let start = Instant::now();
        loop {
            let answer = self.get(path);
            if answer.contains(wanted) {
                return answer;
            }
            assert!(start.elapsed() < within, "{path} has no {wanted:?}: {answer}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn terminate(mut self) -> std::process::ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn parse_prints_a_record_a_line_and_fails_if_anything_was_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let good = run(onepane(folder.path()).arg("parse"), EVENT);
    assert!(good.status.success(), "{}", stderr(&good));
    let record: serde_json::Value = serde_json::from_str(stdout(&good).trim()).unwrap();
    assert_eq!((&record["record"], &record["phase"]), (&"workload".into(), &"running".into()));
    assert!(record.as_object().unwrap().contains_key("failure_reason"), "absent is null: {record}");
    let mixed = run(onepane(folder.path()).args(["parse", "-"]), &format!("{EVENT}\nnonsense\n{EVENT}\n"));
    assert_eq!(mixed.status.code(), Some(1));
    let lines: Vec<serde_json::Value> =
        stdout(&mixed).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[1]["record"], &lines[1]["line"]), (&"rejected".into(), &2.into()));
    let missing = run(onepane(folder.path()).args(["parse", "no-such-file"]), "");
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).starts_with("onepane: no-such-file: "), "{}", stderr(&missing));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = onepane(folder.path())
        .args(["demo", "--days", "24", "--scale", "0.01"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with('{'), "{first}");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn config_says_where_each_value_came_from() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("onepane.toml"),
        "table = \"of-the-file\"\ningest_key = \"sixteen-or-more-letters\"\n",
    )
    .unwrap();
    let shown =
        run(onepane(folder.path()).args(["config", "--retention", "40d"]).env("ONEPANE_LISTEN", "127.0.0.1:4000"), "");
    let text = stdout(&shown);
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    assert!(line("retention = \"40d\"").ends_with("# flag"), "{text}");
    assert!(line("listen = \"127.0.0.1:4000\"").ends_with("# env ONEPANE_LISTEN"), "{text}");
    assert!(line("table = \"of-the-file\"").ends_with("# onepane.toml line 1"), "{text}");
    assert!(line("store = \"embedded\"").ends_with("# default"), "{text}");
    assert!(!text.contains("sixteen-or-more-letters"), "{text}");
    let unknown = run(onepane(folder.path()).arg("config").env("ONEPANE_LISTNE", "x"), "");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("ONEPANE_LISTNE"), "{}", stderr(&unknown));
    std::fs::write(folder.path().join("onepane.toml"), "tabel = 1\n").unwrap();
    let unknown = run(onepane(folder.path()).arg("config"), "");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("onepane.toml") && stderr(&unknown).contains("tabel"), "{}", stderr(&unknown));
}

#[test]
fn only_loopback_is_served_and_the_refusal_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let refused = run(onepane(folder.path()).args(["serve", "--listen", "0.0.0.0:3000"]), "");
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("access control"), "{}", stderr(&refused));
    assert!(!folder.path().join("data").exists(), "a refused start leaves nothing behind");
}

#[test]
fn ingest_counts_by_outcome_and_a_second_run_has_no_double_effect() {
    let folder = tempfile::tempdir().unwrap();
    let unknown = EVENT.replace("Training Job State Change", "Teapot State Change").replace("\"e1\"", "\"e2\"");
    std::fs::write(folder.path().join("events.jsonl"), format!("{EVENT}\n{EVENT}\n{unknown}\nnonsense\n")).unwrap();
    let ingest = || run(onepane(folder.path()).args(["ingest", "events.jsonl"]), "");
    let first = ingest();
    assert_eq!(first.status.code(), Some(1), "{}", stderr(&first));
    assert!(stdout(&first).contains("1 new, 1 duplicate, 1 unrecognised, 1 rejected, 0 failed"), "{}", stdout(&first));
    let second = ingest();
    assert!(
        stdout(&second).contains("0 new, 3 duplicate, 0 unrecognised, 1 rejected, 0 failed"),
        "{}",
        stdout(&second)
    );
    let letters = std::fs::read_to_string(folder.path().join("data/dead-letters.jsonl")).unwrap();
    let letters: Vec<serde_json::Value> = letters.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!((&letters[0]["line"], &letters[0]["source"]), (&4.into(), &"events.jsonl".into()));
    assert_eq!(letters[0]["event"], "nonsense");
    let clean = run(onepane(folder.path()).args(["ingest", "--dead-letters", "none.jsonl"]), EVENT);
    assert!(clean.status.success());
    assert!(!folder.path().join("none.jsonl").exists());
}

#[test]
fn events_ingested_beside_a_server_are_seen_and_survive_its_stop() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), &[]);
    serving.until("/readyz", "\"complete\":true", Duration::from_secs(30));
    let ingested = run(onepane(folder.path()).args(["ingest", "-"]), EVENT);
    assert!(ingested.status.success(), "{}", stderr(&ingested));
    let export = serving.until("/export/workloads.json", "\"name\":\"xgb\"", Duration::from_secs(30));
    assert!(export.contains("content-disposition: attachment"), "{export}");
    let stopping = Instant::now();
    assert!(serving.terminate().success());
    assert!(stopping.elapsed() < Duration::from_secs(30), "{:?}", stopping.elapsed());
    let again = Serving::start(folder.path(), &[]);
    again.until("/readyz", "\"workloads\":1", Duration::from_secs(30));
}

#[test]
fn the_demo_fills_an_empty_store_lives_and_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let demo = ["--demo", "--demo-scale=0.01", "--demo-days=24"];
    let serving = Serving::start(folder.path(), &demo);
    serving.until("/readyz", "\"complete\":true", Duration::from_secs(60));
    let metrics = serving.get("/metrics");
    assert!(metrics.contains("onepane_events_total{outcome=\"rejected\"} 0"), "{metrics}");
    assert!(serving.terminate().success());
    let state = std::fs::read_to_string(folder.path().join("data/demo.json")).unwrap();
    assert!(state.contains("\"filled\": true"), "{state}");
    let again = Serving::start(folder.path(), &demo);
    let ready = again.until("/readyz", "\"complete\":true", Duration::from_secs(60));
    assert!(!ready.contains("\"workloads\":0"), "{ready}");
    again.until("/metrics", "onepane_events_total{outcome=\"new\"}", Duration::from_secs(60));
    assert!(again.terminate().success());
}

#[test]
fn the_demo_does_not_mix_with_other_events() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(onepane(folder.path()).arg("ingest"), EVENT).status.success());
    let refused = run(onepane(folder.path()).args(["serve", "--demo", "--listen", "127.0.0.1:0"]), "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("--data-dir"), "{}", stderr(&refused));
}
