//! A request and its answer.

use super::file::FileResult;
use super::names::{Subject, Words, account_number, account_of, dimensions_text, region_of};
use super::read::{Found, Values, Window, find, select, values};
use onepane_domain::{
    AccountId, DimensionFilter, MetricAnswer, MetricData, MetricFilter, MetricId, MetricQuery, MetricRequest, Notes,
    QuerySource, Region, SeriesStatus, Statistic, Timestamp,
};
use rusqlite::Connection;

/// The series of all wanted queries.
pub(super) fn answer(
    connection: &Connection,
    words: &Words,
    request: &MetricRequest,
    regions: &[Region],
    _now: Timestamp,
) -> FileResult<MetricAnswer> {
    let mut asking = Asking { connection, words, window: Window::of(request), notes: Notes::new() };
    let mut series = Vec::new();
    for query in request.queries.iter().filter(|query| query.wanted) {
        let every;
        let asked_in = match &query.region {
            Some(region) => std::slice::from_ref(region),
            None => {
                every = regions.to_vec();
                &every
            }
        };
        for region in asked_in {
            match &query.source {
                QuerySource::Metric { metric, account, statistic } => {
                    series.extend(asking.metric(query, region, metric, *account, statistic)?);
                }
                QuerySource::Expression(_) => {
                    asking.notes.push(format!("{}: expressions are not understood yet", query.id));
                }
            }
        }
    }
    Ok(MetricAnswer { series, notes: asking.notes })
}

struct Asking<'a> {
    connection: &'a Connection,
    words: &'a Words,
    window: Window,
    notes: Notes,
}

impl Asking<'_> {
    /// The series of one metric in one Region: one, or one for each account that has the metric if none is named.
    fn metric(
        &mut self,
        query: &MetricQuery,
        region: &Region,
        metric: &MetricId,
        account: Option<AccountId>,
        statistic: &Statistic,
    ) -> FileResult<Vec<MetricData>> {
        let found = match account {
            Some(account) => self.find_in(region, metric, account)?.into_iter().collect(),
            None => self.find_anywhere(region, metric)?,
        };
        let label = || query.label.clone().unwrap_or_else(|| usual_label(metric));
        if found.is_empty() {
            return Ok(vec![MetricData {
                query: query.id.clone(),
                account,
                region: region.clone(),
                label: label(),
                unit: None,
                values: Vec::new(),
                status: SeriesStatus::Complete,
            }]);
        }
        found.into_iter().map(|found| self.series(query, label(), &found, statistic)).collect()
    }

    fn find_in(&self, region: &Region, metric: &MetricId, account: AccountId) -> FileResult<Option<Found>> {
        let numbers =
            [metric.namespace.as_str(), region.as_str(), metric.name.as_str()].map(|text| self.words.number(text));
        let [Some(namespace), Some(region), Some(name)] = numbers else { return Ok(None) };
        let dimensions = dimensions_text(metric);
        find(self.connection, Subject { namespace, account: account_number(account), region, dimensions }, name)
    }

    fn find_anywhere(&self, region: &Region, metric: &MetricId) -> FileResult<Vec<Found>> {
        let dimension =
            |(name, value): &(String, String)| DimensionFilter { name: name.clone(), value: Some(value.clone()) };
        let filter = MetricFilter {
            namespace: Some(metric.namespace.clone()),
            name: Some(metric.name.clone()),
            dimensions: metric.dimensions().iter().map(dimension).collect(),
            regions: vec![region.clone()],
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

    fn series(
        &mut self,
        query: &MetricQuery,
        label: String,
        found: &Found,
        statistic: &Statistic,
    ) -> FileResult<MetricData> {
        let Values { values, nearly, untold, only_longer } = values(self.connection, found, statistic, self.window)?;
        let period = self.window.period;
        let about = &query.id;
        if let Some(longer) = only_longer {
            self.note(format!("{about}: some values are kept by {longer} s only, and not by {period} s"));
        }
        if nearly {
            self.note(format!(
                "{about}: {statistic} over {period} s is the mean of shorter periods' {statistic}, by samples"
            ));
        }
        if untold > 0 {
            self.note(format!("{about}: {statistic} is missing where the stream did not carry it"));
        }
        Ok(MetricData {
            query: query.id.clone(),
            account: Some(account_of(found.subject.account)?),
            region: region_of(self.words, found.subject.region)?,
            label,
            unit: found.unit.map(|unit| self.words.text(unit).map(ToString::to_string)).transpose()?,
            values,
            status: if untold > 0 { SeriesStatus::Partial } else { SeriesStatus::Complete },
        })
    }

    /// Each thing is said once.
    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// What a metric is called where nobody says: its name and what it is about.
fn usual_label(metric: &MetricId) -> String {
    let values = metric.dimensions().iter().map(|(_, value)| value.as_str());
    std::iter::once(metric.name.as_str()).chain(values).collect::<Vec<_>>().join(" ")
}
