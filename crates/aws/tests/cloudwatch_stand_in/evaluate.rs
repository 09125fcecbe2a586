//! What queries give: metrics by period and statistic, and names of series.

use super::data::{Asked, Query, Source, Window, is_insights};
use super::faults::Fault;
use super::math::{self, Given, Value};
use super::search::Search;
use super::wire::Refusal;
use onepane_domain::{AccountId, MetricId, Statistic, StatisticSet, Timestamp};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Complete,
    PartialData,
    InternalError,
    Forbidden,
}

impl Status {
    pub fn code(self) -> &'static str {
        match self {
            Self::Complete => "Complete",
            Self::PartialData => "PartialData",
            Self::InternalError => "InternalError",
            Self::Forbidden => "Forbidden",
        }
    }
}

/// One series as it is told, oldest first.
#[derive(Debug, Clone)]
pub struct Line {
    pub id: String,
    pub label: String,
    pub points: Vec<(Timestamp, f64)>,
    pub status: Status,
    pub message: Option<(&'static str, &'static str)>,
}

/// One series while it is worked out.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The metric and its account, if it is one metric as it is kept.
    pub of: Option<(MetricId, AccountId, Statistic)>,
    /// What it is called where nobody says.
    pub name: String,
    pub period: i64,
    pub points: BTreeMap<Timestamp, f64>,
    pub status: Status,
    pub message: Option<(&'static str, &'static str)>,
}

pub struct Evaluator<'a> {
    pub asked: &'a Asked<'a>,
    pub queries: &'a [Query],
    pub window: Window,
    fault: Option<&'a Fault>,
    /// Expressions that are being worked out.
    under_way: Vec<&'a str>,
}

impl<'a> Evaluator<'a> {
    pub fn new(asked: &'a Asked<'a>, queries: &'a [Query], window: Window, fault: Option<&'a Fault>) -> Self {
        Self { asked, queries, window, fault, under_way: Vec::new() }
    }

    /// The series of a query, named.
    pub fn lines(&mut self, query: &'a Query) -> Result<Vec<Line>, Refusal> {
        let wrong = |why: String| Refusal::validation(format!("Error in expression '{}': {why}", query.id));
        let value = self.value(query).map_err(wrong)?;
        let (drawn, several) = match value {
            Value::Number(_) => return Err(wrong("it must give a time series".to_owned())),
            Value::One(one) => (vec![one], false),
            Value::Several(several) => (several, true),
        };
        let line = |drawn: Drawn| Line {
            id: query.id.clone(),
            label: self.label(query, &drawn, several),
            points: drawn.points.into_iter().collect(),
            status: drawn.status,
            message: drawn.message,
        };
        Ok(drawn.into_iter().map(line).collect())
    }

    pub fn value(&mut self, query: &'a Query) -> Result<Value, String> {
        match &query.source {
            Source::Metric { metric, account, statistic, period } => {
                Ok(Value::One(self.metric(metric, account.unwrap_or(self.asked.home), statistic, *period)))
            }
            Source::Expression(_) if self.under_way.contains(&query.id.as_str()) => {
                Err(format!("'{}' needs itself", query.id))
            }
            Source::Expression(text) if is_insights(query) => {
                self.insights(text, query.period.unwrap_or(60_000)).map(Value::One)
            }
            Source::Expression(text) => {
                self.under_way.push(&query.id);
                let value = math::evaluate(self, text);
                self.under_way.pop();
                value
            }
        }
    }

    /// A metric of an account. Another account's is refused series by series.
    fn metric(&self, metric: &MetricId, account: AccountId, statistic: &Statistic, period: i64) -> Drawn {
        let minutes = self.asked.store.find(self.asked.region, metric, account);
        let mut sets: BTreeMap<Timestamp, StatisticSet> = BTreeMap::new();
        for (time, set) in minutes.into_iter().flatten() {
            if *time >= self.window.from && *time < self.window.to {
                let start = time.floor_to(period);
                sets.entry(start).and_modify(|there| *there = there.and(*set)).or_insert(*set);
            }
        }
        let told = |(time, set): (Timestamp, StatisticSet)| Some((time, set.statistic(statistic)?));
        let mut drawn = Drawn {
            of: Some((metric.clone(), account, statistic.clone())),
            name: metric.name.clone(),
            period,
            points: sets.into_iter().filter_map(told).collect(),
            status: Status::Complete,
            message: None,
        };
        match self.fault {
            Some(Fault::ForbiddenAccount(forbidden)) if *forbidden == account => {
                (drawn.status, drawn.points) = (Status::Forbidden, BTreeMap::new());
            }
            Some(Fault::BrokenMetric(name)) if *name == metric.name => {
                (drawn.status, drawn.points) = (Status::InternalError, BTreeMap::new());
            }
            Some(Fault::PartialMetric(name)) if *name == metric.name => {
                let half = drawn.points.len() / 2;
                drawn.points = drawn.points.into_iter().take(half).collect();
                drawn.status = Status::PartialData;
                drawn.message = Some(("Truncated", "only a part of the metric could be read"));
            }
            _ => {}
        }
        drawn
    }

