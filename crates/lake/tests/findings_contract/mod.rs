//! What every source of findings must answer, whoever keeps them: the same as a naive reference does.
//!
//! Adapters' tests take this module in by `#[path]` and call [`agrees`] with a source that holds the records of
//! [`Records`] and with that reference.

#![allow(dead_code, unreachable_pub, clippy::panic)]

pub mod reference;
pub mod samples;

use onepane_domain::{FindingRequest, FindingRowsRequest, FindingSource};
use reference::Reference;

/// Asks the source and the reference, and compares.
pub async fn agrees(source: &dyn FindingSource, reference: &Reference, request: &FindingRequest) {
    let answer = source.series(request).await.unwrap_or_else(|error| panic!("{request:?}: {error}"));
    let (series, left_out) = reference.series(request);
    assert_eq!(answer.series, series, "{request:#?}");
    let says_so = answer.notes.iter().any(|note| note.contains("left out"));
    assert_eq!(says_so, left_out > 0, "{:?}", answer.notes);
}

/// Asks the source and the reference for rows, and compares.
pub async fn rows_agree(source: &dyn FindingSource, reference: &Reference, request: &FindingRowsRequest) {
    let answer = source.rows(request).await.unwrap_or_else(|error| panic!("{request:?}: {error}"));
    let (rows, more) = reference.rows(request);
    let place = |row: &onepane_domain::FindingRow| (row.time, row.uid.clone());
    let (got, want): (Vec<_>, Vec<_>) = (answer.rows.iter().map(place).collect(), rows.iter().map(place).collect());
    assert_eq!(got, want, "{request:#?}");
    // Among rows of one time and uid no order is promised: those at the page's ends may be others than the reference's.
    for row in &answer.rows {
        assert!(reference.has(row), "{row:?} is no record");
    }
    assert_eq!(answer.more, more, "{request:?}");
}
