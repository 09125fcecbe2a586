//! `<lake>/sources.toml`: further folders of the lake, described.
//!
//! ```toml
//! [cloud-trail]                       # the source's name
//! folder = "cloud-trail/2.0"          # below the lake; its name if absent
//! time = "time"                       # the column of the record's time
//! time_unit = "ms"                    # of a number: ms (if absent) or s; a timestamp tells by itself
//! uid = "metadata.uid"                # what records of one thing share; may be absent, as the next three
//! status_id = "status_id"
//! created = "finding.created_time"
//! title = "message"                   # shorthand for a dimension of that name
//!
//! [cloud-trail.dimensions]            # name = column, or a folder's key such as region
//! service = "api.service.name"
//! account = { column = "accountid", label = "AWS account" }
//! ```

use super::{Column, Dim, Form, Path, TimeUnit};
use crate::LakeError;
use onepane_domain::{Dimension, OcsfVersion, SourceName};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The file's name in the lake's folder.
const SOURCES_FILE: &str = "sources.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    folder: Option<String>,
    time: String,
    #[serde(default)]
    time_unit: Unit,
    uid: Option<String>,
    status_id: Option<String>,
    created: Option<String>,
    title: Option<String>,
    #[serde(default)]
    dimensions: BTreeMap<Dimension, DescribedColumn>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Unit {
    #[default]
    Ms,
    S,
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
        let names: Path = text.split('.').map(|name| name.trim().to_owned()).collect();
        let is_path = names.iter().all(|name| !name.is_empty());
        is_path.then_some(names).ok_or_else(|| format!("[{source}]: {what} {text:?} names no column"))
    };
    let optional = |what: &str, text: &Option<String>| text.as_deref().map(|text| path(what, text)).transpose();
    let mut dims = Vec::new();
    for (dimension, column) in described.dimensions {
        let (column, label) = match column {
            DescribedColumn::Plain(column) => (column, label(&dimension)),
            DescribedColumn::Labelled { column, label } => (column, label),
        };
        dims.push(dim(dimension, label, path("column", &column)?));
    }
    if let Some(title) = &described.title
        && !dims.iter().any(|dim| dim.dimension == Dimension::TITLE)
    {
        dims.push(dim(Dimension::TITLE, label(&Dimension::TITLE), path("title", title)?));
    }
    Ok(Form {
        version: OcsfVersion::Custom,
        folder,
        times: vec![path("time", &described.time)?],
        time_unit: match described.time_unit {
            Unit::Ms => TimeUnit::Millis,
            Unit::S => TimeUnit::Seconds,
        },
        uid: optional("uid", &described.uid)?,
        status_id: optional("status_id", &described.status_id)?,
        created: optional("created", &described.created)?,
        description: None,
        types: None,
        resources: None,
        dims,
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
        let text = "[cloud-trail]\nfolder = \"ct/2.0\"\ntime = \"time\"\ntime_unit = \"s\"\ntitle = \"message\"\n\
                    [cloud-trail.dimensions]\nservice = \"api.service.name\"\n\
                    account = { column = \"accountid\", label = \"AWS account\" }\n";
        let forms = forms(text).unwrap();
        let [form] = forms.as_slice() else { panic!("{forms:?}") };
        assert_eq!((form.source.as_str(), form.folder.as_str()), ("cloud-trail", "ct/2.0"));
        let names: Vec<_> = form.dims.iter().map(|dim| (dim.dimension.as_str(), dim.label.as_str())).collect();
        assert_eq!(names, [("account", "AWS account"), ("service", "Service"), ("title", "Title")]);
        assert_eq!(form.dims[0].column.partition.as_deref(), Some("accountid"));
        assert_eq!(form.dims[1].column.partition, None);
    }

    #[test]
    fn what_cannot_be_a_source_is_refused_with_its_place() {
        for (text, place) in [
            ("[a]\n", "time"),
            ("[a]\ntime = \"x\"\nfolder = \"../up\"", "folder"),
            ("[a]\ntime = \"x\"\nfolder = \"/etc\"", "folder"),
            ("[a]\ntime = \"x..y\"", "time"),
            ("[a]\ntime = \"x\"\ncolour = 1", "colour"),
            ("[security-hub]\ntime = \"x\"", "security-hub"),
            ("[\"It's\"]\ntime = \"x\"", "It's"),
        ] {
            let why = forms(text).unwrap_err();
            assert!(why.contains(place), "{text}: {why}");
        }
    }
}
