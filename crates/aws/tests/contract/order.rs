//! The property that at-least-once, out-of-order delivery with crashes relies on.

use super::faults::{Fault, with_faults};
use super::samples::{call, call_event, event, job, occurrence, transition};
use super::{Bench, later, now};
use onepane_domain::{ApiCall, EventItem, Phase, Transition, WorkloadId, WorkloadStore};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Debug, Clone, Copy)]
enum What {
    Changed(Phase),
    Occurred,
    Called,
}

/// What happens to one of a few workloads in one of a few seconds, so that many coincide.
#[derive(Debug, Clone, Copy)]
struct Happening {
    workload: usize,
    second: i64,
    what: What,
}

#[derive(Debug, Clone)]
struct Delivery {
    happenings: Vec<Happening>,
    /// Batches of places in `happenings`; each comes at least once, many more often.
    batches: Vec<Vec<usize>>,
    faults: Vec<Fault>,
}

fn happening() -> impl Strategy<Value = Happening> {
    let what = prop_oneof![
        6 => prop::sample::select(Phase::ALL.to_vec()).prop_map(What::Changed),
        1 => Just(What::Occurred),
        1 => Just(What::Called),
    ];
    (0..3_usize, 0..4_i64, what).prop_map(|(workload, second, what)| Happening { workload, second, what })
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let fault = prop_oneof![4 => Just(Fault::None), 1 => Just(Fault::RequestLost), 1 => Just(Fault::AnswerLost)];
    (prop::collection::vec(happening(), 1..14), prop::collection::vec(fault, 1..9)).prop_flat_map(
        |(happenings, faults)| {
            let count = happenings.len();
            let once = Just((0..count).collect::<Vec<_>>());
            let again = prop::collection::vec(0..count, 0..count);
            let order = (once, again).prop_map(|(once, again)| [once, again].concat()).prop_shuffle();
            (order, 1..6_usize).prop_map(move |(order, size)| Delivery {
                happenings: happenings.clone(),
                batches: order.chunks(size).map(<[usize]>::to_vec).collect(),
                faults: faults.clone(),
            })
        },
    )
}

#[derive(Default)]
struct Expected {
    state: Option<Transition>,
    events: BTreeMap<(String, String), Transition>,
    calls: BTreeMap<(String, String), ApiCall>,
}

/// Any order, any duplication, any crash between two writes followed by redelivery of what was not confirmed: the
/// same states and histories.
pub async fn any_delivery_ends_the_same(bench: &Bench, cases: u32) {
    let store = bench.store("order").await;
    let runtime = tokio::runtime::Handle::current();
    let run = AtomicUsize::new(0);
    let property = |delivery: Delivery| {
        let run = run.fetch_add(1, Ordering::Relaxed);
        let workloads: Vec<WorkloadId> = (0..3).map(|number| job(&format!("run-{run}/job-{number}"))).collect();
        let mut expected: Vec<Expected> = workloads.iter().map(|_| Expected::default()).collect();
        let mut items: Vec<EventItem> = Vec::new();
        for (number, happening) in delivery.happenings.iter().enumerate() {
            let id = &workloads[happening.workload];
            let expected = &mut expected[happening.workload];
            let event_id = format!("event-{run}-{number}");
            if let What::Called = happening.what {
                let call = call(Some(id), &event_id, happening.second);
                items.push(call_event(&call));
                expected.calls.insert((call.event_time.to_string(), event_id), call);
                continue;
            }
            let transition = match happening.what {
                What::Changed(phase) => transition(id, &event_id, happening.second, phase),
                _ => occurrence(id, &event_id, happening.second),
            };
            items.push(event(&transition));
            let newer = |state: &Transition| state.version() < transition.version();
            if !transition.occurrence && expected.state.as_ref().is_none_or(newer) {
                expected.state = Some(transition.clone());
            }
            expected.events.insert((transition.event_time.to_string(), event_id), transition);
        }
        let flaky = store.with_client(with_faults(store.client(), delivery.faults));
        let deliver = async {
            let mut kept = vec![false; items.len()];
            for batch in &delivery.batches {
                let events: Vec<EventItem> = batch.iter().map(|place| items[*place].clone()).collect();
                for (place, outcome) in batch.iter().zip(flaky.put(&events, now()).await) {
                    kept[*place] |= outcome.is_ok();
                }
            }
            // Only what nobody confirmed comes again.
            let missing: Vec<EventItem> =
                items.iter().zip(kept).filter(|(_, kept)| !kept).map(|(item, _)| item.clone()).collect();
            for outcome in store.put(&missing, later()).await {
                outcome.unwrap();
            }
            let mut found = Vec::new();
            for id in &workloads {
                found.push((store.state(id).await.unwrap(), store.history(id, 1000).await.unwrap()));
            }
            found
        };
        let found = tokio::task::block_in_place(|| runtime.block_on(deliver));
        for ((state, history), expected) in found.into_iter().zip(expected) {
            prop_assert_eq!(state, expected.state);
            let events: Vec<Transition> = history.events.into_iter().map(|(event, _)| event).collect();
            prop_assert_eq!(events, expected.events.into_values().collect::<Vec<_>>());
            let calls: Vec<ApiCall> = history.calls.into_iter().map(|(call, _)| call).collect();
            prop_assert_eq!(calls, expected.calls.into_values().collect::<Vec<_>>());
        }
        Ok::<(), TestCaseError>(())
    };
    let config = Config { cases, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(&delivery(), property).unwrap();
}
