//! Values: GetMetricData.

use super::answer::{Merged, label_to_send, note};
use super::batch::{self, Call, MOST_VALUES};
use super::{CloudWatchMetrics, Failure, Place, Told, gather, named};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy};
use futures::StreamExt;
use futures::future::join_all;
use onepane_domain::{
    AccountId, ErrorKind, MetricAnswer, MetricData, MetricQuery, MetricRequest, Notes, PortError, PortResult,
    QuerySource, Region, SeriesStatus, Timestamp,
};
use onepane_metrics::is_insights_query;
use std::collections::HashSet;
use tokio::time::{Instant, timeout_at};

/// Calls under way at once in one Region: the bucket paces them, this bounds the memory.
const AT_ONCE: usize = 16;

const DOING: &str = "get metric data";

/// The window, widened to whole periods: CloudWatch answers such windows faster, and a value stands for a whole period.
#[derive(Clone, Copy)]
struct Window {
    from: Timestamp,
    to: Timestamp,
    period: i32,
    /// How many values a series can have.
    steps: u64,
}

impl Window {
    fn of(request: &MetricRequest) -> Self {
        let width = request.period.millis();
        let from = request.from.floor_to(width);
        let floor = request.to.floor_to(width);
        let to = if floor < request.to { floor.plus_millis(width) } else { floor };
        let steps = u64::try_from(to.millis_since(from) / width).unwrap_or(0);
        Self { from, to, period: i32::try_from(request.period.seconds()).unwrap_or(i32::MAX), steps }
    }
}

pub(super) async fn data(source: &CloudWatchMetrics, request: &MetricRequest) -> PortResult<MetricAnswer> {
    request.check().map_err(|wrong| PortError::with_source(ErrorKind::Invalid, wrong.to_string(), wrong))?;
    let mut notes = Notes::new();
    for query in request.queries.iter().filter(|query| query.wanted) {
        let known = |region: &Region| source.places.iter().any(|place| place.region == *region);
        if let Some(region) = query.region.as_ref().filter(|region| !known(region)) {
            notes.push(format!("{}: {region} is none of the Regions that are asked", query.id));
        }
    }
    let asked = source.places.iter().filter_map(|place| {
        let of_region = |query: &MetricQuery| query.region.as_ref().is_none_or(|region| *region == place.region);
        let queries: Vec<(usize, &MetricQuery)> =
            request.queries.iter().enumerate().filter(|(_, query)| of_region(query)).collect();
        queries.iter().any(|(_, query)| query.wanted).then(|| in_region(source, place, queries, request))
    });
    let (mut found, notes) = gather(join_all(asked).await, notes)?;
    // Stable: Regions stay in the source's order, and a search's series in CloudWatch's.
    found.sort_by_key(|(position, _)| *position);
    Ok(MetricAnswer { series: found.into_iter().map(|(_, data)| data).collect(), notes })
}

/// All that is asked of one Region. Positions are those in the request.
async fn in_region(
    source: &CloudWatchMetrics,
    place: &Place,
    queries: Vec<(usize, &MetricQuery)>,
    request: &MetricRequest,
) -> Told<(usize, MetricData)> {
    let window = Window::of(request);
    let mut told = Told::default();
    if request.from == request.to {
        // CloudWatch refuses an empty window. Nobody needs to be asked what is in it.
        let metrics = |query: &MetricQuery| query.wanted && matches!(query.source, QuerySource::Metric { .. });
        let metrics: Vec<_> = queries.into_iter().filter(|(_, query)| metrics(query)).collect();
        told.found = Merged::default().finish(&place.region, &metrics);
        return told;
    }
    let plain: Vec<&MetricQuery> = queries.iter().map(|(_, query)| *query).collect();
    let split = batch::split(&plain, window.steps);
    told.notes.extend(split.refused.iter().map(|(number, why)| format!("{}: {why}", plain[*number].id)));
    let late = Instant::now() + source.region_within;
    // Collected: a stream that borrows a closure cannot be sent between threads.
    let asking: Vec<_> = split.calls.iter().map(|call| ask(place, &queries, call, window)).collect();
    let mut answers = futures::stream::iter(asking).buffer_unordered(AT_ONCE);
    loop {
        match timeout_at(late, answers.next()).await {
            Ok(Some(answer)) => {
                told.answered |= answer.answered;
                told.found.extend(answer.found);
                told.notes.extend(answer.notes);
                told.failures.extend(answer.failures);
            }
            Ok(None) => break,
            Err(_) => {
                let failure = Failure::late(DOING, &place.region, source.region_within);
                told.notes.push(failure.note(&place.region, "values"));
                told.failures.push(failure.error);
                break;
            }
        }
    }
    let mut seen = HashSet::new();
    told.notes.retain(|note| seen.insert(note.clone()));
    // Calls end in any order; who asks twice sees the same.
    told.notes.sort();
    told
}

