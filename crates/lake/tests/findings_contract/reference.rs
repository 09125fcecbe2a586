//! Counting as the contract's sentences say, without any thought of speed.

use onepane_domain::{
    CountingRule, Dimension, FilterRule, FindingFilter, FindingRequest, FindingRow, FindingRowsRequest, FindingSeries,
    Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// Records in memory.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    pub records: Vec<FindingRow>,
}

/// The value of a dimension; empty for none.
pub fn value(record: &FindingRow, dimension: &Dimension) -> String {
    let resource = record.resources.first();
    match dimension.as_str() {
        "product" => record.product.clone(),
        "feature" => record.feature.clone(),
        "type" => record.types.first().cloned().unwrap_or_default(),
        "title" => record.title.clone(),
        "severity" => record.severity.clone(),
        "status" => record.status.clone(),
        "account" => record.account.map(|account| account.to_string()).unwrap_or_default(),
        "region" => record.region.clone(),
        "resource" => resource.map(|resource| resource.uid.clone()).unwrap_or_default(),
        "resource_type" => resource.map(|resource| resource.kind.clone()).unwrap_or_default(),
        "uid" => record.uid.clone(),
        other => panic!("no dimension {other}"),
    }
}

fn passes(record: &FindingRow, filters: &[FindingFilter]) -> bool {
    filters.iter().all(|filter| {
        let is_in = filter.values.contains(&value(record, &filter.dimension));
        filter.values.is_empty() || is_in == (filter.rule == FilterRule::Any)
    })
}

fn is_open(record: &FindingRow) -> bool {
    ["New", "In Progress"].contains(&record.status.as_str())
}

impl Reference {
    fn passing(&self, from: Timestamp, to: Timestamp, filters: &[FindingFilter]) -> Vec<&FindingRow> {
        let is_in = |record: &&FindingRow| record.time >= from && record.time < to && passes(record, filters);
        self.records.iter().filter(is_in).collect()
    }

    /// The series by key, and how many are left out.
    pub fn series(&self, request: &FindingRequest) -> (Vec<FindingSeries>, usize) {
        let mut groups: BTreeMap<Vec<String>, Vec<&FindingRow>> = BTreeMap::new();
        for record in self.passing(request.from, request.to, &request.filters) {
            let key = request.group_by.iter().map(|dimension| value(record, dimension)).collect();
            groups.entry(key).or_default().push(record);
        }
        let counted = groups.into_iter().map(|(key, records)| FindingSeries { key, counts: count(&records, request) });
        let mut series: Vec<_> = counted.filter(|series| !series.counts.is_empty()).collect();
        let left_out = series.len().saturating_sub(request.most_series);
        series.sort_by_key(|series| (std::cmp::Reverse(series.total()), series.key.clone()));
        series.truncate(request.most_series);
        series.sort_by(|a, b| a.key.cmp(&b.key));
        (series, left_out)
    }

    /// The rows, and whether there are more.
    pub fn rows(&self, request: &FindingRowsRequest) -> (Vec<FindingRow>, bool) {
        let mut rows = self.passing(request.from, request.to, &request.filters);
        rows.sort_by_key(|row| (std::cmp::Reverse(row.time), row.uid.clone()));
        let (offset, limit) = (request.offset as usize, request.limit as usize);
        let page = rows.iter().skip(offset).take(limit).map(|row| as_kept(row)).collect();
        (page, rows.len() > offset + limit)
    }

    /// True for a row that stands for one of the records.
    pub fn has(&self, row: &FindingRow) -> bool {
        self.records.iter().any(|record| as_kept(record) == *row)
    }
}

/// A list keeps no empty texts.
fn as_kept(record: &FindingRow) -> FindingRow {
    let mut row = record.clone();
    row.types.retain(|text| !text.is_empty());
    row
}

fn count(records: &[&FindingRow], request: &FindingRequest) -> Vec<(Timestamp, u64)> {
    let bucket = |record: &FindingRow| request.bucket.start_of(record.time);
    let mut counts: BTreeMap<Timestamp, u64> = BTreeMap::new();
    let mut add = |at: Timestamp| *counts.entry(at).or_default() += 1;
    match request.count {
        CountingRule::Updates => records.iter().for_each(|record| add(bucket(record))),
        CountingRule::Distinct | CountingRule::Active => {
            let mut seen = BTreeSet::new();
            for record in records {
                if request.count == CountingRule::Active && !is_open(record) {
                    continue;
                }
                if record.uid.is_empty() || seen.insert((bucket(record), record.uid.clone())) {
                    add(bucket(record));
                }
            }
        }
        CountingRule::FirstSeen => {
            let mut findings: BTreeMap<String, Vec<&FindingRow>> = BTreeMap::new();
            for (number, record) in records.iter().enumerate() {
                let own = format!("without uid {number}");
                let uid = if record.uid.is_empty() { own } else { format!("uid {}", record.uid) };
                findings.entry(uid).or_default().push(record);
            }
            for records in findings.into_values() {
                let created = records.iter().filter_map(|record| record.created).min();
                let first = records.iter().map(|record| record.time).min();
                if created.is_none_or(|created| created >= request.from)
                    && let Some(first) = first
                {
                    add(request.bucket.start_of(first));
                }
            }
        }
    }
    counts.into_iter().collect()
}
