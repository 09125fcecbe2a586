//! `<lake>/sources.toml`: further folders of the lake, described.
//!
//! ```toml
//! [cloud-trail]                       # the source's name
//! folder = "cloud-trail/2.0"          # below the lake; its name if absent
//! time = "time"                       # the column of the record's time
//! time_form = "epoch_ms"              # or epoch_s, or timestamp
//! uid = "metadata.uid"                # what records of one thing share; may be absent
//! athena = "database.table"           # where Athena has the same; may be absent, there is no SQL to copy then
//!
//! [cloud-trail.dimensions]            # name = column, or a folder's key such as region
//! service = "api.service.name"
//! resource = "resources[].uid"        # of a list the first element
//! account = { column = "accountid", label = "AWS account" }
//! ```

use super::{Column, Dim, Form, Path, TimeUnit};
use crate::LakeError;
use onepane_domain::{Dimension, OcsfVersion, SourceName};
use onepane_findings::{CustomTable, SqlTable};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The file's name in the lake's folder.
const SOURCES_FILE: &str = "sources.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    folder: Option<String>,
    time: String,
    time_form: TimeForm,
    uid: Option<String>,
    athena: Option<String>,
    #[serde(default)]
    dimensions: BTreeMap<Dimension, DescribedColumn>,
}

/// The words are those of Athena's configuration.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum TimeForm {
    EpochMs,
    EpochS,
    Timestamp,
}

impl TimeForm {
    fn word(self) -> &'static str {
        match self {
            Self::EpochMs => "epoch_ms",
            Self::EpochS => "epoch_s",
            Self::Timestamp => "timestamp",
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum DescribedColumn {
    Plain(String),
    Labelled { column: String, label: String },
}

/// The sources that the file describes; none if there is no file.
pub(crate) fn read_sources(lake: &std::path::Path) -> Result<Vec<Form>, LakeError> {
    let path = lake.join(SOURCES_FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(LakeError::io(&path)(error)),
    };
    forms(&text).map_err(|why| LakeError::Sources { path, why })
}

fn forms(text: &str) -> Result<Vec<Form>, String> {
    let described: BTreeMap<SourceName, Described> = toml::from_str(text).map_err(|error| error.to_string())?;
    described.into_iter().map(|(name, described)| form(name, described)).collect()
}

fn form(source: SourceName, described: Described) -> Result<Form, String> {
    if source == SourceName::SECURITY_HUB {
        return Err(format!("[{source}]: is there already"));
    }
    let folder = described.folder.unwrap_or_else(|| source.to_string());
    let is_below = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\\');
    if !folder.split('/').all(is_below) {
        return Err(format!("[{source}]: folder {folder:?} is not below the lake"));
    }
    let path = |what: &str, text: &str| -> Result<Path, String> {
        let names: Path = text.split('.').map(|name| name.strip_suffix("[]").unwrap_or(name).to_owned()).collect();
        let is_path = names.iter().all(|name| !name.is_empty() && !name.contains([' ', '[', ']']));
        is_path.then_some(names).ok_or_else(|| format!("[{source}]: {what} {text:?} names no column"))
    };
    let mut dims = Vec::new();
    let mut written = BTreeMap::new();
    for (dimension, column) in described.dimensions {
        let (column, label) = match column {
            DescribedColumn::Plain(column) => (column, label(&dimension)),
            DescribedColumn::Labelled { column, label } => (column, label),
        };
        written.insert(dimension.to_string(), column.clone());
        dims.push(dim(dimension, label, path("column", &column)?));
    }
    let table = match described.athena.as_deref().map(|name| name.split_once('.').ok_or(name)) {
        None => None,
        Some(Err(name)) => return Err(format!("[{source}]: athena {name:?} is not database.table")),
        Some(Ok((database, table))) => {
            let table = CustomTable {
                database: database.to_owned(),
                table: table.to_owned(),
                time: described.time.clone(),
                time_form: described.time_form.word().to_owned(),
                day: Some("eventday".to_owned()),
                uid: described.uid.clone(),
                dimensions: written,
            };
            Some(SqlTable::custom(&table).map_err(|error| format!("[{source}]: {error}"))?)
        }
    };
    Ok(Form {
        version: OcsfVersion::Custom,
        folder,
        times: vec![path("time", &described.time)?],
        time_unit: match described.time_form {
            TimeForm::EpochMs | TimeForm::Timestamp => TimeUnit::Millis,
            TimeForm::EpochS => TimeUnit::Seconds,
        },
        uid: described.uid.as_deref().map(|uid| path("uid", uid)).transpose()?,
        status_id: None,
        created: None,
        description: None,
        types: None,
        resources: None,
        dims,
        table,
        source,
    })
}

/// A column of one name may as well be a folder's key.
fn dim(dimension: Dimension, label: String, path: Path) -> Dim {
    let partition = match path.as_slice() {
        [name] => Some(name.to_ascii_lowercase()),
        _ => None,
    };
    Dim { dimension, label, column: Column { partition, path: Some(path) } }
}

/// `resource_type` is called *Resource type*.
fn label(dimension: &Dimension) -> String {
    let words = dimension.as_str().replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_a_source() {
        let text = "[cloud-trail]\nfolder = \"ct/2.0\"\ntime = \"time\"\ntime_form = \"epoch_s\"\n\
                    athena = \"db.table\"\n[cloud-trail.dimensions]\nservice = \"api.service[].name\"\n\
                    account = { column = \"accountid\", label = \"AWS account\" }\n";
        let forms = forms(text).unwrap();
        let [form] = forms.as_slice() else { panic!("{forms:?}") };
        assert_eq!((form.source.as_str(), form.folder.as_str()), ("cloud-trail", "ct/2.0"));
        let names: Vec<_> = form.dims.iter().map(|dim| (dim.dimension.as_str(), dim.label.as_str())).collect();
        assert_eq!(names, [("account", "AWS account"), ("service", "Service")]);
        assert_eq!(form.dims[0].column.partition.as_deref(), Some("accountid"));
        assert_eq!(form.dims[1].column.partition, None);
        assert_eq!(form.dims[1].column.path.as_ref().unwrap(), &["api", "service", "name"]);
        assert_eq!(form.table.as_ref().unwrap().name().as_str(), "table");
    }

    #[test]
    fn what_cannot_be_a_source_is_refused_with_its_place() {
        for (text, place) in [
            ("[a]\n", "time"),
            ("[a]\ntime = \"x\"\ntime_form = \"epoch_ms\"\nfolder = \"../up\"", "folder"),
            ("[a]\ntime = \"x\"\ntime_form = \"epoch_ms\"\nfolder = \"/etc\"", "folder"),
            ("[a]\ntime = \"x..y\"\ntime_form = \"epoch_ms\"", "time"),
            ("[a]\ntime = \"x\"\ntime_form = \"moons\"", "moons"),
            ("[a]\ntime = \"x\"\ntime_form = \"epoch_ms\"\ncolour = 1", "colour"),
            ("[a]\ntime = \"x\"\ntime_form = \"epoch_ms\"\nathena = \"t\"", "database.table"),
            ("[a]\ntime = \"x\"\ntime_form = \"epoch_ms\"\nathena = \"d.t;x\"", "t;x"),
            ("[security-hub]\ntime = \"x\"\ntime_form = \"timestamp\"", "security-hub"),
            ("[\"It's\"]\ntime = \"x\"", "It's"),
        ] {
            let why = forms(text).unwrap_err();
            assert!(why.contains(place), "{text}: {why}");
        }
    }
}
