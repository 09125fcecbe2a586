//! Believable data for every chart: the same each time, for the gallery and for tests.

use crate::charts::account_days::AccountDays;
use crate::charts::duration_percentiles::DurationPercentiles;
use crate::charts::failure_pareto::{FailurePareto, ReasonCount};
use crate::charts::findings_by_severity::{FindingsBySeverity, SeverityCounts};
use crate::charts::job_timeline::{Job, JobTimeline};
use crate::charts::layers::Band;
use crate::charts::metric_lines::{Line, MetricLines};
use crate::charts::residuals::Residuals;
use crate::charts::series_marks::{Change, Level, SeriesMarks};
use crate::charts::workloads_by_phase::{PhaseCounts, WorkloadsByPhase};
use crate::parts::TimeGrid;
use onepane_domain::{Phase, Timestamp};

/// 2026-11-01, midnight.
const START: i64 = 1_793_491_200_000;
const MINUTE: i64 = 60_000;

/// A number from 0 to 1 that looks like chance and depends on its arguments only.
fn chance(stream: u64, at: usize) -> f64 {
    let mut state = (stream << 32) ^ (at as u64) ^ 0x9e37_79b9_7f4a_7c15;
    for _ in 0..2 {
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    }
    ((state ^ (state >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn start() -> Timestamp {
    Timestamp::saturating_from_millis(START)
}

fn days() -> TimeGrid {
    TimeGrid { start: start(), step_seconds: 86_400 }
}

/// Less on Saturdays and Sundays; the first day of the examples is a Sunday.
fn weekly(day: usize) -> f64 {
    if matches!(day % 7, 0 | 6) { 0.45 } else { 1.0 }
}

pub(crate) fn workloads_by_phase() -> WorkloadsByPhase {
    let counts = |stream, mean: f64| {
        (0..30).map(|day| (mean * weekly(day) * (0.8 + 0.4 * chance(stream, day))).round() as u32).collect::<Vec<_>>()
    };
    let mut failed = counts(2, 90.0);
    failed[18] += 260;
    failed[19] += 120;
    let phase = |phase, counts| PhaseCounts { phase, counts };
    WorkloadsByPhase {
        time: days(),
        phases: vec![
            phase(Phase::Succeeded, counts(1, 1_800.0)),
            phase(Phase::Failed, failed),
            phase(Phase::Stopped, counts(3, 70.0)),
            phase(Phase::Running, (0..30).map(|day| if day == 29 { 214 } else { 0 }).collect()),
        ],
    }
}

pub(crate) fn account_days() -> AccountDays {
    let names = [
        "research-nlp-dev",
        "research-vision-dev",
        "fraud-prod",
        "fraud-staging",
        "pricing-prod",
        "pricing-dev",
        "search-ranking-prod",
        "search-ranking-dev",
        "forecasting-prod",
        "ads-relevance-prod",
        "platform-shared",
        "sandbox",
    ];
    let value = |account: usize, day: usize| {
        let quiet = chance(40 + account as u64, day) < 0.35;
        let usual = if quiet { 0.0 } else { (chance(60 + account as u64, day) * 5.0).floor() };
        let burst = if account == 2 && (17..=19).contains(&day) { 22.0 } else { 0.0 };
        // The sandbox was opened in the second week.
        if account == 11 && day < 9 { None } else { Some(usual + burst) }
    };
    AccountDays {
        measure: "Failed jobs".to_owned(),
        unit: "Count".to_owned(),
        start: start(),
        accounts: names.map(str::to_owned).to_vec(),
        values: (0..names.len()).map(|account| (0..30).map(|day| value(account, day)).collect()).collect(),
    }
}

pub(crate) fn duration_percentiles() -> DurationPercentiles {
    let line = |stream, base: f64, spread: f64| {
        let value = |day: usize| {
            let slower = if day >= 20 { 1.5 } else { 1.0 };
            (!(8..10).contains(&day)).then(|| base * slower * (1.0 + spread * (chance(stream, day) - 0.5)))
        };
        (0..30).map(value).collect()
    };
    DurationPercentiles {
        time: days(),
        p50: line(11, 2_400.0, 0.2),
        p90: line(12, 7_900.0, 0.3),
        p99: line(13, 15_500.0, 0.5),
    }
}

pub(crate) fn failure_pareto() -> FailurePareto {
    let reasons = [
        ("AlgorithmError: CUDA out of memory", 412),
        ("CapacityError: ml.p4d.24xlarge in us-east-1", 268),
        ("ClientError: AccessDenied on training data", 131),
        ("AlgorithmError: exit code 1", 84),
        ("InternalServerError", 37),
        ("ClientError: image not found in ECR", 24),
        ("ResourceLimitExceeded: ml.g5.12xlarge for training", 19),
        ("Max runtime exceeded", 11),
        ("ClientError: no S3 objects under prefix", 6),
    ];
    let reason = |(reason, count): (&str, u32)| ReasonCount { reason: reason.to_owned(), count };
    FailurePareto { reasons: reasons.map(reason).to_vec() }
}

pub(crate) fn job_timeline() -> JobTimeline {
    let jobs = [
        ("ingest-features", Phase::Succeeded, 20, 95),
        ("validate-schema", Phase::Succeeded, 95, 118),
        ("train-xgb-fold-0", Phase::Succeeded, 120, 340),
        ("train-xgb-fold-1", Phase::Succeeded, 121, 365),
        ("train-xgb-fold-2", Phase::Failed, 121, 198),
        ("train-xgb-fold-2-retry", Phase::Succeeded, 205, 431),
        ("tune-learning-rate", Phase::Stopped, 240, 610),
        ("evaluate-folds", Phase::Succeeded, 431, 470),
        ("batch-transform-eu", Phase::Succeeded, 480, 820),
        ("batch-transform-us", Phase::Stopping, 480, 905),
        ("register-model", Phase::Pending, 900, 905),
        ("nightly-drift-check", Phase::Running, 700, 0),
    ];
    let at = |minutes: i64| start().plus_millis(minutes * MINUTE);
    let job = |(name, phase, from, until): (&str, Phase, i64, i64)| Job {
        name: name.to_owned(),
        phase,
        start: at(from),
        end: (until > 0).then(|| at(until)),
    };
    JobTimeline { from: start(), until: at(960), jobs: jobs.map(job).to_vec() }
}

/// A line of a busy day, by five minutes, with a gap.
fn utilization(number: usize, label: &str, mean: f64) -> Line {
    let value = |at: usize| {
        let wave = (at as f64 / 46.0 + number as f64 * 1.3).sin() * 14.0;
        let idle = number % 3 == 2 && (150..210).contains(&at);
        let gap = number % 3 == 1 && (90..120).contains(&at);
        let value = if idle { 3.0 } else { mean + wave } + 9.0 * (chance(80 + number as u64, at) - 0.5);
        (!gap).then(|| value.clamp(0.0, 100.0))
    };
    Line { label: label.to_owned(), values: (0..288).map(value).collect(), is_previous: false }
}

fn utilizations(measure: &str, lines: &[(&str, f64)]) -> MetricLines {
    let lines = lines.iter().enumerate().map(|(number, (label, mean))| utilization(number, label, *mean));
    MetricLines {
        measure: measure.to_owned(),
        unit: "Percent".to_owned(),
        time: TimeGrid { start: start(), step_seconds: 300 },
        lines: lines.collect(),
    }
}

pub(crate) fn metric_lines() -> MetricLines {
    let lines = [("algo-1", 82.0), ("algo-2", 64.0), ("algo-3", 50.0), ("algo-4", 31.0)];
    utilizations("GPU utilization by host", &lines)
}

/// One line of 50,000 values, by the minute: to see that a chart of very many stays quick.
pub fn large_example() -> MetricLines {
    let value = |at: usize| {
        let day = (at as f64 / 1_440.0 * std::f64::consts::TAU).sin() * 18.0;
        let burst = if (at / 700) % 9 == 4 { 22.0 } else { 0.0 };
        let gap = (20_000..20_600).contains(&at);
        let noise = 14.0 * (chance(99, at) - 0.5) + if chance(98, at) > 0.9993 { 30.0 } else { 0.0 };
        (!gap).then(|| ((44.0 + day + burst + noise).clamp(0.0, 100.0) * 100.0).round() / 100.0)
    };
    MetricLines {
        measure: "GPU utilization by the minute".to_owned(),
        unit: "Percent".to_owned(),
        time: TimeGrid { start: start(), step_seconds: 60 },
        lines: vec![Line { label: "algo-1".to_owned(), values: (0..50_000).map(value).collect(), is_previous: false }],
    }
}

pub(crate) fn small_multiples() -> MetricLines {
    let lines = [
        ("fraud-prod", 80.0),
        ("pricing-prod", 55.0),
        ("search-ranking-prod", 70.0),
        ("forecasting-prod", 35.0),
        ("ads-relevance-prod", 62.0),
        ("research-nlp-dev", 25.0),
        ("research-vision-dev", 44.0),
        ("platform-shared", 15.0),
    ];
    utilizations("GPU utilization by account", &lines)
}

pub(crate) fn findings_by_severity() -> FindingsBySeverity {
    let severity = |stream, severity: &str, mean: f64| {
        let burst = |day: usize| if severity == "High" && day == 61 { 140.0 } else { 0.0 };
        let count = |day: usize| (mean * (0.7 + 0.6 * chance(stream, day)) + burst(day)).round() as u64;
        SeverityCounts { severity: severity.to_owned(), counts: (0..90).map(count).collect() }
    };
    FindingsBySeverity {
        measure: "Updates a day".to_owned(),
        time: days(),
        severities: vec![
            severity(21, "Informational", 310.0),
            severity(22, "Low", 120.0),
            severity(23, "Medium", 90.0),
            severity(24, "High", 24.0),
            severity(25, "Critical", 3.0),
        ],
    }
}

const SPIKES: [usize; 4] = [77, 150, 151, 289];

/// The level of a year with one step.
fn level(day: usize) -> f64 {
    if day >= 210 { 64.0 } else { 41.0 }
}

fn expected(day: usize) -> f64 {
    level(day) * weekly(day).max(0.7)
}

fn findings(day: usize) -> Option<f64> {
    let spike = if SPIKES.contains(&day) { 46.0 } else { 0.0 };
    let known = !(120..126).contains(&day);
    known.then(|| (level(day) * weekly(day).max(0.7) + 12.0 * (chance(31, day) - 0.5) + spike).round())
}

fn year() -> TimeGrid {
    TimeGrid { start: start().plus_days(-364), step_seconds: 86_400 }
}

fn incidents() -> Vec<Vec<usize>> {
    vec![vec![77], vec![151, 150], vec![289]]
}

pub(crate) fn series_marks() -> SeriesMarks {
    let line = |value: fn(usize) -> f64| (0..365).map(|day| Some(value(day))).collect::<Vec<_>>();
    SeriesMarks {
        measure: "Findings of medium severity".to_owned(),
        unit: "Count".to_owned(),
        time: year(),
        values: (0..365).map(findings).collect(),
        expected: Some(Band { lower: line(|day| expected(day) - 11.0), upper: line(|day| expected(day) + 11.0) }),
        trend: Some(line(|day| level(day) * 0.914 + 3.0 * (day as f64 / 40.0).sin())),
        season: None,
        slope: None,
        incidents: incidents(),
        changes: vec![Change { at: 210, label: "+56 %".to_owned() }],
        levels: vec![Level { from: 0, to: 209, value: 37.5 }, Level { from: 210, to: 364, value: 58.5 }],
    }
}

pub(crate) fn residuals() -> Residuals {
    let values = (0..365).map(|day| Some(findings(day)? - expected(day))).collect();
    let fence = |offset: f64| vec![Some(offset); 365];
    Residuals {
        title: "What trend and season leave".to_owned(),
        unit: "Count".to_owned(),
        time: year(),
        values,
        fences: Some(Band { lower: fence(-11.0), upper: fence(11.0) }),
        incidents: incidents(),
    }
}
