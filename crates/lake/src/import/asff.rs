//! The AWS Security Finding Format, mapped as Security Lake maps it to OCSF.

use super::fields::{account, at, first_instant, first_text, instant, number, text, texts};
use onepane_domain::{FindingRow, ResourceRef};
use serde_json::Value;

pub(super) fn read(value: &Value) -> Result<FindingRow, String> {
    let uid = text(value, "Id")?;
    if uid.is_empty() {
        return Err("Id: is not there".to_owned());
    }
    let time = first_instant(value, &["UpdatedAt", "CreatedAt"])?.ok_or("UpdatedAt: is not there")?;
    let resources = match at(value, "Resources") {
        None => &[],
        Some(Value::Array(resources)) => resources.as_slice(),
        Some(_) => return Err("Resources: is no list".to_owned()),
    };
    let resource = |resource| Ok(ResourceRef { uid: text(resource, "Id")?, kind: text(resource, "Type")? });
    let mut region = text(value, "Region")?;
    if let Some(first) = resources.first()
        && region.is_empty()
    {
        region = text(first, "Region")?;
    }
    Ok(FindingRow {
        time,
        uid,
        title: text(value, "Title")?,
        description: text(value, "Description")?,
        product: product(value)?,
        feature: text(value, "GeneratorId")?,
        types: texts(value, "Types")?,
        severity: severity(value)?,
        status: status(value)?.to_owned(),
        account: account(value, &["AwsAccountId"])?,
        region,
        resources: resources.iter().map(resource).collect::<Result<_, String>>()?,
        created: instant(value, "CreatedAt")?,
    })
}

/// The product's name; old findings have it among the product's own fields, or in its ARN alone (`…:product/aws/guardduty`).
fn product(value: &Value) -> Result<String, String> {
    let own = value.get("ProductFields").and_then(|fields| fields.get("aws/securityhub/ProductName"));
    let named = first_text(value, &["ProductName"])?;
    if !named.is_empty() {
        return Ok(named);
    }
    if let Some(own) = own.and_then(Value::as_str) {
        return Ok(own.to_owned());
    }
    let arn = text(value, "ProductArn")?;
    Ok(arn.rsplit('/').next().unwrap_or_default().to_owned())
}

fn severity(value: &Value) -> Result<String, String> {
    let label = text(value, "Severity.Label")?;
    let caption = match label.as_str() {
        "INFORMATIONAL" => "Informational",
        "LOW" => "Low",
        "MEDIUM" => "Medium",
        "HIGH" => "High",
        "CRITICAL" => "Critical",
        // As Security Hub labels findings that come with a number alone.
        "" => match number(value, "Severity.Normalized")? {
            None => "",
            Some(..=0) => "Informational",
            Some(1..=39) => "Low",
            Some(40..=69) => "Medium",
            Some(70..=89) => "High",
            Some(90..) => "Critical",
        },
        other => return Err(format!("Severity.Label: {other:?} is no label")),
    };
    Ok(caption.to_owned())
}

fn status(value: &Value) -> Result<&'static str, String> {
    if text(value, "RecordState")? == "ARCHIVED" {
        return Ok("Resolved");
    }
    Ok(match text(value, "Workflow.Status")?.as_str() {
        "" => "",
        "NEW" => "New",
        "NOTIFIED" => "In Progress",
        "SUPPRESSED" => "Suppressed",
        "RESOLVED" => "Resolved",
        other => return Err(format!("Workflow.Status: {other:?} is no status")),
    })
}

#[cfg(test)]
mod tests {
    use super::super::read_finding;
    use serde_json::json;

    #[test]
    fn a_finding_of_security_hub_becomes_one_of_ocsf() {
        let mut finding = json!({
            "SchemaVersion": "2018-10-08", "Id": "arn:aws:x/1", "AwsAccountId": "111122223333", "Region": "us-east-1",
            "ProductName": "GuardDuty", "GeneratorId": "gen", "Types": ["TTPs/a", "TTPs/b"], "Title": "t",
            "Description": "d", "CreatedAt": "2026-01-01T00:00:00.000Z", "UpdatedAt": "2026-01-02T00:00:00.000Z",
            "Severity": {"Label": "HIGH", "Normalized": 10}, "Workflow": {"Status": "NOTIFIED"}, "RecordState": "ACTIVE",
            "Resources": [{"Id": "arn:r", "Type": "AwsEc2Instance"}],
        });
        let row = read_finding(&finding).unwrap();
        assert_eq!((row.uid.as_str(), row.product.as_str(), row.feature.as_str()), ("arn:aws:x/1", "GuardDuty", "gen"));
        assert_eq!((row.severity.as_str(), row.status.as_str()), ("High", "In Progress"));
        assert_eq!(row.time.to_string(), "2026-01-02T00:00:00.000Z");
        assert_eq!(row.created.unwrap().to_string(), "2026-01-01T00:00:00.000Z");
        assert_eq!(row.account.unwrap().to_string(), "111122223333");
        assert_eq!((row.types.len(), row.resources[0].kind.as_str()), (2, "AwsEc2Instance"));
        finding["RecordState"] = "ARCHIVED".into();
        finding["Severity"] = json!({"Normalized": 40});
        let row = read_finding(&finding).unwrap();
        assert_eq!((row.severity.as_str(), row.status.as_str()), ("Medium", "Resolved"));
        for (member, value, place) in [
            ("AwsAccountId", json!("12"), "AwsAccountId"),
            ("UpdatedAt", json!("yesterday"), "UpdatedAt"),
            ("Types", json!("TTPs"), "Types"),
            ("Severity", json!({"Label": "SEVERE"}), "Severity.Label"),
            ("Id", json!(null), "Id"),
        ] {
            let mut broken = finding.clone();
            broken[member] = value;
            let why = read_finding(&broken).unwrap_err();
            assert!(why.starts_with(place), "{why}");
        }
    }
}
