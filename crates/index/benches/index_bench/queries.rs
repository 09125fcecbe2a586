//! 200 queries as people make them: every sort key, narrow and wide filters, text, deep places, every part.

use super::workloads::{now, organization};
use onepane_domain::{
    Filter, Phase, QueryPart, SearchRequest, SortKey, SortOrder, TimeField, TimeWindow, WorkloadKind, WorkloadQuery,
};
use onepane_index::WorkloadIndex;

const DAY: i64 = 86_400_000;

fn filters(index: &WorkloadIndex) -> Vec<(&'static str, Filter)> {
    let accounts: Vec<_> = organization().accounts().map(|account| account.id).collect();
    let groups = index.search(
        &SearchRequest {
            query: WorkloadQuery::default(),
            cursor: None,
            offset: 0,
            limit: 0,
            parts: vec![QueryPart::FailureGroups],
        },
        now(),
    );
    let group = groups.failure_groups.first().map(|group| group.reason.clone()).unwrap_or_default();
    let failed = vec![Phase::Failed];
    let last = |days: i64| TimeWindow::Last(days * DAY);
    let text = |text: &str| Filter { text: text.into(), ..Filter::default() };
    vec![
        ("all", Filter::default()),
        ("failed", Filter { phases: failed.clone(), ..Filter::default() }),
        ("failed, 7 days", Filter { phases: failed.clone(), window: last(7), ..Filter::default() }),
        ("one account", Filter { accounts: accounts[..1].to_vec(), ..Filter::default() }),
        (
            "three accounts, two Regions",
            Filter {
                accounts: accounts[3..6].to_vec(),
                regions: vec!["us-east-1".parse().unwrap(), "eu-west-1".parse().unwrap()],
                ..Filter::default()
            },
        ),
        ("OU", Filter { ous: vec!["workloads".into()], ..Filter::default() }),
        (
            "training jobs, ended last day",
            Filter {
                kinds: vec![WorkloadKind::TrainingJob],
                time_field: TimeField::Ended,
                window: last(1),
                ..Filter::default()
            },
        ),
        (
            "GPU instances",
            Filter {
                instance_types: vec!["ml.g5.xlarge".into(), "ml.p3.2xlarge".into(), "ml.p4d.24xlarge".into()],
                ..Filter::default()
            },
        ),
        ("tag", Filter { tags: vec![("team".into(), "team-3".into())], ..Filter::default() }),
        ("text xgb", text("xgb")),
        (
            "text xgb, failed, GPU, 7 days",
            Filter {
                phases: failed,
                instance_types: vec!["ml.g5.xlarge".into(), "ml.p3.2xlarge".into()],
                window: last(7),
                ..text("XGB")
            },
        ),
        ("text rare", text("out of memory in layer q")),
        ("text absent", text("no such words")),
        ("failure group", Filter { failure_groups: vec![group], ..Filter::default() }),
        (
            "status, created last 14 days",
            Filter {
                statuses: vec!["Completed".into(), "Stopped".into()],
                time_field: TimeField::Created,
                window: last(14),
                ..Filter::default()
            },
        ),
        ("running", Filter { phases: vec![Phase::Running, Phase::Pending], ..Filter::default() }),
    ]
}

pub(crate) fn mixed(index: &WorkloadIndex) -> Vec<(String, SearchRequest)> {
    let filters = filters(index);
    let mut requests = Vec::new();
    for number in 0..200usize {
        let (name, filter) = &filters[number % filters.len()];
        let sort = SortKey::ALL[number % SortKey::ALL.len()];
        let order = if number % 3 == 0 { SortOrder::Ascending } else { SortOrder::Descending };
        let mut parts = vec![QueryPart::Facets];
        match number % 5 {
            0 => parts.push(QueryPart::Histogram),
            2 => parts.push(QueryPart::Percentiles),
            3 => parts.push(QueryPart::FailureGroups),
            _ => {}
        }
        let query = WorkloadQuery { filter: filter.clone(), sort, order };
        let mut request = SearchRequest { query, cursor: None, offset: 0, limit: 100, parts };
        let mut place = "first page".to_owned();
        if number % 4 == 1 {
            let total = index.search(&SearchRequest { limit: 0, parts: Vec::new(), ..request.clone() }, now()).total;
            request.offset = (total / 2) as u32;
            place = format!("offset {}", request.offset);
        } else if number % 4 == 2 {
            request.cursor = index.search(&request, now()).next;
            place = "second page".into();
        }
        requests.push((format!("{name} by {sort} {order:?}, {place}, {:?}", &request.parts[1..]), request));
    }
    requests
}
