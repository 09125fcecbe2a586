//! The lake gives the contract's answers, from every layout of its files.

#![allow(clippy::unwrap_used)]

mod findings_contract;

use findings_contract::reference::Reference;
use findings_contract::{agrees, rows_agree, samples};
use onepane_domain::{
    Bucket, CountingRule, Dimension, ErrorKind, FilterRule, FindingFilter, FindingRequest, FindingRow,
    FindingRowsRequest, FindingSource, OcsfVersion, SourceName, Timestamp,
};
use onepane_lake::{LakeWriter, ParquetLake, write_day};
use proptest::prelude::{ProptestConfig, proptest};
use std::collections::BTreeMap;
use std::path::Path;

const HUB: SourceName = SourceName::SECURITY_HUB;

/// Every third record goes into another layout, so that all stand side by side.
fn fill(lake: &Path, records: &[FindingRow]) {
    let mut newer = LakeWriter::new(lake, &HUB, OcsfVersion::V2).unwrap();
    let mut older = LakeWriter::new(lake, &HUB, OcsfVersion::V1).unwrap();
    let mut compact: BTreeMap<Timestamp, Vec<FindingRow>> = BTreeMap::new();
    for (number, record) in records.iter().enumerate() {
        match number % 3 {
            0 => newer.add(record.clone()).unwrap(),
            1 => older.add(record.clone()).unwrap(),
            _ => compact.entry(record.time.start_of_day()).or_default().push(record.clone()),
        }
    }
    newer.finish().unwrap();
    older.finish().unwrap();
    for (number, (day, rows)) in compact.into_iter().enumerate() {
        let version = if number % 2 == 0 { OcsfVersion::V2 } else { OcsfVersion::V1 };
        write_day(lake, &HUB, version, day, "day", &rows).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_the_references(
        records in samples::records(),
        requests in proptest::collection::vec(samples::request(), 16),
        rows in proptest::collection::vec(samples::rows_request(), 4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path(), &records);
        let lake = ParquetLake::with_threads(folder.path(), 3);
        let reference = Reference { records };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for request in &requests {
                agrees(&lake, &reference, request).await;
            }
            for request in &rows {
                rows_agree(&lake, &reference, request).await;
            }
        });
    }
}

