//! `GET /export/metrics.csv`: the numbers of all charts that an address of the *Metrics* page shows.

use super::cells::{push_cell, push_line};
use super::export::failed;
use super::{App, plain};
use crate::services::{PageData, PanelData, Picture};
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use onepane_charts::{MetricLines, TimeGrid};
use onepane_domain::{MetricsQuery, Timestamp};

/// One value a line: `time,panel,series,unit,value`. Gaps are left out.
pub(super) async fn csv(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let query = match MetricsQuery::from_query_string(query.as_deref().unwrap_or_default()) {
        Ok(query) => query,
        Err(error) => return plain(StatusCode::BAD_REQUEST, error.to_string()),
    };
    let page = match app.services.metric_pane.page_data(&query).await {
        Ok(page) => page,
        Err(error) => return failed(&error),
    };
    let disposition = "attachment; filename=\"metrics.csv\"";
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, disposition)];
    (headers, written(&page)).into_response()
}

fn written(page: &PageData) -> String {
    let mut text = String::new();
    push_line(&mut text, ["time", "panel", "series", "unit", "value"].map(ToOwned::to_owned).into_iter());
    for panel in &page.panels {
        for (time, series, unit, value) in rows(panel) {
            let time = time.map(|time| time.to_string()).unwrap_or_default();
            let words = [time, panel.title().to_owned(), series, unit];
            for word in &words {
                push_cell(&mut text, word);
                text.push(',');
            }
            // A number is no formula, also below zero.
            text.push_str(&value.to_string());
            text.push_str("\r\n");
        }
    }
    text
}

type Row = (Option<Timestamp>, String, String, f64);

fn rows(panel: &PanelData) -> Vec<Row> {
    let over = |time: &TimeGrid, series: &str, unit: &str, values: &[Option<f64>]| -> Vec<Row> {
        let at = |step: usize| {
            let offset = i64::try_from(step).unwrap_or(0).saturating_mul(i64::from(time.step_seconds) * 1_000);
            time.start.plus_millis(offset)
        };
        let present = values.iter().enumerate().filter_map(|(step, value)| Some((at(step), (*value)?)));
        present.map(|(time, value)| (Some(time), series.to_owned(), unit.to_owned(), value)).collect()
    };
    let of_lines = |data: &MetricLines| -> Vec<Row> {
        let line = |line: &onepane_charts::Line| {
            let label = if line.is_previous { format!("{} (before)", line.label) } else { line.label.clone() };
            over(&data.time, &label, &data.unit, &line.values)
        };
        data.lines.iter().flat_map(line).collect()
    };
    match &panel.picture {
        Picture::Lines(data) | Picture::Multiples(data) => of_lines(data),
        Picture::Phases(data) => {
            let phase = |phase: &onepane_charts::PhaseCounts| {
                let values: Vec<Option<f64>> = phase.counts.iter().map(|count| Some(f64::from(*count))).collect();
                over(&data.time, phase.phase.as_str(), "Count", &values)
            };
            data.phases.iter().flat_map(phase).collect()
        }
        Picture::Durations(data) => {
            let lines = [("p50", &data.p50), ("p90", &data.p90), ("p99", &data.p99)];
            lines.into_iter().flat_map(|(name, values)| over(&data.time, name, "Seconds", values)).collect()
        }
        Picture::Pareto(data) => {
            let row = |reason: &onepane_charts::ReasonCount| {
                (None, reason.reason.clone(), "Count".to_owned(), f64::from(reason.count))
            };
            data.reasons.iter().map(row).collect()
        }
        Picture::Days(data) => {
            let time = TimeGrid { start: data.start, step_seconds: 86_400 };
            let rows = data.accounts.iter().zip(&data.values);
            rows.flat_map(|(account, values)| over(&time, account, &data.unit, values)).collect()
        }
    }
}
