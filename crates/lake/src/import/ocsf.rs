//! Findings of OCSF, as JSON.

use super::fields::{account, at, first_instant, first_text, number, text, texts};
use crate::ids;
use onepane_domain::{FindingRow, ResourceRef};
use serde_json::Value;

/// Where the versions differ.
pub(super) struct Names {
    finding: &'static str,
    times: &'static [&'static str],
    status: &'static str,
    status_id: &'static str,
}

pub(super) const V1: Names =
    Names { finding: "finding", times: &["time", "time_dt"], status: "state", status_id: "state_id" };
pub(super) const V2: Names =
    Names { finding: "finding_info", times: &["time_dt", "time"], status: "status", status_id: "status_id" };

pub(super) fn read(value: &Value, names: &Names) -> Result<FindingRow, String> {
    let time = first_instant(value, names.times)?.ok_or_else(|| format!("{}: is not there", names.times[0]))?;
    let finding = value.get(names.finding).unwrap_or(&Value::Null);
    let within = |why: String| format!("{}.{why}", names.finding);
    let resources = match at(value, "resources") {
        None => &[],
        Some(Value::Array(resources)) => resources.as_slice(),
        Some(_) => return Err("resources: is no list".to_owned()),
    };
    let resource = |resource| Ok(ResourceRef { uid: text(resource, "uid")?, kind: text(resource, "type")? });
    let caption = |path: &str, id_path: &str, captions: fn(i64) -> Option<&'static str>| -> Result<String, String> {
        let caption = text(value, path)?;
        match number(value, id_path)? {
            Some(id) if caption.is_empty() => {
                captions(id).map(str::to_owned).ok_or_else(|| format!("{id_path}: {id} is none of OCSF's"))
            }
            _ => Ok(caption),
        }
    };
    Ok(FindingRow {
        time,
        uid: text(finding, "uid").map_err(within)?,
        title: text(finding, "title").map_err(within)?,
        description: text(finding, "desc").map_err(within)?,
        product: text(value, "metadata.product.name")?,
        feature: text(value, "metadata.product.feature.name")?,
        types: texts(finding, "types").map_err(within)?,
        severity: caption("severity", "severity_id", ids::severity_caption)?,
        status: caption(names.status, names.status_id, ids::status_caption)?,
        account: account(value, &["cloud.account.uid", "cloud.account_uid", "accountid", "accountId"])?,
        region: first_text(value, &["cloud.region", "region"])?,
        resources: resources.iter().map(resource).collect::<Result<_, String>>()?,
        created: first_instant(finding, &["created_time", "created_time_dt"]).map_err(within)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::read_finding;
    use serde_json::json;

    #[test]
    fn both_versions_are_read() {
        let newer = json!({
            "time": 1_767_225_600_000_i64, "time_dt": "2026-01-01T00:00:01Z", "severity_id": 4, "status": "New",
            "metadata": {"product": {"name": "Inspector", "feature": {"name": "f"}}},
            "finding_info": {"uid": "u", "title": "t", "types": ["a"], "created_time": 1_767_225_600_000_i64},
            "cloud": {"region": "us-east-1", "account": {"uid": "111122223333"}},
            "resources": [{"uid": "arn:r", "type": "AwsS3Bucket"}],
        });
        let row = read_finding(&newer).unwrap();
        assert_eq!(row.time.to_string(), "2026-01-01T00:00:01.000Z");
        assert_eq!((row.severity.as_str(), row.status.as_str(), row.feature.as_str()), ("High", "New", "f"));
        assert_eq!((row.account.unwrap().number(), row.region.as_str()), (111_122_223_333, "us-east-1"));
        let older = json!({
            "time": 1_767_225_600_000_i64, "state_id": 4, "finding": {"uid": "u", "types": ["a", "b"]},
        });
        let row = read_finding(&older).unwrap();
        assert_eq!((row.status.as_str(), row.types.len(), row.account), ("Resolved", 2, None));
        for (broken, place) in [
            (json!({"finding_info": {}}), "time_dt"),
            (json!({"finding": {"uid": 1}, "time": 1}), "finding.uid"),
            (json!({"finding": {}, "time": i64::MAX}), "time"),
            (json!({"finding": {}, "time": 1, "state_id": 17}), "state_id"),
            (json!({"hello": "world"}), "neither"),
            (json!([1]), "not a finding"),
        ] {
            let why = read_finding(&broken).unwrap_err();
            assert!(why.starts_with(place), "{why}");
        }
    }
}
