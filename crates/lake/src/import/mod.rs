//! Findings as JSON: OCSF's, of either version, and those of Security Hub's own format (ASFF).

mod asff;
mod fields;
mod ocsf;

use onepane_domain::FindingRow;
use serde_json::Value;

/// The members of an object that hold a list of findings: `aws securityhub get-findings` writes the first.
pub const FINDING_LISTS: &[&str] = &["Findings", "findings"];

/// Reads a finding.
///
/// | | ASFF | OCSF 1.0 | OCSF 1.1 |
/// |---|---|---|---|
/// | time | `UpdatedAt`, else `CreatedAt` | `time` | `time_dt`, else `time` |
/// | uid | `Id` | `finding.uid` | `finding_info.uid` |
/// | title, description | `Title`, `Description` | `finding.title`, `.desc` | `finding_info.title`, `.desc` |
/// | types | `Types` | `finding.types` | `finding_info.types` |
/// | created | `CreatedAt` | `finding.created_time` | `finding_info.created_time` |
/// | product | `ProductName`, else the name in `ProductArn` | `metadata.product.name` | the same |
/// | feature | `GeneratorId` | `metadata.product.feature.name` | the same |
/// | severity | `Severity.Label`, else by `.Normalized` | `severity`, else by `severity_id` | the same |
/// | status | Resolved if `RecordState` is ARCHIVED, else by `Workflow.Status` | `state` or by `state_id` | `status` or by `status_id` |
/// | account | `AwsAccountId` | `cloud.account.uid`, `cloud.account_uid` or `accountId` | the same |
/// | region | `Region`, else the first resource's | `cloud.region`, `region` | the same |
/// | resources | `Resources[].Id`, `.Type` | `resources[].uid`, `.type` | the same |
///
/// # Errors
/// Says what is missing or wrong, and in which member.
pub fn read_finding(value: &Value) -> Result<FindingRow, String> {
    if !value.is_object() {
        return Err("not a finding: no JSON object".to_owned());
    }
    if value.get("finding_info").is_some_and(Value::is_object) {
        return ocsf::read(value, &ocsf::V2);
    }
    if value.get("finding").is_some_and(Value::is_object) {
        return ocsf::read(value, &ocsf::V1);
    }
    if value.get("AwsAccountId").is_some() || value.get("SchemaVersion").is_some() {
        return asff::read(value);
    }
    Err(r#"neither an OCSF finding (no "finding_info", no "finding") nor one of ASFF (no "AwsAccountId")"#.to_owned())
}
