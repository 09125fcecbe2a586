//! From CloudWatch's results to series.

use aws_sdk_cloudwatch::types::{MessageData, MetricDataResult, StatusCode};
use onepane_domain::{AccountId, MetricData, MetricQuery, Notes, QuerySource, Region, SeriesStatus, Timestamp};
use std::collections::HashMap;

/// CloudWatch puts the account here. Dynamic labels:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html>
const ACCOUNT: &str = "${PROP('AccountId')}";
/// CloudWatch puts its own label here.
const LABEL: &str = "${LABEL}";
/// What stands between. What follows the first one is the label, whatever is in it.
const SEPARATOR: &str = " | ";

/// The label that is sent with a query; none where CloudWatch's own tells enough.
///
/// The answer names no account, and siblings of a search may differ in nothing else, so wherever the query does not
/// name one account the label has to carry it.
pub(super) fn label_to_send(query: &MetricQuery) -> Option<String> {
    let given = query.label.as_deref();
    match &query.source {
        QuerySource::Metric { account: Some(_), .. } => given.map(ToOwned::to_owned),
        QuerySource::Metric { account: None, .. } => Some(format!("{ACCOUNT}{SEPARATOR}{}", given.unwrap_or(LABEL))),
        // A given label would be the same for all series of a search; it is laid over theirs afterwards, unless it is
        // dynamic itself.
        QuerySource::Expression(_) => {
            Some(format!("{ACCOUNT}{SEPARATOR}{}", given.filter(|given| given.contains("${")).unwrap_or(LABEL)))
        }
    }
}

/// Account and label of an answer's label. Texts without our separator, or with something else before it than an
/// account, are labels as a whole.
fn account_and_label(text: &str) -> (Option<AccountId>, &str) {
    let Some((account, label)) = text.split_once(SEPARATOR) else { return (None, text) };
    match account.parse() {
        Ok(account) => (Some(account), label),
        // Series of several accounts have none; engines that do not know dynamic labels send them back.
        Err(_) if account.trim().is_empty() || account == ACCOUNT => (None, label),
        Err(_) => (None, text),
    }
}

/// What a metric is called where nobody says: its name and what it is about.
fn usual_label(query: &MetricQuery) -> String {
    match &query.source {
        QuerySource::Metric { metric, .. } => {
            let values = metric.dimensions().iter().map(|(_, value)| value.as_str());
            std::iter::once(metric.name.as_str()).chain(values).collect::<Vec<_>>().join(" ")
        }
        QuerySource::Expression(_) => query.id.clone(),
    }
}

/// The results of one call, page by page.
#[derive(Debug, Default)]
pub(super) struct Merged {
    series: Vec<Raw>,
    /// By query, label, and how many of the same name stood before it in its page.
    places: HashMap<(String, String, usize), usize>,
    pub(super) notes: Notes,
}

#[derive(Debug)]
struct Raw {
    id: String,
    label: String,
    values: Vec<(Timestamp, f64)>,
    status: SeriesStatus,
}

impl Merged {
    /// Takes a page in. A later page's status stands for the series; the values add up.
    pub(super) fn add(&mut self, results: &[MetricDataResult]) {
        let mut in_page: HashMap<(&str, &str), usize> = HashMap::new();
        for result in results {
            let (id, label) = (result.id().unwrap_or_default(), result.label().unwrap_or_default());
            let number = in_page.entry((id, label)).or_default();
            let place = *self.places.entry((id.to_owned(), label.to_owned(), *number)).or_insert_with(|| {
                let status = SeriesStatus::Complete;
                self.series.push(Raw { id: id.to_owned(), label: label.to_owned(), values: Vec::new(), status });
                self.series.len() - 1
            });
            *number += 1;
            for message in result.messages() {
                note(&mut self.notes, id, message);
            }
            let Some(series) = self.series.get_mut(place) else { continue };
            series.status = status(result.status_code());
            match values(result) {
                Ok(values) => series.values.extend(values),
                Err(why) => {
                    series.status = SeriesStatus::Failed;
                    self.notes.push(format!("{id}: {why} (unreadable answer)"));
                }
            }
        }
    }

    /// True if the call gave anything.
    pub(super) fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// What is there is not all: the pages broke off.
    pub(super) fn broke_off(&mut self) {
        for series in self.series.iter_mut().filter(|series| series.status == SeriesStatus::Complete) {
            series.status = SeriesStatus::Partial;
        }
    }

