//! Where Security Hub's findings keep things in Security Lake.
//!
//! Source version 1 holds OCSF 1.0's release candidates (class *Security Finding*), source version 2 holds OCSF 1.1 (the
//! classes of category *Findings*). Both lie in Hive-style partitions `region=…/accountId=…/eventDay=YYYYMMDD`.

use onepane_domain::{Dimension, OcsfVersion};

/// OCSF's status ids of a finding that is open: New and In Progress. The same in both versions.
pub const OPEN_STATUS_IDS: [i32; 2] = [1, 2];

/// Where a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the folder's name: `region`, `accountid`, `eventday` (Glue writes them in lower case).
    Partition(&'static str),
    /// In a column, or a field of nested structs: `finding`, `title`.
    Field(&'static [&'static str]),
    /// The first element of a list of texts.
    First(&'static [&'static str]),
    /// A field of the first element of a list of structs.
    FirstField(&'static [&'static str], &'static str),
}

/// A dimension and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The dimension.
    pub dimension: Dimension,
    /// Its name on pages.
    pub label: &'static str,
    /// Where it is.
    pub place: Place,
}

/// How one version lays out a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The version.
    pub version: OcsfVersion,
    /// The record's time. Version 1: epoch milliseconds (`bigint`). Version 2: `timestamp`.
    pub time: &'static str,
    /// What all records of one finding share.
    pub uid: Place,
    /// The id of the status (`int`), of which [`OPEN_STATUS_IDS`] are open.
    pub status_id: &'static str,
    /// When the finding was created, in epoch milliseconds (`bigint`).
    pub created: Place,
    /// A longer text about the finding.
    pub description: Place,
    /// All its types.
    pub types: &'static [&'static str],
    /// All its resources: a list of structs with `uid` and `type`.
    pub resources: &'static [&'static str],
    /// The dimensions, in the order of pages.
    pub fields: Vec<Field>,
}

impl Layout {
    /// Where a dimension is; none if this version does not have it.
    pub fn place(&self, dimension: &Dimension) -> Option<Place> {
        self.fields.iter().find(|field| field.dimension == *dimension).map(|field| field.place)
    }
}

/// The layout of a version of Security Hub's findings; none for tables that configuration describes.
pub fn layout(version: OcsfVersion) -> Option<Layout> {
    match version {
        OcsfVersion::V1 => Some(Layout {
            version,
            time: "time",
            uid: Place::Field(&["finding", "uid"]),
            status_id: "state_id",
            created: Place::Field(&["finding", "created_time"]),
            description: Place::Field(&["finding", "desc"]),
            types: &["finding", "types"],
            resources: &["resources"],
            fields: fields(&["finding", "types"], &["finding", "title"], &["state"], &["finding", "uid"]),
        }),
        OcsfVersion::V2 => Some(Layout {
            version,
            time: "time_dt",
            uid: Place::Field(&["finding_info", "uid"]),
            status_id: "status_id",
            created: Place::Field(&["finding_info", "created_time"]),
            description: Place::Field(&["finding_info", "desc"]),
            types: &["finding_info", "types"],
            resources: &["resources"],
            fields: fields(
                &["finding_info", "types"],
                &["finding_info", "title"],
                &["status"],
                &["finding_info", "uid"],
            ),
        }),
        OcsfVersion::Custom => None,
    }
}

fn fields(
    types: &'static [&'static str],
    title: &'static [&'static str],
    status: &'static [&'static str],
    uid: &'static [&'static str],
) -> Vec<Field> {
    let field = |dimension, label, place| Field { dimension, label, place };
    vec![
        field(Dimension::PRODUCT, "Product", Place::Field(&["metadata", "product", "name"])),
        field(Dimension::FEATURE, "Feature", Place::Field(&["metadata", "product", "feature", "name"])),
        field(Dimension::TYPE, "Type", Place::First(types)),
        field(Dimension::TITLE, "Title", Place::Field(title)),
        field(Dimension::SEVERITY, "Severity", Place::Field(&["severity"])),
        field(Dimension::STATUS, "Status", Place::Field(status)),
        field(Dimension::ACCOUNT, "Account", Place::Partition("accountid")),
        field(Dimension::REGION, "Region", Place::Partition("region")),
        field(Dimension::RESOURCE_TYPE, "Resource type", Place::FirstField(&["resources"], "type")),
        field(Dimension::RESOURCE, "Resource", Place::FirstField(&["resources"], "uid")),
        field(Dimension::UID, "Finding", Place::Field(uid)),
    ]
}
