//! Names of databases, tables and columns.

use std::fmt;

/// Most characters of a name in Glue.
const MOST: usize = 255;

/// A name that may stand in a statement's text: letters, digits, `_` and `-` of ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier(String);

/// A text that is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("name {0:?}: want 1 to {MOST} letters, digits, - or _")]
pub struct InvalidIdentifier(
    /// The text (cut to 64 characters).
    pub String,
);

impl Identifier {
    /// A name.
    ///
    /// # Errors
    /// [`InvalidIdentifier`].
    pub fn new(text: &str) -> Result<Self, InvalidIdentifier> {
        let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        match is_name && (1..=MOST).contains(&text.len()) {
            true => Ok(Self(text.to_owned())),
            false => Err(InvalidIdentifier(text.chars().take(64).collect())),
        }
    }

    /// A name of this crate's own.
    pub(super) fn known(text: &'static str) -> Self {
        debug_assert!(Self::new(text).is_ok(), "{text}");
        Self(text.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As it stands in a statement: in double quotes.
impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(Identifier::new("finding_info").unwrap().to_string(), "\"finding_info\"");
        let long = "x".repeat(256);
        for text in ["", "a\"b", "a b", "a.b", "a;b", "a'b", "ä", "a\0b", "a\\b", long.as_str()] {
            assert!(Identifier::new(text).is_err(), "{text:?}");
        }
    }
}
