//! From a record to one of its values.

use super::identifier::{Identifier, InvalidIdentifier};
use crate::Place;
use std::fmt;
use std::str::FromStr;

/// Where a value is in a table. Written as `severity`, `finding.title`, `finding.types[]` (a list's first element) or
/// `resources[].uid` (a field of it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPath {
    /// A column, then fields of nested structs.
    pub(super) fields: Vec<Identifier>,
    /// True for the first element of what is there.
    pub(super) first: bool,
    /// A field of that element.
    pub(super) of_first: Option<Identifier>,
}

impl ColumnPath {
    pub(super) fn known(fields: &[&'static str]) -> Self {
        Self { fields: fields.iter().copied().map(Identifier::known).collect(), first: false, of_first: None }
    }

    pub(super) fn of_place(place: Place) -> Self {
        match place {
            Place::Partition(name) => Self::known(&[name]),
            Place::Field(fields) => Self::known(fields),
            Place::First(fields) => Self { first: true, ..Self::known(fields) },
            Place::FirstField(fields, field) => {
                Self { first: true, of_first: Some(Identifier::known(field)), ..Self::known(fields) }
            }
        }
    }

    /// The expression for it, of the table called `r`.
    pub(super) fn expression(&self) -> String {
        let fields: String = self.fields.iter().map(|field| format!(".{field}")).collect();
        match (&self.of_first, self.first) {
            (_, false) => format!("r{fields}"),
            (None, true) => format!("element_at(r{fields}, 1)"),
            (Some(field), true) => format!("element_at(r{fields}, 1).{field}"),
        }
    }
}

impl fmt::Display for ColumnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<&str> = self.fields.iter().map(Identifier::as_str).collect();
        f.write_str(&fields.join("."))?;
        f.write_str(if self.first { "[]" } else { "" })?;
        self.of_first.iter().try_for_each(|field| write!(f, ".{}", field.as_str()))
    }
}

impl FromStr for ColumnPath {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (fields, rest) = match text.split_once("[]") {
            Some((fields, rest)) => (fields, Some(rest)),
            None => (text, None),
        };
        let fields = fields.split('.').map(Identifier::new).collect::<Result<_, _>>()?;
        let of_first = match rest {
            None | Some("") => None,
            Some(field) => match field.strip_prefix('.') {
                Some(field) => Some(Identifier::new(field)?),
                None => return Err(InvalidIdentifier(text.chars().take(64).collect())),
            },
        };
        Ok(Self { fields, first: rest.is_some(), of_first })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_written() {
        for (text, expression) in [
            ("severity", "r.\"severity\""),
            ("finding.title", "r.\"finding\".\"title\""),
            ("finding.types[]", "element_at(r.\"finding\".\"types\", 1)"),
            ("resources[].uid", "element_at(r.\"resources\", 1).\"uid\""),
        ] {
            let path: ColumnPath = text.parse().unwrap();
            assert_eq!(path.to_string(), text);
            assert_eq!(path.expression(), expression);
        }
        for text in ["", ".", "a..b", "a[]b", "a[].b.c", "a[][]", "a\".b", "a;", "a[].\"", "[]"] {
            assert!(text.parse::<ColumnPath>().is_err(), "{text}");
        }
    }
}
