//! What the *Security* pages are told, from a source in memory, a real store and a real read model.
// Helpers are test code too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use axum::body::Body;
use axum::http::StatusCode;
use onepane_domain::{
    ApiCall, Detector, ErrorKind, EventItem, FindingRow, FindingsPane, InsightRow, OcsfVersion, Record, SecurityPage,
    SecurityQuery, SeriesQuery, SourceName, Timestamp, Triage, TriageStore, Verdict,
};
use onepane_lake::ParquetLake;
use server::services::{FindingsPaneService, InsightSchedule};
use server::{Clock, Metrics};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use support::findings::finding;
use support::{Server, event, request, server, text};
use tokio::sync::Notify;

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
const DAYS: i64 = 120;
const MINUTE: i64 = 60_000;

struct Stage {
    server: Server,
    pane: FindingsPaneService,
    schedule: InsightSchedule,
    triages: Arc<dyn TriageStore>,
    /// Today, 13:00.
    now: Arc<AtomicI64>,
}

impl Stage {
    /// So many days before today, at midnight.
    fn day(&self, ago: i64) -> Timestamp {
        self.at().start_of_day().plus_days(-ago)
    }

    fn at(&self) -> Timestamp {
        Timestamp::saturating_from_millis(self.now.load(Ordering::SeqCst))
    }

    /// Puts so many records into a day.
    fn put(&self, kind: &str, days_ago: i64, count: i64) {
        let time = |number: i64| self.day(days_ago).plus_millis(number * MINUTE);
        let account = |number: i64| ACCOUNTS[usize::from(number % 4 == 3)];
        let records = (0..count).map(|number| finding("GuardDuty", kind, account(number), time(number)));
        self.server.findings.rows.lock().extend(records);
    }

    async fn page(&self, query: &str) -> SecurityPage {
        self.pane.security(SecurityQuery::from_query_string(query).unwrap(), false).await.unwrap()
    }
}

/// Counts that look like chance, of this mean.
fn noise(kind: &str, day: i64, mean: i64) -> i64 {
    let seed = kind.bytes().fold(day * 7_919, |seed, byte| seed.wrapping_mul(31) + i64::from(byte));
    mean + (seed.wrapping_mul(2_654_435_761) >> 7).rem_euclid(7) - 3
}

/// 120 days of four kinds of findings, three of which did something; and half of today.
async fn stage() -> Stage {
    let server = server().await;
    let now = Arc::new(AtomicI64::new(support::clock().now().start_of_day().plus_millis(13 * 60 * MINUTE).millis()));
    let for_clock = Arc::clone(&now);
    let clock = Clock::from_fn(move || Timestamp::saturating_from_millis(for_clock.load(Ordering::SeqCst)));
    let triages = server.store.triages.clone();
    let services = &server.services;
    let pane = FindingsPaneService::new(
        server.findings.clone(),
        triages.clone(),
        services.store.clone(),
        services.model.clone(),
        services.charts.clone(),
        clock,
    );
    let hour = Duration::from_secs(3_600);
    let schedule = InsightSchedule::new(pane.clone(), Arc::new(Metrics::default()), hour, Arc::new(Notify::new()));
    let stage = Stage { server, pane, schedule, triages, now };
    for ago in 1..=DAYS {
        stage.put("Steady", ago, noise("Steady", ago, 20));
        stage.put("Recon", ago, if ago == 1 { 110 } else { noise("Recon", ago, 20) });
        stage.put("Exfiltration", ago, noise("Exfiltration", ago, if ago <= 30 { 45 } else { 15 }));
        stage.put("Drift", ago, noise("Drift", ago, 10 + (DAYS - ago) / 3));
    }
    for kind in ["Steady", "Recon", "Exfiltration", "Drift"] {
        stage.put(kind, 0, 3);
    }
    stage
}

fn row<'a>(page: &'a SecurityPage, kind: &str) -> &'a InsightRow {
    let found = page.rows.iter().find(|row| row.key[1] == kind);
    found.unwrap_or_else(|| panic!("no {kind} among {:?}", kinds(page)))
}

