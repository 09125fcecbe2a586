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
fn metric_records_are_ingested_from_files_standard_input_and_gzip_beside_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), &[]);
    let record = |endpoint: &str| {
        format!(
            r#"{{"metric_stream_name":"all","account_id":"111122223333","region":"us-east-1","namespace":"AWS/SageMaker","metric_name":"Invocations","dimensions":{{"EndpointName":"{endpoint}","VariantName":"AllTraffic"}},"timestamp":1795000000000,"value":{{"max":1.0,"min":1.0,"sum":7.0,"count":7.0}},"unit":"None"}}"#
        )
    };
    std::fs::write(folder.path().join("stream"), format!("{}{}\nnonsense\n", record("a"), record("b"))).unwrap();
    for _ in 0..2 {
        let ingested = run(onepane(folder.path()).args(["ingest", "--metrics", "stream"]), "");
        assert_eq!(ingested.status.code(), Some(1), "{}", stderr(&ingested));
        assert!(stdout(&ingested).contains("2 kept, 1 rejected"), "{}", stdout(&ingested));
    }
    let letters = std::fs::read_to_string(folder.path().join("data/dead-letters.jsonl")).unwrap();
    assert!(letters.lines().count() == 1 && letters.contains("\"source\":\"stream\""), "{letters}");
    let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    zip.write_all(record("c").as_bytes()).unwrap();
    std::fs::write(folder.path().join("stream.gz"), zip.finish().unwrap()).unwrap();
    for (file, input) in [("stream.gz", String::new()), ("-", record("d"))] {
        let ingested = run(onepane(folder.path()).args(["ingest", "--metrics", file]), &input);
        assert!(ingested.status.success(), "{}", stderr(&ingested));
        assert!(stdout(&ingested).contains("1 kept, 0 rejected"), "{}", stdout(&ingested));
    }
    drop(serving);
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

