//! One column of one row group, opened.

use super::footer::Chunk;
use super::leaf::Leaf;
use super::piece::Piece;
use super::{Why, why};
use parquet::basic::{Encoding, Type as Physical};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use std::fs::File;
use std::sync::Arc;

/// A column of at most so many bytes is read at once; of a longer one, page after page.
const AT_ONCE: u64 = 16 * 1024 * 1024;

/// The column's pages.
pub(super) fn pages(
    file: &Arc<File>,
    file_length: u64,
    chunk: &Chunk,
    leaf: &Leaf,
    rows: usize,
) -> std::result::Result<Box<dyn PageReader>, Why> {
    let start = chunk.start();
    let at_once = if chunk.length > AT_ONCE { 0 } else { usize::try_from(chunk.length).unwrap_or(0) };
    let piece = Piece::read(file, file_length, start, at_once).map_err(|error| error.to_string())?;
    let offset = |place: u64| i64::try_from(place).map_err(|error| error.to_string());
    let meta = ColumnChunkMetaData::builder(Arc::clone(&leaf.descriptor))
        .set_compression_codec(chunk.compression)
        .set_num_values(chunk.values)
        .set_total_compressed_size(offset(chunk.length)?)
        .set_data_page_offset(offset(chunk.data)?)
        .set_dictionary_page_offset(chunk.dictionary.map(offset).transpose()?)
        .build()
        .map_err(why)?;
    let pages = SerializedPageReader::new(Arc::new(piece), &meta, rows, None).map_err(why)?;
    Ok(Box::new(Checked { pages, physical: leaf.descriptor.physical_type() }))
}

/// Refuses pages that claim more values than their bytes can hold: memory is taken by that number.
struct Checked {
    pages: SerializedPageReader<Piece>,
    physical: Physical,
}

impl Checked {
    fn check(&self, page: Option<Page>) -> Result<Option<Page>> {
        if let Some(Page::DictionaryPage { buf, num_values, encoding, .. }) = &page {
            // Dictionaries are always plain, whatever name they give to it.
            let is_plain = matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY);
            let least = match self.physical {
                Physical::INT64 | Physical::DOUBLE => 8,
                Physical::INT96 => 12,
                Physical::BOOLEAN | Physical::FIXED_LEN_BYTE_ARRAY => 1,
                Physical::INT32 | Physical::FLOAT | Physical::BYTE_ARRAY => 4,
            };
            if !is_plain || u64::from(*num_values) * least > buf.len() as u64 {
                return Err(ParquetError::General("a dictionary is shorter than it claims to be".to_owned()));
            }
        }
        Ok(page)
    }
}

impl Iterator for Checked {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Checked {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        self.check(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}
