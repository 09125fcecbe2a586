//! The columns that a table has, as Glue tells them, and what of a layout fits them.

use super::path::ColumnPath;

/// A type in Hive's words, such as `struct<uid:string,types:array<string>>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HiveType {
    /// Named fields.
    Struct(Vec<(String, HiveType)>),
    /// A list.
    Array(Box<HiveType>),
    /// Anything else, in lower case: `string`, `bigint`, `timestamp`, `map<string,string>`.
    Other(String),
}

/// Nesting deeper than this is no table of ours.
const DEEPEST: usize = 64;

impl HiveType {
    /// The type that a text tells; what cannot be read is [`Self::Other`] with that text.
    pub fn parse(text: &str) -> Self {
        let plain = text.trim().to_ascii_lowercase();
        parse(&plain, 0)
    }

    /// The type at the end of a path.
    pub(super) fn at(&self, path: &ColumnPath) -> Option<&Self> {
        let mut here = path.fields.iter().skip(1).try_fold(self, |here, field| here.field(field.as_str()))?;
        if path.first {
            let Self::Array(element) = here else { return None };
            here = element;
        }
        path.of_first.iter().try_fold(here, |here, field| here.field(field.as_str()))
    }

    fn field(&self, name: &str) -> Option<&Self> {
        let Self::Struct(fields) = self else { return None };
        fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, kind)| kind)
    }

    /// True for whole numbers.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Other(name) if matches!(name.as_str(), "bigint" | "int" | "integer" | "long"))
    }

    /// True for instants.
    pub(super) fn is_timestamp(&self) -> bool {
        matches!(self, Self::Other(name) if name.starts_with("timestamp"))
    }
}

fn parse(text: &str, depth: usize) -> HiveType {
    let inside = |word: &str| text.strip_prefix(word)?.trim_start().strip_prefix('<')?.strip_suffix('>');
    if depth < DEEPEST {
        if let Some(element) = inside("array") {
            return HiveType::Array(Box::new(parse(element.trim(), depth + 1)));
        }
        if let Some(fields) = inside("struct") {
            let field = |field: &str| {
                let (name, kind) = field.split_once(':')?;
                Some((name.trim().trim_matches('`').to_owned(), parse(kind.trim(), depth + 1)))
            };
            return HiveType::Struct(split(fields).into_iter().filter_map(field).collect());
        }
    }
    HiveType::Other(text.to_owned())
}

/// At the commas that are not inside brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b'<' | b'(' => depth += 1,
            b'>' | b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&text[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_along_a_path() {
        let text = "struct<uid:string,types:array<string>,cost:decimal(10,2),Product:struct<name:string>>";
        let kind = HiveType::parse(text);
        let at = |path: &str| kind.at(&path.parse().unwrap()).cloned();
        assert_eq!(at("finding.uid"), Some(HiveType::Other("string".to_owned())));
        assert_eq!(at("finding.types[]"), Some(HiveType::Other("string".to_owned())));
        assert_eq!(at("finding.cost"), Some(HiveType::Other("decimal(10,2)".to_owned())));
        assert_eq!(at("finding.product.name"), Some(HiveType::Other("string".to_owned())));
        assert_eq!(at("finding.title"), None);
        assert_eq!(at("finding.uid[]"), None);
        let list = HiveType::parse("array<struct<uid:string,type:string>>");
        assert!(list.at(&"resources[].uid".parse().unwrap()).is_some());
        assert!(list.at(&"resources.uid".parse().unwrap()).is_none());
        for text in ["", "struct<", "struct<>", "array<array<", "map<string,struct<a:int>>", "struct<a>"] {
            let _ = HiveType::parse(text);
        }
        let deep = "array<".repeat(10_000) + &">".repeat(10_000);
        let _ = HiveType::parse(&deep);
    }
}
