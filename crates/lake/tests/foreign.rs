//! Files as other writers make them: other compressions, shapes of lists, types of time, and names of columns.

#![allow(clippy::unwrap_used, clippy::panic)]

use onepane_domain::{
    Bucket, CountingRule, Dimension, FindingRequest, FindingRowsRequest, FindingSource, SourceName, Timestamp,
};
use onepane_lake::ParquetLake;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, Int96};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::path::Path;
use std::sync::Arc;

const HOUR: i64 = 3_600_000;

fn start() -> Timestamp {
    "2026-01-05T00:00:00Z".parse().unwrap()
}

/// 3,000 records, one a second, of which every third has no type and every other one has two.
fn write(path: &Path, schema: &str, per_second: i64, compression: Compression) {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties =
        WriterProperties::builder().set_compression(compression).set_data_page_row_count_limit(100).build();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = SerializedFileWriter::new(std::fs::File::create(path).unwrap(), schema, properties.into()).unwrap();
    for group in 0..3 {
        let mut writer = file.next_row_group().unwrap();
        while let Some(mut column) = writer.next_column().unwrap() {
            let numbers = group * 1_000..(group + 1) * 1_000;
            match column.untyped() {
                ColumnWriter::Int64ColumnWriter(column) => {
                    let at = |number: i64| (start().millis() / 1_000 + number) * per_second;
                    let times: Vec<i64> = numbers.map(at).collect();
                    column.write_batch(&times, Some(&[1; 1_000]), None).unwrap();
                }
                ColumnWriter::Int96ColumnWriter(column) => {
                    let days = (start().millis() / 86_400_000 + 2_440_588) as u32;
                    let at = |number: i64| {
                        let nanos = number as u64 * 1_000_000_000;
                        Int96::from(vec![nanos as u32, (nanos >> 32) as u32, days])
                    };
                    let times: Vec<Int96> = numbers.map(at).collect();
                    column.write_batch(&times, Some(&[1; 1_000]), None).unwrap();
                }
                ColumnWriter::ByteArrayColumnWriter(column) => {
                    let most = column.get_descriptor().max_def_level();
                    let is_list = column.get_descriptor().max_rep_level() > 0;
                    let (mut values, mut levels, mut repeats) = (Vec::new(), Vec::new(), Vec::new());
                    for number in numbers {
                        if is_list && number % 3 == 0 {
                            levels.push(0);
                            repeats.push(0);
                            continue;
                        }
                        let count = if is_list { 1 + number % 2 } else { 1 };
                        for entry in 0..count {
                            values.push(ByteArray::from(format!("text {entry}").as_str()));
                            levels.push(most);
                            repeats.push(i16::from(entry > 0));
                        }
                    }
                    column.write_batch(&values, Some(&levels), is_list.then_some(repeats.as_slice())).unwrap();
                }
                _ => panic!("no values for this column"),
            }
            column.close().unwrap();
        }
        writer.close().unwrap();
    }
    file.close().unwrap();
}

async fn is_read(path: &str, schema: &str, per_second: i64, compression: Compression) {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("security-hub").join(path), schema, per_second, compression);
    let lake = ParquetLake::with_threads(folder.path(), 2);
    let request = FindingRequest {
        source: SourceName::SECURITY_HUB,
        group_by: vec![Dimension::TYPE, Dimension::PRODUCT, Dimension::REGION],
        bucket: Bucket::Hour,
        from: start().plus_millis(60_000),
        to: start().plus_millis(HOUR),
        filters: Vec::new(),
        count: CountingRule::Updates,
        most_series: 10,
    };
    let answer = lake.series(&request).await.unwrap();
    let told: Vec<_> = answer.series.iter().map(|series| (series.key.join("|"), series.counts.clone())).collect();
    let region = if path.to_lowercase().contains("region=") { "eu-west-1" } else { "" };
    let counts = |text: &str, count| (format!("{text}|text 0|{region}"), vec![(start(), count)]);
    assert_eq!(told, [counts("", 980), counts("text 0", 1_960)], "{path} {schema}: {:?}", answer.notes);
    let rows = FindingRowsRequest {
        source: SourceName::SECURITY_HUB,
        from: request.from,
        to: request.to,
        filters: Vec::new(),
        offset: 1,
        limit: 3,
    };
    let rows = lake.rows(&rows).await.unwrap();
    let types: Vec<_> = rows.rows.iter().map(|row| row.types.len()).collect();
    // The last records have numbers 2999, 2998, 2997 (no type) and 2996.
    assert_eq!(types, [1, 0, 1]);
    assert_eq!(rows.rows[0].time, start().plus_millis(2_998_000));
    assert!(rows.more);
}

const PRODUCT: &str = "optional group metadata { optional group product { optional binary name (STRING); } }";

#[tokio::test]
async fn every_compression_is_read() {
    let types = "optional group finding_info { optional group types (LIST) { repeated group list { optional binary element (STRING); } } }";
    let schema = format!("message m {{ optional int64 time_dt (TIMESTAMP(MICROS,true)); {PRODUCT} {types} }}");
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
    ] {
        is_read("2.0/region=eu-west-1/accountId=1/eventDay=20260105/a.gz.parquet", &schema, 1_000_000, compression)
            .await;
    }
}

#[tokio::test]
async fn every_time_and_every_list_is_read() {
    for (time, per_second) in [
        ("time_dt (TIMESTAMP(MILLIS,false))", 1_000),
        ("time_dt (TIMESTAMP_MICROS)", 1_000_000),
        ("TIME_DT (TIMESTAMP(NANOS,true))", 1_000_000_000),
        ("time", 1_000),
    ] {
        let types = "optional group Finding_Info { optional group Types (LIST) { repeated group bag { optional binary array_element (STRING); } } }";
        let schema = format!("message m {{ optional int64 {time}; {PRODUCT} {types} }}");
        is_read("2.0/REGION=eu-west-1/EVENTDAY=2026-01-05/a.PARQUET", &schema, per_second, Compression::SNAPPY).await;
    }
    let types = "optional group finding_info { optional group types (LIST) { repeated binary array (STRING); } }";
    let schema = format!("message m {{ {types} {PRODUCT} optional int96 time_dt; }}");
    is_read("2.0/a.parquet", &schema, 0, Compression::SNAPPY).await;
    let types = "optional group finding { repeated binary types (STRING); }";
    let schema = format!("message m {{ {types} {PRODUCT} optional int64 time; }}");
    is_read("1.0/deep/er/a.parquet", &schema, 1_000, Compression::SNAPPY).await;
}
