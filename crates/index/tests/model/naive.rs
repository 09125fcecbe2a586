//! What the index must answer, in plain code over a list.

use onepane_domain::{
    AccountId, AggregateQuery, DurationPercentiles, Filter, Grouping, Organization, Phase, Region, SortKey, SortOrder,
    TimeField, TimeWindow, Timestamp, Transition, WorkloadId, WorkloadKind, WorkloadQuery,
};
use onepane_index::normalise_reason;
use std::cmp::Ordering;
use std::collections::BTreeMap;

pub(crate) struct Naive {
    pub(crate) organization: Organization,
    pub(crate) rows: BTreeMap<WorkloadId, Transition>,
}

pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Number(i64),
    Text(String),
    Kind(WorkloadKind),
}

fn value(row: &Transition, sort: SortKey) -> Option<Value> {
    let time = |time: Option<Timestamp>| time.map(|time| Value::Number(time.millis()));
    match sort {
        SortKey::Updated => time(Some(row.event_time)),
        SortKey::Created => time(row.created_at),
        SortKey::Started => time(row.started_at),
        SortKey::Ended => time(row.ended_at),
        // No duration of these tests is beyond what whole microseconds tell apart.
        SortKey::Duration => row.duration_s.map(|seconds| Value::Number((seconds * 1e6).round() as i64)),
        SortKey::Name => Some(Value::Text(fold(&row.id.name))),
        SortKey::Kind => Some(Value::Kind(row.id.kind.clone())),
        SortKey::Phase => Some(Value::Number(row.phase.index() as i64)),
        SortKey::Status => row.status.clone().map(Value::Text),
        SortKey::Account => Some(Value::Number(row.id.account.number() as i64)),
        SortKey::Region => Some(Value::Text(row.id.region.to_string())),
        SortKey::Instance => row.instance_type.clone().map(Value::Text),
        SortKey::Instances => row.instance_count.map(|count| Value::Number(i64::from(count))),
        SortKey::Reason => row.failure_reason.clone().map(Value::Text),
    }
}

fn identity(row: &Transition) -> (AccountId, &Region, &WorkloadKind, String, &str) {
    (row.id.account, &row.id.region, &row.id.kind, fold(&row.id.name), &row.id.name)
}

