//! From a result's rows to findings.

use super::rows::COLUMNS;
use super::series::first_bucket;
use onepane_domain::{FindingRequest, FindingRow, FindingSeries, ResourceRef, Timestamp};
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// A result that is not of the form that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row}: {what}")]
pub struct Unreadable {
    /// Which row, from 0.
    pub row: usize,
    /// What is wrong.
    pub what: String,
}

/// The series of a request from the result of its statement, and how many there are with those that were left out. A value
/// that is null is none.
///
/// # Errors
/// [`Unreadable`].
pub fn read_series(
    request: &FindingRequest,
    rows: &[Vec<Option<String>>],
) -> Result<(Vec<FindingSeries>, u64), Unreadable> {
    let dimensions = request.group_by.len();
    let mut all_series = Vec::with_capacity(rows.len());
    let mut there_are = 0;
    for (row, cells) in rows.iter().enumerate() {
        let cells = Cells::new(row, cells, dimensions + 2)?;
        let key = (0..dimensions).map(|place| cells.text(place)).collect();
        let text = cells.given(dimensions).unwrap_or_default();
        let counts = text.split(',').map(|count| {
            let read = count.split_once(' ').and_then(|(number, count)| {
                let after = number.parse::<i64>().ok()?.checked_mul(request.bucket.millis())?;
                let bucket = first_bucket(request).checked_add(after)?;
                Some((Timestamp::from_millis(bucket).ok()?, count.parse().ok()?))
            });
            read.ok_or_else(|| cells.wrong(dimensions, "no bucket and count", count))
        });
        let counts = counts.collect::<Result<_, _>>()?;
        all_series.push(FindingSeries { key, counts });
        there_are = cells.number(dimensions + 1)?;
    }
    Ok((all_series, there_are))
}

/// The records of a result of [`super::FindingSql::rows`], the one beyond the limit included.
///
/// # Errors
/// [`Unreadable`].
pub fn read_rows(rows: &[Vec<Option<String>>]) -> Result<Vec<FindingRow>, Unreadable> {
    rows.iter().enumerate().map(|(row, cells)| finding(&Cells::new(row, cells, COLUMNS.len())?)).collect()
}

/// How the sentence about series left out ends.
const LEFT_OUT: &str = "series are left out: those with the smallest totals";

/// How many series were left out, in one sentence; none if there are no others.
pub fn left_out_note(shown: usize, there_are: u64) -> Option<String> {
    let left_out = there_are.saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
    (left_out > 0).then(|| format!("{left_out} of {there_are} {LEFT_OUT}"))
}

/// True for such a sentence: as much was asked for, and nothing went wrong.
pub(crate) fn is_left_out_note(note: &str) -> bool {
    note.ends_with(LEFT_OUT)
}

fn finding(cells: &Cells<'_>) -> Result<FindingRow, Unreadable> {
    let types: Vec<Option<String>> = cells.json(6)?;
    let resources: Vec<(Option<String>, Option<String>)> = cells.json(11)?;
    let resource = |(uid, kind): (Option<String>, Option<String>)| ResourceRef {
        uid: uid.unwrap_or_default(),
        kind: kind.unwrap_or_default(),
    };
    Ok(FindingRow {
        time: cells.instant(0)?,
        uid: cells.text(1),
        title: cells.text(2),
        description: cells.text(3),
        product: cells.text(4),
        feature: cells.text(5),
        types: types.into_iter().flatten().collect(),
        severity: cells.text(7),
        status: cells.text(8),
        account: cells.text(9).parse().ok(),
        region: cells.text(10),
        resources: resources.into_iter().map(resource).collect(),
        created: cells.given(12).map(|_| cells.instant(12)).transpose()?,
    })
}

/// One row.
struct Cells<'a> {
    row: usize,
    cells: &'a [Option<String>],
}

impl<'a> Cells<'a> {
    fn new(row: usize, cells: &'a [Option<String>], want: usize) -> Result<Self, Unreadable> {
        match cells.len() == want {
            true => Ok(Self { row, cells }),
            false => Err(Unreadable { row, what: format!("{} columns; want {want}", cells.len()) }),
        }
    }

