//! Workloads and queries from small sets of values, so that they meet.

use onepane_domain::{
    Account, AccountId, Filter, Organization, Parent, Phase, SortKey, SortOrder, TimeField, TimeWindow, Timestamp,
    Transition, WorkloadId, WorkloadKind, WorkloadQuery,
};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;

pub(crate) const NOW: i64 = 1_700_000_000_000;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(NOW).unwrap()
}

pub(crate) fn account(number: u64) -> AccountId {
    AccountId::from_number(100_000_000_000 + number).unwrap()
}

pub(crate) fn organization() -> Organization {
    let ous = ["work/prod", "work", "workshop", ""];
    let account = |(n, ou): (usize, &str)| Account { id: account(n as u64), alias: format!("a{n}"), ou: ou.into() };
    Organization::new(ous.into_iter().enumerate().map(account)).unwrap()
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[abAB]{1,3}",
        2 => "same-beginning-of-all-[a-c]{1,2}",
        1 => "[äÄßΣςİ漢]{1,2}",
        1 => "[a-zA-Z]{20,30}",
    ]
}

pub(crate) fn identity() -> impl Strategy<Value = WorkloadId> {
    let kinds = vec!["training-job", "endpoint", "pipeline-execution", "hyper-parameter-tuning-job", "space"];
    let regions = vec!["us-east-1", "eu-west-1", "cn-north-1"];
    (0..5u64, select(regions), select(kinds), name()).prop_map(|(number, region, kind, name)| WorkloadId {
        account: account(number),
        region: region.parse().unwrap(),
        kind: WorkloadKind::from(kind),
        name,
    })
}

fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        6 => (0..20i64).prop_map(|hours| NOW - hours * 3_600_000),
        3 => (0..86_400_000i64 * 40).prop_map(|ago| NOW - ago),
        1 => (0..10_000i64).prop_map(|ahead| NOW + ahead),
    ]
    .prop_map(|millis| Timestamp::from_millis(millis).unwrap())
}

fn event_id() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        1 => "[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}",
        1 => "\\PC{0,40}",
    ]
}

fn words(words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    proptest::option::of(select(words).prop_map(str::to_owned))
}

fn reason() -> impl Strategy<Value = Option<String>> {
    let some = prop_oneof![
        (0..30u32).prop_map(|n| format!("AlgorithmError: loss is NaN at step {n}")),
        (0..30u32).prop_map(|n| format!("CapacityError in job xgb-{n}-abc")),
        Just("ÄRGER: no space left".to_owned()),
        Just(" ".to_owned()),
    ];
    proptest::option::weighted(0.4, some)
}

fn arn(id: &WorkloadId, form: u8) -> String {
    match form {
        0..4 => id.usual_arn(),
        4..7 => id.usual_arn().to_ascii_lowercase(),
        7 => String::new(),
        _ => format!("arn:aws:sagemaker:us-east-1:0:{}/other", id.kind),
    }
}

fn duration(started: Option<Timestamp>, ended: Option<Timestamp>, form: u8) -> Option<f64> {
    match (form, started, ended) {
        (0..7, Some(started), Some(ended)) => Some(ended.millis_since(started) as f64 / 1_000.0),
        (7, ..) => Some(12.25),
        (8, ..) => Some(-0.5),
        _ => None,
    }
}