    /// The plainest of Metrics Insights: `SELECT AVG(Name) FROM Namespace`, over all accounts and dimensions.
    fn insights(&self, text: &str, period: i64) -> Result<Drawn, String> {
        let words: Vec<&str> =
            text.split(|character: char| character.is_whitespace() || "()\"".contains(character)).collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let [_, function, name, "FROM", namespace] = words[..] else { return Err("not understood here".to_owned()) };
        let statistic = match function {
            "AVG" => Statistic::Average,
            "COUNT" => Statistic::SampleCount,
            "MAX" => Statistic::Maximum,
            "MIN" => Statistic::Minimum,
            "SUM" => Statistic::Sum,
            _ => return Err(format!("no function '{function}'")),
        };
        let mut sets: BTreeMap<Timestamp, StatisticSet> = BTreeMap::new();
        let metrics = self.asked.store.metrics(self.asked.region);
        for (_, _, minutes) in metrics.filter(|(id, ..)| id.namespace == namespace && id.name == name) {
            for (time, set) in minutes.range(self.window.from..self.window.to) {
                let start = time.floor_to(period);
                sets.entry(start).and_modify(|there| *there = there.and(*set)).or_insert(*set);
            }
        }
        let points = sets.into_iter().filter_map(|(time, set)| Some((time, set.statistic(&statistic)?))).collect();
        let name = format!("{name} {statistic}");
        Ok(Drawn { of: None, name, period, points, status: Status::Complete, message: None })
    }

    fn label(&self, query: &Query, drawn: &Drawn, several: bool) -> String {
        let is_expression = matches!(query.source, Source::Expression(_));
        let own = if is_expression && !several { query.id.clone() } else { drawn.name.clone() };
        match &query.label {
            None => own,
            Some(label) if label.contains("${") => self.fill_in(label, &own, drawn),
            Some(label) if several => format!("{label} {own}"),
            Some(label) => label.clone(),
        }
    }

    /// Dynamic labels. What the documentation does not say of series that are no single metric stays as it is.
    fn fill_in(&self, label: &str, own: &str, drawn: &Drawn) -> String {
        let mut filled = String::new();
        let mut rest = label;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, behind)) = after.split_once('}') else { break };
            filled.push_str(before);
            match self.property(name, own, drawn) {
                Some(text) => filled.push_str(&text),
                None => filled.push_str(&format!("${{{name}}}")),
            }
            rest = behind;
        }
        filled + rest
    }

    fn property(&self, name: &str, own: &str, drawn: &Drawn) -> Option<String> {
        if name == "LABEL" {
            return Some(own.to_owned());
        }
        let property = name.strip_prefix("PROP('")?.strip_suffix("')")?;
        let (metric, account, statistic) = drawn.of.as_ref()?;
        Some(match property {
            "AccountId" => account.to_string(),
            "AccountLabel" => format!("account-{account}"),
            "MetricName" => metric.name.clone(),
            "Namespace" => metric.namespace.clone(),
            "Period" => (drawn.period / 1_000).to_string(),
            "Region" => self.asked.region.to_string(),
            "Stat" => statistic.to_string(),
            _ => metric.dimension(property.strip_prefix("Dim.")?)?.to_owned(),
        })
    }
}

impl Given for Evaluator<'_> {
    fn window(&self) -> Window {
        self.window
    }

    fn query(&mut self, id: &str) -> Result<Value, String> {
        let query = self.queries.iter().find(|query| query.id == id);
        let query = query.ok_or_else(|| format!("'{id}' is not the id of a query"))?;
        self.value(query)
    }

    fn metrics(&mut self, part: &str) -> Result<Vec<Drawn>, String> {
        let mut all = Vec::new();
        for query in self.queries {
            if matches!(query.source, Source::Metric { .. }) && query.id.contains(part) {
                let Value::One(one) = self.value(query)? else { continue };
                all.push(one);
            }
        }
        Ok(all)
    }

    fn search(&mut self, text: &str, statistic: &str, period: Option<i64>) -> Result<Vec<Drawn>, String> {
        let search = Search::parse(text)?;
        let statistic = statistic.parse().map_err(|_| format!("'{statistic}' is not a statistic"))?;
        let found: Vec<_> = self
            .asked
            .store
            .metrics(self.asked.region)
            .filter(|(metric, account, _)| search.finds(metric, *account))
            .map(|(metric, account, _)| (metric.clone(), account))
            .collect();
        let one_name = found.windows(2).all(|pair| pair[0].0.name == pair[1].0.name);
        let drawn = |(metric, account): (MetricId, AccountId)| {
            let mut drawn = self.metric(&metric, account, &statistic, period.unwrap_or(300_000));
            let mut parts: Vec<&str> = metric.dimensions().iter().map(|(_, value)| value.as_str()).collect();
            if !one_name || parts.is_empty() {
                parts.push(&metric.name);
            }
            drawn.name = parts.join(" ");
            drawn
        };
        Ok(found.into_iter().map(drawn).collect())
    }
}
