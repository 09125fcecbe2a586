//! The SQL for Athena, translated to DuckDB and run over the same Parquet files, answers exactly what the lake answers:
//! every counting rule, bucket, grouping, filter and form of records, and rows by both of its forms.
//!
//! Neither side shares code with the other beyond the words of the contract: who translates is sqlglot, who counts is
//! DuckDB.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "sql_proof/duck.rs"]
mod duck;
mod findings_contract;

use duck::Duck;
use findings_contract::samples::{DIMENSIONS, record, request, rows_request, start};
use onepane_domain::{
    Bucket, CountingRule, Dimension, FilterRule, FindingFilter, FindingRequest, FindingRow, FindingRowsRequest,
    FindingSource, MOST_FINDING_ROWS, OcsfVersion, SourceName,
};
use onepane_findings::{FindingSql, left_out_note};
use onepane_lake::{LakeWriter, ParquetLake, write_day};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::path::Path;

const RECORDS: usize = 900;
/// Requests by chance, of each kind and for each lake.
const BY_CHANCE: usize = 60;

/// The same values at every run.
struct Chance(TestRunner);

impl Chance {
    fn new(seed: u8) -> Self {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    fn some<T: std::fmt::Debug>(&mut self, strategy: &impl Strategy<Value = T>, count: usize) -> Vec<T> {
        (0..count).map(|_| strategy.new_tree(&mut self.0).unwrap().current()).collect()
    }
}

/// A lake, and the same files as tables.
struct Sides {
    lake: ParquetLake,
    sql: FindingSql,
    duck: Duck,
}

impl Sides {
    fn new(python: &str, folder: &Path, versions: &[OcsfVersion]) -> Self {
        let sql = FindingSql::security_lake(&"us-east-1".parse().unwrap(), versions);
        let mut duck = Duck::start(python);
        for (number, version) in versions.iter().enumerate() {
            let name = if *version == OcsfVersion::V1 { "1.0" } else { "2.0" };
            duck.table(&sql, number, &folder.join("security-hub").join(name));
        }
        Self { lake: ParquetLake::open(folder), sql, duck }
    }

    async fn series_agree(&mut self, request: &FindingRequest) {
        let answer = self.lake.series(request).await.unwrap();
        let (series, there_are) = self.duck.series(&self.sql, request);
        assert_eq!(series, answer.series, "DuckDB left, the lake right: {request:#?}");
        let notes: Vec<String> = left_out_note(series.len(), there_are).into_iter().collect();
        assert_eq!(notes, answer.notes, "{request:#?}");
    }

    async fn rows_agree(&mut self, request: &FindingRowsRequest) {
        let answer = self.lake.rows(request).await.unwrap();
        let mut rows = self.duck.rows(&self.sql, request);
        let more = rows.len() > request.limit as usize;
        rows.truncate(request.limit as usize);
        assert_eq!(more, answer.more, "{request:#?}");
        // Among rows of one time and uid no order is promised, so that a page may end within them.
        let place = |row: &FindingRow| (row.time, row.uid.clone());
        let places = |rows: &[FindingRow]| rows.iter().map(place).collect::<Vec<_>>();
        assert_eq!(places(&rows), places(&answer.rows), "{request:#?}");
        assert_eq!(places(&self.duck.copied_rows(&self.sql, request)), places(&rows), "{request:#?}");
    }

    /// Whole rows, of all that there are.
    async fn all_rows_agree(&mut self, filters: Vec<FindingFilter>) {
        let request = FindingRowsRequest {
            source: SourceName::SECURITY_HUB,
            from: start().plus_days(-2),
            to: start().plus_days(20),
            filters,
            offset: 0,
            limit: MOST_FINDING_ROWS,
        };
        let sorted = |mut rows: Vec<FindingRow>| {
            rows.sort_by_key(|row| format!("{row:?}"));
            rows
        };
        let answer = self.lake.rows(&request).await.unwrap();
        assert!(!answer.more && !answer.rows.is_empty(), "{request:#?}");
        let rows = sorted(answer.rows);
        assert_eq!(sorted(self.duck.rows(&self.sql, &request)), rows);
        assert_eq!(sorted(self.duck.copied_rows(&self.sql, &request)), rows);
    }

