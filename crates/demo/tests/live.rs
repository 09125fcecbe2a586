//! What somebody who looks at the page relies on: it never stands still, and what ran comes to its end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use onepane_demo::{DemoConfig, DemoEvent, Live, history, truth};
use onepane_domain::{Phase, Record, Timestamp, Transition, WorkloadId};
use std::collections::{HashMap, HashSet};

const MINUTE: i64 = 60_000;

/// A Sunday morning in Europe, when nobody works anywhere.
fn config() -> DemoConfig {
    DemoConfig { scale: 0.1, ..DemoConfig::new(42, "2026-11-22T05:30:00Z".parse().unwrap()) }
}

fn transition(event: &DemoEvent) -> Option<Transition> {
    let value = serde_json::from_str(&event.json).unwrap();
    match onepane_events::parse_event(&value).unwrap() {
        Record::Workload(transition) if !transition.occurrence => Some(*transition),
        _ => None,
    }
}

/// Asks every second, as a server does.
fn watch(live: &mut Live, from: Timestamp, seconds: i64) -> Vec<(Timestamp, DemoEvent)> {
    let mut seen = Vec::new();
    for second in 0..seconds {
        let (after, upto) = (from.plus_millis(second * 1_000), from.plus_millis((second + 1) * 1_000));
        seen.extend(live.next_events(after, upto).into_iter().map(|event| (upto, event)));
    }
    seen
}

#[test]
fn something_happens_every_few_seconds_even_on_a_sunday() {
    let config = config();
    let seen = watch(&mut Live::new(config.clone()), config.until, 1_800);
    let mut last = config.until;
    for (at, event) in &seen {
        assert!(at.millis_since(last) <= 4_000, "nothing from {last} to {at}");
        assert!(event.time <= *at && event.time > config.until.plus_millis(-3 * MINUTE), "{}", event.json);
        last = *at;
    }
    assert!((900..4_000).contains(&seen.len()), "{} events in half an hour", seen.len());
}

#[test]
fn short_jobs_begin_and_end_while_one_watches() {
    let config = config();
    let seen = watch(&mut Live::new(config.clone()), config.until, 1_800);
    let ended: Vec<_> = seen
        .iter()
        .filter_map(|(_, event)| transition(event))
        .filter(|job| matches!(job.phase, Phase::Succeeded | Phase::Failed | Phase::Stopped))
        .filter_map(|job| Some(job.ended_at?.millis_since(job.created_at?)))
        .collect();
    let short = ended.iter().filter(|took| (10_000..=10 * MINUTE).contains(*took)).count();
    assert!(short >= 5, "{short} of {} ended within ten minutes", ended.len());
}

#[test]
fn how_time_is_cut_into_questions_changes_nothing() {
    let config = config();
    let until = config.until;
    let by_second: Vec<_> =
        watch(&mut Live::new(config.clone()), until, 600).into_iter().map(|(_, event)| event).collect();
    let mut live = Live::new(config);
    let at_once = live.next_events(until, until.plus_millis(10 * MINUTE));
    assert_eq!(at_once, by_second);
    assert!(live.next_events(until, until.plus_millis(10 * MINUTE)).is_empty(), "a second question gives nothing");
}

#[test]
fn what_ran_at_the_end_of_the_history_ends_and_what_is_stuck_stays_stuck() {
    let config = config();
    let mut states: HashMap<WorkloadId, Transition> = HashMap::new();
    let mut apply = |event: &DemoEvent| {
        let Some(new) = transition(event) else { return };
        let old = states.get(&new.id).map(Transition::version);
        if old.is_none_or(|old| old < new.version()) {
            states.insert(new.id.clone(), new);
        }
    };
    history(&config).for_each(|event| apply(&event));
    let truth = truth(&config);
    let stuck: HashSet<_> = truth.stuck.iter().map(|job| job.workload.clone()).collect();
    // Three days and a half in one question: nobody looked.
    let later = config.until.plus_millis(84 * 60 * MINUTE);
    let events = Live::new(config.clone()).next_events(config.until, later);
    events.iter().for_each(&mut apply);

    let long_ago = config.until.plus_millis(-60 * MINUTE);
    let still: Vec<_> = states
        .values()
        .filter(|job| job.id.kind.is_job() && job.phase.is_active() && job.id.account != truth.silent.account)
        .filter(|job| job.created_at.is_some_and(|created| created < long_ago))
        .filter(|job| job.id.kind.as_str() != "labeling-job" && !stuck.contains(&job.id))
        .map(|job| (&job.id, job.created_at))
        .collect();
    assert!(still.is_empty(), "{still:?}");
    assert!(stuck.iter().all(|id| states[id].phase == Phase::Running));
    assert!(events.iter().all(|event| event.time <= later));
}
