//! What of a layout a table really has.

use super::columns::HiveType;
use super::path::ColumnPath;
use super::table::{SqlTable, TimeColumn, TimeForm};
use std::collections::HashMap;

impl SqlTable {
    /// What of this layout the table has, by its columns and partitions (name and type in Hive's words), and one sentence
    /// for each thing that it lacks. None without the column of the time: such a table cannot be asked.
    pub fn fitted(mut self, columns: &[(String, String)]) -> (Option<Self>, Vec<String>) {
        let columns: HashMap<String, HiveType> =
            columns.iter().map(|(name, kind)| (name.to_ascii_lowercase(), HiveType::parse(kind))).collect();
        let kind = |path: &ColumnPath| {
            let column = path.fields.first()?.as_str().to_ascii_lowercase();
            columns.get(&column)?.at(path)
        };
        let table = self.name.as_str().to_owned();
        let mut lacks = Vec::new();
        let mut lack = |path: &ColumnPath, so: &str| lacks.push(format!("{table} has no {path}: {so}"));
        match kind(&self.time.path) {
            None => {
                lack(&self.time.path, "it cannot be asked by time");
                return (None, lacks);
            }
            Some(kind) => self.time.form = form_of(kind, self.time.form),
        }
        if let Some(day) = self.day.take() {
            let path = ColumnPath { fields: vec![day.clone()], first: false, of_first: None };
            match kind(&path) {
                Some(_) => self.day = Some(day),
                None => lack(&path, "queries are bounded by time alone, and may read more"),
            }
        }
        self.dimensions.retain(|known| {
            let has = kind(&known.path).is_some();
            if !has {
                lack(&known.path, &format!("{} is left out", known.label));
            }
            has
        });
        let mut keep = |path: &mut Option<ColumnPath>, so: &str| {
            if let Some(missing) = path.take_if(|path| kind(path).is_none()) {
                lack(&missing, so);
            }
        };
        keep(&mut self.uid, "each record counts as a finding of its own");
        keep(&mut self.status_id, "it is not told which findings are open");
        keep(&mut self.description, "rows have no description");
        keep(&mut self.types, "rows have no types");
        keep(&mut self.resources, "rows have no resources");
        if let Some(created) = self.created.take() {
            match kind(&created.path) {
                Some(kind) => self.created = Some(TimeColumn { form: form_of(kind, created.form), ..created }),
                None => lack(&created.path, "findings are first seen by their records alone"),
            }
        }
        (Some(self), lacks)
    }
}

/// The form that a column's type tells, else the one that was expected.
fn form_of(kind: &HiveType, expected: TimeForm) -> TimeForm {
    if kind.is_timestamp() {
        TimeForm::Timestamp
    } else if kind.is_whole() && expected == TimeForm::Timestamp {
        TimeForm::EpochMillis
    } else {
        expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Identifier;
    use onepane_domain::{Dimension, OcsfVersion};

    const INFO: &str = "struct<uid:string,title:string,types:array<string>,created_time:bigint>";

    fn table() -> SqlTable {
        let [database, name] = ["lake", "findings"].map(|name| Identifier::new(name).unwrap());
        SqlTable::security_lake(database, name, OcsfVersion::V2).unwrap()
    }

    fn columns(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect()
    }

    #[test]
    fn what_a_table_lacks_is_left_out_and_named() {
        let (fitted, lacks) = table().fitted(&columns(&[
            ("time_dt", "timestamp"),
            ("finding_info", INFO),
            ("metadata", "struct<product:struct<name:string>>"),
            ("severity", "string"),
            ("accountid", "string"),
            ("region", "string"),
            ("status_id", "int"),
            ("status", "string"),
        ]));
        let fitted = fitted.unwrap();
        let names: Vec<&str> = fitted.dimensions().iter().map(|known| known.dimension.as_str()).collect();
        assert_eq!(names, ["product", "type", "title", "severity", "status", "account", "region", "uid"]);
        assert_eq!(
            lacks,
            [
                "findings has no eventday: queries are bounded by time alone, and may read more",
                "findings has no metadata.product.feature.name: Feature is left out",
                "findings has no resources[].type: Resource type is left out",
                "findings has no resources[].uid: Resource is left out",
                "findings has no finding_info.desc: rows have no description",
                "findings has no resources: rows have no resources",
            ]
        );
        assert!(fitted.path(&Dimension::RESOURCE).is_none());
    }

    #[test]
    fn a_table_without_its_time_cannot_be_asked_and_another_form_of_time_can() {
        let (none, lacks) = table().fitted(&columns(&[("finding_info", INFO)]));
        assert_eq!((none, lacks.len()), (None, 1));
        let (fitted, _) = table().fitted(&columns(&[("TIME_DT", "BIGINT")]));
        assert_eq!(fitted.unwrap().time.form, TimeForm::EpochMillis);
        let (fitted, _) = table().fitted(&columns(&[("time_dt", "timestamp(6) with time zone")]));
        assert_eq!(fitted.unwrap().time.form, TimeForm::Timestamp);
    }
}
