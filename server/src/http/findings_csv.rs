//! `GET /export/insights.csv`: the rows of the list that an address of the *Security* page shows.
//! `GET /export/findings.csv`: the records behind the point that an address of a *Series* page names.

use super::cells::{push_cell, push_line};
use super::export::failed;
use super::{App, plain};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use onepane_domain::{Detector, FindingRow, InsightRow, SecurityQuery, SeriesQuery, Timestamp};

/// Most records of one file.
const MOST_RECORDS: usize = 10_000;

pub(super) async fn insights(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let query = match SecurityQuery::from_query_string(query.as_deref().unwrap_or_default()) {
        Ok(query) => query,
        Err(error) => return plain(StatusCode::BAD_REQUEST, error.to_string()),
    };
    match app.services.findings_pane.all_rows(&query).await {
        Ok((rows, _)) => (headers("insights.csv"), insights_text(&query, &rows)).into_response(),
        Err(error) => failed(&error),
    }
}

pub(super) async fn findings(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let query = match SeriesQuery::from_query_string(query.as_deref().unwrap_or_default()) {
        Ok(query) => query,
        Err(error) => return plain(StatusCode::BAD_REQUEST, error.to_string()),
    };
    let Some(at) = query.at else {
        return plain(StatusCode::BAD_REQUEST, "at is missing: the point to look behind");
    };
    match app.services.findings_pane.rows_behind(&query.investigation(at), MOST_RECORDS).await {
        Ok((rows, _)) => (headers("findings.csv"), findings_text(&rows)).into_response(),
        Err(error) => failed(&error),
    }
}

fn headers(name: &str) -> [(HeaderName, String); 2] {
    let disposition = format!("attachment; filename=\"{name}\"");
    [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)]
}

fn insights_text(query: &SecurityQuery, rows: &[InsightRow]) -> String {
    let mut text = String::new();
    let by = query.group_by.iter().map(ToString::to_string);
    let columns = [
        "total",
        "previous",
        "level",
        "trend_per_week",
        "trend_low",
        "trend_high",
        "trend_unit",
        "q_value",
        "outlier_at",
        "outlier_value",
        "outlier_expected",
        "outlier_score",
        "change_at",
        "change_before",
        "change_after",
        "change_kind",
        "score",
        "detector",
        "at",
        "why",
        "verdict",
        "decided_by",
        "decided_at",
        "note",
        "new",
    ];
    push_line(&mut text, by.chain(columns.map(ToOwned::to_owned)));
    for row in rows {
        for value in &row.key {
            push_cell(&mut text, value);
            text.push(',');
        }
        // Numbers and instants are no formulas, also below zero.
        text.push_str(&numbers(row).join(","));
        let triage = row.triage.as_ref();
        let words = [
            row.detector().map_or("", Detector::word).to_owned(),
            row.insight.as_ref().map(|insight| insight.at.to_string()).unwrap_or_default(),
            row.why.clone(),
            triage.map(|triage| triage.verdict.label().to_owned()).unwrap_or_default(),
            triage.map(|triage| triage.by.clone()).unwrap_or_default(),
            triage.map(|triage| triage.decided_at.to_string()).unwrap_or_default(),
            triage.map(|triage| triage.note.clone()).unwrap_or_default(),
            row.is_new.to_string(),
        ];
        for word in &words {
            text.push(',');
            push_cell(&mut text, word);
        }
        text.push_str("\r\n");
    }
    text
}

fn numbers(row: &InsightRow) -> [String; 17] {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let (trend, outlier, change) = (row.trend.as_ref(), row.outlier.as_ref(), row.change.as_ref());
    let interval = trend.and_then(|trend| trend.interval);
    let unit = trend.map(|trend| if trend.is_percent { "percent" } else { "count" });
    let kind = change.map(|change| if change.is_ramp { "ramp" } else { "step" });
    [
        row.total.to_string(),
        row.previous.map(|total| total.to_string()).unwrap_or_default(),
        row.level.to_string(),
        number(trend.map(|trend| trend.per_week)),
        number(interval.map(|(low, _)| low)),
        number(interval.map(|(_, high)| high)),
        unit.unwrap_or_default().to_owned(),
        number(trend.and_then(|trend| trend.q_value)),
        instant(outlier.map(|outlier| outlier.at)),
        number(outlier.map(|outlier| outlier.value)),
        number(outlier.and_then(|outlier| outlier.expected)),
        number(outlier.map(|outlier| outlier.score)),
        instant(change.map(|change| change.at)),
        number(change.map(|change| change.before)),
        number(change.map(|change| change.after)),
        kind.unwrap_or_default().to_owned(),
        row.score.to_string(),
    ]
}

fn findings_text(rows: &[FindingRow]) -> String {
    let mut text = String::new();
    let columns = [
        "time",
        "uid",
        "title",
        "product",
        "feature",
        "types",
        "severity",
        "status",
        "account",
        "region",
        "resources",
        "created",
        "description",
    ];
    push_line(&mut text, columns.map(ToOwned::to_owned).into_iter());
    for row in rows {
        let resources: Vec<&str> = row.resources.iter().map(|resource| resource.uid.as_str()).collect();
        let cells = [
            row.time.to_string(),
            row.uid.clone(),
            row.title.clone(),
            row.product.clone(),
            row.feature.clone(),
            row.types.join(" "),
            row.severity.clone(),
            row.status.clone(),
            row.account.map(|account| account.to_string()).unwrap_or_default(),
            row.region.clone(),
            resources.join(" "),
            row.created.map(|created| created.to_string()).unwrap_or_default(),
            row.description.clone(),
        ];
        push_line(&mut text, cells.into_iter());
    }
    text
}