fn kinds(page: &SecurityPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.key[1].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_planted_stands_on_top_and_half_a_day_is_no_fall() {
    let stage = stage().await;
    let page = stage.page("show=all&range=90d").await;
    assert_eq!((page.series, page.rows_total, page.not_analysed), (4, 4, 0));
    assert_eq!(kinds(&page)[3], "Steady", "{:?}", page.rows);
    let spike = row(&page, "Recon");
    assert_eq!(spike.detector(), Some(Detector::Outlier), "{spike:?}");
    assert_eq!(spike.outlier.unwrap().at, stage.day(1), "the newest whole day counts");
    assert_eq!(spike.outlier.unwrap().value, 110.0);
    let step = row(&page, "Exfiltration").change.unwrap();
    assert!(step.at.millis_since(stage.day(30)).abs() <= 86_400_000, "{step:?}");
    assert!(row(&page, "Drift").trend.unwrap().per_week > 0.0);
    let steady = row(&page, "Steady");
    assert!(steady.outlier.is_none() && steady.change.is_none(), "{steady:?}");

    assert_eq!((page.from, page.to), (stage.day(90), stage.day(0)));
    let until = format!("show=all&from={}&to={}", stage.day(90), stage.at());
    let notes = stage.page(&until).await.notes;
    assert!(notes[0].contains("a day that is not over yet is left out"), "{notes:?}");
    assert_eq!(spike.sparkline.len(), 90);
    assert_eq!(spike.sparkline[89], 110);
    assert_eq!(spike.total, spike.sparkline.iter().sum::<u64>());
    assert_eq!(page.movers[0].key[1], "Recon");
    assert_eq!(page.false_discovery_rate, Some(0.05));
    assert_eq!(page.notes.iter().filter(|note| *note == "one.parquet cannot be read").count(), 1);
    let severities = page.facets.iter().find(|facet| facet.dimension.as_str() == "severity").unwrap();
    assert_eq!(severities.values.iter().map(|(value, _)| value.as_str()).collect::<Vec<_>>(), ["Low", "High"]);
    assert!(page.overview.rows.len() == 90 && page.overview.columns.contains(&"High".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_narrowed_by_detector_text_and_filters() {
    let stage = stage().await;
    assert_eq!(kinds(&stage.page("q=RECO").await), ["Recon"]);
    let changes = stage.page("detector=changepoint").await;
    assert_eq!(row(&changes, "Exfiltration").detector(), Some(Detector::Changepoint));
    assert!(changes.rows.iter().all(|row| row.detector() == Some(Detector::Changepoint)));
    let one = stage.page("show=all&by=type&by=account&where=account%3D444455556666").await;
    assert!(one.rows.iter().all(|row| row.key[1] == "444455556666"));
    let accounts = one.facets.iter().find(|facet| facet.dimension.as_str() == "account").unwrap();
    assert_eq!(accounts.values.len(), 2, "a facet takes no notice of its own filter");
    let compared = stage.page("show=all&range=30d&compare=previous").await;
    let step = row(&compared, "Exfiltration");
    assert!(step.previous.unwrap() * 2 < step.total, "{step:?}");
    assert_eq!(stage.page("range=30d").await.rows[0].previous, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_muted_insight_stays_countable_and_a_decision_says_by_whom_and_when() {
    let stage = stage().await;
    let before = stage.page("").await;
    let insight = row(&before, "Recon").insight.clone().unwrap();
    let decide = async |verdict, by: &str| {
        let note = "the yearly test".to_owned();
        let decided_at = Timestamp::EPOCH;
        stage.pane.triage(Triage { insight: insight.clone(), verdict, note, by: by.to_owned(), decided_at }).await
    };
    decide(Verdict::Acknowledged, "Ana").await.unwrap();
    let told = row(&stage.page("").await, "Recon").triage.clone().unwrap();
    assert_eq!((told.by.as_str(), told.decided_at), ("Ana", stage.at()), "acknowledged, it stays in the list");

    decide(Verdict::Expected, "Ben").await.unwrap();
    let page = stage.page("").await;
    assert_eq!((page.muted, before.muted), (1, 0));
    let shown = page.rows.iter().find(|row| row.key[1] == "Recon");
    assert!(shown.is_none_or(|row| row.insight.as_ref() != Some(&insight)), "{shown:?}");
    let muted = stage.page("show=muted").await;
    assert_eq!(kinds(&muted), ["Recon"]);
    assert_eq!(muted.rows[0].triage.as_ref().unwrap().note, "the yearly test");
    assert_eq!(stage.triages.triages().await.unwrap().len(), 1, "one decision an insight");

    // The next day the same insight is found a day beside.
    let beside = onepane_domain::TriagedInsight { at: insight.at.plus_days(1), ..insight.clone() };
    stage.pane.untriage(beside).await.unwrap();
    assert_eq!(stage.page("").await.muted, 0);
    let refused = decide(Verdict::Expected, " ").await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_since_the_last_visit_is_marked() {
    let stage = stage().await;
    let run = stage.schedule.evaluate().await;
    assert!(run.series == 4 && run.insights > 2 && run.new == run.insights && run.trouble.is_none(), "{run:?}");
    let visit = stage.at().plus_millis(MINUTE);
    stage.now.fetch_add(60 * MINUTE, Ordering::SeqCst);
    stage.put("Steady", 2, 200);
    let run = stage.schedule.evaluate().await;
    assert!((1..=2).contains(&run.new), "{run:?}");
    let page = stage.page(&format!("since={visit}")).await;
    assert_eq!(page.new, run.new);
    assert!(row(&page, "Steady").is_new && !row(&page, "Exfiltration").is_new);
    assert_eq!(page.runs.len(), 2);
    assert_eq!(page.runs[0].at, stage.at());
    assert_eq!(kinds(&stage.page(&format!("show=new&since={visit}")).await), ["Steady"]);
    assert_eq!(stage.page("").await.new, 0, "a first visit has nothing new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_away_is_told_on_the_page_and_in_the_runs() {
    let stage = stage().await;
    stage.server.findings.is_away.store(true, Ordering::SeqCst);
    let page = stage.page("").await;
    assert!(page.notes[0].contains("ask the test's findings: unavailable"), "{:?}", page.notes);
    assert!(page.rows.is_empty() && page.sources.len() == 1);
    let run = stage.schedule.evaluate().await;
    assert!(run.trouble.unwrap().contains("unavailable"));
    stage.server.findings.is_away.store(false, Ordering::SeqCst);
    stage.now.fetch_add(MINUTE, Ordering::SeqCst);
    assert_eq!(stage.schedule.evaluate().await.trouble, None);
    let runs: Vec<bool> = stage.page("").await.runs.iter().map(|run| run.trouble.is_some()).collect();
    assert_eq!(runs, [false, true]);

    let wrong = SecurityQuery::from_query_string("by=planet").unwrap();
    assert_eq!(stage.pane.security(wrong, false).await.unwrap_err().kind, ErrorKind::Invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_ask_the_same_wait_for_one_evaluation_and_later_ones_not_at_all() {
    let stage = stage().await;
    let asked = || stage.server.findings.asked.load(Ordering::SeqCst);
    stage.server.findings.delay_ms.store(20, Ordering::SeqCst);
    let (one, other) = tokio::join!(stage.page(""), stage.page("detector=trend"));
    let once = asked();
    assert_eq!(one.evaluated_at, other.evaluated_at);
    stage.page("show=all&q=x").await;
    assert_eq!(asked(), once, "what only picks among the results asks nothing");
    stage.page("profile=sample").await;
    assert_eq!(asked(), 2 * once);
    // An old one is given at once, and made anew behind it.
    stage.now.fetch_add(20 * MINUTE, Ordering::SeqCst);
    let old = stage.page("").await;
    assert_eq!(old.evaluated_at, one.evaluated_at);
    support::until(|| asked() == 3 * once).await;
    stage.pane.forget();
    assert_eq!(stage.page("").await.evaluated_at, stage.at());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_is_told_with_its_decisions() {
    let stage = stage().await;
    let query = SeriesQuery::from_query_string("key=GuardDuty&key=Recon&range=60d").unwrap();
    let insight = row(&stage.page("").await, "Recon").insight.clone().unwrap();
    assert_eq!(insight.series, query.identity());
    let (note, by) = (String::new(), "Ana".to_owned());
    let triage = Triage { insight, verdict: Verdict::Expected, note, by, decided_at: Timestamp::EPOCH };
    stage.pane.triage(triage).await.unwrap();
    let page = stage.pane.series(query.clone(), false).await.unwrap();
    assert_eq!((page.series.name.as_str(), page.series.measure.as_str()), ("GuardDuty | Recon", "Updates a day"));
    assert_eq!((page.series.start, page.series.values.len()), (stage.day(60), 60));
    assert_eq!(page.series.values[59], 110.0);
    assert_eq!(page.view.outliers[0].at, stage.day(1));
    assert!(!page.view.charts.is_empty() && page.view.outcome.starts_with("Analysed"), "{}", page.view.outcome);
    assert_eq!(page.triages.len(), 1);
    let unknown = SeriesQuery::from_query_string("key=GuardDuty&key=Nothing&range=60d").unwrap();
    let page = stage.pane.series(unknown, false).await.unwrap();
    assert!(page.series.values.len() == 60 && page.series.values.iter().all(|value| *value == 0.0));
    let wrong = SeriesQuery { key: vec!["GuardDuty".to_owned()], ..query };
    assert_eq!(stage.pane.series(wrong, false).await.unwrap_err().kind, ErrorKind::Invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_point_stand_its_records_and_what_sagemaker_did_in_those_accounts() {
    let stage = stage().await;
    let at = stage.day(1);
    let call = |account: &str, hour: i64| {
        let call = ApiCall {
            event_id: format!("{account}-{hour}"),
            event_time: at.plus_millis(hour * 60 * MINUTE),
            account: account.parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
            event_name: "CreateEndpoint".to_owned(),
            actor: None,
            actor_type: None,
            source_ip: None,
            user_agent: None,
            error_code: None,
            error_message: None,
            read_only: false,
            resource: None,
        };
        EventItem { record: Record::ApiCall(Box::new(call)), raw: "{}".to_owned() }
    };
    let calls = [call(ACCOUNTS[0], 1), call(ACCOUNTS[1], 2), call("777788889999", 3), call(ACCOUNTS[0], -24 * 9)];
    // Written now, whatever time the stage has: what comes in behind them is found from there on.
    for stored in stage.server.services.store.put(&calls, support::clock().now()).await {
        stored.unwrap();
    }
    let far = at.plus_days(-9);
    for body in [event("xgb", "Failed", at), event("long-ago", "Completed", far)] {
        assert_eq!(stage.server.ingest(body).await.0, StatusCode::ACCEPTED);
    }
    stage.server.until_known(2).await;

    let query = SeriesQuery::from_query_string(&format!("key=GuardDuty&key=Recon&at={at}")).unwrap();
    let behind = stage.pane.investigate(query.investigation(at)).await.unwrap();
    assert_eq!(behind.rows.len(), 100);
    assert!(behind.more && behind.rows.iter().all(|row| row.types == ["Recon"]));
    assert_eq!(behind.sql, "SELECT 1 -- 2 filters");
    let dimensions: Vec<&str> = behind.breakdowns.iter().map(|breakdown| breakdown.dimension.as_str()).collect();
    assert_eq!(dimensions, ["account", "resource", "severity"]);
    let severity = &behind.breakdowns[2].rows[0];
    assert_eq!((severity.value.as_str(), severity.at_point), ("High", 110));
    assert!((15.0..25.0).contains(&severity.usual.parse::<f64>().unwrap()), "{severity:?}");
    let workloads: Vec<&str> = behind.workloads.iter().map(|workload| workload.id.name.as_str()).collect();
    assert_eq!((workloads, behind.workloads_total), (vec!["xgb"], 1));
    let called: Vec<String> = behind.calls.iter().map(|call| call.account.to_string()).collect();
    assert_eq!(called, [ACCOUNTS[1], ACCOUNTS[0]], "newest first, of these accounts and this time alone");

    // One account's finding leads to what was done in that account.
    let query = format!("by=type&by=account&key=Recon&key={}&at={at}", ACCOUNTS[1]);
    let query = SeriesQuery::from_query_string(&query).unwrap();
    let behind = stage.pane.investigate(query.investigation(at)).await.unwrap();
    assert_eq!((behind.workloads.len(), behind.calls.len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_of_the_same_findings_gives_the_same_list() {
    let stage = stage().await;
    let folder = tempfile::tempdir().unwrap();
    let mut days: BTreeMap<Timestamp, Vec<FindingRow>> = BTreeMap::new();
    for row in stage.server.findings.rows.lock().iter() {
        days.entry(row.time.start_of_day()).or_default().push(row.clone());
    }
    for (day, rows) in days {
        let source = SourceName::SECURITY_HUB;
        onepane_lake::write_day(folder.path(), &source, OcsfVersion::V2, day, "all", &rows).unwrap();
    }
    let at = stage.at();
    let services = &stage.server.services;
    let pane = FindingsPaneService::new(
        Arc::new(ParquetLake::open(folder.path())),
        stage.triages.clone(),
        services.store.clone(),
        services.model.clone(),
        services.charts.clone(),
        Clock::from_fn(move || at),
    );
    for query in ["show=all", "range=30d&by=severity&by=account&compare=previous", "bucket=week&profile=sample"] {
        let asked = SecurityQuery::from_query_string(query).unwrap();
        let of_lake = pane.security(asked, false).await.unwrap();
        let in_memory = stage.page(query).await;
        assert_eq!(of_lake.rows, in_memory.rows, "{query}");
        assert!(of_lake.rows.len() >= 2, "{query}: {:?}", of_lake.notes);
        assert_eq!(of_lake.overview.rows, in_memory.overview.rows, "{query}");
    }
    let query = SeriesQuery::from_query_string(&format!("key=GuardDuty&key=Recon&at={}", stage.day(1))).unwrap();
    let behind = pane.investigate(query.investigation(stage.day(1))).await.unwrap();
    assert_eq!((behind.rows.len(), behind.breakdowns.len()), (100, 3));
    assert!(behind.sql.contains("Recon"), "{}", behind.sql);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_ask_over_http() {
    let stage = stage().await;
    let server = &stage.server;
    let (status, list) = server.get("/fn/security?query=show%3Dall").await;
    assert_eq!(status, StatusCode::OK, "{list}");
    let page: SecurityPage = serde_json::from_str(&list).unwrap();
    let insight = row(&page, "Recon").insight.clone().unwrap();
    let body = format!(
        "series={}&detector=outlier&at={}&verdict=false_positive&note=&by=Ana",
        onepane_domain::percent_encode(&insight.series),
        insight.at
    );
    let post = async |path: &str, body: String| {
        let request = request("POST", path).header("content-type", "application/x-www-form-urlencoded");
        text(server.send(request.body(Body::from(body)).unwrap()).await).await
    };
    let (status, answer) = post("/fn/triage", body.clone()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(stage.triages.triages().await.unwrap()[0].verdict, Verdict::FalsePositive);
    let (status, answer) = post("/fn/untriage", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(stage.triages.triages().await.unwrap(), []);
    let query = onepane_domain::percent_encode("key=GuardDuty&key=Recon");
    assert_eq!(server.get(&format!("/fn/series?query={query}")).await.0, StatusCode::OK);
    let (status, answer) = server.get(&format!("/fn/investigation?query={query}&offset=0")).await;
    assert!(status.is_server_error() && answer.contains("at is missing"), "{status} {answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_go_out_as_csv() {
    let stage = stage().await;
    let (status, csv) = stage.server.get("/export/insights.csv?show=all").await;
    assert_eq!(status, StatusCode::OK);
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].starts_with("product,type,total,previous,level,trend_per_week"), "{}", lines[0]);
    assert_eq!(lines.len(), 5);
    let columns = lines[0].split(',').count();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert!(reader.records().all(|record| record.unwrap().len() == columns));

    let at = stage.day(1);
    let (status, csv) = stage.server.get(&format!("/export/findings.csv?key=GuardDuty&key=Recon&at={at}&days=0")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(csv.lines().count(), 111);
    assert!(csv.contains("\"'=title of Recon\""), "no cell is a formula");
    assert_eq!(stage.server.get("/export/findings.csv?key=a&key=b").await.0, StatusCode::BAD_REQUEST);
}
