//! `onepane lake`, as people run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn onepane(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onepane"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ONEPANE_")) {
        command.env_remove(name);
    }
    let command = command.current_dir(folder).arg("lake").args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that reads no input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

const OCSF: &str = r#"{"time_dt":"2026-01-02T03:04:05Z","severity":"High","status":"New","metadata":{"product":{"name":"Inspector"}},"finding_info":{"uid":"u1","types":["a"]},"cloud":{"region":"us-east-1","account":{"uid":"111122223333"}}}"#;
const ASFF: &str = r#"{"Id":"u2","AwsAccountId":"999999999999","Region":"eu-west-1","ProductName":"GuardDuty","Types":["b"],"UpdatedAt":"2026-01-03T00:00:00Z","Severity":{"Label":"LOW"}}"#;

#[test]
fn findings_go_into_the_lake_and_are_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let input = format!("{OCSF}\n{{\"Findings\": [{ASFF}, {ASFF}]}}\n[{OCSF}]\n");
    let output = onepane(folder.path(), &["import"], &input);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("4 imported, 0 rejected; 2 new files"), "{}", stdout(&output));
    let file = folder.path().join("findings.jsonl");
    std::fs::write(&file, input).unwrap();
    let output = onepane(folder.path(), &["import", "findings.jsonl"], "");
    assert!(stdout(&output).contains("0 new files, 2 files were there already"), "{}", stdout(&output));

    let output = onepane(folder.path(), &["describe"], "");
    assert!(output.status.success(), "{}", stdout(&output));
    let text = stdout(&output);
    assert!(text.contains("security-hub/2.0") && text.contains("eu-west-1,us-east-1"), "{text}");
    assert!(text.contains("2026-01-02") && text.contains("2026-01-03") && text.contains("resource_type"), "{text}");
    let output = onepane(folder.path(), &["describe", "--format", "json"], "");
    let json: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(
        (json["records"].as_u64(), json["accounts"].as_u64(), json["version"].as_str()),
        (Some(4), Some(2), Some("v2"))
    );
}

#[test]
fn what_is_rejected_is_told_with_its_line_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let input = format!("{OCSF}\n{{\"hello\": 1}}\nnot json\n{{\"finding_info\":{{}}}}\n{ASFF}\n");
    let output = onepane(folder.path(), &["import", "--version", "1", "--lake-dir", "here"], &input);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("5 findings in") && stdout(&output).contains("2 imported, 3 rejected"),
        "{}",
        stdout(&output)
    );
    for line in ["-:2: neither", "-:3: ", "-:4: time_dt: is not there"] {
        assert!(stderr(&output).contains(line), "{}", stderr(&output));
    }
    let letters = std::fs::read_to_string(folder.path().join("data/dead-letters.jsonl")).unwrap();
    assert_eq!(letters.lines().count(), 3);
    assert!(
        folder.path().join("here/security-hub/1.0/region=us-east-1/accountId=111122223333/eventDay=20260102").exists()
    );
}

#[test]
fn a_file_that_cannot_be_read_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    assert!(onepane(folder.path(), &["describe"], "").status.success());
    let day = folder.path().join("data/lake/security-hub/2.0/eventDay=20260102");
    std::fs::create_dir_all(&day).unwrap();
    std::fs::write(day.join("broken.parquet"), "no Parquet").unwrap();
    let output = onepane(folder.path(), &["describe"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("note: security-hub/2.0/eventDay=20260102/broken.parquet: "),
        "{}",
        stdout(&output)
    );
    let output = onepane(folder.path(), &["import", "not-there.json"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("not-there.json"), "{}", stderr(&output));
}
