//! `ListMetrics`.

use super::data::Asked;
use super::wire::{self, Refusal};
use axum::http::StatusCode;
use ciborium::Value;
use onepane_domain::{AccountId, MetricId};

/// Most metrics of a page.
const PAGE: usize = 500;
/// Most dimensions of a filter.
const MOST_DIMENSIONS: usize = 10;

pub fn answer(asked: &Asked<'_>, input: &Value) -> Result<Value, Refusal> {
    let invalid = |message: &str| Refusal::new(StatusCode::BAD_REQUEST, "InvalidParameterValue", message);
    let linked = wire::boolean(input, "IncludeLinkedAccounts").unwrap_or(false);
    let owner = wire::text(input, "OwningAccount");
    if owner.is_some() && !linked {
        return Err(invalid("OwningAccount is for requests with IncludeLinkedAccounts"));
    }
    let owner: Option<AccountId> =
        owner.map(|owner| owner.parse().map_err(|_| invalid("OwningAccount is no account"))).transpose()?;
    let dimensions = wire::list(input, "Dimensions");
    if dimensions.len() > MOST_DIMENSIONS {
        return Err(invalid("at most 10 dimensions"));
    }
    if wire::text(input, "RecentlyActive").is_some_and(|active| active != "PT3H") {
        return Err(invalid("RecentlyActive: PT3H is all there is"));
    }
    let fits = |metric: &MetricId, account: AccountId| {
        let seen = if linked { owner.is_none_or(|owner| owner == account) } else { account == asked.home };
        seen && wire::text(input, "Namespace").is_none_or(|namespace| namespace == metric.namespace)
            && wire::text(input, "MetricName").is_none_or(|name| name == metric.name)
            && dimensions.iter().all(|wanted| {
                let value = metric.dimension(wire::text(wanted, "Name").unwrap_or_default());
                value.is_some_and(|value| wire::text(wanted, "Value").is_none_or(|wanted| wanted == value))
            })
    };
    let found: Vec<(&MetricId, AccountId)> = asked
        .store
        .metrics(asked.region)
        .map(|(metric, account, _)| (metric, account))
        .filter(|(metric, account)| fits(metric, *account))
        .collect();
    let start = match wire::text(input, "NextToken") {
        Some(token) => {
            token.strip_prefix("list-").and_then(|at| at.parse().ok()).ok_or_else(|| invalid("NextToken"))?
        }
        None => 0_usize,
    };
    let page = &found[start.min(found.len())..(start + PAGE.min(asked.page)).min(found.len())];
    let mut output = vec![("Metrics", Value::Array(page.iter().map(|(metric, _)| metric_value(metric)).collect()))];
    if linked {
        let owners = page.iter().map(|(_, account)| Value::from(account.to_string())).collect();
        output.push(("OwningAccounts", Value::Array(owners)));
    }
    let next = start + page.len();
    if next < found.len() {
        output.push(("NextToken", Value::from(format!("list-{next}"))));
    }
    Ok(wire::map(output))
}

fn metric_value(metric: &MetricId) -> Value {
    let pair = |(name, value): &(String, String)| {
        wire::map([("Name", Value::from(name.as_str())), ("Value", Value::from(value.as_str()))])
    };
    wire::map([
        ("Namespace", Value::from(metric.namespace.as_str())),
        ("MetricName", Value::from(metric.name.as_str())),
        ("Dimensions", Value::Array(metric.dimensions().iter().map(pair).collect())),
    ])
}
