//! From a result's rows to findings.

use super::rows::COLUMNS;
use onepane_domain::{FindingRow, FindingSeries, ResourceRef, Timestamp};
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

/// The series of a result of [`super::FindingSql::series`] whose request groups by so many dimensions, and how many there
/// are with those that were left out. A value that is null is none.
///
/// # Errors
/// [`Unreadable`].
pub fn read_series(rows: &[Vec<Option<String>>], dimensions: usize) -> Result<(Vec<FindingSeries>, u64), Unreadable> {
    let mut all_series: Vec<FindingSeries> = Vec::new();
    let mut there_are = 0;
    for (row, cells) in rows.iter().enumerate() {
        let cells = Cells::new(row, cells, dimensions + 3)?;
        let key: Vec<String> = (0..dimensions).map(|place| cells.text(place)).collect();
        let count = (cells.instant(dimensions)?, cells.number(dimensions + 1)?);
        there_are = cells.number(dimensions + 2)?;
        match all_series.last_mut() {
            Some(series) if series.key == key => series.counts.push(count),
            _ => all_series.push(FindingSeries { key, counts: vec![count] }),
        }
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

/// How many series were left out, in one sentence; none if there are no others.
pub fn left_out_note(shown: usize, there_are: u64) -> Option<String> {
    let left_out = there_are.saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
    (left_out > 0).then(|| format!("{left_out} of {there_are} series are left out: those with the smallest totals"))
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
    use proptest::prelude::*;

    fn row(cells: &[Option<&str>]) -> Vec<Option<String>> {
        cells.iter().map(|cell| cell.map(ToOwned::to_owned)).collect()
    }

    #[test]
    fn equal_keys_next_to_each_other_are_one_series() {
        let result = [
            row(&[Some(""), Some("0"), Some("2"), Some("7")]),
            row(&[Some("a"), Some("0"), Some("1"), Some("7")]),
            row(&[Some("a"), Some("86400000"), Some("3"), Some("7")]),
        ];
        let (series, there_are) = read_series(&result, 1).unwrap();
        assert_eq!(there_are, 7);
        assert_eq!(
            series.iter().map(|series| (series.key[0].as_str(), series.total())).collect::<Vec<_>>(),
            [("", 2), ("a", 4)]
        );
        assert_eq!(left_out_note(2, 7).unwrap(), "5 of 7 series are left out: those with the smallest totals");
        assert_eq!(left_out_note(7, 7), None);
        assert_eq!(read_series(&result, 2).unwrap_err().to_string(), "row 0: 4 columns; want 5");
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
            proptest::collection::vec(proptest::option::of("[0-9a-z\\[\\]\",-]{0,9}"), 0..16), 0..4)) {
            let _ = read_series(&rows, 1);
            let _ = read_rows(&rows);
        }
    }
}
