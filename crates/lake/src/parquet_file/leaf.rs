//! Where in a file's schema a column is.

use super::Why;
use crate::source::TimeUnit;
use parquet::basic::{ConvertedType, LogicalType, Type as Physical};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor, Type};

/// A column of a file.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// Its number among all the file's columns.
    pub(super) index: usize,
    pub(super) descriptor: ColumnDescPtr,
    /// The definition level from which on a list has an element at all; 0 outside lists.
    pub(super) element_level: i16,
    /// How many of its numbers make a second, where its type says that they are times.
    pub(super) per_second: Option<i64>,
}

impl Leaf {
    /// True for a single number that may be a time.
    pub(crate) fn is_time(&self) -> bool {
        let is_number = matches!(self.descriptor.physical_type(), Physical::INT32 | Physical::INT64 | Physical::INT96);
        is_number && self.descriptor.max_rep_level() == 0
    }

    /// A time in milliseconds since 1970, rounded down.
    pub(super) fn millis(&self, number: i64, unit: TimeUnit) -> i64 {
        match (self.per_second, unit) {
            (Some(1_000), _) | (None, TimeUnit::Millis) => number,
            (Some(per_second), _) => number.div_euclid(per_second / 1_000),
            (None, TimeUnit::Seconds) => number.saturating_mul(1_000),
        }
    }
}

/// Finds a path, through lists of any of the shapes that Parquet's writers give them.
pub(super) fn find(schema: &SchemaDescriptor, path: &[String]) -> Result<Leaf, Why> {
    let mut walk = Walk { leaf: 0, level: 0, element_level: 0 };
    // The root is no level of its own.
    if !walk.field(schema.root_schema(), path) {
        return Err("is not there".to_owned());
    }
    let descriptor = schema.column(walk.leaf);
    if descriptor.max_rep_level() > 1 {
        return Err("is a list of lists".to_owned());
    }
    match descriptor.physical_type() {
        Physical::DOUBLE | Physical::FLOAT | Physical::FIXED_LEN_BYTE_ARRAY => {
            return Err(format!("is of a type that cannot be read ({})", descriptor.physical_type()));
        }
        Physical::BOOLEAN | Physical::INT32 | Physical::INT64 | Physical::INT96 | Physical::BYTE_ARRAY => {}
    }
    let per_second = per_second(&descriptor);
    Ok(Leaf { index: walk.leaf, descriptor, element_level: walk.element_level, per_second })
}

fn per_second(descriptor: &ColumnDescPtr) -> Option<i64> {
    use parquet::basic::TimeUnit;
    match (descriptor.logical_type_ref(), descriptor.converted_type()) {
        (Some(LogicalType::Timestamp(timestamp)), _) => Some(match timestamp.unit {
            TimeUnit::MILLIS => 1_000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => 1_000_000_000,
        }),
        (_, ConvertedType::TIMESTAMP_MILLIS) => Some(1_000),
        (_, ConvertedType::TIMESTAMP_MICROS) => Some(1_000_000),
        _ => None,
    }
}

struct Walk {
    /// Columns before the one that is looked at.
    leaf: usize,
    level: i16,
    element_level: i16,
}

impl Walk {
    /// Finds the first name of the path among a group's fields; the count of columns before it grows on the way.
    fn field(&mut self, group: &Type, path: &[String]) -> bool {
        let Some((name, rest)) = path.split_first() else { return false };
        for field in group.get_fields() {
            if field.name().eq_ignore_ascii_case(name) {
                return self.node(field, rest);
            }
            self.leaf += leaves(field);
        }
        false
    }

    fn node(&mut self, node: &Type, path: &[String]) -> bool {
        let info = node.get_basic_info();
        if info.has_repetition() {
            match info.repetition() {
                parquet::basic::Repetition::REQUIRED => {}
                parquet::basic::Repetition::OPTIONAL => self.level += 1,
                parquet::basic::Repetition::REPEATED => {
                    self.level += 1;
                    self.element_level = self.level;
                }
            }
        }
        if node.is_primitive() {
            return path.is_empty();
        }
        let is_list =
            info.converted_type() == ConvertedType::LIST || matches!(info.logical_type_ref(), Some(LogicalType::List));
        match node.get_fields() {
            [repeated] if is_list => self.list(repeated, path),
            _ => self.field(node, path),
        }
    }

    /// The one field of a list: either a wrapper around its element, or (in old files) the element itself.
    fn list(&mut self, repeated: &Type, path: &[String]) -> bool {
        let is_old = repeated.name() == "array" || repeated.name().ends_with("_tuple");
        if repeated.is_group()
            && !is_old
            && let [element] = repeated.get_fields()
        {
            self.level += 1;
            self.element_level = self.level;
            return self.node(element, path);
        }
        self.node(repeated, path)
    }
}

fn leaves(node: &Type) -> usize {
    if node.is_primitive() { 1 } else { node.get_fields().iter().map(|field| leaves(field)).sum() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::schema::parser::parse_message_type;
    use std::sync::Arc;

    fn leaf(schema: &str, path: &str) -> Result<(usize, i16, i16), Why> {
        let schema = SchemaDescriptor::new(Arc::new(parse_message_type(schema).unwrap()));
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        find(&schema, &path).map(|leaf| (leaf.index, leaf.element_level, leaf.descriptor.max_def_level()))
    }

    #[test]
    fn lists_of_every_shape_are_found() {
        for (shape, levels) in [
            ("optional group types (LIST) { repeated group list { optional binary element (STRING); } }", (2, 3)),
            ("optional group types (LIST) { repeated group bag { optional binary array_element (STRING); } }", (2, 3)),
            ("required group types (LIST) { repeated group list { required binary element (STRING); } }", (1, 1)),
            ("optional group types (LIST) { repeated binary array (STRING); }", (2, 2)),
            ("repeated binary types (STRING);", (1, 1)),
        ] {
            let schema = format!("message m {{ required int32 a; {shape} }}");
            assert_eq!(leaf(&schema, "Types"), Ok((1, levels.0, levels.1)), "{shape}");
        }
        let structs =
            "message m { optional group r (LIST) { repeated group array { optional binary uid (STRING); } } }";
        assert_eq!(leaf(structs, "r.uid"), Ok((0, 2, 3)));
        assert!(leaf(structs, "r").is_err());
        assert!(leaf(structs, "r.uid.x").is_err());
        assert!(leaf("message m { optional double a; }", "a").unwrap_err().contains("DOUBLE"));
    }
}
