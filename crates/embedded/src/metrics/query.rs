//! A request and its answer.

use super::expression::{Candidate, Evaluator, Expression, Fault, Line, Search, Sources, Stop, Value, parse};
use super::file::FileResult;
use super::list::of_late;
use super::names::{Subject, Words, account_number, account_of, dimensions_of, dimensions_text};
use super::read::{Found, Values, Window, find, select, values};
use onepane_domain::{
    AccountId, DimensionFilter, MetricAnswer, MetricData, MetricFilter, MetricId, MetricQuery, MetricRequest, Notes,
    Period, QuerySource, Region, SeriesStatus, Statistic, Timestamp,
};
use rusqlite::Connection;
use std::collections::{HashMap, HashSet};

/// Most series that one search gives.
const MOST_FOUND: usize = 500;

/// The series of all wanted queries, in their order, each in its Region or in all.
pub(super) fn answer(
    connection: &Connection,
    words: &Words,
    request: &MetricRequest,
    regions: &[Region],
    home: Option<AccountId>,
    now: Timestamp,
) -> FileResult<MetricAnswer> {
    let window = Window::of(request);
    let mut notes = Notes::new();
    let mut parsed = HashMap::new();
    for query in &request.queries {
        if let QuerySource::Expression(text) = &query.source {
            parsed.insert(query.id.as_str(), parse(text));
        }
    }
    let named: HashSet<&Region> = request.queries.iter().filter_map(|query| query.region.as_ref()).collect();
    let mut known: HashMap<&Region, Asking<'_>> = regions
        .iter()
        .chain(named)
        .map(|region| {
            let asking = Asking {
                connection,
                words,
                window,
                region,
                home,
                since: of_late(now),
                queries: &request.queries,
                parsed: &parsed,
                answers: HashMap::new(),
                under_way: Vec::new(),
                notes: Notes::new(),
            };
            (region, asking)
        })
        .collect();
    let mut series = Vec::new();
    for query in request.queries.iter().filter(|query| query.wanted) {
        let asked_in = query.region.as_ref().map_or(regions, std::slice::from_ref);
        for region in asked_in {
            let Some(asking) = known.get_mut(region) else { continue };
            match asking.told(query) {
                Ok(told) => series.extend(told),
                Err(Stop::Fault(fault)) => push_once(&mut notes, format!("{}: {fault}", query.id)),
                Err(Stop::File(error)) => return Err(error),
            }
            for note in std::mem::take(&mut asking.notes) {
                push_once(&mut notes, note);
            }
        }
    }
    Ok(MetricAnswer { series, notes })
}

/// Each thing is said once.
fn push_once(notes: &mut Notes, note: String) {
    if !notes.contains(&note) {
        notes.push(note);
    }
}

/// The questions of one Region.
struct Asking<'a> {
    connection: &'a Connection,
    words: &'a Words,
    window: Window,
    region: &'a Region,
    /// Whom a query means that names no account; all that have the metric if none.
    home: Option<AccountId>,
    /// The first hour (since 1970) in which what a search finds must have had values.
    since: i64,
    queries: &'a [MetricQuery],
    parsed: &'a HashMap<&'a str, Result<Expression, Fault>>,
    /// What queries gave, by id.
    answers: HashMap<&'a str, Value>,
    /// Expressions that are being worked out, outermost first.
    under_way: Vec<&'a str>,
    notes: Notes,
}

impl<'a> Asking<'a> {
    /// The series of a wanted query.
    fn told(&mut self, query: &'a MetricQuery) -> Result<Vec<MetricData>, Stop> {
        let value = self.value_of(query)?;
        let several = matches!(value, Value::Lines(_));
        let is_expression = matches!(query.source, QuerySource::Expression(_));
        let lines = match value {
            Value::Number(number) => {
                return Err(Fault::at(
                    1,
                    format!("it gives a number ({number}); want a series, such as TIME_SERIES({number})"),
                )
                .into());
            }
            Value::Line(line) => vec![line],
            Value::Lines(lines) => lines,
        };
        let label = |line: &Line| match (&query.label, several && is_expression) {
            // As CloudWatch calls the series of an expression that gives several.
            (Some(label), true) => format!("{label} {}", line.label),
            (Some(label), false) => label.clone(),
            (None, false) if is_expression => query.id.clone(),
            (None, _) => line.label.clone(),
        };
        let data = |line: Line| MetricData {
            query: query.id.clone(),
            account: line.account,
            region: self.region.clone(),
            label: label(&line),
            unit: line.unit,
            values: line.values,
            status: line.status,
        };
        Ok(lines.into_iter().map(data).collect())
    }

