//! A source without findings.

use async_trait::async_trait;
use onepane_domain::{
    FindingRequest, FindingRows, FindingRowsRequest, FindingSchema, FindingSeriesAnswer, FindingSource, Notes,
    OcsfVersion, PortResult, SourceName,
};

/// Holds nothing, and says so.
pub(super) struct NoFindings;

#[async_trait]
impl FindingSource for NoFindings {
    fn sources(&self) -> Vec<SourceName> {
        vec![SourceName::SECURITY_HUB]
    }

    async fn schema(&self, source: &SourceName) -> PortResult<FindingSchema> {
        let notes: Notes = vec!["There is no lake.".to_owned()];
        let (first, last) = (None, None);
        Ok(FindingSchema {
            source: source.clone(),
            version: OcsfVersion::V2,
            dimensions: Vec::new(),
            first,
            last,
            notes,
        })
    }

    async fn series(&self, _: &FindingRequest) -> PortResult<FindingSeriesAnswer> {
        Ok(FindingSeriesAnswer::default())
    }

    async fn rows(&self, _: &FindingRowsRequest) -> PortResult<FindingRows> {
        Ok(FindingRows::default())
    }

    async fn sql(&self, _: &FindingRowsRequest) -> PortResult<String> {
        Ok(String::new())
    }
}