    async fn agree(&mut self, seed: u8) {
        let mut chance = Chance::new(seed);
        for request in chance.some(&request(), BY_CHANCE) {
            self.series_agree(&request).await;
        }
        for request in chance.some(&rows_request(), BY_CHANCE) {
            self.rows_agree(&request).await;
        }
        for request in every_shape() {
            self.series_agree(&request).await;
        }
        self.all_rows_agree(Vec::new()).await;
    }
}

/// Every rule with every bucket, over every dimension and some of them together, with every kind of filter on it.
fn every_shape() -> Vec<FindingRequest> {
    let mut groups: Vec<Vec<Dimension>> = DIMENSIONS.iter().map(|dimension| vec![dimension.clone()]).collect();
    groups.push(Vec::new());
    groups.push(vec![Dimension::PRODUCT, Dimension::TYPE]);
    groups.push(vec![Dimension::ACCOUNT, Dimension::REGION, Dimension::SEVERITY, Dimension::RESOURCE]);
    let filters = |dimension: &Dimension| -> Vec<Vec<FindingFilter>> {
        let filter = |rule, values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            FindingFilter { dimension: dimension.clone(), rule, values }
        };
        let some = ["GuardDuty", "It's; --", "High", "New", "us-east-1", "111122223333", "uid-1", "'); DROP TABLE x"];
        let or_none = [&some[..], &[""]].concat();
        vec![
            Vec::new(),
            vec![filter(FilterRule::Any, &some)],
            vec![filter(FilterRule::Any, &or_none)],
            vec![filter(FilterRule::Not, &some)],
            vec![filter(FilterRule::Not, &or_none), filter(FilterRule::Any, &[])],
        ]
    };
    let mut requests = Vec::new();
    for (number, group_by) in groups.into_iter().enumerate() {
        let filtered = filters(group_by.first().unwrap_or(&Dimension::TYPE));
        for (shape, count) in CountingRule::ALL.into_iter().flat_map(|count| [count; 5]).enumerate() {
            // The buckets take turns: each meets each rule, filter and grouping, though not all four at once.
            let bucket = Bucket::ALL[(number + shape) % 3];
            requests.push(FindingRequest {
                source: SourceName::SECURITY_HUB,
                group_by: group_by.clone(),
                bucket,
                from: start().plus_millis(100_000_001),
                to: start().plus_millis(700_000_001),
                filters: filtered[shape % 5].clone(),
                count,
                most_series: if number % 4 == 1 { 3 } else { 1_000 },
            });
        }
    }
    requests
}

fn partitioned(folder: &Path, version: OcsfVersion, records: &[FindingRow]) {
    let mut writer = LakeWriter::new(folder, &SourceName::SECURITY_HUB, version).unwrap();
    records.iter().for_each(|record| writer.add(record.clone()).unwrap());
    writer.finish().unwrap();
}

fn compact(folder: &Path, version: OcsfVersion, records: &[FindingRow]) {
    let mut days: BTreeMap<_, Vec<FindingRow>> = BTreeMap::new();
    for record in records {
        days.entry(record.time.start_of_day()).or_default().push(record.clone());
    }
    for (day, rows) in days {
        write_day(folder, &SourceName::SECURITY_HUB, version, day, "proof", &rows).unwrap();
    }
}

async fn prove(name: &str, seed: u8, versions: &[OcsfVersion], write: fn(&Path, OcsfVersion, &[FindingRow])) {
    let Some(python) = duck::python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let records = Chance::new(seed).some(&record(), RECORDS);
    for (number, version) in versions.iter().enumerate() {
        let part = records.len() / versions.len();
        write(folder.path(), *version, &records[number * part..(number + 1) * part]);
    }
    println!("{name}");
    Sides::new(&python, folder.path(), versions).agree(seed).await;
}

#[tokio::test]
async fn version_1_in_partitions() {
    prove("1.0, partitioned", 1, &[OcsfVersion::V1], partitioned).await;
}

#[tokio::test]
async fn version_2_in_partitions() {
    prove("2.0, partitioned", 2, &[OcsfVersion::V2], partitioned).await;
}

#[tokio::test]
async fn version_2_with_accounts_and_regions_in_columns() {
    prove("2.0, compact", 3, &[OcsfVersion::V2], compact).await;
}

#[tokio::test]
async fn both_versions_counted_together() {
    prove("1.0 and 2.0", 4, &[OcsfVersion::V1, OcsfVersion::V2], partitioned).await;
}