    fn value_of(&mut self, query: &'a MetricQuery) -> Result<Value, Stop> {
        if let Some(value) = self.answers.get(query.id.as_str()) {
            return Ok(value.clone());
        }
        let value = match &query.source {
            QuerySource::Metric { metric, account, statistic } => {
                self.metric(&query.id, metric, *account, statistic)?
            }
            QuerySource::Expression(_) => {
                let parsed = self.parsed;
                let expression = match parsed.get(query.id.as_str()) {
                    Some(Ok(expression)) => expression,
                    Some(Err(fault)) => return Err(fault.clone().into()),
                    None => return Err(Fault::at(1, "it was not read").into()),
                };
                self.under_way.push(&query.id);
                let window = self.window;
                let value = Evaluator { sources: self, window }.value(expression);
                self.under_way.pop();
                value?
            }
        };
        self.answers.insert(&query.id, value.clone());
        Ok(value)
    }

    /// The series of one metric: one, or one for each account that has the metric if none is named.
    fn metric(
        &mut self,
        id: &str,
        metric: &MetricId,
        account: Option<AccountId>,
        statistic: &Statistic,
    ) -> Result<Value, Stop> {
        let account = account.or(self.home);
        let found = match account {
            Some(account) => self.find_in(metric, account)?.into_iter().collect(),
            None => self.find_anywhere(metric)?,
        };
        let label = usual_label(metric);
        let mut lines = Vec::with_capacity(found.len());
        for found in &found {
            lines.push(self.line(id, label.clone(), found, statistic, self.window)?);
        }
        Ok(match lines.len() {
            0 => Value::Line(Line { account, label, unit: None, values: Vec::new(), status: SeriesStatus::Complete }),
            1 => lines.pop().map_or(Value::Lines(Vec::new()), Value::Line),
            _ => Value::Lines(lines),
        })
    }

    fn find_in(&self, metric: &MetricId, account: AccountId) -> FileResult<Option<Found>> {
        let texts = [metric.namespace.as_str(), self.region.as_str(), metric.name.as_str()];
        let [Some(namespace), Some(region), Some(name)] = texts.map(|text| self.words.number(text)) else {
            return Ok(None);
        };
        let dimensions = dimensions_text(metric);
        find(self.connection, Subject { namespace, account: account_number(account), region, dimensions }, name)
    }

    fn find_anywhere(&self, metric: &MetricId) -> FileResult<Vec<Found>> {
        let dimension =
            |(name, value): &(String, String)| DimensionFilter { name: name.clone(), value: Some(value.clone()) };
        let filter = MetricFilter {
            namespace: Some(metric.namespace.clone()),
            name: Some(metric.name.clone()),
            dimensions: metric.dimensions().iter().map(dimension).collect(),
            regions: vec![self.region.clone()],
            accounts: Vec::new(),
        };
        let wanted = dimensions_text(metric);
        let mut all = Vec::new();
        select(self.connection, self.words, &filter, i64::MIN, &mut |found| {
            if found.subject.dimensions == wanted {
                all.push(found);
            }
            Ok(true)
        })?;
        all.sort_by_key(|found| found.subject.account);
        Ok(all)
    }

