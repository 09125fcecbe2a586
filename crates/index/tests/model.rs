//! The index against a plain list: whatever is applied and asked, both answer the same.

// The helpers of tests stand outside of test functions, where clippy does not see that they are tests'.
#![allow(clippy::unwrap_used)]

#[path = "model/generate.rs"]
mod generate;
#[path = "model/naive.rs"]
mod naive;

use generate::{filter, now, organization, query, transition};
use naive::Naive;
use onepane_domain::{
    AggregateQuery, Filter, Grouping, QueryPart, SearchRequest, SortKey, SortOrder, TimeField, TimeWindow, Timestamp,
    Transition, WorkloadId, WorkloadQuery,
};
use onepane_index::{Applied, WorkloadIndex};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

fn both(states: &[Transition]) -> (WorkloadIndex, Naive) {
    let mut index = WorkloadIndex::new(organization());
    let mut naive = Naive { organization: organization(), rows: BTreeMap::new() };
    for state in states {
        index.apply(state);
        naive.apply(state);
    }
    (index, naive)
}

fn request(query: &WorkloadQuery, offset: u32, limit: u32) -> SearchRequest {
    SearchRequest { query: query.clone(), cursor: None, offset, limit, parts: Vec::new() }
}

/// `count` states, always the same ones for a seed.
fn many(count: usize, seed: u64) -> Vec<Transition> {
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(seed), ..Config::default() });
    let strategy = transition();
    (0..count)
        .map(|n| {
            let mut state = strategy.new_tree(&mut runner).unwrap().current();
            state.id.name = format!("{}{}", state.id.name, n % (count * 3 / 4));
            state
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_newest_state_comes_back_exactly_whatever_the_order_of_delivery(states in vec(transition(), 0..60)) {
        let (mut index, naive) = both(&states);
        prop_assert_eq!(index.len(), naive.rows.len());
        for (id, row) in &naive.rows {
            let held = index.get(id);
            prop_assert_eq!(held.as_ref(), Some(row));
            prop_assert_eq!(index.apply(row), Applied::Stale);
        }
        prop_assert_eq!(index.oldest(), naive.rows.values().map(|row| row.event_time).min());
        let mut sources = BTreeMap::new();
        for row in naive.rows.values() {
            let source = sources.entry((row.id.account, row.id.region.clone())).or_insert((row.event_time, 0));
            *source = (source.0.max(row.event_time), source.1 + 1);
        }
        let found = index.sources().into_iter().map(|s| ((s.account, s.region), (s.last_event, s.workloads)));
        prop_assert!(found.eq(sources));
    }

    #[test]
    fn pages_hold_what_matches_in_order(
        states in vec(transition(), 0..120), query in query(), offset in 0..60u32, limit in 1..40u32,
    ) {
        let (index, naive) = both(&states);
        let expected = naive.sorted(&query, now());
        let mut first = request(&query, offset, limit);
        let result = index.search(&first, now());
        prop_assert_eq!(result.total, expected.len() as u64);
        let page: Vec<_> = expected.iter().skip(offset as usize).take(limit as usize).cloned().collect();
        prop_assert_eq!(&result.rows, &page);
        prop_assert_eq!(result.next.is_some(), expected.len() > offset as usize + page.len() && !page.is_empty());
        let mut walked = result.rows;
        first.cursor = result.next;
        first.offset = 0;
        while first.cursor.is_some() {
            let result = index.search(&first, now());
            walked.extend(result.rows);
            first.cursor = result.next;
        }
        prop_assert_eq!(walked, expected.into_iter().skip(offset as usize).collect::<Vec<_>>());
    }

    #[test]
    fn facets_count_without_their_own_filter(states in vec(transition(), 0..120), filter in filter()) {
        let (index, naive) = both(&states);
        let query = WorkloadQuery { filter, ..WorkloadQuery::default() };
        let result = index.search(&SearchRequest { parts: vec![QueryPart::Facets], ..request(&query, 0, 0) }, now());
        prop_assert_eq!(result.facets.len(), Grouping::FACETS.len());
        for (facet, dimension) in result.facets.iter().zip(Grouping::FACETS) {
            prop_assert_eq!(facet.dimension, dimension);
            let expected = naive.facet(&query.filter, dimension, now());
            let found: BTreeMap<_, _> = facet.values.iter().map(|v| (v.value.clone(), v.count)).collect();
            prop_assert_eq!(found, expected, "{:?}", dimension);
            prop_assert!(facet.values.is_sorted_by(|a, b| a.count >= b.count));
            let selected = naive::selected(&query.filter, dimension);
            prop_assert!(facet.values.iter().all(|v| v.selected == selected.contains(&v.value)));
        }
    }

    #[test]
    fn counts_by_group_and_time_are_exact(
        states in vec(transition(), 0..120), filter in filter(),
        group_by in proptest::option::of(proptest::sample::select(vec![
            Grouping::Account, Grouping::Region, Grouping::Kind, Grouping::Phase, Grouping::Status,
            Grouping::InstanceType, Grouping::FailureGroup,
        ])),
        bucket_ms in proptest::option::of(proptest::sample::select(vec![1, 60_000, 3_600_000, 86_400_000i64])),
    ) {
        let (index, naive) = both(&states);
        let query = AggregateQuery { filter, group_by, bucket_ms };
        let aggregate = index.aggregate(&query, now());
        let key = |cell: &onepane_domain::AggregateCell| (cell.group.clone(), bucket_ms.map(|_| cell.start));
        let found: BTreeMap<_, _> = aggregate.cells.iter().map(|cell| (key(cell), cell.by_phase)).collect();
        prop_assert_eq!(found.len(), aggregate.cells.len());
        prop_assert_eq!(found, naive.cells(&query, now()));
        prop_assert!(aggregate.cells.is_sorted_by_key(|cell| (cell.group.clone(), cell.start)));
        prop_assert!(aggregate.cells.iter().all(|cell| aggregate.from <= cell.start && cell.start < aggregate.to));
    }

    #[test]
    fn histogram_percentiles_and_failure_groups_speak_of_what_matches(
        states in vec(transition(), 0..120), filter in filter(),
    ) {
        let (index, naive) = both(&states);
        let query = WorkloadQuery { filter: filter.clone(), ..WorkloadQuery::default() };
        let parts = vec![QueryPart::Histogram, QueryPart::Percentiles, QueryPart::FailureGroups];
        let result = index.search(&SearchRequest { parts, ..request(&query, 0, 0) }, now());
        prop_assert_eq!(result.percentiles, Some(naive.percentiles(&filter, now())));

        let histogram = result.histogram.unwrap();
        let matching = naive.matching(&filter, now());
        let times = matching.iter().filter_map(|row| naive::instant(row, filter.time_field));
        let in_range = times.clone().filter(|time| histogram.from <= *time && *time < histogram.to).count();
        let counted: u32 = histogram.cells.iter().map(onepane_domain::AggregateCell::total).sum();
        prop_assert_eq!(counted as usize, in_range);
        if !matches!(filter.window, TimeWindow::Last(_)) {
            prop_assert_eq!(in_range, times.clone().count());
        }
        prop_assert!(times.filter(|time| *time <= now()).all(|time| histogram.from <= time && time < histogram.to));
        let span = histogram.to.millis_since(histogram.from);
        prop_assert!(histogram.bucket_ms == 0 || span / histogram.bucket_ms <= 122);

        let mut groups: BTreeMap<String, Vec<&Transition>> = BTreeMap::new();
        for row in matching {
            if let Some(group) = naive::failure_group(row) {
                groups.entry(group).or_default().push(row);
            }
        }
        prop_assert_eq!(result.failure_groups.len(), groups.len());
        for found in result.failure_groups {
            let rows = &groups[&found.reason];
            let times = || rows.iter().map(|row| row.event_time);
            prop_assert_eq!(found.count, rows.len() as u64);
            prop_assert_eq!(found.accounts as usize, rows.iter().map(|row| row.id.account).collect::<BTreeSet<_>>().len());
            prop_assert_eq!((Some(found.first_seen), Some(found.last_seen)), (times().min(), times().max()));
            let is_example = |row: &&Transition| {
                row.event_time == found.last_seen && row.failure_reason.clone().unwrap_or_default() == found.example
            };
            prop_assert!(rows.iter().any(is_example));
        }
    }

    #[test]
    fn a_walk_neither_repeats_nor_misses_rows_that_stay(
        states in vec(transition(), 1..80), later in vec(transition(), 0..60),
        sort in proptest::sample::select(SortKey::ALL.to_vec()), ascending in any::<bool>(), limit in 1..9u32,
    ) {
        let (mut index, naive) = both(&states);
        let order = if ascending { SortOrder::Ascending } else { SortOrder::Descending };
        let mut page = request(&WorkloadQuery { filter: Filter::default(), sort, order }, 0, limit);
        let mut arriving = later.iter();
        let mut seen: Vec<WorkloadId> = Vec::new();
        loop {
            let result = index.search(&page, now());
            seen.extend(result.rows.into_iter().map(|row| row.id));
            for state in arriving.by_ref().take(3) {
                index.apply(state);
            }
            page.cursor = result.next;
            if page.cursor.is_none() {
                break;
            }
        }
        let stayed = naive.rows.values().filter(|row| index.get(&row.id).as_ref() == Some(*row));
        for row in stayed {
            prop_assert_eq!(seen.iter().filter(|id| **id == row.id).count(), 1, "{:?}", &row.id);
        }
    }

    #[test]
    fn retention_leaves_an_index_as_if_the_dropped_had_never_come(
        states in vec(transition(), 0..120), later in vec(transition(), 0..40), query in query(), ago in 0..40i64,
    ) {
        let (mut index, mut naive) = both(&states);
        let cutoff = now().plus_days(-ago);
        let before = naive.rows.len();
        naive.rows.retain(|_, row| row.event_time >= cutoff || row.phase.is_active());
        prop_assert_eq!(index.retain_since(cutoff), before - naive.rows.len());
        for state in &later {
            index.apply(state);
            naive.apply(state);
        }
        prop_assert_eq!(index.search(&request(&query, 0, 1_000), now()).rows, naive.sorted(&query, now()));
        for (id, row) in &naive.rows {
            let held = index.get(id);
            prop_assert_eq!(held.as_ref(), Some(row));
        }
    }

    #[test]
    fn children_are_those_of_the_same_account_and_region(states in vec(transition(), 0..120)) {
        let (index, naive) = both(&states);
        for row in naive.rows.values() {
            let Some(parent) = &row.parent else { continue };
            let parent_id = WorkloadId { kind: parent.kind.clone(), name: parent.name.clone(), ..row.id.clone() };
            let is_child = |other: &&Transition| {
                (other.id.account, &other.id.region) == (row.id.account, &row.id.region)
                    && other.parent.as_ref().is_some_and(|p| (&p.kind, &p.name) == (&parent.kind, &parent.name))
            };
            let mut expected: Vec<&Transition> = naive.rows.values().filter(is_child).collect();
            let began = |row: &Transition| row.started_at.or(row.created_at).unwrap_or(Timestamp::MAX);
            expected.sort_by_key(|row| (began(row), row.id.clone()));
            let (found, total) = index.children(&parent_id, 5);
            prop_assert_eq!(total, expected.len() as u64);
            prop_assert!(found.iter().eq(expected.into_iter().take(5)));
        }
    }
}

#[test]
fn deep_and_long_pages_of_many_rows_are_exact() {
    let (index, naive) = both(&many(12_000, 5));
    let total = naive.rows.len() as u32;
    for sort in SortKey::ALL {
        for order in [SortOrder::Ascending, SortOrder::Descending] {
            let query = WorkloadQuery { filter: Filter::default(), sort, order };
            let expected = naive.sorted(&query, now());
            for (offset, limit) in
                [(0, 100), (1_000, 100), (total / 2, 100), (total - 30, 100), (2_000, 5_000), (0, total)]
            {
                let found = index.search(&request(&query, offset, limit), now()).rows;
                let expected = expected.iter().skip(offset as usize).take(limit as usize);
                assert!(found.iter().eq(expected), "{sort} {order:?} from {offset}");
            }
        }
    }
}

#[test]
fn filters_over_many_rows_are_exact() {
    let (index, naive) = both(&many(12_000, 6));
    let text = |text: &str| Filter { text: text.into(), ..Filter::default() };
    let filters = [
        text("a"),
        text("AB1"),
        text("nan at step 2"),
        text("absent"),
        Filter { time_field: TimeField::Updated, window: TimeWindow::Last(3_600_000), ..text("b") },
    ];
    for filter in filters {
        let query = WorkloadQuery { filter, ..WorkloadQuery::default() };
        let found = index.search(&SearchRequest { parts: vec![QueryPart::Facets], ..request(&query, 0, 0) }, now());
        assert_eq!(found.total as usize, naive.matching(&query.filter, now()).len(), "{:?}", query.filter);
        for facet in found.facets {
            let expected = naive.facet(&query.filter, facet.dimension, now());
            assert!(facet.values.iter().all(|value| expected[&value.value] == value.count));
        }
    }
    assert_eq!(
        index
            .search(
                &SearchRequest { parts: vec![QueryPart::Percentiles], ..request(&WorkloadQuery::default(), 0, 0) },
                now()
            )
            .percentiles,
        Some(naive.percentiles(&Filter::default(), now())),
    );
}

#[test]
fn long_facets_list_the_most_frequent_and_what_is_selected() {
    let mut states = many(600, 7);
    for (n, state) in states.iter_mut().enumerate() {
        state.id.name = format!("{n}");
        // Status s0 once, s1 twice, and so on.
        state.status = Some(format!("s{}", ((n * 2) as f64).sqrt() as usize));
    }
    let (index, _) = both(&states);
    let filter = Filter { statuses: vec!["s0".into(), "never".into()], ..Filter::default() };
    let query = WorkloadQuery { filter, ..WorkloadQuery::default() };
    let result = index.search(&SearchRequest { parts: vec![QueryPart::Facets], ..request(&query, 0, 0) }, now());
    let facet = result.facets.iter().find(|facet| facet.dimension == Grouping::Status).unwrap();
    let distinct = states.iter().map(|state| state.status.clone()).collect::<BTreeSet<_>>().len();
    let listed: BTreeSet<&str> = facet.values.iter().map(|value| value.value.as_str()).collect();
    assert!(listed.contains("s0") && listed.contains("never"));
    assert_eq!(facet.values.len() + facet.more as usize, distinct + 1);
    assert!(facet.values.len() <= 52);
}

#[test]
fn states_that_are_replaced_do_not_pile_up() {
    let mut index = WorkloadIndex::new(organization());
    let mut states = many(100, 8);
    let mut sizes = Vec::new();
    for round in 0..400 {
        for (n, state) in states.iter_mut().enumerate() {
            state.event_time = Timestamp::from_millis(generate::NOW + round).unwrap();
            state.failure_reason = Some(format!("reason {} of {n} {}", round, "long ".repeat(20)));
            state.tags = BTreeMap::from([("round".to_owned(), format!("{round}-{n}"))]);
            index.apply(state);
        }
        sizes.push(index.memory_bytes());
    }
    assert!(sizes[399] < sizes[100] * 2, "{} then {}", sizes[100], sizes[399]);
    for state in &states {
        if let Some(held) = index.get(&state.id) {
            assert!(held.failure_reason.unwrap().starts_with("reason 399"));
        }
    }
}

#[test]
fn a_cursor_that_nobody_made_is_a_place_like_any_other() {
    let (index, _) = both(&many(300, 9));
    let id = WorkloadId {
        account: generate::account(99),
        region: "me-south-1".parse().unwrap(),
        kind: "unheard-of".into(),
        name: "ÿ\u{0}".into(),
    };
    for sort in SortKey::ALL {
        for value in [None, Some(String::new()), Some("zzz".into()), Some("-1".into()), Some("9".repeat(40))] {
            let mut page = request(&WorkloadQuery { sort, ..WorkloadQuery::default() }, 0, 50);
            page.cursor = Some(onepane_domain::Cursor { value, id: id.clone() });
            assert!(index.search(&page, now()).rows.len() <= 50);
        }
    }
}
