//! Ten million findings in Parquet files, counted.
//!
//! `cargo bench -p onepane-lake` writes the files first (about a minute, 500 MB in a temporary folder), in a process of its own,
//! so that what answering takes in memory is seen alone. Settings by environment: `RECORDS` (10000000), `BENCH_DIR`,
//! `LAKE` (a folder with files that an earlier run left; it is left again).

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use onepane_domain::{
    AccountId, Bucket, CountingRule, Dimension, FilterRule, FindingFilter, FindingRequest, FindingRow,
    FindingRowsRequest, FindingSource, OcsfVersion, ResourceRef, SourceName, Timestamp,
};
use onepane_lake::{LakeWriter, ParquetLake};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::path::Path;
use std::time::{Duration, Instant};

const DAYS: i64 = 365;
const ACCOUNTS: usize = 4;
const ROUNDS: usize = 5;

fn start() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn main() {
    let records: usize = std::env::var("RECORDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000_000);
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("--make") {
        return make(Path::new(&arguments.next().unwrap()), records);
    }
    let kept = std::env::var_os("LAKE").map(std::path::PathBuf::from);
    let folder = tempfile::tempdir_in(std::env::var("BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    let lake = kept.clone().unwrap_or_else(|| folder.path().to_owned());
    if kept.is_none_or(|kept| !kept.join("security-hub").exists()) {
        let begin = Instant::now();
        let own = std::env::current_exe().unwrap();
        assert!(std::process::Command::new(own).arg("--make").arg(&lake).status().unwrap().success());
        let rate = records as f64 / begin.elapsed().as_secs_f64();
        line("lake: records made and written", "", &format!("{rate:.0} records/s"));
    }
    tokio::runtime::Runtime::new().unwrap().block_on(measure(&lake, records));
}

async fn measure(folder: &Path, records: usize) {
    let lake = ParquetLake::open(folder);
    let asked = |count: CountingRule| FindingRequest {
        source: SourceName::SECURITY_HUB,
        group_by: vec![Dimension::PRODUCT, Dimension::TYPE],
        bucket: Bucket::Day,
        from: start(),
        to: start().plus_days(DAYS),
        filters: Vec::new(),
        count,
        most_series: 10_000,
    };
    let millions = records as f64 / 1e6;
    let title = |what: &str| format!("lake: {what}, {millions} million findings");
    let idle = resident("VmRSS");
    let begin = Instant::now();
    let answer = lake.series(&asked(CountingRule::Updates)).await.unwrap();
    line(&title("daily series by product | type, first time"), "<= 2 s", &seconds(begin.elapsed()));
    assert!(answer.notes.is_empty(), "{:?}", answer.notes);
    assert_eq!(answer.series.iter().map(onepane_domain::FindingSeries::total).sum::<u64>(), records as u64);
    line(&title("daily series by product | type"), "<= 2 s", &series(&lake, &asked(CountingRule::Updates)).await);
    line(&title("memory for that"), "", &format!("{:.0} MB", (resident("VmHWM") - idle) / 1e3));
    line(&title("files, bytes of the columns read"), "", &{
        format!("{} files, {:.0} MB", answer.cost.files, answer.cost.bytes_scanned as f64 / 1e6)
    });
    let high = FindingFilter { dimension: Dimension::SEVERITY, rule: FilterRule::Any, values: vec!["Critical".into()] };
    let filtered = FindingRequest { filters: vec![high], ..asked(CountingRule::Updates) };
    line(&title("the same, critical ones"), "<= 2 s", &series(&lake, &filtered).await);
    let month = FindingRequest { from: start().plus_days(300), to: start().plus_days(330), ..filtered };
    line(&title("the same, of 30 days"), "", &series(&lake, &month).await);
    line(&title("distinct findings"), "", &series(&lake, &asked(CountingRule::Distinct)).await);
    line(&title("memory for that"), "", &format!("{:.0} MB", (resident("VmHWM") - idle) / 1e3));
    line(&title("first seen"), "", &series(&lake, &asked(CountingRule::FirstSeen)).await);
    line(&title("memory for that"), "", &format!("{:.0} MB", (resident("VmHWM") - idle) / 1e3));
    let rows = FindingRowsRequest {
        source: SourceName::SECURITY_HUB,
        from: start(),
        to: start().plus_days(DAYS),
        filters: Vec::new(),
        offset: 0,
        limit: 100,
    };
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        assert_eq!(lake.rows(&rows).await.unwrap().rows.len(), 100);
        best = best.min(begin.elapsed());
    }
    line(&title("the newest 100 records"), "", &seconds(best));
}

/// The median of some rounds.
async fn series(lake: &ParquetLake, request: &FindingRequest) -> String {
    let mut times = Vec::new();
    let worked = processor_time();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        assert!(!lake.series(request).await.unwrap().series.is_empty());
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    // On a machine that is busy with other work the processor's time says more than the clock.
    let worked = (processor_time() - worked) / ROUNDS as f64;
    format!("{} ({worked:.2} s of processor time)", seconds(times[ROUNDS / 2]))
}

/// Seconds that all threads of this process have worked, by Linux' count of hundredths.
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap_or("").split(' ').filter_map(|field| field.parse().ok()).collect();
    fields.get(10..12).map_or(f64::NAN, |both| both.iter().sum::<f64>() / 100.0)
}

/// Kilobytes, by Linux' count.
fn resident(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|line| line.strip_prefix(what)?.split_whitespace().nth(1)?.parse().ok());
    found.unwrap_or(f64::NAN)
}

