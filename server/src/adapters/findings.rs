//! Athena as a source of findings: which tables, by the settings and a file that describes further ones.
//!
//! ```toml
//! [cloud-trail]                                  # the source's name
//! table = "amazon_security_lake_table_eu_west_1_cloud_trail_mgmt_2_0"
//! database = "amazon_security_lake_glue_db_eu_west_1"    # Security Lake's if absent
//! time = "time_dt"                               # the column of the record's time
//! time_form = "timestamp"                        # or epoch_ms, epoch_s, iso8601; timestamp if absent
//! day = "eventday"                               # the partition of the day, YYYYMMDD; may be absent, but costs then
//! uid = "metadata.uid"                           # what records of one thing share; may be absent
//!
//! [cloud-trail.dimensions]                       # name = column; a[] is a list's first element
//! service = "api.service.name"
//! resource = "resources[].uid"
//! ```

use crate::settings::Settings;
use anyhow::{Context, anyhow};
use onepane_aws::{AthenaFindings, AthenaOptions, AthenaSource, ConnectOptions};
use onepane_domain::{OcsfVersion, Region, SourceName};
use onepane_findings::{CustomTable, Identifier, SqlTable};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// Asks nothing yet.
pub(super) async fn athena(settings: &Settings, workgroup: &str) -> anyhow::Result<AthenaFindings> {
    let region = settings.athena_region.as_ref().context("athena_region is not set")?;
    let hub = security_hub(region, settings.athena_database.as_deref())?;
    let database = hub.tables.first().map(|table| table.database().as_str().to_owned()).unwrap_or_default();
    let mut sources = vec![hub];
    if let Some(file) = &settings.athena_sources {
        let text = tokio::fs::read_to_string(file).await.with_context(|| file.display().to_string())?;
        sources.extend(described(&text, &database).with_context(|| file.display().to_string())?);
    }
    let options = AthenaOptions {
        workgroup: workgroup.to_owned(),
        output: settings.athena_output.clone(),
        reuse: settings.athena_reuse.unwrap_or(Duration::ZERO),
        ..AthenaOptions::default()
    };
    let connect = ConnectOptions { region: Some(region.to_string()), endpoint_url: None };
    Ok(onepane_aws::connect_findings(connect, options, sources).await)
}

/// The tables of both versions, the newer first; those that are not there are left out when they are looked at.
fn security_hub(region: &Region, database: Option<&str>) -> anyhow::Result<AthenaSource> {
    let database = database.map(Identifier::new).transpose().context("athena_database")?;
    let tables = [OcsfVersion::V2, OcsfVersion::V1].into_iter().filter_map(|version| {
        let usual = SqlTable::security_lake_in(region, version)?;
        match &database {
            Some(database) => SqlTable::security_lake(database.clone(), usual.name().clone(), version),
            None => Some(usual),
        }
    });
    Ok(AthenaSource { name: SourceName::SECURITY_HUB, tables: tables.collect() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    table: String,
    database: Option<String>,
    time: String,
    time_form: Option<String>,
    day: Option<String>,
    uid: Option<String>,
    #[serde(default)]
    dimensions: BTreeMap<String, String>,
}

fn described(text: &str, database: &str) -> anyhow::Result<Vec<AthenaSource>> {
    let described: BTreeMap<SourceName, Described> = toml::from_str(text)?;
    let source = |(name, described): (SourceName, Described)| {
        if name == SourceName::SECURITY_HUB {
            return Err(anyhow!("[{name}]: is there already"));
        }
        let table = CustomTable {
            database: described.database.unwrap_or_else(|| database.to_owned()),
            table: described.table,
            time: described.time,
            time_form: described.time_form.unwrap_or_else(|| "timestamp".to_owned()),
            day: described.day,
            uid: described.uid,
            dimensions: described.dimensions,
        };
        let table = SqlTable::custom(&table).with_context(|| format!("[{name}]"))?;
        Ok(AthenaSource { name, tables: vec![table] })
    };
    described.into_iter().map(source).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[vpc-flow]\ntable = \"vpc_flow\"\ntime = \"start\"\ntime_form = \"epoch_s\"\n\
                        [vpc-flow.dimensions]\nsource = \"src_endpoint.ip\"\n";

    #[test]
    fn a_file_describes_further_tables() {
        let sources = described(FILE, "lake").unwrap();
        assert_eq!(sources[0].name.as_str(), "vpc-flow");
        let table = &sources[0].tables[0];
        assert_eq!(
            (table.database().as_str(), table.dimensions()[0].path.to_string().as_str()),
            ("lake", "src_endpoint.ip")
        );
    }

    #[test]
    fn what_is_wrong_with_a_description_is_named() {
        for (change, told) in [
            (("vpc-flow", "security-hub"), "[security-hub]"),
            (("\"vpc_flow\"", "'a\" b'"), "table"),
            (("epoch_s", "days"), "time form"),
            (("src_endpoint.ip", "src\\\"; DROP"), "source"),
            (("time =", "tine ="), "tine"),
        ] {
            let text = FILE.replace(change.0, change.1);
            let error = format!("{:#}", described(&text, "lake").unwrap_err());
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn security_lake_names_its_tables_by_the_region() {
        let hub = security_hub(&"eu-west-1".parse().unwrap(), None).unwrap();
        let names: Vec<&str> = hub.tables.iter().map(|table| table.name().as_str()).collect();
        assert_eq!(names[0], "amazon_security_lake_table_eu_west_1_sh_findings_2_0");
        assert_eq!(hub.tables[0].database().as_str(), "amazon_security_lake_glue_db_eu_west_1");
        let linked = security_hub(&"eu-west-1".parse().unwrap(), Some("linked")).unwrap();
        assert_eq!(linked.tables[1].database().as_str(), "linked");
        assert!(security_hub(&"eu-west-1".parse().unwrap(), Some("a\"b")).is_err());
    }
}
