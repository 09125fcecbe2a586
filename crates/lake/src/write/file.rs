//! One Parquet file of records.

use super::columns::{self, Values};
use crate::LakeError;
use bytes::Bytes;
use onepane_domain::{FindingRow, OcsfVersion};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use std::sync::Arc;

/// Records of a row group: a few megabytes of the columns that are read.
const ROW_GROUP: usize = 128 * 1024;

/// The file's bytes, the records in the order of their time.
pub(super) fn encode(version: OcsfVersion, rows: &mut [FindingRow]) -> std::result::Result<Bytes, LakeError> {
    let schema = columns::schema(version).ok_or(LakeError::Version)?;
    rows.sort_by_key(|row| row.time);
    let encoded = write(version, schema, rows);
    encoded.map_err(|error| LakeError::Parquet { path: "(in memory)".into(), why: error.to_string() })
}

fn write(version: OcsfVersion, schema: &str, rows: &[FindingRow]) -> Result<Bytes> {
    let schema = Arc::new(parse_message_type(schema)?);
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties()?))?;
    for rows in rows.chunks(ROW_GROUP) {
        let mut group = file.next_row_group()?;
        let mut number = 0;
        while let Some(mut column) = group.next_column()? {
            write_column(version, &mut column, number, rows)?;
            column.close()?;
            number += 1;
        }
        group.close()?;
    }
    file.finish()?;
    Ok(std::mem::take(file.inner_mut()).into())
}

fn properties() -> Result<WriterProperties> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_created_by(concat!("onepane version ", env!("CARGO_PKG_VERSION")).to_owned());
    for path in columns::WITHOUT_DICTIONARY {
        let path: ColumnPath = path.split('.').map(str::to_owned).collect::<Vec<_>>().into();
        properties = properties.set_column_dictionary_enabled(path.clone(), false);
        if !path.string().ends_with("uid") {
            properties = properties.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
    }
    Ok(properties.build())
}

fn write_column(
    version: OcsfVersion,
    column: &mut SerializedColumnWriter<'_>,
    number: usize,
    rows: &[FindingRow],
) -> Result<()> {
    let descriptor = match column.untyped() {
        parquet::column::writer::ColumnWriter::Int32ColumnWriter(writer) => writer.get_descriptor(),
        parquet::column::writer::ColumnWriter::Int64ColumnWriter(writer) => writer.get_descriptor(),
        parquet::column::writer::ColumnWriter::ByteArrayColumnWriter(writer) => writer.get_descriptor(),
        _ => return Err(unknown(&format!("number {number}"))),
    };
    let (path, most) = (descriptor.path().string(), descriptor.max_def_level());
    match columns::values(version, &path).ok_or_else(|| unknown(&path))? {
        Values::Text(text) => flat::<ByteArrayType, _>(column.typed(), most, rows, |row| bytes(text(row))),
        Values::Account => flat::<ByteArrayType, _>(column.typed(), most, rows, |row| {
            row.account.map(|account| account.to_string().into_bytes().into())
        }),
        Values::Int(int) => flat::<Int32Type, _>(column.typed(), most, rows, int),
        Values::Long(long) => flat::<Int64Type, _>(column.typed(), most, rows, long),
        // Missing is the list itself: three levels up for a list of texts, four for one of structs.
        Values::Types => {
            lists(column.typed(), most, most - 3, rows, |row| row.types.iter().map(|text| bytes(text)).collect())
        }
        Values::Resource(text) => lists(column.typed(), most, most - 4, rows, |row| {
            row.resources.iter().map(|resource| bytes(text(resource))).collect()
        }),
    }
}

fn unknown(path: &str) -> ParquetError {
    ParquetError::General(format!("no values for column {path}"))
}

fn bytes(text: &str) -> Option<ByteArray> {
    (!text.is_empty()).then(|| ByteArray::from(text))
}

fn flat<T: DataType, F: Fn(&FindingRow) -> Option<T::T>>(
    writer: &mut ColumnWriterImpl<'_, T>,
    most: i16,
    rows: &[FindingRow],
    value: F,
) -> Result<()> {
    let mut values = Vec::with_capacity(rows.len());
    let mut levels = Vec::with_capacity(rows.len());
    for row in rows {
        let value = value(row);
        levels.push(most - i16::from(value.is_none()));
        values.extend(value);
    }
    writer.write_batch(&values, Some(&levels), None).map(drop)
}

fn lists(
    writer: &mut ColumnWriterImpl<'_, ByteArrayType>,
    most: i16,
    missing: i16,
    rows: &[FindingRow],
    elements: impl Fn(&FindingRow) -> Vec<Option<ByteArray>>,
) -> Result<()> {
    let (mut values, mut levels, mut repeats) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let elements = elements(row);
        if elements.is_empty() {
            levels.push(missing);
            repeats.push(0);
        }
        for (at, element) in elements.into_iter().enumerate() {
            levels.push(most - i16::from(element.is_none()));
            repeats.push(i16::from(at > 0));
            values.extend(element);
        }
    }
    writer.write_batch(&values, Some(&levels), Some(&repeats)).map(drop)
}
