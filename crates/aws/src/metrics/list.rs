//! What is there: ListMetrics.

use super::{CloudWatchMetrics, Failure, Place, Told, gather};
use aws_sdk_cloudwatch::types::{DimensionFilter, Metric};
use futures::future::join_all;
use onepane_domain::{AccountId, ListedMetric, MetricFilter, MetricId, MetricList, PortResult, Region};
use std::collections::{BTreeSet, HashSet};
use tokio::time::timeout;

/// Most dimensions that ListMetrics filters by; more are filtered here.
const MOST_DIMENSIONS: usize = 10;

const DOING: &str = "list metrics";

pub(super) async fn list(source: &CloudWatchMetrics, filter: &MetricFilter, limit: usize) -> PortResult<MetricList> {
    let unknown = filter.regions.iter().filter(|region| !source.places.iter().any(|place| place.region == **region));
    let notes = unknown.map(|region| format!("{region}: none of the Regions that are asked")).collect();
    let wanted = |place: &&Place| filter.regions.is_empty() || filter.regions.contains(&place.region);
    let asked = source.places.iter().filter(wanted).map(|place| async move {
        let (mut told, mut found) = (Told::default(), BTreeSet::new());
        let listing = in_region(place, filter, limit, &mut found, &mut told);
        if timeout(source.region_within, listing).await.is_err() {
            let failure = Failure::late(DOING, &place.region, source.region_within);
            told.notes.push(failure.note(&place.region, "the list of metrics"));
            told.failures.push(failure.error);
        }
        told.found.extend(found);
        told
    });
    let (mut found, mut notes): (Vec<(MetricId, AccountId, Region)>, _) = gather(join_all(asked).await, notes)?;
    found.sort();
    if found.len() > limit {
        found.truncate(limit);
        notes.push(format!("there are more than {limit} metrics; {limit} are told"));
    }
    let listed = |(metric, account, region)| ListedMetric { account, region, metric };
    Ok(MetricList { metrics: found.into_iter().map(listed).collect(), notes })
}

/// Pages of one Region until one more than wanted is found. What was found stays in `found` if the future is dropped.
async fn in_region(
    place: &Place,
    filter: &MetricFilter,
    limit: usize,
    found: &mut BTreeSet<(MetricId, AccountId, Region)>,
    told: &mut Told<(MetricId, AccountId, Region)>,
) {
    let region = &place.region;
    let one_account = if let [account] = filter.accounts[..] { Some(account) } else { None };
    let dimensions = filter.dimensions.iter().take(MOST_DIMENSIONS);
    let dimensions: Vec<DimensionFilter> = dimensions
        .map(|wanted| DimensionFilter::builder().name(&wanted.name).set_value(wanted.value.clone()).build())
        .collect();
    let mut unread = 0_usize;
    let mut tokens = HashSet::new();
    let mut token: Option<String> = None;
    loop {
        place.lists.take().await;
        let asking = place
            .client
            .list_metrics()
            .include_linked_accounts(true)
            .set_owning_account(one_account.map(|account| account.to_string()))
            .set_namespace(filter.namespace.clone())
            .set_metric_name(filter.name.clone())
            .set_dimensions((!dimensions.is_empty()).then(|| dimensions.clone()))
            .set_next_token(token.take());
        let page = match asking.send().await {
            Ok(page) => page,
            Err(error) => {
                let failure = Failure::of(DOING, region, &error);
                told.notes.push(failure.note(region, "the list of metrics"));
                told.failures.push(failure.error);
                break;
            }
        };
        told.answered = true;
        for (number, metric) in page.metrics().iter().enumerate() {
            let account = match page.owning_accounts().get(number) {
                Some(account) => account.parse().ok(),
                None => one_account.or(place.home),
            };
            match account.zip(read(metric)) {
                Some((account, metric)) => {
                    let listed = ListedMetric { account, region: region.clone(), metric };
                    if filter.matches(&listed) {
                        found.insert((listed.metric, listed.account, listed.region));
                    }
                }
                None => unread += 1,
            }
        }
        token = page.next_token().filter(|token| !token.is_empty()).map(ToOwned::to_owned);
        let Some(next) = token.as_ref().filter(|_| found.len() <= limit) else { break };
        if !tokens.insert(next.clone()) {
            told.notes.push(format!("{region}: the list of metrics: the pages go in circles (unreadable answer)"));
            break;
        }
    }
    if unread > 0 {
        told.notes.push(format!("{region}: {unread} metrics without a readable name or account are left out"));
    }
}

fn read(metric: &Metric) -> Option<MetricId> {
    let dimensions = metric.dimensions().iter();
    let dimensions = dimensions
        .map(|dimension| Some((dimension.name()?.to_owned(), dimension.value()?.to_owned())))
        .collect::<Option<Vec<_>>>()?;
    MetricId::new(metric.namespace()?, metric.metric_name()?, dimensions).ok()
}