    /// The series of the wanted queries, with the position given with each query.
    pub(super) fn finish(self, region: &Region, wanted: &[(usize, &MetricQuery)]) -> Vec<(usize, MetricData)> {
        let mut by_query: HashMap<String, Vec<Raw>> = HashMap::new();
        for series in self.series {
            by_query.entry(series.id.clone()).or_default().push(series);
        }
        let mut found = Vec::with_capacity(wanted.len());
        for (position, query) in wanted {
            let mut results = by_query.remove(&query.id).unwrap_or_default();
            let is_metric = matches!(query.source, QuerySource::Metric { .. });
            if results.is_empty() && is_metric {
                let (id, label) = (query.id.clone(), query.label.clone().unwrap_or_default());
                results.push(Raw { id, label, values: Vec::new(), status: SeriesStatus::Complete });
            }
            let alone = results.len() == 1;
            for raw in results {
                found.push((*position, data(query, region, raw, alone)));
            }
        }
        found
    }
}

fn data(query: &MetricQuery, region: &Region, raw: Raw, alone: bool) -> MetricData {
    let (told, label) = account_and_label(&raw.label);
    let asked = match &query.source {
        QuerySource::Metric { account, .. } => *account,
        QuerySource::Expression(_) => None,
    };
    let own = Some(label).filter(|label| !label.trim().is_empty() && *label != LABEL);
    let own = own.map_or_else(|| usual_label(query), ToOwned::to_owned);
    let label = match query.label.as_deref().filter(|given| !given.contains("${")) {
        Some(given) if alone => given.to_owned(),
        Some(given) => format!("{given} {own}"),
        None => own,
    };
    let mut values = raw.values;
    // Stable: of two values for one time, the later page's is kept.
    values.sort_by_key(|(time, _)| *time);
    values.reverse();
    values.dedup_by_key(|(time, _)| *time);
    values.reverse();
    let (query, region) = (query.id.clone(), region.clone());
    MetricData { query, account: asked.or(told), region, label, unit: None, values, status: raw.status }
}

/// A message of CloudWatch about a query or a Region, once.
pub(super) fn note(notes: &mut Notes, about: &str, message: &MessageData) {
    let text = [message.value(), message.code()].into_iter().flatten().find(|text| !text.trim().is_empty());
    let note = format!("{about}: {}", text.unwrap_or("a message without words").trim());
    if !notes.contains(&note) {
        notes.push(note);
    }
}

fn status(code: Option<&StatusCode>) -> SeriesStatus {
    match code.map(StatusCode::as_str) {
        None | Some("Complete") => SeriesStatus::Complete,
        Some("PartialData") => SeriesStatus::Partial,
        Some("Forbidden") => SeriesStatus::Forbidden,
        // InternalError, and whatever CloudWatch learns to say.
        Some(_) => SeriesStatus::Failed,
    }
}

