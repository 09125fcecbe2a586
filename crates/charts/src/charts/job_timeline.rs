//! When jobs ran: a bar from start to end for each.

use super::workloads_by_phase::title_case;
use crate::drawing::{Drawing, Size, Table};
use crate::error::{DrawError, field};
use crate::numbers::Scale;
use crate::parts::{HEAD, KeyEntry, counted, head, inside_zoom, moment, nothing, shortened, time_labels};
use crate::theme::Theme;
use charming::Chart;
use charming::component::{Axis, Grid};
use charming::datatype::{CompositeValue, DataPoint};
use charming::element::{AxisType, ItemStyle};
use charming::series::Custom;
use onepane_domain::{Phase, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) const NAME: &str = "job-timeline";
/// The pixels of a row that has a name beside it.
const ROW: u32 = 18;
/// The characters of a name that are shown.
const NAME_CHARACTERS: usize = 30;
/// More bars than this are slow to draw, and none of them can be seen.
const MOST_JOBS: usize = 20_000;

/// The jobs of a day, or the steps of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobTimeline {
    /// The left edge (UTC).
    pub from: Timestamp,
    /// The right edge (UTC), after the left one. What still runs is drawn up to here.
    pub until: Timestamp,
    /// The jobs, in any order. Those outside of the edges are left out.
    pub jobs: Vec<Job>,
}

/// One job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The job's name.
    pub name: String,
    /// Its newest phase.
    pub phase: Phase,
    /// When it began.
    pub start: Timestamp,
    /// When it ended; null if it still runs.
    pub end: Option<Timestamp>,
}