fn compare(a: &Option<Value>, b: &Option<Value>, order: SortOrder) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if order == SortOrder::Descending => b.cmp(a),
        (Some(a), Some(b)) => a.cmp(b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

pub(crate) fn failure_group(row: &Transition) -> Option<String> {
    match &row.failure_reason {
        Some(reason) => Some(normalise_reason(reason)),
        None => (row.phase == Phase::Failed).then(String::new),
    }
}

pub(crate) fn instant(row: &Transition, field: TimeField) -> Option<Timestamp> {
    match field {
        TimeField::Created => row.created_at,
        TimeField::Ended => row.ended_at,
        TimeField::Updated => Some(row.event_time),
    }
}

/// The texts by which a dimension counts a row.
pub(crate) fn values(organization: &Organization, row: &Transition, dimension: Grouping) -> Vec<String> {
    match dimension {
        Grouping::Account => vec![row.id.account.to_string()],
        Grouping::Ou => {
            let ous = organization.ous();
            ous.into_iter().filter(|ou| organization.is_in_ou(row.id.account, ou)).collect()
        }
        Grouping::Region => vec![row.id.region.to_string()],
        Grouping::Kind => vec![row.id.kind.to_string()],
        Grouping::Phase => vec![row.phase.to_string()],
        Grouping::Status => row.status.iter().cloned().collect(),
        Grouping::InstanceType => row.instance_type.iter().cloned().collect(),
        Grouping::Tag => row.tags.iter().map(|(key, value)| format!("{key}={value}")).collect(),
        Grouping::FailureGroup => failure_group(row).into_iter().collect(),
    }
}

/// The filter's values of a dimension, as [`values`] writes them.
pub(crate) fn selected(filter: &Filter, dimension: Grouping) -> Vec<String> {
    match dimension {
        Grouping::Account => filter.accounts.iter().map(ToString::to_string).collect(),
        Grouping::Ou => filter.ous.clone(),
        Grouping::Region => filter.regions.iter().map(ToString::to_string).collect(),
        Grouping::Kind => filter.kinds.iter().map(ToString::to_string).collect(),
        Grouping::Phase => filter.phases.iter().map(ToString::to_string).collect(),
        Grouping::Status => filter.statuses.clone(),
        Grouping::InstanceType => filter.instance_types.clone(),
        Grouping::Tag => filter.tags.iter().map(|(key, value)| format!("{key}={value}")).collect(),
        Grouping::FailureGroup => filter.failure_groups.clone(),
    }
}

impl Naive {
    pub(crate) fn apply(&mut self, state: &Transition) {
        let held = self.rows.get(&state.id);
        if held.is_none_or(|held| state.version() > held.version()) {
            self.rows.insert(state.id.clone(), state.clone());
        }
    }

    /// True if a row matches in all dimensions but `ignored`.
    fn matches(&self, filter: &Filter, row: &Transition, now: Timestamp, ignored: Option<Grouping>) -> bool {
        let dimensions = Grouping::FACETS.into_iter().chain([Grouping::FailureGroup]);
        for dimension in dimensions.filter(|dimension| Some(*dimension) != ignored) {
            let wanted = selected(filter, dimension);
            let has = values(&self.organization, row, dimension);
            let has_it = match dimension {
                Grouping::Ou => wanted.iter().any(|ou| self.organization.is_in_ou(row.id.account, ou)),
                _ => has.iter().any(|value| wanted.contains(value)),
            };
            if !wanted.is_empty() && !has_it {
                return false;
            }
        }
        let (from, to) = filter.window.bounds(now);
        let inside = instant(row, filter.time_field).is_some_and(|time| from <= time && time < to);
        let reason = row.failure_reason.as_deref().unwrap_or("");
        let wanted = fold(&filter.text);
        (filter.window == TimeWindow::All || inside)
            && (fold(&row.id.name).contains(&wanted) || fold(reason).contains(&wanted))
    }

    pub(crate) fn matching(&self, filter: &Filter, now: Timestamp) -> Vec<&Transition> {
        self.rows.values().filter(|row| self.matches(filter, row, now, None)).collect()
    }

    pub(crate) fn sorted(&self, query: &WorkloadQuery, now: Timestamp) -> Vec<Transition> {
        let matching = self.matching(&query.filter, now).into_iter();
        let mut rows: Vec<_> = matching.map(|row| (value(row, query.sort), identity(row), row)).collect();
        rows.sort_by(|a, b| compare(&a.0, &b.0, query.order).then_with(|| a.1.cmp(&b.1)));
        rows.into_iter().map(|(_, _, row)| row.clone()).collect()
    }

    pub(crate) fn facet(&self, filter: &Filter, dimension: Grouping, now: Timestamp) -> BTreeMap<String, u64> {
        let mut counts: BTreeMap<String, u64> =
            selected(filter, dimension).into_iter().map(|value| (value, 0)).collect();
        for row in self.rows.values().filter(|row| self.matches(filter, row, now, Some(dimension))) {
            for value in values(&self.organization, row, dimension) {
                *counts.entry(value).or_insert(0) += 1;
            }
        }
        counts
    }

    pub(crate) fn cells(
        &self,
        query: &AggregateQuery,
        now: Timestamp,
    ) -> BTreeMap<(String, Option<Timestamp>), [u32; 8]> {
        let mut cells = BTreeMap::new();
        for row in self.matching(&query.filter, now) {
            let group = query.group_by.and_then(|dimension| values(&self.organization, row, dimension).pop());
            let start = match (query.bucket_ms, instant(row, query.filter.time_field)) {
                (None, _) => None,
                (Some(_), None) => continue,
                (Some(width), Some(time)) => Some(time.floor_to(width)),
            };
            let counts: &mut [u32; 8] = cells.entry((group.unwrap_or_default(), start)).or_default();
            counts[row.phase.index()] += 1;
        }
        cells
    }

    pub(crate) fn percentiles(&self, filter: &Filter, now: Timestamp) -> DurationPercentiles {
        let mut durations: Vec<f64> = self.matching(filter, now).iter().filter_map(|row| row.duration_s).collect();
        durations.sort_by(f64::total_cmp);
        let at = |percent: usize| durations[(durations.len() * percent).div_ceil(100).max(1) - 1];
        if durations.is_empty() {
            return DurationPercentiles::default();
        }
        DurationPercentiles { count: durations.len() as u64, p50: at(50), p90: at(90), p99: at(99), max: at(100) }
    }
}
