//! `GET /export/workloads.csv` and `.json`: everything that a page's address asks for, row by row.

mod columns;

use super::{App, plain};
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use columns::Column;
use futures::{Stream, StreamExt};
use onepane_domain::{
    Cursor, ErrorKind, Organization, Pane, PortError, PortResult, SearchRequest, TimeWindow, Transition, WorkloadQuery,
};
use std::sync::Arc;

/// Rows read at once: what bounds the memory of an export.
const ROWS: u32 = 1_000;

#[derive(Clone, Copy)]
enum Form {
    Csv,
    Json,
}

pub(super) async fn csv(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    export(app, query.as_deref().unwrap_or_default(), Form::Csv).await
}

pub(super) async fn json(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    export(app, query.as_deref().unwrap_or_default(), Form::Json).await
}

async fn export(app: App, query_string: &str, form: Form) -> Response {
    let query = WorkloadQuery::from_query_string(query_string).map_err(|error| error.to_string());
    let (mut query, columns) = match query.and_then(|query| Ok((query, columns::wanted(query_string)?))) {
        Ok(asked) => asked,
        Err(reason) => return plain(StatusCode::BAD_REQUEST, reason),
    };
    // "The last 7 days" means those before now, for the last row as for the first.
    if let window @ TimeWindow::Last(_) = query.filter.window {
        let (from, to) = window.bounds(app.services.clock.now());
        query.filter.window = TimeWindow::Between(from, to);
    }
    let pane = app.services.pane;
    let organization = match pane.organization().await {
        Ok(organization) => organization,
        Err(error) => return failed(&error),
    };
    let mut export = Export { pane, query, columns, organization, form, next: Next::First };
    // The first page before the answer begins: what fails there is still told as an error.
    let first = match export.page().await {
        Ok(first) => first,
        Err(error) => return failed(&error),
    };
    let (kind, name) = match form {
        Form::Csv => ("text/csv; charset=utf-8", "workloads.csv"),
        Form::Json => ("application/json", "workloads.json"),
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, Body::from_stream(pages(first, export))).into_response()
}

/// An answer that could not be had.
pub(super) fn failed(error: &PortError) -> Response {
    let status = match error.kind {
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    plain(status, error.to_string())
}

enum Next {
    First,
    After(Cursor),
    End,
}

struct Export {
    pane: Arc<crate::services::PaneService>,
    query: WorkloadQuery,
    columns: Vec<Column>,
    organization: Organization,
    form: Form,
    next: Next,
}

/// An error on the way breaks the transfer off, so that nobody takes a part for the whole.
fn pages(first: Bytes, export: Export) -> impl Stream<Item = PortResult<Bytes>> {
    let pages = futures::stream::unfold((Some(first), export), |(ready, mut export)| async move {
        if let Some(page) = ready {
            return Some((Ok(page), (None, export)));
        }
        if matches!(export.next, Next::End) {
            return None;
        }
        let page = export.page().await;
        if page.is_err() {
            export.next = Next::End;
        }
        Some((page, (None, export)))
    });
    // A compressor asks once more after the end.
    pages.fuse()
}

impl Export {
    /// The next page's text, with what stands before the first and after the last.
    async fn page(&mut self) -> PortResult<Bytes> {
        let (cursor, is_first) = match &self.next {
            Next::First => (None, true),
            Next::After(cursor) => (Some(cursor.clone()), false),
            Next::End => return Ok(Bytes::new()),
        };
        let request = SearchRequest { query: self.query.clone(), cursor, offset: 0, limit: ROWS, parts: Vec::new() };
        let result = self.pane.search(request).await?;
        self.next = result.next.map_or(Next::End, Next::After);
        let text = match self.form {
            Form::Csv => columns::csv(&self.columns, &result.rows, &self.organization, is_first),
            Form::Json => json_rows(&result.rows, is_first, matches!(self.next, Next::End))?,
        };
        Ok(Bytes::from(text))
    }
}

/// One array, one workload a line.
fn json_rows(rows: &[Transition], is_first: bool, is_last: bool) -> PortResult<String> {
    let mut text = if is_first { "[".to_owned() } else { String::new() };
    for (place, row) in rows.iter().enumerate() {
        text.push_str(if is_first && place == 0 { "\n" } else { ",\n" });
        let row = serde_json::to_string(row)
            .map_err(|error| PortError::with_source(ErrorKind::Corrupt, "write a workload as JSON", error))?;
        text.push_str(&row);
    }
    if is_last {
        text.push_str("\n]\n");
    }
    Ok(text)
}