/// Draws a bar for each job, by start. While there is room each has a row and its name; beyond that bars share rows,
/// and wear their names as far as these fit.
///
/// # Errors
/// [`DrawError::Field`] if the edges are the wrong way round, a job ends before it begins, or there are too many.
pub fn job_timeline(data: &JobTimeline, theme: Theme, size: Size) -> Result<Drawing, DrawError> {
    if data.until <= data.from {
        return Err(field(NAME, "until", "want a time after `from`"));
    }
    if data.jobs.len() > MOST_JOBS {
        return Err(field(NAME, "jobs", format!("{} jobs; at most {MOST_JOBS} can be drawn", data.jobs.len())));
    }
    if let Some(number) = data.jobs.iter().position(|job| job.end.is_some_and(|end| end < job.start)) {
        return Err(field(NAME, format!("jobs[{number}].end"), "is before the job's start"));
    }
    let end = |job: &Job| job.end.unwrap_or(data.until);
    let mut jobs: Vec<&Job> = data.jobs.iter().filter(|job| job.start < data.until && end(job) >= data.from).collect();
    jobs.sort_by(|one, other| (one.start, &one.name).cmp(&(other.start, &other.name)));

    let room = (size.height().saturating_sub(HEAD as u32 + 36) / ROW).max(1) as usize;
    let has_names = jobs.len() <= room;
    let rows = if has_names { (0..jobs.len()).collect() } else { packed(&jobs, end) };
    let row_count = rows.iter().max().map_or(0, |last| last + 1);
    let names: Vec<String> = jobs.iter().map(|job| shortened(&job.name, NAME_CHARACTERS)).collect();
    let categories: Vec<String> =
        if has_names { names.clone() } else { (1..=row_count).map(|row| row.to_string()).collect() };
    let longest = if has_names { names.iter().map(|name| name.chars().count()).max().unwrap_or_default() } else { 0 };
    let mut chart = Chart::new()
        .animation(false)
        .grid(Grid::new().left(longest as f64 * 6.4 + 24.0).right(28).top(HEAD).bottom(28))
        .x_axis(Axis::new().type_(AxisType::Time).min(data.from.millis()).max(data.until.millis()))
        .y_axis(Axis::new().type_(AxisType::Category).inverse(true).data(categories));

    let duration = |job: &Job| end(job).millis_since(job.start) as f64 / 1_000.0;
    let written = |job: &Job| {
        let seconds = duration(job);
        Scale::of("Seconds", seconds).write(Some(seconds))
    };
    let lines: Vec<String> = jobs
        .iter()
        .map(|job| {
            let ended = job.end.map_or("still runs".to_owned(), moment);
            format!("{}\n{} · {}\n{} to {ended}", job.name, title_case(job.phase), written(job), moment(job.start))
        })
        .collect();
    let mut key = Vec::new();
    let mut looks = Vec::new();
    for phase in Phase::ALL {
        let of_phase: Vec<DataPoint> = jobs
            .iter()
            .enumerate()
            .filter(|(_, job)| job.phase == phase)
            .map(|(number, job)| {
                let whole = |number: usize| CompositeValue::from(i64::try_from(number).unwrap_or_default());
                let (start, end) = (job.start.millis(), end(job).millis());
                DataPoint::Value(CompositeValue::Array(vec![
                    whole(rows[number]),
                    start.into(),
                    end.into(),
                    whole(number),
                ]))
            })
            .collect();
        if of_phase.is_empty() {
            continue;
        }
        let words = format!("{} {}", title_case(phase), of_phase.len());
        key.push(KeyEntry { colour: theme.phase(phase), words });
        chart = chart.series(
            Custom::new().name(title_case(phase)).item_style(ItemStyle::new().color(theme.phase(phase))).data(of_phase),
        );
        // Bars that are labelled at their left need no words inside.
        let labels = if has_names { json!(null) } else { json!(names) };
        let ink = theme.colour("on-accent");
        looks.push(json!({
            "renderItem": { "$": "span", "labels": labels, "ink": ink },
            "encode": { "x": [1, 2], "y": 0 },
            "clip": true,
        }));
    }
    let title = "Jobs over time";
    let mut details = json!({
        "useUTC": true,
        "title": head(title, "", &key, theme, size),
        "tooltip": { "trigger": "item", "confine": true, "formatter": { "$": "itemTip", "lines": lines } },
        "dataZoom": [inside_zoom(0)],
        "xAxis": { "splitLine": { "show": true }, "axisLabel": { "formatter": time_labels() } },
        "yAxis": { "axisLabel": { "show": has_names, "interval": 0 } },
        "series": looks,
    });
    if jobs.is_empty() {
        nothing(&mut details, "No jobs in this time", size, theme);
    }
    let longest = jobs.iter().max_by(|one, other| duration(one).total_cmp(&duration(other)));
    let summary = match longest {
        None => "No jobs in this time.".to_owned(),
        Some(job) => format!(
            "{} from {} to {}; the longest is {} ({}).",
            counted(jobs.len(), "job"),
            moment(data.from),
            moment(data.until),
            job.name,
            written(job),
        ),
    };
    let row = |job: &&Job| {
        let ended = job.end.map_or("still runs".to_owned(), moment);
        vec![job.name.clone(), title_case(job.phase), moment(job.start), ended, written(job)]
    };
    let table = Table {
        columns: ["Job", "Phase", "Start (UTC)", "End (UTC)", "Duration"].map(str::to_owned).to_vec(),
        rows: jobs.iter().map(row).collect(),
    };
    Ok(Drawing { name: NAME, title: title.to_owned(), summary, table, chart, details })
}

/// The row of each job, so that no two in one row overlap: always the first row that is free by its start.
fn packed(jobs: &[&Job], end: impl Fn(&Job) -> Timestamp) -> Vec<usize> {
    let mut free_at: Vec<Timestamp> = Vec::new();
    jobs.iter()
        .map(|job| {
            let row = free_at.iter().position(|free| *free <= job.start).unwrap_or(free_at.len());
            if row == free_at.len() {
                free_at.push(end(job));
            } else {
                free_at[row] = end(job);
            }
            row
        })
        .collect()
}