/// One call, or its parts if it is refused as wrong: one wrong expression spoils no others.
async fn ask(
    place: &Place,
    queries: &[(usize, &MetricQuery)],
    call: &Call,
    window: Window,
) -> Told<(usize, MetricData)> {
    let told = pages(place, queries, call, window).await;
    let wrong = !told.answered && told.failures.iter().any(|error| error.kind == ErrorKind::Invalid);
    if !wrong || call.parts.is_empty() {
        return told;
    }
    let mut all = Told::default();
    for part in &call.parts {
        let told = pages(place, queries, part, window).await;
        all.answered |= told.answered;
        all.found.extend(told.found);
        all.notes.extend(told.notes);
        all.failures.extend(told.failures);
    }
    all
}

/// One call with all its pages.
async fn pages(
    place: &Place,
    queries: &[(usize, &MetricQuery)],
    call: &Call,
    window: Window,
) -> Told<(usize, MetricData)> {
    let region = &place.region;
    let wanted: Vec<(usize, &MetricQuery)> = call.wanted.iter().map(|number| queries[*number]).collect();
    let names = || format!("values of {}", named(wanted.iter().map(|(_, query)| query.id.as_str())));
    let sent =
        call.sent.iter().map(|number| sdk_query(queries[*number].1, call.wanted.contains(number), window, place.home));
    let sent: Vec<MetricDataQuery> = sent.collect();
    let mut merged = Merged::default();
    let mut told = Told::default();
    let mut tokens = HashSet::new();
    let mut token: Option<String> = None;
    loop {
        place.values.take().await;
        let asking = place
            .client
            .get_metric_data()
            .set_metric_data_queries(Some(sent.clone()))
            .start_time(DateTime::from_millis(window.from.millis()))
            .end_time(DateTime::from_millis(window.to.millis()))
            .scan_by(ScanBy::TimestampAscending)
            .max_datapoints(MOST_VALUES)
            .set_next_token(token.take());
        let page = match asking.send().await {
            Ok(page) => page,
            Err(error) => {
                let failure = Failure::of(DOING, region, &error);
                told.notes.push(failure.note(region, &names()));
                told.failures.push(failure.error);
                merged.broke_off();
                break;
            }
        };
        told.answered = true;
        merged.add(page.metric_data_results());
        for message in page.messages() {
            note(&mut told.notes, region.as_str(), message);
        }
        token = page.next_token().filter(|token| !token.is_empty()).map(ToOwned::to_owned);
        let Some(next) = &token else { break };
        if !tokens.insert(next.clone()) {
            told.notes.push(format!("{region}: {}: the pages go in circles (unreadable answer)", names()));
            merged.broke_off();
            break;
        }
    }
    told.notes.append(&mut merged.notes);
    // A call that failed says nothing about its metrics, not even that they have no values.
    if told.answered || !merged.is_empty() {
        told.found = merged.finish(region, &wanted);
    }
    for (_, data) in &told.found {
        let why = match data.status {
            SeriesStatus::Forbidden => "forbidden",
            SeriesStatus::Failed => "CloudWatch failed on it",
            SeriesStatus::Complete | SeriesStatus::Partial => continue,
        };
        let account = data.account.map(|account| format!(" of account {account}")).unwrap_or_default();
        told.notes.push(format!("{region}: values of {}{account}: {why}", data.query));
    }
    told
}