fn values(result: &MetricDataResult) -> Result<Vec<(Timestamp, f64)>, String> {
    let (times, values) = (result.timestamps(), result.values());
    if times.len() != values.len() {
        return Err(format!("{} times and {} values", times.len(), values.len()));
    }
    let time = |time: &aws_sdk_cloudwatch::primitives::DateTime| {
        let millis = time.to_millis().ok().and_then(|millis| Timestamp::from_millis(millis).ok());
        millis.ok_or_else(|| format!("{} s since 1970 is no time", time.secs()))
    };
    let pairs = times.iter().zip(values).filter(|(_, value)| value.is_finite());
    pairs.map(|(at, value)| Ok((time(at)?, *value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudwatch::primitives::DateTime;
    use onepane_domain::{MetricId, Statistic};
    use proptest::prelude::*;

    fn query(id: &str, source: QuerySource, label: Option<&str>) -> MetricQuery {
        MetricQuery { id: id.to_owned(), region: None, source, label: label.map(ToOwned::to_owned), wanted: true }
    }

    fn metric(label: Option<&str>) -> MetricQuery {
        let metric = MetricId::new("N", "M", [("D".to_owned(), "v".to_owned())]).unwrap();
        query("m", QuerySource::Metric { metric, account: None, statistic: Statistic::Sum }, label)
    }

    fn search(label: Option<&str>) -> MetricQuery {
        query("s", QuerySource::Expression("SEARCH('x', 'Sum')".to_owned()), label)
    }

    fn result(id: &str, label: &str, values: &[(i64, f64)], status: &str) -> MetricDataResult {
        MetricDataResult::builder()
            .id(id)
            .label(label)
            .set_timestamps(Some(values.iter().map(|(time, _)| DateTime::from_secs(*time)).collect()))
            .set_values(Some(values.iter().map(|(_, value)| *value).collect()))
            .status_code(status.into())
            .build()
    }

    fn finish(merged: Merged, query: &MetricQuery) -> Vec<MetricData> {
        let region = "us-east-1".parse().unwrap();
        merged.finish(&region, &[(0, query)]).into_iter().map(|(_, data)| data).collect()
    }

    fn one(query: &MetricQuery, label: &str) -> (Option<String>, String) {
        let mut merged = Merged::default();
        merged.add(&[result(&query.id, label, &[], "Complete")]);
        let data = finish(merged, query).remove(0);
        (data.account.map(|account| account.to_string()), data.label)
    }

    #[test]
    fn labels_carry_accounts_and_odd_ones_stay_whole() {
        let account = || Some("111122223333".to_owned());
        assert_eq!(one(&search(None), "111122223333 | chat blue"), (account(), "chat blue".to_owned()));
        assert_eq!(one(&search(None), " | chat"), (None, "chat".to_owned()));
        assert_eq!(one(&search(None), "one | two"), (None, "one | two".to_owned()));
        assert_eq!(one(&search(None), "chat"), (None, "chat".to_owned()));
        assert_eq!(one(&search(Some("Mine")), "111122223333 | chat"), (account(), "Mine".to_owned()));
        assert_eq!(one(&metric(None), "${PROP('AccountId')} | ${LABEL}"), (None, "M v".to_owned()));
        assert_eq!(label_to_send(&metric(None)).unwrap(), "${PROP('AccountId')} | ${LABEL}");
    }

    #[test]
    fn siblings_under_a_given_label_are_told_apart() {
        let mut merged = Merged::default();
        merged.add(&[result("s", " | a", &[], "Complete"), result("s", " | b", &[], "Complete")]);
        let labels: Vec<_> = finish(merged, &search(Some("All"))).into_iter().map(|data| data.label).collect();
        assert_eq!(labels, ["All a", "All b"]);
    }

    #[test]
    fn a_silent_metric_is_a_series_and_an_empty_search_is_none() {
        assert_eq!(finish(Merged::default(), &metric(None))[0].label, "M v");
        assert_eq!(finish(Merged::default(), &search(None)), []);
    }

    #[test]
    fn a_broken_series_is_told_and_the_last_status_stands() {
        let mut merged = Merged::default();
        merged.add(&[result("m", "", &[(60, 1.0)], "PartialData")]);
        merged.add(&[result("m", "", &[(0, 2.0)], "Complete")]);
        let data = finish(merged, &metric(None)).remove(0);
        assert_eq!(data.status, SeriesStatus::Complete);
        assert_eq!(data.values.iter().map(|(_, value)| *value).collect::<Vec<_>>(), [2.0, 1.0]);
        let mut merged = Merged::default();
        merged.add(&[MetricDataResult::builder().id("m").timestamps(DateTime::from_secs(0)).build()]);
        assert_eq!(merged.notes, ["m: 1 times and 0 values (unreadable answer)"]);
        assert_eq!(finish(merged, &metric(None))[0].status, SeriesStatus::Failed);
    }

    proptest! {
        #[test]
        fn pages_add_up_however_they_are_cut(
            times in proptest::collection::btree_set(0_i64..10_000, 0..60), cuts in proptest::collection::vec(0_usize..60, 0..5),
            backwards in any::<bool>(),
        ) {
            let mut all: Vec<(i64, f64)> = times.iter().map(|time| (*time, f64::from(*time as i32))).collect();
            let expected: Vec<f64> = all.iter().map(|(_, value)| *value).collect();
            if backwards {
                all.reverse();
            }
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(all.len())).chain([0, all.len()]).collect();
            cuts.sort_unstable();
            let mut merged = Merged::default();
            for pair in cuts.windows(2) {
                let page = &all[pair[0]..pair[1]];
                // Two series of the same name, side by side in each page.
                merged.add(&[result("s", "x", page, "PartialData"), result("s", "x", page, "PartialData")]);
            }
            let found = finish(merged, &search(None));
            prop_assert_eq!(found.len(), 2);
            for data in found {
                prop_assert_eq!(data.values.into_iter().map(|(_, value)| value).collect::<Vec<_>>(), expected.clone());
            }
        }

        #[test]
        fn no_label_panics(text in ".{0,40}") {
            let _ = account_and_label(&text);
        }
    }
}
