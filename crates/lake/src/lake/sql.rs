//! The Athena SQL for what the lake answers itself.

use super::{Access, forms};
use crate::listing::Days;
use crate::source::Form;
use onepane_domain::{ErrorKind, FindingRowsRequest, OcsfVersion, PortError, PortResult, Region};
use onepane_findings::{FindingSql, SqlError, SqlTable};

/// The Region in the tables' names, if no folder names one.
const USUAL_REGION: &str = "us-east-1";

/// The statement that finds the same rows in Athena, with Security Lake's usual names of tables.
pub(super) fn sql(access: &Access, request: &FindingRowsRequest) -> PortResult<String> {
    let forms = forms(&access.shared, &request.source)?;
    let tables = if forms.iter().any(|form| form.version == OcsfVersion::Custom) {
        forms.into_iter().filter_map(|form| form.table).collect()
    } else {
        security_lake(access, &forms)
    };
    if tables.is_empty() {
        let why = format!("no SQL for source {}: sources.toml does not tell its table (athena)", request.source);
        return Err(PortError::new(ErrorKind::Invalid, why));
    }
    FindingSql::new(tables).rows_sql(request).map_err(|error: SqlError| super::invalid(error))
}

/// The tables of those versions that the lake holds; of the newest if it holds none.
fn security_lake(access: &Access, forms: &[Form]) -> Vec<SqlTable> {
    let mut region = None;
    let mut versions = Vec::new();
    for form in forms {
        let listing = access.shared.lister.list(&access.shared.lake, form, Days::default());
        if !listing.files.is_empty() {
            versions.push(form.version);
        }
        let named = || listing.files.iter().find_map(|file| file.partition("region")?.parse::<Region>().ok());
        region = region.or_else(named);
    }
    if versions.is_empty() {
        versions.push(OcsfVersion::V2);
    }
    let Some(region) = region.or_else(|| USUAL_REGION.parse().ok()) else { return Vec::new() };
    versions.into_iter().filter_map(|version| SqlTable::security_lake_in(&region, version)).collect()
}
