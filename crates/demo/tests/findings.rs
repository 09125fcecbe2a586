//! What pages and tests rely on in the demo organization's findings.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use onepane_demo::{DemoConfig, Findings, FindingsConfig, PlantedKind, PlantedSeries, history, organization};
use onepane_domain::{FindingRow, Timestamp};
use onepane_insights::{Analysis, Detector, OutlierDirection, Series, Settings, TrendDirection, analyze};
use std::collections::{BTreeMap, HashMap, HashSet};

const DAY: i64 = 86_400_000;

fn config(seed: u64) -> FindingsConfig {
    FindingsConfig::new(seed, "2026-11-18T15:20:00Z".parse().unwrap())
}

fn last_days(findings: &Findings, days: usize) -> Vec<(Timestamp, Vec<FindingRow>)> {
    // The day of the end is not over.
    let mut last: Vec<_> = findings.days().rev().skip(1).take(days).collect();
    last.reverse();
    last.into_iter().map(|day| (day, findings.day(day))).collect()
}

fn key(product: &str, of_type: &str) -> String {
    format!("{product} | {of_type}")
}

/// As the page asks by itself: product and type, by day, 180 days.
fn analysed(findings: &Findings) -> Analysis {
    let days = last_days(findings, 180);
    let mut counts: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (place, (_, rows)) in days.iter().enumerate() {
        for row in rows {
            counts.entry(key(&row.product, &row.types[0])).or_insert_with(|| vec![0.0; days.len()])[place] += 1.0;
        }
    }
    let timestamps: Vec<Timestamp> = days.iter().map(|(day, _)| *day).collect();
    let series = counts.into_iter().map(|(key, values)| Series { key, timestamps: timestamps.clone(), values });
    analyze(&series.collect::<Vec<_>>(), &Settings::default())
}

fn of(planted: &PlantedSeries) -> String {
    key(&planted.product, &planted.finding_type)
}

/// Whether what was planted is told by the detector that it was planted for.
fn is_found(planted: &PlantedSeries, analysis: &Analysis) -> bool {
    let report = analysis.series.iter().find(|report| report.key == of(planted)).unwrap();
    let within = |at: Timestamp| at >= planted.from && at < planted.to;
    let near = |at: Timestamp, days: i64| at.millis_since(planted.from).abs() <= days * DAY;
    match planted.kind {
        PlantedKind::Trend => {
            let up = if planted.after > planted.before { TrendDirection::Up } else { TrendDirection::Down };
            report.trend.as_ref().is_some_and(|trend| trend.direction == up)
        }
        PlantedKind::Spike => report.outliers.iter().any(|outlier| within(outlier.timestamp)),
        PlantedKind::Outage => {
            report.outliers.iter().any(|point| within(point.timestamp) && point.direction == OutlierDirection::Low)
        }
        PlantedKind::Shift => report.changepoints.iter().any(|change| near(change.timestamp, 3)),
        PlantedKind::Ramp => report.changepoints.iter().any(|change| near(change.timestamp, 10)),
        PlantedKind::Weekly | PlantedKind::Walk => panic!("nothing is planted there"),
    }
}

#[test]
fn all_that_is_planted_is_found_and_stands_on_top() {
    for seed in [1, 5, 42] {
        let findings = Findings::new(config(seed));
        let analysis = analysed(&findings);
        let (decoys, planted): (Vec<_>, Vec<_>) =
            findings.truth().into_iter().partition(|planted| planted.kind.is_decoy());
        assert_eq!((planted.len(), decoys.len()), (12, 2));
        for planted in &planted {
            assert!(is_found(planted, &analysis), "seed {seed}: {planted:?}");
        }
        let keys: HashSet<String> = planted.iter().map(of).collect();
        // An outage is one of all series of its product.
        let silent: Vec<&str> = planted
            .iter()
            .filter(|planted| planted.kind == PlantedKind::Outage)
            .map(|planted| planted.product.as_str())
            .collect();
        let is_true = |key: &String| keys.contains(key) || silent.iter().any(|product| key.starts_with(product));
        let top = analysis.insights.iter().take(10).filter(|insight| is_true(&insight.key)).count();
        assert!(top >= 9, "seed {seed}: {top} of the first ten");
        let others = analysis.insights.iter().filter(|insight| !is_true(&insight.key)).count();
        assert!(others <= 6, "seed {seed}: {others} of {} insights are of nothing", analysis.insights.len());
        let weekly = decoys.iter().find(|decoy| decoy.kind == PlantedKind::Weekly).unwrap();
        let report = analysis.series.iter().find(|report| report.key == of(weekly)).unwrap();
        assert_eq!(report.period, Some(7));
        let told =
            |insight: &&onepane_insights::Insight| insight.key == of(weekly) && insight.detector != Detector::Outlier;
        assert_eq!(analysis.insights.iter().find(told), None);
    }
}

#[test]
fn a_day_is_the_same_whenever_it_is_asked_for() {
    let (one, other) = (Findings::new(config(3)), Findings::new(config(3)));
    let days: Vec<Timestamp> = one.days().step_by(97).collect();
    let forward: Vec<_> = days.iter().map(|day| one.day(*day)).collect();
    let mut backward: Vec<_> = days.iter().rev().map(|day| other.day(day.plus_millis(DAY - 1))).collect();
    backward.reverse();
    assert_eq!(forward, backward);
    assert_ne!(Findings::new(config(4)).day(days[3]), forward[3]);
    assert_eq!(one.days().count(), 549);
    let later = one.day(one.config().until.plus_days(40));
    assert!((500..2_000).contains(&later.len()), "{} records a day after the history", later.len());
}

