//! `GET /export/metrics.csv`: the numbers of all charts that an address of the *Metrics* page shows.

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
    match written(&page) {
        Ok(text) => {
            let disposition = "attachment; filename=\"metrics.csv\"";
            ([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, disposition)], text)
                .into_response()
        }
        Err(error) => {
            tracing::error!(%error, "metrics could not be written as CSV");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "The numbers could not be written.")
        }
    }
}

fn written(page: &PageData) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["time", "panel", "series", "unit", "value"])?;
    for panel in &page.panels {
        for (time, series, unit, value) in rows(panel) {
            let time = time.map(|time| time.to_string()).unwrap_or_default();
            writer.write_record([time.as_str(), panel.title(), &series, &unit, &value.to_string()])?;
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
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