#[test]
fn analyze_finds_what_synth_has_planted() {
    let folder = tempfile::tempdir().unwrap();
    let truth_file = folder.path().join("truth.jsonl");
    let made = run(onepane(folder.path()).args(["synth", "--truth"]).arg(&truth_file), "");
    assert!(made.status.success(), "{}", stderr(&made));
    let truth: Vec<serde_json::Value> =
        std::fs::read_to_string(&truth_file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();

    let analyzed = run(onepane(folder.path()).args(["analyze", "-"]), &stdout(&made));
    assert!(analyzed.status.success(), "{}", stderr(&analyzed));
    let analysis: serde_json::Value = serde_json::from_str(&stdout(&analyzed)).unwrap();
    assert_eq!(analysis["profile"], "robust");
    for (planted, report) in truth.iter().zip(analysis["series"].as_array().unwrap()) {
        assert_eq!(planted["key"], report["key"]);
        assert_eq!((&report["n"], &report["outcome"]), (&365.into(), &"analysed".into()));
        let found = |what: &str| -> Vec<i64> {
            report[what].as_array().unwrap().iter().map(|one| one["index"].as_i64().unwrap()).collect()
        };
        match planted["key"].as_str().unwrap() {
            "noise" => assert_eq!((found("outliers"), found("changepoints")), (vec![], vec![])),
            "spikes" => assert_eq!((found("outliers"), found("changepoints")), (vec![120, 362], vec![])),
            "two shifts, weekly" => {
                assert_eq!(report["period"], 7);
                let shifts = found("changepoints");
                assert_eq!(shifts.len(), 2);
                assert!(shifts[0].abs_diff(130) <= 2 && shifts[1].abs_diff(250) <= 2, "{shifts:?}");
            }
            "rising, weekly" => assert_eq!(report["trend"]["direction"], "up"),
            "ramp" => assert!(report["changepoints"].as_array().unwrap().iter().all(|change| change["kind"] == "ramp")),
            _ => {}
        }
    }
    assert_eq!(analysis["insights"][0]["key"], "rising, weekly");
}

#[test]
fn analyze_takes_the_parameters_that_people_know() {
    let folder = tempfile::tempdir().unwrap();
    let series = r#"{"key":"k","timestamps":["2026-01-01","2026-01-02","2026-01-03"],"values":[1,null,2]}"#;
    let ask = |arguments: &[&str]| run(onepane(folder.path()).arg("analyze").args(arguments), series);
    let kats = ask(&[
        "--profile",
        "kats",
        "--detectors",
        "outlier,changepoint",
        "--period",
        "2",
        "--iqr-mult",
        "1.5",
        "--decomp",
        "multiplicative",
        "--threshold",
        "0.05",
        "--decomposition",
    ]);
    assert!(kats.status.success(), "{}", stderr(&kats));
    let analysis: serde_json::Value = serde_json::from_str(&stdout(&kats)).unwrap();
    assert_eq!(analysis["series"][0]["trend"], serde_json::Value::Null);

    let table = ask(&["--format", "table"]);
    assert!(stdout(&table).starts_with("series  n  period"), "{}", stdout(&table));
    for (arguments, told) in [
        (["--profile", "magic"], "magic"),
        (["--threshold", "1.5"], "between 0 and 1"),
        (["--period", "0"], "auto"),
        (["--iqr-mult", "-1"], "above 0"),
    ] {
        let refused = ask(&arguments);
        assert_eq!(refused.status.code(), Some(2));
        assert!(stderr(&refused).contains(told), "{}", stderr(&refused));
    }
    let broken = run(onepane(folder.path()).args(["analyze", "-"]), "2026-01-01,1\n2026-01-02,two\n");
    assert_eq!(broken.status.code(), Some(1));
    assert_eq!(stderr(&broken).lines().last().unwrap(), "onepane: -: line 2: value: not a number: \"two\"");
}

/// A site folder with nothing in it but what charts are drawn with.
fn site_for_charts(folder: &Path) {
    let bundle = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/echarts/echarts.js");
    let pkg = folder.join("target/site/pkg");
    std::fs::create_dir_all(&pkg).unwrap();
    std::fs::copy(bundle, pkg.join("echarts.0.js"))
        .unwrap_or_else(|error| panic!("{bundle}: {error}: run scripts/build-echarts first"));
    std::fs::write(folder.join("target/site/manifest.json"), r#"{"echarts":"/pkg/echarts.0.js"}"#).unwrap();
}

#[test]
fn render_draws_what_its_own_example_says() {
    let folder = tempfile::tempdir().unwrap();
    site_for_charts(folder.path());
    let list = stdout(&run(onepane(folder.path()).args(["render", "--list"]), ""));
    assert!(list.lines().count() >= 8, "{list}");
    let example = stdout(&run(onepane(folder.path()).args(["render", "failure-pareto", "--example"]), ""));
    let arguments =
        ["render", "failure-pareto", "--data", "-", "--out", "chart.svg", "--theme", "dark", "--width", "900"];
    let output = run(onepane(folder.path()).args(arguments), &example);
    assert!(output.status.success(), "{}", stderr(&output));
    let svg = std::fs::read_to_string(folder.path().join("chart.svg")).unwrap();
    assert!(svg.starts_with("<svg width=\"900\"") && svg.contains("CUDA out of memory"), "{svg}");
}

#[test]
fn render_names_file_chart_and_field_of_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data.json"), r#"{"reasons":[{"reason":"a","count":1,"colour":"red"}]}"#)
        .unwrap();
    let render = |chart: &str| {
        let output = run(onepane(folder.path()).args(["render", chart, "--data", "data.json", "--out", "a.svg"]), "");
        assert_eq!(output.status.code(), Some(1));
        stderr(&output)
    };
    let message = render("failure-pareto");
    let expected = "onepane: data.json: chart failure-pareto: unknown field `colour`, expected `reason` or `count`";
    assert!(message.starts_with(expected), "{message}");
    assert_eq!(message.matches("unknown field").count(), 1, "{message}");
    assert!(render("pie").contains("known: workloads-by-phase, account-days"));
    std::fs::write(folder.path().join("data.json"), r#"{"reasons":[]}"#).unwrap();
    assert!(render("failure-pareto").contains("run `make site`"));
}
