//! Files that are not what they should be: a note names them, and the rest is answered.

#![allow(clippy::unwrap_used)]

use onepane_domain::{
    Bucket, CountingRule, Dimension, FindingRequest, FindingRow, FindingRowsRequest, FindingSeries, FindingSource,
    OcsfVersion, ResourceRef, SourceName, Timestamp,
};
use onepane_lake::{ParquetLake, write_day};
use proptest::prelude::{ProptestConfig, any, proptest};
use std::path::{Path, PathBuf};

const HUB: SourceName = SourceName::SECURITY_HUB;

fn day(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn records(product: &str, at: &str) -> Vec<FindingRow> {
    let record = |number: i64| FindingRow {
        time: day(at).plus_millis(number * 1_000),
        uid: format!("{product}-{}", number / 2),
        title: format!("title {}", number % 3),
        product: product.into(),
        types: vec!["a/b".into(), format!("c/{number}")],
        severity: "High".into(),
        status: "New".into(),
        resources: vec![ResourceRef { uid: "arn:x".into(), kind: "AwsEc2Instance".into() }],
        created: Some(day(at)),
        ..FindingRow::default()
    };
    (0..200).map(record).collect()
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
        most_series: 100_000,
    }
}

fn rows_request() -> FindingRowsRequest {
    let (from, to) = (day("2026-01-01"), day("2026-02-01"));
    FindingRowsRequest { source: HUB, from, to, filters: Vec::new(), offset: 0, limit: 1_000 }
}

/// A good file, and one to be damaged.
fn two_files(lake: &Path) -> PathBuf {
    write_day(lake, &HUB, OcsfVersion::V2, day("2026-01-05"), "good", &records("Good", "2026-01-05T01:00:00Z"))
        .unwrap();
    let other = records("Other", "2026-01-06T01:00:00Z");
    write_day(lake, &HUB, OcsfVersion::V2, day("2026-01-06"), "other", &other).unwrap()
}

async fn good_is_whole(lake: &ParquetLake) -> Vec<String> {
    let mut notes = Vec::new();
    for (rule, count) in [(CountingRule::Updates, 200), (CountingRule::Distinct, 100), (CountingRule::FirstSeen, 100)] {
        let answer = lake.series(&request(rule)).await.unwrap();
        let good: Vec<&FindingSeries> = answer.series.iter().filter(|series| series.key == ["Good"]).collect();
        assert_eq!(good.len(), 1, "{answer:?}");
        assert_eq!(good[0].counts, [(day("2026-01-05"), count)]);
        notes.extend(answer.notes);
    }
    let rows = lake.rows(&rows_request()).await.unwrap();
    assert_eq!(rows.rows.iter().filter(|row| row.product == "Good").count(), 200);
    notes.extend(rows.notes);
    notes.extend(lake.schema(&HUB).await.unwrap().notes);
    notes
}

const OTHER: &str = "security-hub/2.0/eventDay=20260106/other.parquet: ";

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_parquet_are_named() {
    for (bytes, why) in [(&b""[..], "empty"), (b"PAR1", ""), (b"hello, this is a text and no Parquet file", "")] {
        let folder = tempfile::tempdir().unwrap();
        let other = two_files(folder.path());
        std::fs::write(&other, bytes).unwrap();
        let notes = good_is_whole(&ParquetLake::open(folder.path())).await;
        assert!(notes.iter().all(|note| note.starts_with(OTHER) && note.contains(why)), "{notes:?}");
        assert!(notes.len() >= 5, "{notes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_goes_while_it_is_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let other = two_files(folder.path());
    // Listed, and a name that leads nowhere: what a file that has just gone is.
    std::fs::remove_file(&other).unwrap();
    let lake = ParquetLake::open(folder.path());
    assert_eq!(good_is_whole(&lake).await, Vec::<String>::new());
    #[cfg(unix)]
    {
        // A folder's listing is kept while the folder does not change; a file may be cut short in the meantime.
        let other = two_files(folder.path());
        let mut rows = records("Other", "2026-01-06T01:00:00Z");
        rows.truncate(7);
        assert!(good_is_whole(&lake).await.is_empty());
        let bytes = std::fs::read(&other).unwrap();
        std::fs::write(&other, &bytes[..bytes.len() / 2]).unwrap();
        let notes = good_is_whole(&lake).await;
        assert!(!notes.is_empty() && notes.iter().all(|note| note.starts_with(OTHER)), "{notes:?}");
        // Whole again, and other than before.
        write_day(folder.path(), &HUB, OcsfVersion::V2, day("2026-01-06"), "other", &rows).unwrap();
        assert!(good_is_whole(&lake).await.is_empty());
        let answer = lake.series(&request(CountingRule::Updates)).await.unwrap();
        assert_eq!(answer.series[1].total(), 7);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_may_not_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let other = two_files(folder.path());
    // Also to the superuser a folder is no file.
    std::fs::remove_file(&other).unwrap();
    std::os::unix::fs::symlink("/proc/self/mem", &other).unwrap();
    let notes = good_is_whole(&ParquetLake::open(folder.path())).await;
    assert!(notes.iter().all(|note| note.starts_with(OTHER)), "{notes:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Flipped bytes, holes and cuts anywhere: at worst a note.
    #[test]
    fn no_bytes_break_the_reading(
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        near_the_end in proptest::collection::vec((0usize..1_500, any::<u8>()), 0..3),
        cut in proptest::option::weighted(0.2, any::<proptest::sample::Index>()),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let other = two_files(folder.path());
        let mut bytes = std::fs::read(&other).unwrap();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        for (before, value) in near_the_end {
            let at = bytes.len().saturating_sub(1 + before);
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        std::fs::write(&other, &bytes).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let lake = ParquetLake::with_threads(folder.path(), 2);
        runtime.block_on(async {
            let rows = lake.rows(&FindingRowsRequest { limit: 1_000, ..rows_request() }).await.unwrap();
            drop(rows);
            for rule in CountingRule::ALL {
                let answer = lake.series(&request(rule)).await.unwrap();
                let expected = if rule == CountingRule::Updates { 200 } else { 100 };
                // A damaged text may by chance be another product's, never less of this one.
                let good = answer.series.iter().find(|series| series.key == ["Good"]).unwrap();
                assert!(good.total() >= expected);
            }
            lake.schema(&HUB).await.unwrap();
        });
    }
}
