use super::*;
use std::path::Path;

fn load(
    flags: &[(&'static str, &str)],
    variables: &[(&str, &str)],
    file: &str,
) -> Result<(Settings, Vec<Effective>), ConfigError> {
    let flags = flags.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let file = FileSettings::parse(Path::new("onepane.toml"), file)?;
    Settings::load(&flags, variables, Some(&file))
}

fn effective<'a>(all: &'a [Effective], name: &str) -> &'a Effective {
    all.iter().find(|one| one.name == name).unwrap()
}

#[test]
fn flags_win_over_variables_over_the_file_over_defaults() {
    let file = "# mine\ntable = \"file\"\nretention = \"40d\"\nfeed_shards = 4\n";
    let variables = [("ONEPANE_TABLE", "variable"), ("ONEPANE_RETENTION", "50d"), ("PATH", "x")];
    let (settings, all) = load(&[("table", "flag")], &variables, file).unwrap();
    assert_eq!(settings.table, "flag");
    assert_eq!(effective(&all, "table").source, Source::Flag);
    assert_eq!(settings.retention, Duration::from_secs(50 * 86_400));
    assert_eq!(effective(&all, "retention").source.to_string(), "env ONEPANE_RETENTION");
    assert_eq!(settings.feed_shards.get(), 4);
    assert_eq!(effective(&all, "feed_shards").source.to_string(), "onepane.toml line 4");
    assert_eq!(effective(&all, "listen").source, Source::Default);
}

#[test]
fn every_default_is_a_value_that_can_be_read() {
    let (settings, all) = load(&[], &[], "").unwrap();
    assert_eq!(all.len(), KEYS.len());
    assert!(settings.require_loopback().is_ok());
    assert_eq!(effective(&all, "feed_poll").value.as_deref(), Some("300ms"));
    assert_eq!(settings.lake_dir, Path::new("data/lake"));
    assert_eq!(effective(&all, "lake_dir").value.as_deref(), Some("data/lake"));
    let athena = [("athena_workgroup", "security"), ("region", "eu-west-1"), ("athena_reuse", "off")];
    let (with_athena, _) = load(&athena, &[], "").unwrap();
    assert_eq!((with_athena.athena_region.unwrap().as_str(), with_athena.athena_reuse), ("eu-west-1", None));
    let (off, _) = load(&[("evaluate_every", "off")], &[], "").unwrap();
    assert_eq!((settings.evaluate_every, off.evaluate_every), (Some(Duration::from_secs(3_600)), None));
    let (settings, _) = load(&[("store", "aws")], &[], "").unwrap();
    assert_eq!(settings.feed_overlap, Duration::from_secs(60));
}

#[test]
fn unknown_keys_and_variables_are_errors_that_name_them() {
    let error = load(&[], &[("ONEPANE_TABEL", "x")], "").unwrap_err();
    assert!(error.to_string().contains("ONEPANE_TABEL"), "{error}");
    let error = load(&[], &[], "table = \"x\"\n\ntabel = 1\n[other]\nx = 1\n").unwrap_err().to_string();
    assert!(error.contains("tabel (line 3)") && error.contains("other (line 4)"), "{error}");
    for variable in OTHER_VARIABLES {
        assert!(load(&[], &[(variable, "x")], "").is_ok(), "{variable}");
    }
}

#[test]
fn errors_name_the_key_its_source_and_what_is_wanted() {
    for (name, value) in [
        ("listen", "localhost"),
        ("store", "postgres"),
        ("retention", "5"),
        ("retention", "1h"),
        ("ttl", "1d"),
        ("athena_workgroup", "security"),
        ("athena_region", "Mars"),
        ("athena_output", "bucket"),
        ("athena_output", "s3://bucket/"),
        ("athena_reuse", "ever"),
        ("athena_sources", "sources.toml"),
        ("evaluate_every", "1s"),
        ("evaluate_every", "never"),
        ("feed_shards", "0"),
        ("ingest_max_body", "1"),
        ("ingest_queue", "-1"),
        ("log_level", "a=b=c"),
        ("demo", "yes"),
        ("demo_scale", "NaN"),
        ("endpoint_url", "dynamodb"),
        ("metric_regions", "eu-west-1,nowhere!"),
        ("metric_account", "1234"),
        ("table", ""),
    ] {
        let error = load(&[(name, value)], &[], "").expect_err(name).to_string();
        assert!(error.contains(name) && !error.contains('\n'), "{error}");
    }
    let error = load(&[], &[], "listen = [1]").unwrap_err().to_string();
    assert!(error.contains("listen") && error.contains("line 1"), "{error}");
    let error = load(&[], &[], "listen = ").unwrap_err().to_string();
    assert!(error.contains("onepane.toml") && error.contains("line 1") && !error.contains('\n'), "{error}");
}

#[test]
fn secrets_are_never_shown() {
    let secret = "correct-horse-battery";
    let (settings, all) = load(&[], &[("ONEPANE_INGEST_KEY", secret)], "").unwrap();
    assert_eq!(settings.ingest_key.as_ref().map(Secret::expose), Some(secret));
    assert!(!format!("{settings:?}{all:?}").contains(secret));
    let error = load(&[], &[("ONEPANE_INGEST_KEY", "tooshort")], "").unwrap_err().to_string();
    assert!(!error.contains("tooshort") && error.contains("ingest_key"), "{error}");
}

#[test]
fn only_loopback_is_served() {
    for (listen, allowed) in [
        ("127.0.0.1:3000", true),
        ("[::1]:80", true),
        ("127.9.9.9:1", true),
        ("0.0.0.0:3000", false),
        ("[::]:3000", false),
        ("192.168.1.5:3000", false),
    ] {
        let (settings, _) = load(&[("listen", listen)], &[], "").unwrap();
        let answer = settings.require_loopback();
        assert_eq!(answer.is_ok(), allowed, "{listen}");
        if let Err(error) = answer {
            assert!(error.to_string().contains("access control"), "{error}");
        }
    }
}

#[test]
fn the_manual_has_every_setting_as_the_table_has_it() {
    let manual = include_str!("../../../docs/operations.md");
    for key in KEYS {
        let default = key.default.map(|default| format!("`{default}`")).unwrap_or_default();
        let line = format!("| `{}` | {} | {default} | {} |", key.name, key.form.replace('|', "\\|"), key.doc);
        assert!(manual.contains(&line), "docs/operations.md lacks: {line}");
    }
}