fn day(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn request(count: CountingRule) -> FindingRequest {
    FindingRequest {
        source: HUB,
        group_by: vec![Dimension::PRODUCT],
        bucket: Bucket::Day,
        from: day("2026-01-01"),
        to: day("2026-02-01"),
        filters: Vec::new(),
        count,
        most_series: 100,
    }
}

fn record(time: &str, uid: &str, product: &str) -> FindingRow {
    FindingRow { time: day(time), uid: uid.into(), product: product.into(), ..FindingRow::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_of_text_is_a_value_like_another() {
    let folder = tempfile::tempdir().unwrap();
    let long = "ä';\"".repeat(250_000);
    let longer = format!("{long}!");
    let records = vec![
        record("2026-01-02T10:00:00Z", "a", &long),
        record("2026-01-02T11:00:00Z", "b", &longer),
        record("2026-01-03T11:00:00Z", "c", "short"),
    ];
    fill(folder.path(), &records);
    let lake = ParquetLake::open(folder.path());
    let reference = Reference { records };
    for dimension in [Dimension::PRODUCT, Dimension::TITLE, Dimension::ACCOUNT] {
        for rule in [FilterRule::Any, FilterRule::Not] {
            let filter = FindingFilter { dimension: dimension.clone(), rule, values: vec![long.clone(), "x".into()] };
            let asked = FindingRequest { filters: vec![filter], ..request(CountingRule::Distinct) };
            agrees(&lake, &reference, &asked).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_counts_by_its_own_time_wherever_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let late = [record("2026-01-05T23:59:59.999Z", "a", "P"), record("2026-01-06T00:00:00Z", "b", "P")];
    write_day(folder.path(), &HUB, OcsfVersion::V2, day("2026-01-06"), "late", &late).unwrap();
    let lake = ParquetLake::open(folder.path());
    let asked = FindingRequest { from: day("2026-01-05"), to: day("2026-01-06"), ..request(CountingRule::Updates) };
    let answer = lake.series(&asked).await.unwrap();
    assert_eq!(answer.series[0].counts, [(day("2026-01-05"), 1)]);
    let asked = FindingRequest { from: day("2026-01-06"), to: day("2026-01-07"), ..request(CountingRule::Updates) };
    assert_eq!(lake.series(&asked).await.unwrap().series[0].counts, [(day("2026-01-06"), 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_that_is_not_there_has_no_findings_yet() {
    let folder = tempfile::tempdir().unwrap();
    let lake = ParquetLake::open(folder.path().join("not/yet"));
    let answer = lake.series(&request(CountingRule::FirstSeen)).await.unwrap();
    assert!(answer.series.is_empty() && answer.notes.is_empty(), "{answer:?}");
    let schema = lake.schema(&HUB).await.unwrap();
    assert_eq!((schema.first, schema.dimensions.len()), (None, 11));
    assert_eq!(lake.sources(), [HUB]);
    // What appears later is seen without opening the lake anew.
    let rows = [record("2026-01-06T00:00:00Z", "b", "P")];
    write_day(&folder.path().join("not/yet"), &HUB, OcsfVersion::V1, day("2026-01-06"), "a", &rows).unwrap();
    assert_eq!(lake.series(&request(CountingRule::FirstSeen)).await.unwrap().series.len(), 1);
    write_day(&folder.path().join("not/yet"), &HUB, OcsfVersion::V1, day("2026-01-06"), "b", &rows).unwrap();
    assert_eq!(lake.series(&request(CountingRule::Updates)).await.unwrap().series[0].total(), 2);
    let schema = lake.schema(&HUB).await.unwrap();
    assert_eq!(
        (schema.version, schema.first, schema.last),
        (OcsfVersion::V1, Some(day("2026-01-06")), Some(day("2026-01-06")))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_is_an_error_of_its_kind() {
    let folder = tempfile::tempdir().unwrap();
    let lake = ParquetLake::open(folder.path());
    let kind = |result: Result<_, onepane_domain::PortError>| {
        result.map(|_: onepane_domain::FindingSeriesAnswer| ()).unwrap_err().kind
    };
    let other = FindingRequest { source: "other".parse().unwrap(), ..request(CountingRule::Updates) };
    assert_eq!(kind(lake.series(&other).await), ErrorKind::NotFound);
    let colour = FindingRequest { group_by: vec!["colour".parse().unwrap()], ..request(CountingRule::Updates) };
    assert_eq!(kind(lake.series(&colour).await), ErrorKind::Invalid);
    let empty = FindingRequest { to: day("2026-01-01"), ..request(CountingRule::Updates) };
    assert_eq!(kind(lake.series(&empty).await), ErrorKind::Invalid);
    let far = FindingRowsRequest {
        source: HUB,
        from: day("2026-01-01"),
        to: day("2026-02-01"),
        filters: Vec::new(),
        offset: u32::MAX,
        limit: 10,
    };
    assert_eq!(lake.rows(&far).await.unwrap_err().kind, ErrorKind::Invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sql_asks_the_tables_of_the_versions_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let lake = ParquetLake::open(folder.path());
    let asked = FindingRowsRequest {
        source: HUB,
        from: day("2026-01-01"),
        to: day("2026-02-01"),
        filters: Vec::new(),
        offset: 0,
        limit: 10,
    };
    assert!(lake.sql(&asked).await.unwrap().contains("us_east_1_sh_findings_2_0"));
    let mut older = LakeWriter::new(folder.path(), &HUB, OcsfVersion::V1).unwrap();
    older.add(FindingRow { region: "eu-west-1".into(), ..record("2026-01-06T00:00:00Z", "a", "P") }).unwrap();
    older.finish().unwrap();
    let sql = lake.sql(&asked).await.unwrap();
    assert!(sql.contains("eu_west_1_sh_findings_1_0") && !sql.contains("findings_2_0"), "{sql}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_described_folder_is_a_source() {
    let folder = tempfile::tempdir().unwrap();
    let lake = ParquetLake::open(folder.path());
    let source: SourceName = "other-tool".parse().unwrap();
    let rows = [record("2026-01-06T05:00:00Z", "a", "P"), record("2026-01-06T07:00:00Z", "a", "Q")];
    write_day(folder.path(), &source, OcsfVersion::V2, day("2026-01-06"), "day", &rows).unwrap();
    std::fs::write(
        folder.path().join("sources.toml"),
        "[other-tool]\nfolder = \"other-tool/2.0\"\ntime = \"time\"\ntime_form = \"epoch_ms\"\nuid = \"finding_info.uid\"\n\
         [other-tool.dimensions]\nmaker = \"metadata.product.name\"\nkind = \"class_uid\"\nlost = \"nowhere\"\n",
    )
    .unwrap();
    assert_eq!(lake.sources(), [HUB, source.clone()]);
    let schema = lake.schema(&source).await.unwrap();
    let names: Vec<_> = schema.dimensions.iter().map(|dimension| dimension.dimension.as_str()).collect();
    assert_eq!((schema.version, names), (OcsfVersion::Custom, vec!["kind", "maker"]));
    assert!(schema.notes.iter().any(|note| note.contains("lost") && note.contains("nowhere")), "{:?}", schema.notes);
    let maker: Dimension = "maker".parse().unwrap();
    let kind: Dimension = "kind".parse().unwrap();
    let asked =
        FindingRequest { source: source.clone(), group_by: vec![kind, maker], ..request(CountingRule::Updates) };
    let answer = lake.series(&asked).await.unwrap();
    let keys: Vec<_> = answer.series.iter().map(|series| series.key.join("|")).collect();
    assert_eq!(keys, ["2004|P", "2004|Q"]);
    let asked = FindingRequest { group_by: vec!["lost".parse().unwrap()], ..asked };
    let answer = lake.series(&FindingRequest { count: CountingRule::Distinct, ..asked }).await.unwrap();
    assert_eq!((answer.series[0].key.clone(), answer.series[0].total()), (vec![String::new()], 1));
    assert!(answer.notes[0].contains("nowhere"), "{:?}", answer.notes);
}
