//! Which table is asked, and where it keeps things.

use super::identifier::{Identifier, InvalidIdentifier};
use super::path::ColumnPath;
use crate::layout;
use onepane_domain::{Dimension, InvalidDimension, OcsfVersion, Region};
use std::collections::BTreeMap;

/// In which form a column tells an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    /// Milliseconds since 1970, a whole number: `epoch_ms`.
    EpochMillis,
    /// Seconds since 1970, a whole number: `epoch_s`.
    EpochSeconds,
    /// SQL's own type, in UTC: `timestamp`.
    Timestamp,
    /// A text such as `2026-01-31T08:00:00Z`: `iso8601`.
    Iso8601,
}

impl TimeForm {
    /// The form of that name.
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "epoch_ms" => Self::EpochMillis,
            "epoch_s" => Self::EpochSeconds,
            "timestamp" => Self::Timestamp,
            "iso8601" => Self::Iso8601,
            _ => return None,
        })
    }
}

/// An instant in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimeColumn {
    pub(super) path: ColumnPath,
    pub(super) form: TimeForm,
}

/// A dimension of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlDimension {
    /// Its name.
    pub dimension: Dimension,
    /// The name on pages.
    pub label: String,
    /// Where it is.
    pub path: ColumnPath,
}

/// A table and its layout. What is none is in no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlTable {
    pub(super) version: OcsfVersion,
    pub(super) database: Identifier,
    pub(super) name: Identifier,
    pub(super) time: TimeColumn,
    /// The partition of the day, as YYYYMMDD.
    pub(super) day: Option<Identifier>,
    pub(super) uid: Option<ColumnPath>,
    pub(super) status_id: Option<ColumnPath>,
    pub(super) created: Option<TimeColumn>,
    pub(super) description: Option<ColumnPath>,
    pub(super) types: Option<ColumnPath>,
    pub(super) resources: Option<ColumnPath>,
    pub(super) dimensions: Vec<SqlDimension>,
}

/// A table as configuration describes it; all names and paths as texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomTable {
    /// The database.
    pub database: String,
    /// The table.
    pub table: String,
    /// Where a record's time is.
    pub time: String,
    /// [`TimeForm`]'s word.
    pub time_form: String,
    /// The partition of the day (YYYYMMDD), if there is one. Without it every query reads the whole table.
    pub day: Option<String>,
    /// What all records of one finding share, if anything.
    pub uid: Option<String>,
    /// The path of each dimension.
    pub dimensions: BTreeMap<String, String>,
}

/// A description that describes no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTable {
    /// Something is no name or path.
    #[error("{place}: {why}")]
    Name {
        /// Of what.
        place: String,
        /// Why not.
        why: InvalidIdentifier,
    },
    /// A dimension is called by no name of a dimension.
    #[error(transparent)]
    Dimension(#[from] InvalidDimension),
    /// A form of time that is not known.
    #[error("time form {0:?}: want epoch_ms, epoch_s, timestamp or iso8601")]
    TimeForm(String),
}

impl SqlTable {
    /// Security Hub's findings in a table of Security Lake's; none for a version without a layout.
    pub fn security_lake(database: Identifier, name: Identifier, version: OcsfVersion) -> Option<Self> {
        let layout = layout(version)?;
        let form = if version == OcsfVersion::V1 { TimeForm::EpochMillis } else { TimeForm::Timestamp };
        let dimensions = layout.fields.into_iter().map(|field| SqlDimension {
            dimension: field.dimension,
            label: field.label.to_owned(),
            path: ColumnPath::of_place(field.place),
        });
        Some(Self {
            version,
            database,
            name,
            time: TimeColumn { path: ColumnPath::known(&[layout.time]), form },
            day: Some(Identifier::known("eventday")),
            uid: Some(ColumnPath::of_place(layout.uid)),
            status_id: Some(ColumnPath::known(&[layout.status_id])),
            created: Some(TimeColumn { path: ColumnPath::of_place(layout.created), form: TimeForm::EpochMillis }),
            description: Some(ColumnPath::of_place(layout.description)),
            types: Some(ColumnPath::known(layout.types)),
            resources: Some(ColumnPath::known(layout.resources)),
            dimensions: dimensions.collect(),
        })
    }

    /// As [`Self::security_lake`], with the names that Security Lake gives its database and tables in a Region.
    pub fn security_lake_in(region: &Region, version: OcsfVersion) -> Option<Self> {
        let region = region.as_str().replace('-', "_");
        let suffix = match version {
            OcsfVersion::V1 => "1_0",
            OcsfVersion::V2 => "2_0",
            OcsfVersion::Custom => return None,
        };
        let database = Identifier::new(&format!("amazon_security_lake_glue_db_{region}")).ok()?;
        let name = Identifier::new(&format!("amazon_security_lake_table_{region}_sh_findings_{suffix}")).ok()?;
        Self::security_lake(database, name, version)
    }

    /// A table that configuration describes.
    ///
    /// # Errors
    /// [`InvalidTable`] for a name, path or form that is none.
    pub fn custom(described: &CustomTable) -> Result<Self, InvalidTable> {
        let name = |place: &str, text: &str| {
            Identifier::new(text).map_err(|why| InvalidTable::Name { place: place.to_owned(), why })
        };
        let path = |place: &str, text: &str| {
            text.parse::<ColumnPath>().map_err(|why| InvalidTable::Name { place: place.to_owned(), why })
        };
        let form = TimeForm::of_word(&described.time_form)
            .ok_or_else(|| InvalidTable::TimeForm(described.time_form.chars().take(64).collect()))?;
        let mut dimensions = Vec::new();
        for (dimension, text) in &described.dimensions {
            let path = path(dimension, text)?;
            dimensions.push(SqlDimension { dimension: dimension.parse()?, label: label(dimension), path });
        }
        Ok(Self {
            version: OcsfVersion::Custom,
            database: name("database", &described.database)?,
            name: name("table", &described.table)?,
            time: TimeColumn { path: path("time", &described.time)?, form },
            day: described.day.as_deref().map(|day| name("day", day)).transpose()?,
            uid: described.uid.as_deref().map(|uid| path("uid", uid)).transpose()?,
            status_id: None,
            created: None,
            description: None,
            types: None,
            resources: None,
            dimensions,
        })
    }

    /// The form of its records.
    pub fn version(&self) -> OcsfVersion {
        self.version
    }

    /// Its database.
    pub fn database(&self) -> &Identifier {
        &self.database
    }

    /// Its name.
    pub fn name(&self) -> &Identifier {
        &self.name
    }

    /// Its dimensions, in the order of pages.
    pub fn dimensions(&self) -> &[SqlDimension] {
        &self.dimensions
    }

    pub(super) fn is_custom(&self) -> bool {
        self.version == OcsfVersion::Custom
    }

    pub(super) fn path(&self, dimension: &Dimension) -> Option<&ColumnPath> {
        self.dimensions.iter().find(|known| known.dimension == *dimension).map(|known| &known.path)
    }
}

/// `source_ip` is called `Source ip` on pages.
fn label(dimension: &str) -> String {
    let words = dimension.replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