    /// The values of a metric, with notes on what is not as it was asked.
    fn line(
        &mut self,
        id: &str,
        label: String,
        found: &Found,
        statistic: &Statistic,
        window: Window,
    ) -> FileResult<Line> {
        let Values { values, nearly, untold, only_longer } = values(self.connection, found, statistic, window)?;
        let period = window.period;
        if let Some(longer) = only_longer {
            self.note(format!("{id}: some values are kept by {longer} s only, and not by {period} s"));
        }
        if nearly {
            self.note(format!(
                "{id}: {statistic} over {period} s is the mean of shorter periods' {statistic}, by samples"
            ));
        }
        if untold > 0 {
            self.note(format!("{id}: {statistic} is missing where the stream did not carry it"));
        }
        let unit = found.unit.map(|unit| self.words.text(unit).map(ToString::to_string)).transpose()?;
        let status = if untold > 0 { SeriesStatus::Partial } else { SeriesStatus::Complete };
        Ok(Line { account: Some(account_of(found.subject.account)?), label, unit, values, status })
    }

    fn note(&mut self, note: String) {
        push_once(&mut self.notes, note);
    }

    /// The expression that is being worked out, for notes.
    fn current(&self) -> &'a str {
        self.under_way.last().copied().unwrap_or("search")
    }
}

impl Sources for Asking<'_> {
    fn query(&mut self, id: &str, place: usize) -> Result<Option<Value>, Stop> {
        let here = |query: &&MetricQuery| query.region.as_ref().is_none_or(|region| region == self.region);
        let queries = self.queries;
        let Some(query) = queries.iter().filter(here).find(|query| query.id == id) else { return Ok(None) };
        if self.under_way.contains(&id) {
            return Err(Fault::at(place, format!("{id} needs itself")).into());
        }
        match self.value_of(query) {
            Err(Stop::Fault(fault)) => Err(Fault::at(place, format!("{id}: {fault}")).into()),
            answer => answer.map(Some),
        }
    }

    fn metrics(&mut self, text: &str) -> Result<Vec<Line>, Stop> {
        let region = self.region;
        let queries = self.queries.iter().filter(|query| {
            query.region.as_ref().is_none_or(|asked| asked == region)
                && matches!(query.source, QuerySource::Metric { .. })
                && query.id.contains(text)
        });
        let mut lines = Vec::new();
        for query in queries {
            match self.value_of(query)? {
                Value::Line(line) => lines.push(line),
                Value::Lines(more) => lines.extend(more),
                Value::Number(_) => {}
            }
        }
        Ok(lines)
    }

    fn search(&mut self, search: &Search, statistic: &Statistic, period: Option<Period>) -> Result<Vec<Line>, Stop> {
        let filter = MetricFilter { regions: vec![self.region.clone()], ..search.narrow() };
        let (words, mut all) = (self.words, Vec::new());
        select(self.connection, words, &filter, self.since, &mut |found| {
            let candidate = Candidate {
                account: account_of(found.subject.account)?.to_string(),
                namespace: words.text(found.subject.namespace)?,
                name: words.text(found.name)?,
                dimensions: dimensions_of(&found.subject.dimensions).collect(),
            };
            if search.finds(&candidate) {
                all.push(found);
            }
            Ok(true)
        })?;
        let order = |found: &Found| (found.name, found.subject.dimensions.clone(), found.subject.account);
        all.sort_by_cached_key(order);
        let id = self.current();
        let window = period.map_or(self.window, |period| self.window.by(i64::from(period.seconds())));
        if all.len() > MOST_FOUND {
            // What has nothing to show in the window goes first.
            all.retain(|found| window.meets(found.hours));
        }
        if all.len() > MOST_FOUND {
            self.note(format!("{id}: the search finds {} metrics; the first {MOST_FOUND} are told", all.len()));
            all.truncate(MOST_FOUND);
        }
        let one_name = all.windows(2).all(|pair| pair[0].name == pair[1].name);
        let mut lines = Vec::with_capacity(all.len());
        for found in &all {
            let mut parts: Vec<&str> = dimensions_of(&found.subject.dimensions).map(|(_, value)| value).collect();
            if !one_name || parts.is_empty() {
                parts.insert(0, words.text(found.name)?);
            }
            lines.push(self.line(id, parts.join(" "), found, statistic, window)?);
        }
        Ok(lines)
    }
}

/// What a metric is called where nobody says: its name and what it is about.
fn usual_label(metric: &MetricId) -> String {
    let values = metric.dimensions().iter().map(|(_, value)| value.as_str());
    std::iter::once(metric.name.as_str()).chain(values).collect::<Vec<_>>().join(" ")
}
