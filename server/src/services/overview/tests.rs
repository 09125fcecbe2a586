use super::*;
use onepane_domain::{Organization, Transition, WorkloadId};

const NOW: &str = "2026-11-22T12:30:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn job(name: &str, phase: Phase, updated: &str) -> Transition {
    let id = WorkloadId {
        account: "111122223333".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        kind: WorkloadKind::TrainingJob,
        name: name.to_owned(),
    };
    Transition {
        event_id: name.to_owned(),
        event_time: at(updated),
        arn: id.usual_arn(),
        id,
        status: Some("Any".to_owned()),
        secondary_status: None,
        phase,
        created_at: None,
        started_at: None,
        ended_at: None,
        duration_s: None,
        failure_reason: (phase == Phase::Failed).then(|| format!("no capacity for {name}")),
        instance_type: None,
        instance_count: None,
        parent: None,
        tags: BTreeMap::new(),
        occurrence: false,
        detail_type: "SageMaker Training Job State Change".to_owned(),
    }
}

fn overview_of(states: impl IntoIterator<Item = Transition>) -> Overview {
    let mut index = WorkloadIndex::new(Organization::default());
    for state in states {
        index.apply(&state);
    }
    overview(&index, at(NOW))
}

#[test]
fn today_is_compared_with_the_same_weekday_up_to_the_same_time() {
    let mut states = vec![
        job("today", Phase::Succeeded, "2026-11-22T00:00:00Z"),
        job("just-now", Phase::Succeeded, NOW),
        job("yesterday", Phase::Succeeded, "2026-11-21T23:59:59.999Z"),
        job("failed-today", Phase::Failed, "2026-11-22T01:00:00Z"),
        // Three weeks with 1, 3 and 10 successes before 12:30; on the fourth's day the data began.
        job("first-of-all", Phase::Succeeded, "2026-10-25T12:00:00Z"),
        job("after-the-hour", Phase::Succeeded, "2026-11-15T12:30:01Z"),
    ];
    for (day, count) in [("2026-11-15", 1), ("2026-11-08", 3), ("2026-11-01", 10)] {
        states.extend(
            (0..count).map(|n| job(&format!("{day}-{n}"), Phase::Succeeded, &format!("{day}T12:00:0{}Z", n % 10))),
        );
    }
    let overview = overview_of(states);
    assert_eq!(overview.succeeded, HourUsual { today: 2, usual: Some(3.0) });
    assert_eq!(overview.failed, HourUsual { today: 1, usual: Some(0.0) });
}

#[test]
fn without_a_week_of_data_nothing_is_called_usual() {
    let overview = overview_of([job("a", Phase::Succeeded, "2026-11-16T12:00:00Z")]);
    assert_eq!(overview.succeeded, HourUsual { today: 0, usual: None });
}

#[test]
fn counts_what_is_active_what_failed_and_what_changed() {
    let mut endpoint = job("endpoint", Phase::Running, "2026-11-22T12:00:00Z");
    endpoint.id.kind = WorkloadKind::Endpoint;
    let started = |name: &str, since: &str| Transition {
        started_at: Some(at(since)),
        ..job(name, Phase::Running, "2026-11-20T00:00:00Z")
    };
    let overview = overview_of([
        endpoint,
        started("long", "2026-11-01T00:00:00Z"),
        started("short", "2026-11-19T00:00:00Z"),
        job("waiting", Phase::Pending, "2026-11-20T00:00:00Z"),
        job("failed-1", Phase::Failed, "2026-11-22T11:45:00Z"),
        job("failed-2", Phase::Failed, "2026-11-16T11:45:00Z"),
        job("failed-long-ago", Phase::Failed, "2026-11-14T11:45:00Z"),
    ]);
    // What waits is active, and not yet at work.
    assert_eq!(overview.active, [(WorkloadKind::TrainingJob, 2), (WorkloadKind::Endpoint, 1)]);
    assert_eq!(overview.active_by_phase, [(Phase::Running, 3), (Phase::Pending, 1), (Phase::Stopping, 0)]);
    let names = |rows: &[Transition]| rows.iter().map(|row| row.id.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&overview.longest), ["long", "short", "waiting"]);
    assert_eq!(names(&overview.changed), ["endpoint", "failed-1"]);
    assert_eq!(overview.changed_total, 2);
    assert_eq!(overview.failures.iter().map(|group| group.count).sum::<u64>(), 2);
    let today = overview.days.iter().find(|cell| cell.day == at("2026-11-22")).unwrap();
    assert_eq!((today.succeeded, today.failed, today.total), (0, 1, 1));
    assert_eq!(overview.recent.cells.iter().map(onepane_domain::AggregateCell::total).sum::<u32>(), 1);
}

#[test]
fn the_median_of_an_even_number_is_between_the_two_in_the_middle() {
    assert_eq!(median([4, 1, 3, 2].into_iter()), Some(2.5));
    assert_eq!(median([7].into_iter()), Some(7.0));
    assert_eq!(median(std::iter::empty()), None);
}

#[test]
fn detail_types_are_counted_most_frequent_first() {
    let types = ["b", "a", "b"].map(str::to_owned).into_iter();
    assert_eq!(count_detail_types(types), [("b".to_owned(), 2), ("a".to_owned(), 1)]);
}