pub(crate) fn transition() -> impl Strategy<Value = Transition> {
    let parent = proptest::option::weighted(0.3, (select(&["endpoint", "training-job"][..]), "[abAB]{1,2}", 0..9u8));
    let tags = proptest::collection::btree_map(select(&["team", "env", "a="][..]), select(&["x", "y", "=z"][..]), 0..3);
    let times = (time(), proptest::option::of(time()), proptest::option::of(time()), proptest::option::of(time()));
    let words = (
        words(&["InProgress", "Completed", "Failed", "completed"]),
        words(&["Starting", "Training"]),
        words(&["ml.m5.large", "ml.p3.2xlarge", "ml.g5.xlarge"]),
        proptest::option::of(0..4u32),
        select(&["SageMaker Training Job State Change", "SageMaker Endpoint State Change"][..]),
    );
    (
        identity(),
        event_id(),
        times,
        words,
        select(&Phase::ALL[..]),
        reason(),
        parent,
        tags,
        any::<bool>(),
        (0..9u8, 0..10u8),
    )
        .prop_map(
            |(id, event_id, times, words, phase, reason, parent, tags, occurrence, (arn_form, duration_form))| {
                let parent = parent.map(|(kind, name, form)| {
                    let parent = WorkloadId { kind: kind.into(), name, ..id.clone() };
                    Parent { arn: arn(&parent, form), kind: parent.kind, name: parent.name }
                });
                let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
                Transition {
                    event_id,
                    event_time: times.0,
                    arn: arn(&id, arn_form),
                    id,
                    status: words.0,
                    secondary_status: words.1,
                    phase,
                    created_at: times.1,
                    started_at: times.2,
                    ended_at: times.3,
                    duration_s: duration(times.2, times.3, duration_form),
                    failure_reason: reason,
                    instance_type: words.2,
                    instance_count: words.3,
                    parent,
                    tags: tags.into_iter().map(owned).collect::<BTreeMap<_, _>>(),
                    occurrence,
                    detail_type: words.4.into(),
                }
            },
        )
}

fn some_of<T: Clone + std::fmt::Debug + 'static>(values: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    prop_oneof![3 => Just(Vec::new()), 1 => proptest::sample::subsequence(values, 1..=2)]
}

pub(crate) fn filter() -> impl Strategy<Value = Filter> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let window = prop_oneof![
        3 => Just(TimeWindow::All),
        1 => (0..48i64).prop_map(|hours| TimeWindow::Last(hours * 3_600_000)),
        1 => (time(), time()).prop_map(|(a, b)| TimeWindow::Between(a, b)),
    ];
    let places = (
        some_of((0..6).map(account).collect()),
        some_of(texts(&["work", "work/prod", "nowhere", ""])),
        some_of(vec!["us-east-1".parse().unwrap(), "eu-west-1".parse().unwrap(), "sa-east-1".parse().unwrap()]),
        some_of(["training-job", "endpoint", "space"].map(WorkloadKind::from).to_vec()),
    );
    let states = (
        some_of(Phase::ALL.to_vec()),
        some_of(texts(&["InProgress", "Failed", "Gone"])),
        some_of(texts(&["ml.m5.large", "ml.p3.2xlarge"])),
        some_of(vec![("team".to_owned(), "x".to_owned()), ("env".to_owned(), "y".to_owned())]),
        some_of(texts(&["", "AlgorithmError: loss is NaN at step <n>", "CapacityError in job <name>"])),
    );
    let text = prop_oneof![
        3 => Just(String::new()),
        1 => "[abAB]{1,2}",
        1 => select(&["error", "Ärger", "same-beginning", "σ", "-all-a"][..]).prop_map(str::to_owned),
    ];
    let field = select(&[TimeField::Created, TimeField::Ended, TimeField::Updated][..]);
    (places, states, text, field, window).prop_map(|(places, states, text, time_field, window)| Filter {
        accounts: places.0,
        ous: places.1,
        regions: places.2,
        kinds: places.3,
        phases: states.0,
        statuses: states.1,
        instance_types: states.2,
        tags: states.3,
        failure_groups: states.4,
        text,
        time_field,
        window,
    })
}

pub(crate) fn query() -> impl Strategy<Value = WorkloadQuery> {
    let order = select(&[SortOrder::Ascending, SortOrder::Descending][..]);
    (filter(), select(&SortKey::ALL[..]), order).prop_map(|(filter, sort, order)| WorkloadQuery { filter, sort, order })
}