    fn given(&self, place: usize) -> Option<&'a str> {
        self.cells.get(place)?.as_deref()
    }

    fn text(&self, place: usize) -> String {
        self.given(place).unwrap_or_default().to_owned()
    }

    fn number<T: FromStr>(&self, place: usize) -> Result<T, Unreadable> {
        let text = self.given(place).unwrap_or_default();
        text.parse().map_err(|_| self.wrong(place, "no whole number in range", text))
    }

    fn instant(&self, place: usize) -> Result<Timestamp, Unreadable> {
        Ok(Timestamp::saturating_from_millis(self.number(place)?))
    }

    /// What a JSON text tells; nothing if there is none.
    fn json<T: DeserializeOwned + Default>(&self, place: usize) -> Result<T, Unreadable> {
        let Some(text) = self.given(place) else { return Ok(T::default()) };
        // A list that is null becomes JSON's null.
        let told: Option<T> = serde_json::from_str(text).map_err(|_| self.wrong(place, "no JSON of its kind", text))?;
        Ok(told.unwrap_or_default())
    }

    fn wrong(&self, place: usize, why: &str, text: &str) -> Unreadable {
        let shown: String = text.chars().take(64).collect();
        Unreadable { row: self.row, what: format!("column {place}: {why}: {shown:?}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onepane_domain::{Bucket, CountingRule, Dimension, SourceName};
    use proptest::prelude::*;

    fn row(cells: &[Option<&str>]) -> Vec<Option<String>> {
        cells.iter().map(|cell| cell.map(ToOwned::to_owned)).collect()
    }

    fn weekly() -> FindingRequest {
        FindingRequest {
            source: SourceName::SECURITY_HUB,
            group_by: vec![Dimension::PRODUCT],
            bucket: Bucket::Week,
            from: "2026-11-25T10:00:00Z".parse().unwrap(),
            to: "2026-12-25T10:00:00Z".parse().unwrap(),
            filters: Vec::new(),
            count: CountingRule::Updates,
            most_series: 2,
        }
    }

    #[test]
    fn counts_are_told_by_the_number_of_their_bucket() {
        let result = [row(&[None, Some("0 2"), Some("7")]), row(&[Some("a"), Some("0 1,3 30"), Some("7")])];
        let (series, there_are) = read_series(&weekly(), &result).unwrap();
        assert_eq!((there_are, series[0].key[0].as_str(), series[1].total()), (7, "", 31));
        let starts: Vec<String> = series[1].counts.iter().map(|(at, _)| at.day()).collect();
        assert_eq!(starts, ["2026-11-23", "2026-12-14"], "Mondays");
        assert_eq!(left_out_note(2, 7).unwrap(), "5 of 7 series are left out: those with the smallest totals");
        assert_eq!(left_out_note(7, 7), None);
        let narrow = [row(&[Some("a"), Some("1 1")])];
        assert_eq!(read_series(&weekly(), &narrow).unwrap_err().to_string(), "row 0: 2 columns; want 3");
        for counts in ["", "1", "x 1", "1 x", "1 1,", "9223372036854775807 1", "1 -1"] {
            let told = read_series(&weekly(), &[row(&[Some("a"), Some(counts), Some("1")])]);
            assert!(told.unwrap_err().to_string().starts_with("row 0: column 1: no bucket and count"), "{counts}");
        }
    }

    #[test]
    fn lists_are_read_whole_and_what_is_missing_stays_empty() {
        let mut cells = vec![None; 13];
        cells[0] = Some("1764028800123");
        cells[6] = Some(r#"["a, b", null, "c"]"#);
        cells[9] = Some("111122223333");
        cells[11] = Some(r#"[["arn:x", "AwsEc2Instance"], [null, null]]"#);
        let finding = read_rows(&[row(&cells)]).unwrap().remove(0);
        assert_eq!(finding.time.millis(), 1_764_028_800_123);
        assert_eq!(finding.types, ["a, b", "c"]);
        assert_eq!(finding.account.unwrap().to_string(), "111122223333");
        assert_eq!((finding.resources.len(), finding.resources[0].kind.as_str()), (2, "AwsEc2Instance"));
        assert_eq!((finding.created, finding.title.as_str()), (None, ""));
        cells[6] = Some("null");
        assert!(read_rows(&[row(&cells)]).unwrap()[0].types.is_empty());
        cells[6] = Some("[1]");
        assert_eq!(read_rows(&[row(&cells)]).unwrap_err().to_string(), "row 0: column 6: no JSON of its kind: \"[1]\"");
    }

    proptest! {
        #[test]
        fn no_result_breaks_the_reader(rows in proptest::collection::vec(
            proptest::collection::vec(proptest::option::of("[0-9a-z \\[\\]\",-]{0,9}"), 0..16), 0..4)) {
            let _ = read_series(&weekly(), &rows);
            let _ = read_rows(&rows);
        }
    }
}