fn line(figure: &str, target: &str, measured: &str) {
    println!("bench | {figure} | {target} | {measured}");
}

fn seconds(took: Duration) -> String {
    format!("{:.2} s", took.as_secs_f64())
}

/// Writes the files, the days shared among as many threads as there are processors.
fn make(lake: &Path, records: usize) {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) as i64;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                for day in (0..DAYS).filter(|day| day % threads == thread) {
                    let share = |day: i64| records * day as usize / DAYS as usize;
                    make_day(lake, day, share(day + 1) - share(day));
                }
            });
        }
    });
}

fn make_day(lake: &Path, day: i64, records: usize) {
    const PRODUCTS: [&str; 8] = [
        "Security Hub",
        "GuardDuty",
        "Inspector",
        "Macie",
        "IAM Access Analyzer",
        "Config",
        "Firewall Manager",
        "Systems Manager Patch Manager",
    ];
    const SEVERITIES: [&str; 5] = ["Informational", "Low", "Medium", "High", "Critical"];
    let mut random = SmallRng::seed_from_u64(day as u64);
    let mut writer = LakeWriter::new(lake, &SourceName::SECURITY_HUB, OcsfVersion::V2).unwrap();
    for _ in 0..records {
        // Some kinds of findings are far more frequent than others.
        let kind = (random.random::<f64>().powi(3) * 160.0) as usize;
        let severity = SEVERITIES[(random.random::<f64>().powi(2) * 5.0) as usize];
        let account = AccountId::from_number(111_122_223_000 + random.random_range(0..ACCOUNTS as u64)).unwrap();
        // Two million findings, each updated some times.
        let number = random.random_range(0..12_500) + kind as u64 * 12_500;
        let instance = random.random_range(0..5_000u64);
        writer
            .add(FindingRow {
                time: start().plus_days(day).plus_millis(random.random_range(0..86_400_000)),
                uid: format!(
                    "arn:aws:securityhub:us-east-1:{account}:subscription/aws-foundational-security-best-practices/v/1.0.0/\
                     EC2.{kind}/finding/{:08x}-{:04x}-4d1c-9a77-{:012x}",
                    number.wrapping_mul(0x9e37_79b9) as u32,
                    number as u16,
                    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16
                ),
                title: format!("EC2.{kind} Resources of this kind should be configured so that nobody can misuse them"),
                description: format!(
                    "This control checks whether the resource i-{instance:017x} is configured in accordance with the \
                     recommendation number {kind}. The control fails if it is not. For how to fix this, consult the \
                     documentation of the product that reported it."
                ),
                product: PRODUCTS[kind % PRODUCTS.len()].into(),
                feature: format!("feature-{}", kind % 20),
                types: vec![
                    format!("Software and Configuration Checks/AWS Security Best Practices/Check number {}", kind % 60),
                    "Software and Configuration Checks/Industry and Regulatory Standards".into(),
                ],
                severity: severity.into(),
                status: if random.random_bool(0.7) { "New" } else { "Resolved" }.into(),
                account: Some(account),
                region: "us-east-1".into(),
                resources: vec![ResourceRef {
                    uid: format!("arn:aws:ec2:us-east-1:{account}:instance/i-{instance:017x}"),
                    kind: "AwsEc2Instance".into(),
                }],
                created: Some(start().plus_days(day - random.random_range(0..30)).plus_millis(number as i64 % 86_400_000)),
            })
            .unwrap();
    }
    writer.finish().unwrap();
}
