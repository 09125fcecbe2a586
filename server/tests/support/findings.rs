//! A source of findings in memory.

use async_trait::async_trait;
use onepane_domain::{
    CountingRule, Dimension, DimensionInfo, ErrorKind, FilterRule, FindingFilter, FindingRequest, FindingRow,
    FindingRows, FindingRowsRequest, FindingSchema, FindingSeries, FindingSeriesAnswer, FindingSource, Notes,
    OcsfVersion, PortError, PortResult, QueryCost, ResourceRef, SourceName, Timestamp,
};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Records that stay as they were put. It can be told to be away, and counts what it was asked.
#[derive(Default)]
pub struct FakeFindings {
    pub rows: Mutex<Vec<FindingRow>>,
    pub is_away: AtomicBool,
    pub delay_ms: AtomicU64,
    pub asked: AtomicU64,
}

const DIMENSIONS: [Dimension; 5] =
    [Dimension::PRODUCT, Dimension::TYPE, Dimension::SEVERITY, Dimension::ACCOUNT, Dimension::RESOURCE];

/// One record.
pub fn finding(product: &str, kind: &str, account: &str, time: Timestamp) -> FindingRow {
    FindingRow {
        time,
        uid: format!("{product}/{kind}/{time}"),
        title: format!("=title of {kind}"),
        product: product.to_owned(),
        types: vec![kind.to_owned()],
        severity: if kind == "Recon" { "High" } else { "Low" }.to_owned(),
        status: "New".to_owned(),
        account: account.parse().ok(),
        region: "us-east-1".to_owned(),
        resources: vec![ResourceRef { uid: format!("arn:{kind}"), kind: "AwsEc2Instance".to_owned() }],
        created: Some(time),
        ..FindingRow::default()
    }
}

fn value(row: &FindingRow, dimension: &Dimension) -> PortResult<String> {
    Ok(match dimension.as_str() {
        "product" => row.product.clone(),
        "type" => row.types.first().cloned().unwrap_or_default(),
        "severity" => row.severity.clone(),
        "account" => row.account.map(|account| account.to_string()).unwrap_or_default(),
        "resource" => row.resources.first().map(|resource| resource.uid.clone()).unwrap_or_default(),
        other => return Err(PortError::new(ErrorKind::Invalid, format!("there is no dimension {other}"))),
    })
}

impl FakeFindings {
    async fn answer(&self) -> PortResult<()> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(self.delay_ms.load(Ordering::SeqCst))).await;
        match self.is_away.load(Ordering::SeqCst) {
            true => Err(PortError::new(ErrorKind::Unavailable, "ask the test's findings")),
            false => Ok(()),
        }
    }

    fn passing(&self, from: Timestamp, to: Timestamp, filters: &[FindingFilter]) -> PortResult<Vec<FindingRow>> {
        let mut rows = Vec::new();
        for row in self.rows.lock().iter().filter(|row| from <= row.time && row.time < to) {
            let mut passes = true;
            for filter in filters.iter().filter(|filter| !filter.values.is_empty()) {
                let is_one = filter.values.contains(&value(row, &filter.dimension)?);
                passes &= is_one == (filter.rule == FilterRule::Any);
            }
            if passes {
                rows.push(row.clone());
            }
        }
        Ok(rows)
    }
}

#[async_trait]
impl FindingSource for FakeFindings {
    fn sources(&self) -> Vec<SourceName> {
        vec![SourceName::SECURITY_HUB]
    }

    async fn schema(&self, source: &SourceName) -> PortResult<FindingSchema> {
        self.answer().await?;
        let info = |dimension: Dimension| {
            let name = dimension.to_string();
            DimensionInfo { dimension, label: name.clone(), column: name }
        };
        let rows = self.rows.lock();
        let days = rows.iter().map(|row| row.time.start_of_day());
        Ok(FindingSchema {
            source: source.clone(),
            version: OcsfVersion::V2,
            dimensions: DIMENSIONS.map(info).to_vec(),
            first: days.clone().min(),
            last: days.max(),
            notes: Notes::new(),
        })
    }

    async fn series(&self, request: &FindingRequest) -> PortResult<FindingSeriesAnswer> {
        self.answer().await?;
        request.check().map_err(|error| PortError::new(ErrorKind::Invalid, error.to_string()))?;
        assert_eq!(request.count, CountingRule::Updates, "this source counts records alone");
        let mut groups: BTreeMap<Vec<String>, BTreeMap<Timestamp, u64>> = BTreeMap::new();
        for row in self.passing(request.from, request.to, &request.filters)? {
            let key = request.group_by.iter().map(|dimension| value(&row, dimension)).collect::<PortResult<_>>()?;
            *groups.entry(key).or_default().entry(request.bucket.start_of(row.time)).or_default() += 1;
        }
        let series =
            groups.into_iter().map(|(key, counts)| FindingSeries { key, counts: counts.into_iter().collect() });
        let cost = QueryCost { bytes_scanned: 1_000, ..QueryCost::default() };
        Ok(FindingSeriesAnswer { series: series.collect(), cost, notes: vec!["one.parquet cannot be read".to_owned()] })
    }

    async fn rows(&self, request: &FindingRowsRequest) -> PortResult<FindingRows> {
        self.answer().await?;
        let mut rows = self.passing(request.from, request.to, &request.filters)?;
        rows.sort_by(|one, other| other.time.cmp(&one.time).then_with(|| one.uid.cmp(&other.uid)));
        let (offset, limit) = (request.offset as usize, request.limit as usize);
        let more = rows.len() > offset + limit;
        Ok(FindingRows { rows: rows.into_iter().skip(offset).take(limit).collect(), more, ..FindingRows::default() })
    }

    async fn sql(&self, request: &FindingRowsRequest) -> PortResult<String> {
        Ok(format!("SELECT 1 -- {} filters", request.filters.len()))
    }
}