/// `home` is the account that asks. Its own metrics are asked for without naming it: naming accounts is for monitoring
/// accounts, and it may be none.
fn sdk_query(query: &MetricQuery, wanted: bool, window: Window, home: Option<AccountId>) -> MetricDataQuery {
    let sent = MetricDataQuery::builder().id(&query.id).return_data(wanted);
    // What is hidden needs no label.
    let sent = sent.set_label(label_to_send(query).filter(|_| wanted));
    match &query.source {
        QuerySource::Metric { metric, account, statistic } => {
            let dimensions = metric.dimensions().iter();
            let dimensions = dimensions.map(|(name, value)| Dimension::builder().name(name).value(value).build());
            let metric = Metric::builder()
                .namespace(&metric.namespace)
                .metric_name(&metric.name)
                .set_dimensions(Some(dimensions.collect()))
                .build();
            let stat = MetricStat::builder().metric(metric).period(window.period).stat(statistic.to_string()).build();
            let other = account.filter(|account| Some(*account) != home);
            sent.metric_stat(stat).set_account_id(other.map(|account| account.to_string())).build()
        }
        QuerySource::Expression(text) => {
            // Math has its metrics' period, and SEARCH its own.
            let period = is_insights_query(text).then_some(window.period);
            sent.expression(text).set_period(period).build()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onepane_domain::Period;

    #[test]
    fn windows_are_widened_to_whole_periods() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let request = |from: &str, to: &str| MetricRequest {
            queries: Vec::new(),
            from: at(from),
            to: at(to),
            period: Period::new(300).unwrap(),
        };
        let window = Window::of(&request("2026-11-01T00:07:30Z", "2026-11-01T00:16:01Z"));
        assert_eq!((window.from, window.to), (at("2026-11-01T00:05:00Z"), at("2026-11-01T00:20:00Z")));
        assert_eq!((window.steps, window.period), (3, 300));
        let whole = Window::of(&request("2026-11-01T00:05:00Z", "2026-11-01T00:20:00Z"));
        assert_eq!((whole.from, whole.to), (window.from, window.to));
    }

    #[test]
    fn periods_and_accounts_go_where_cloudwatch_wants_them() {
        let window = Window { from: Timestamp::EPOCH, to: Timestamp::EPOCH, period: 300, steps: 0 };
        let expression = |text: &str| {
            let source = QuerySource::Expression(text.to_owned());
            let query = MetricQuery { id: "e".to_owned(), region: None, source, label: None, wanted: true };
            sdk_query(&query, false, window, None)
        };
        assert_eq!(expression("SELECT AVG(x) FROM y").period(), Some(300));
        assert_eq!(expression("SEARCH('x', 'Sum', 60)").period(), None);
        let hidden = expression("a + b");
        assert_eq!((hidden.period(), hidden.return_data(), hidden.label()), (None, Some(false), None));
        let home: AccountId = "111122223333".parse().unwrap();
        let asked_for = |account: &str| {
            let metric = onepane_domain::MetricId::new("N", "M", []).unwrap();
            let account = Some(account.parse().unwrap());
            let source = QuerySource::Metric { metric, account, statistic: onepane_domain::Statistic::Sum };
            let query = MetricQuery { id: "m".to_owned(), region: None, source, label: None, wanted: true };
            sdk_query(&query, true, window, Some(home)).account_id().map(ToOwned::to_owned)
        };
        assert_eq!(asked_for("111122223333"), None, "one's own account need not be named");
        assert_eq!(asked_for("444455556666").as_deref(), Some("444455556666"));
    }
}
