//! The columns of a record as Security Lake has them, in both versions, and where each gets its values.

use crate::ids;
use onepane_domain::{FindingRow, OcsfVersion};

/// Version 1: OCSF 1.0's release candidates, class *Security Finding*.
const V1: &str = "message security_finding {
    optional int64 time;
    optional int32 class_uid;
    optional binary class_name (STRING);
    optional group metadata {
        optional binary version (STRING);
        optional group product {
            optional binary name (STRING);
            optional group feature { optional binary name (STRING); }
        }
    }
    optional int32 severity_id;
    optional binary severity (STRING);
    optional int32 state_id;
    optional binary state (STRING);
    optional group finding {
        optional binary uid (STRING);
        optional binary title (STRING);
        optional binary desc (STRING);
        optional int64 created_time;
        optional group types (LIST) { repeated group list { optional binary element (STRING); } }
    }
    optional group resources (LIST) { repeated group list { optional group element {
        optional binary uid (STRING);
        optional binary type (STRING);
    } } }
    optional group cloud {
        optional binary provider (STRING);
        optional binary region (STRING);
        optional group account { optional binary uid (STRING); }
    }
}";

/// Version 2: OCSF 1.1, the classes of category *Findings*.
const V2: &str = "message finding {
    optional int64 time_dt (TIMESTAMP(MICROS, true));
    optional int64 time;
    optional int32 class_uid;
    optional binary class_name (STRING);
    optional group metadata {
        optional binary version (STRING);
        optional group product {
            optional binary name (STRING);
            optional group feature { optional binary name (STRING); }
        }
    }
    optional int32 severity_id;
    optional binary severity (STRING);
    optional int32 status_id;
    optional binary status (STRING);
    optional group finding_info {
        optional binary uid (STRING);
        optional binary title (STRING);
        optional binary desc (STRING);
        optional int64 created_time;
        optional group types (LIST) { repeated group list { optional binary element (STRING); } }
    }
    optional group resources (LIST) { repeated group list { optional group element {
        optional binary uid (STRING);
        optional binary type (STRING);
    } } }
    optional group cloud {
        optional binary provider (STRING);
        optional binary region (STRING);
        optional group account { optional binary uid (STRING); }
    }
}";

/// The schema of a version, as Parquet writes schemas; none for other tables.
pub(super) fn schema(version: OcsfVersion) -> Option<&'static str> {
    match version {
        OcsfVersion::V1 => Some(V1),
        OcsfVersion::V2 => Some(V2),
        OcsfVersion::Custom => None,
    }
}

/// Columns of which nearly every value is another: a dictionary of them would only be in the way.
pub(super) const WITHOUT_DICTIONARY: [&str; 6] =
    ["time", "time_dt", "finding.uid", "finding_info.uid", "finding.created_time", "finding_info.created_time"];

/// Where a column gets its values; an empty text is written as null.
pub(super) enum Values {
    /// One text a record.
    Text(fn(&FindingRow) -> &str),
    /// The account's 12 digits.
    Account,
    /// One number a record.
    Int(fn(&FindingRow) -> Option<i32>),
    /// One large number a record.
    Long(fn(&FindingRow) -> Option<i64>),
    /// A list of texts.
    Types,
    /// One text a resource.
    Resource(fn(&onepane_domain::ResourceRef) -> &str),
}

/// The values of the column at a path of that schema.
pub(super) fn values(version: OcsfVersion, path: &str) -> Option<Values> {
    let path = path.strip_prefix("finding_info.").or_else(|| path.strip_prefix("finding.")).unwrap_or(path);
    Some(match path {
        "time" => Values::Long(|row| Some(row.time.millis())),
        "time_dt" => Values::Long(|row| row.time.millis().checked_mul(1_000)),
        "class_uid" if version == OcsfVersion::V1 => Values::Int(|_| Some(2001)),
        "class_uid" => Values::Int(|_| Some(2004)),
        "class_name" if version == OcsfVersion::V1 => Values::Text(|_| "Security Finding"),
        "class_name" => Values::Text(|_| "Detection Finding"),
        "metadata.version" if version == OcsfVersion::V1 => Values::Text(|_| "1.0.0-rc.2"),
        "metadata.version" => Values::Text(|_| "1.1.0"),
        "metadata.product.name" => Values::Text(|row| &row.product),
        "metadata.product.feature.name" => Values::Text(|row| &row.feature),
        "severity_id" => Values::Int(|row| ids::severity_id(&row.severity)),
        "severity" => Values::Text(|row| &row.severity),
        "state_id" | "status_id" => Values::Int(|row| ids::status_id(&row.status)),
        "state" | "status" => Values::Text(|row| &row.status),
        "uid" => Values::Text(|row| &row.uid),
        "title" => Values::Text(|row| &row.title),
        "desc" => Values::Text(|row| &row.description),
        "created_time" => Values::Long(|row| row.created.map(onepane_domain::Timestamp::millis)),
        "types.list.element" => Values::Types,
        "resources.list.element.uid" => Values::Resource(|resource| &resource.uid),
        "resources.list.element.type" => Values::Resource(|resource| &resource.kind),
        "cloud.provider" => Values::Text(|_| "AWS"),
        "cloud.region" => Values::Text(|row| &row.region),
        "cloud.account.uid" => Values::Account,
        _ => return None,
    })
}
