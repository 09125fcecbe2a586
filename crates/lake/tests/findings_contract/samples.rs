//! Records and requests, awkward ones among them.

use onepane_domain::{
    AccountId, Bucket, CountingRule, Dimension, FilterRule, FindingFilter, FindingRequest, FindingRow,
    FindingRowsRequest, ResourceRef, SourceName, Timestamp,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{select, subsequence};

pub const DIMENSIONS: [Dimension; 11] = [
    Dimension::PRODUCT,
    Dimension::FEATURE,
    Dimension::TYPE,
    Dimension::TITLE,
    Dimension::SEVERITY,
    Dimension::STATUS,
    Dimension::ACCOUNT,
    Dimension::REGION,
    Dimension::RESOURCE,
    Dimension::RESOURCE_TYPE,
    Dimension::UID,
];

/// Texts that have broken things before.
const TEXTS: [&str; 10] =
    ["", "GuardDuty", "It's; --", "\"double\"", "a, (b)", "Ünïcode 😀 名", " ", "%_\\", "null", "'); DROP TABLE x"];
const SEVERITIES: [&str; 5] = ["", "Informational", "High", "Critical", "Fatal"];
const STATUSES: [&str; 5] = ["", "New", "In Progress", "Suppressed", "Resolved"];
const REGIONS: [&str; 4] = ["", "us-east-1", "eu-west-1", "it's here"];
const ACCOUNTS: [u64; 3] = [0, 111_122_223_333, 999_999_999_999];

pub fn start() -> Timestamp {
    "2026-02-25T00:00:00Z".parse().unwrap()
}

/// An instant of ten days.
fn instant() -> impl Strategy<Value = Timestamp> {
    // Midnights and their neighbours are as likely as all others together.
    let edge = (0i64..=10, -1i64..=1).prop_map(|(day, beside)| day * 86_400_000 + beside);
    prop_oneof![edge, 0i64..864_000_000].prop_map(|millis| start().plus_millis(millis))
}

fn text() -> impl Strategy<Value = String> {
    select(&TEXTS[..]).prop_map(str::to_owned)
}

/// One record.
pub fn record() -> impl Strategy<Value = FindingRow> {
    let resource = (text(), text()).prop_map(|(uid, kind)| ResourceRef { uid, kind });
    let words = (text(), text(), text(), vec(text(), 0..3), vec(resource, 0..3));
    let captions =
        (select(&SEVERITIES[..]), select(&STATUSES[..]), select(&REGIONS[..]), option::of(select(&ACCOUNTS[..])));
    let uid = prop_oneof![Just(String::new()), (0..6).prop_map(|number| format!("uid-{number}"))];
    (instant(), option::of(instant()), uid, words, captions).prop_map(|(time, created, uid, words, captions)| {
        let (product, title, feature, types, resources) = words;
        let (severity, status, region, account) = captions;
        FindingRow {
            time,
            uid,
            description: format!("{title}!"),
            title,
            product,
            feature,
            types,
            severity: severity.to_owned(),
            status: status.to_owned(),
            account: account.and_then(|account| AccountId::from_number(account).ok()),
            region: region.to_owned(),
            resources,
            created,
        }
    })
}

pub fn records() -> impl Strategy<Value = Vec<FindingRow>> {
    vec(record(), 0..60)
}

fn filter() -> impl Strategy<Value = FindingFilter> {
    let all = TEXTS.iter().chain(&SEVERITIES).chain(&STATUSES).chain(&REGIONS).copied();
    let others = ["111122223333", "uid-1", "uid-2", "nothing has this"];
    let values = all.chain(others).map(str::to_owned).collect::<Vec<_>>();
    let rule = prop_oneof![Just(FilterRule::Any), Just(FilterRule::Not)];
    (select(&DIMENSIONS[..]), rule, vec(select(values), 0..6)).prop_map(|(dimension, rule, values)| FindingFilter {
        dimension,
        rule,
        values,
    })
}

fn window() -> impl Strategy<Value = (Timestamp, Timestamp)> {
    (instant(), instant()).prop_map(|(a, b)| if a == b { (a, a.plus_millis(1)) } else { (a.min(b), a.max(b)) })
}

/// A request for counts.
pub fn request() -> impl Strategy<Value = FindingRequest> {
    let rule = select(&CountingRule::ALL[..]);
    let groups = subsequence(DIMENSIONS.to_vec(), 0..=4);
    let most = prop_oneof![Just(1_000usize), 1usize..6];
    let rest = (groups, select(&Bucket::ALL[..]), rule, vec(filter(), 0..3), most);
    (window(), any::<bool>(), rest).prop_map(
        |((from, to), is_whole, (group_by, bucket, count, filters, most_series))| {
            let (from, to) = if is_whole { (start().plus_days(-1), start().plus_days(12)) } else { (from, to) };
            FindingRequest { source: SourceName::SECURITY_HUB, group_by, bucket, from, to, filters, count, most_series }
        },
    )
}

/// A request for rows.
pub fn rows_request() -> impl Strategy<Value = FindingRowsRequest> {
    (window(), vec(filter(), 0..2), 0u32..20, 1u32..30).prop_map(|((from, to), filters, offset, limit)| {
        FindingRowsRequest { source: SourceName::SECURITY_HUB, from, to, filters, offset, limit }
    })
}
