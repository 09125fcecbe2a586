//! What the lake's sources are, and where each keeps what is asked for.

mod custom;

use onepane_domain::{Dimension, OcsfVersion, SourceName};
use onepane_findings::{Layout, Place, SqlTable, layout};

pub(crate) use custom::read_sources;

/// A column, or a field of nested structs; of a list its first element. Names are compared without regard to case.
pub(crate) type Path = Vec<String>;

/// Where a value is: in a folder's name; where the folders do not tell, in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// The key of a partition, in lower case.
    pub(crate) partition: Option<String>,
    /// The column.
    pub(crate) path: Option<Path>,
}

/// A dimension that a source has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dim {
    pub(crate) dimension: Dimension,
    pub(crate) label: String,
    pub(crate) column: Column,
}

/// What a number stands for that no Parquet type explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TimeUnit {
    /// Milliseconds since 1970.
    Millis,
    /// Seconds since 1970.
    Seconds,
}

/// One folder of records in one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) source: SourceName,
    pub(crate) version: OcsfVersion,
    /// Below the lake, with `/`.
    pub(crate) folder: String,
    /// The columns that may hold the record's time; the first that a file has counts.
    pub(crate) times: Vec<Path>,
    pub(crate) time_unit: TimeUnit,
    pub(crate) uid: Option<Path>,
    pub(crate) status_id: Option<Path>,
    pub(crate) created: Option<Path>,
    pub(crate) description: Option<Path>,
    pub(crate) types: Option<Path>,
    pub(crate) resources: Option<Path>,
    pub(crate) dims: Vec<Dim>,
    /// Where Athena has the same, if a description tells.
    pub(crate) table: Option<SqlTable>,
}

impl Form {
    /// Where a dimension is; none if the source does not have it.
    pub(crate) fn column(&self, dimension: &Dimension) -> Option<&Column> {
        self.dims.iter().find(|dim| dim.dimension == *dimension).map(|dim| &dim.column)
    }

    /// All columns that are ever read, each once; a column's place in this list is its slot.
    pub(crate) fn slots(&self) -> Vec<Path> {
        let resource =
            |field: &str| self.resources.as_ref().map(|path| [path.as_slice(), &[field.to_owned()]].concat());
        let single = [&self.uid, &self.status_id, &self.created, &self.description, &self.types];
        let mut slots = self.times.clone();
        let others = single
            .into_iter()
            .cloned()
            .chain([resource("uid"), resource("type")])
            .chain(self.dims.iter().map(|dim| dim.column.path.clone()));
        for path in others.flatten() {
            if !slots.contains(&path) {
                slots.push(path);
            }
        }
        slots
    }
}

/// Both forms of Security Hub's findings, the newer first.
pub(crate) fn security_hub() -> Vec<Form> {
    [OcsfVersion::V2, OcsfVersion::V1].into_iter().filter_map(|version| layout(version).map(|at| of(&at))).collect()
}

fn of(layout: &Layout) -> Form {
    let path = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Path>();
    let place = |place: Place| match place {
        Place::Partition(key) => {
            // A lake of few records has no folders for these: each record tells.
            let path_of = match key {
                "accountid" => Some(path(&["cloud", "account", "uid"])),
                "region" => Some(path(&["cloud", "region"])),
                _ => None,
            };
            Column { partition: Some(key.to_owned()), path: path_of }
        }
        Place::Field(names) | Place::First(names) => Column { partition: None, path: Some(path(names)) },
        Place::FirstField(names, field) => {
            Column { partition: None, path: Some([path(names), path(&[field])].concat()) }
        }
    };
    let folder = if layout.version == OcsfVersion::V1 { "security-hub/1.0" } else { "security-hub/2.0" };
    Form {
        source: SourceName::SECURITY_HUB,
        version: layout.version,
        folder: folder.to_owned(),
        // Some writers of version 2 leave the second of its two times out.
        times: if layout.time == "time" { vec![path(&["time"])] } else { vec![path(&[layout.time]), path(&["time"])] },
        time_unit: TimeUnit::Millis,
        uid: place(layout.uid).path,
        status_id: Some(path(&[layout.status_id])),
        created: place(layout.created).path,
        description: place(layout.description).path,
        types: Some(path(layout.types)),
        resources: Some(path(layout.resources)),
        dims: layout
            .fields
            .iter()
            .map(|field| Dim {
                dimension: field.dimension.clone(),
                label: field.label.to_owned(),
                column: place(field.place),
            })
            .collect(),
        table: None,
    }
}
