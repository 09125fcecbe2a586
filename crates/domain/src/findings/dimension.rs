//! What findings are grouped and filtered by, and what their sources are called.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Most characters of a name.
const MOST: usize = 63;

/// A text that is no name of a dimension or source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {text:?}: want a lower-case letter, then at most 62 letters, digits, - or _")]
pub struct InvalidDimension {
    /// `dimension` or `source`.
    pub what: &'static str,
    /// The text (cut to 64 characters).
    pub text: String,
}

fn name(what: &'static str, text: &str) -> Result<Cow<'static, str>, InvalidDimension> {
    let mut bytes = text.bytes();
    let is_name = bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
        && text.len() <= MOST;
    match is_name {
        true => Ok(Cow::Owned(text.to_owned())),
        false => Err(InvalidDimension { what, text: text.chars().take(64).collect() }),
    }
}

/// One property of a finding by which findings are grouped and filtered, such as `product`. Which ones there are, a
/// source's [`super::FindingSchema`] tells; a name alone never becomes part of a query's text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Dimension(Cow<'static, str>);

impl Dimension {
    /// The product that found it: `GuardDuty`.
    pub const PRODUCT: Self = Self(Cow::Borrowed("product"));
    /// The product's feature.
    pub const FEATURE: Self = Self(Cow::Borrowed("feature"));
    /// The first of the finding's types.
    pub const TYPE: Self = Self(Cow::Borrowed("type"));
    /// Its title.
    pub const TITLE: Self = Self(Cow::Borrowed("title"));
    /// OCSF's caption of its severity: `High`.
    pub const SEVERITY: Self = Self(Cow::Borrowed("severity"));
    /// OCSF's caption of its status: `New`.
    pub const STATUS: Self = Self(Cow::Borrowed("status"));
    /// The AWS account it is about.
    pub const ACCOUNT: Self = Self(Cow::Borrowed("account"));
    /// The AWS Region it is about.
    pub const REGION: Self = Self(Cow::Borrowed("region"));
    /// The uid (an ARN, mostly) of its first resource.
    pub const RESOURCE: Self = Self(Cow::Borrowed("resource"));
    /// The type of its first resource.
    pub const RESOURCE_TYPE: Self = Self(Cow::Borrowed("resource_type"));
    /// What all records of one finding share.
    pub const UID: Self = Self(Cow::Borrowed("uid"));

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a source of findings, such as `security-hub`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceName(Cow<'static, str>);

impl SourceName {
    /// Security Hub's findings in Security Lake: the source that is always there.
    pub const SECURITY_HUB: Self = Self(Cow::Borrowed("security-hub"));

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! named {
    ($type:ident, $what:literal) => {
        impl FromStr for $type {
            type Err = InvalidDimension;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                name($what, text).map(Self)
            }
        }

        impl TryFrom<String> for $type {
            type Error = InvalidDimension;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0.into_owned()
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

named!(Dimension, "dimension");
named!(SourceName, "source");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_words() {
        assert_eq!("product".parse::<Dimension>().unwrap(), Dimension::PRODUCT);
        assert_eq!("security-hub".parse::<SourceName>().unwrap(), SourceName::SECURITY_HUB);
        let long = "x".repeat(64);
        for text in ["", "Product", "1st", "a b", "a'b", "a;b", "ä", "a\"", long.as_str()] {
            assert!(text.parse::<Dimension>().is_err(), "{text}");
            assert!(text.parse::<SourceName>().is_err(), "{text}");
        }
    }
}