#[test]
fn there_are_some_hundred_thousand_records_and_as_many_fewer_as_the_scale_says() {
    let records = |scale: f64| {
        let findings = Findings::new(FindingsConfig { scale, ..config(1) });
        findings.days().step_by(20).map(|day| findings.day(day).len() * 20).sum::<usize>()
    };
    assert!((300_000..600_000).contains(&records(1.0)), "{}", records(1.0));
    assert!((30_000..80_000).contains(&records(0.1)), "{}", records(0.1));
}

#[test]
fn records_are_whole_and_those_of_a_finding_agree() {
    let findings = Findings::new(config(1));
    let accounts: HashSet<_> = organization(1).accounts().map(|account| account.id).collect();
    let mut seen: HashMap<String, (Vec<Timestamp>, FindingRow)> = HashMap::new();
    for (day, rows) in last_days(&findings, 40) {
        assert!(rows.is_sorted_by_key(|row| row.time));
        for row in rows {
            assert_eq!(row.time.start_of_day(), day);
            assert!(accounts.contains(&row.account.unwrap()));
            assert!(row.created.unwrap() <= row.time, "{row:?}");
            assert!(["Informational", "Low", "Medium", "High", "Critical"].contains(&row.severity.as_str()));
            assert!(["New", "In Progress", "Suppressed", "Resolved"].contains(&row.status.as_str()));
            assert!(row.resources.iter().all(|resource| !resource.uid.is_empty() && resource.kind.starts_with("Aws")));
            let texts =
                [&row.uid, &row.title, &row.description, &row.product, &row.feature, &row.types[0], &row.region];
            assert!(texts.iter().all(|text| !text.is_empty() && !text.contains(['{', '}'])), "{row:?}");
            let known = seen.entry(row.uid.clone()).or_insert_with(|| (Vec::new(), row.clone()));
            known.0.push(row.time);
            let first = &known.1;
            let same = FindingRow { time: first.time, status: first.status.clone(), ..row };
            assert_eq!(&same, first);
        }
    }
    let over_days = |(times, _): &&(Vec<Timestamp>, FindingRow)| {
        times.iter().map(|time| time.start_of_day()).collect::<HashSet<_>>().len() > 1
    };
    let twice = |(times, _): &&(Vec<Timestamp>, FindingRow)| {
        times.windows(2).any(|pair| pair[1].millis_since(pair[0]) <= 20 * 60_000)
    };
    assert!(seen.values().filter(over_days).count() > 1_000);
    assert!(seen.values().filter(twice).count() > 100, "imported twice");
}

#[test]
fn findings_are_about_the_workloads_of_the_organization() {
    let findings = Findings::new(config(1));
    let until = findings.config().until;
    let config = DemoConfig { scale: 0.2, days: 25, ..DemoConfig::new(1, until) };
    let told: Vec<String> = history(&config).map(|event| event.json).filter(|json| json.contains("notebook")).collect();
    let rows = last_days(&findings, 3).into_iter().flat_map(|(_, rows)| rows);
    let notebooks: HashSet<String> = rows
        .flat_map(|row| row.resources)
        .filter(|resource| resource.kind == "AwsSageMakerNotebookInstance")
        .map(|resource| resource.uid)
        .collect();
    assert!(notebooks.len() > 20);
    let known = notebooks.iter().filter(|arn| told.iter().any(|json| json.contains(arn.as_str()))).count();
    assert!(known * 2 > notebooks.len(), "{known} of {} notebooks are workloads", notebooks.len());
    let users = last_days(&findings, 1)[0]
        .1
        .iter()
        .filter(|row| row.resources[0].uid.contains(":user/svc-report-export"))
        .count();
    assert_eq!(users, 26, "the stranger that the history holds");
}

#[test]
fn accounts_join_and_a_product_falls_silent() {
    let findings = Findings::new(config(1));
    let organization = organization(1);
    let joined = organization.accounts().find(|account| account.alias == "claims-prod").unwrap().id;
    let rows = |ago: i64| findings.day(findings.config().until.plus_days(-ago));
    let of_account = |ago: i64| rows(ago).iter().filter(|row| row.account == Some(joined)).count();
    assert_eq!(of_account(330), 0);
    assert!(of_account(300) > 3);
    let outage = findings.truth().into_iter().find(|planted| planted.kind == PlantedKind::Outage).unwrap();
    let told = |day: Timestamp| findings.day(day).iter().filter(|row| row.product == outage.product).count();
    assert!(told(outage.from.plus_days(-1)) > 20 && told(outage.to) > 20);
    assert_eq!(told(outage.from) + told(outage.to.plus_days(-1)), 0);
}

#[test]
fn the_truth_survives_json_and_what_does_not_fit_is_left_out() {
    let truth = Findings::new(config(1)).truth();
    for planted in &truth {
        let line = serde_json::to_string(planted).unwrap();
        assert_eq!(&serde_json::from_str::<PlantedSeries>(&line).unwrap(), planted);
    }
    let short = Findings::new(FindingsConfig { days: 30, ..config(1) });
    assert!(short.truth().iter().all(|planted| planted.from >= short.config().start()));
    assert!(short.truth().len() < truth.len());
}
