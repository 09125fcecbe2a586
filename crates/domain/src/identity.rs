//! Identities: account, Region, workload.

use crate::WorkloadKind;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// A text that does not identify what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {text:?}: {want}")]
pub struct InvalidIdentity {
    /// What was expected, such as "account id".
    pub what: &'static str,
    /// The text that was given (cut to 64 characters).
    pub text: String,
    /// The form that is accepted.
    pub want: &'static str,
}

impl InvalidIdentity {
    pub(crate) fn new(what: &'static str, text: &str, want: &'static str) -> Self {
        Self { what, text: text.chars().take(64).collect(), want }
    }
}

/// An AWS account: 12 decimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

impl AccountId {
    /// The id as a number; below 10^12.
    pub fn number(self) -> u64 {
        self.0
    }

    /// An account from its number; an error from 10^12 on.
    pub fn from_number(number: u64) -> Result<Self, InvalidIdentity> {
        if number < 1_000_000_000_000 {
            Ok(Self(number))
        } else {
            Err(InvalidIdentity::new("account id", &number.to_string(), "12 digits"))
        }
    }
}

impl FromStr for AccountId {
    type Err = InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits => Ok(Self(number)),
            _ => Err(InvalidIdentity::new("account id", text, "12 digits")),
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An AWS Region, such as `us-east-1`: 1 to 32 lower-case letters, digits and hyphens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Box<str>);

impl Region {
    /// The Region's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Region {
    type Err = InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidIdentity::new("Region", text, "lower-case letters, digits and hyphens, such as us-east-1"))
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! serde_as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

serde_as_text!(AccountId);
serde_as_text!(Region);

/// What identifies a workload: the account and Region it runs in, its kind, and its name.
///
/// The name is what follows the kind in the ARN, so it may hold slashes (`abalone/execution/a1b2`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkloadId {
    /// The account that EventBridge vouched for.
    pub account: AccountId,
    /// The Region of the event.
    pub region: Region,
    /// The kind, in the ARN's spelling.
    pub kind: WorkloadKind,
    /// The name; not empty.
    pub name: String,
}

impl WorkloadId {
    /// The partition key of this workload's items: `w#{account}#{region}#{kind}#{name}`.
    pub fn partition_key(&self) -> String {
        format!("w#{}#{}#{}#{}", self.account, self.region, self.kind, self.name)
    }

    /// The reverse of [`Self::partition_key`].
    pub fn from_partition_key(key: &str) -> Result<Self, InvalidIdentity> {
        let invalid = || InvalidIdentity::new("workload key", key, "w#account#region#kind#name");
        let mut parts = key.splitn(5, '#');
        if parts.next() != Some("w") {
            return Err(invalid());
        }
        let account = parts.next().ok_or_else(invalid)?.parse()?;
        let region = parts.next().ok_or_else(invalid)?.parse()?;
        let kind = WorkloadKind::from(parts.next().ok_or_else(invalid)?);
        let name = parts.next().filter(|name| !name.is_empty()).ok_or_else(invalid)?.to_owned();
        Ok(Self { account, region, kind, name })
    }

    /// The ARN that SageMaker gives to such a resource: `arn:{partition}:sagemaker:{region}:{account}:{kind}/{name}`.
    ///
    /// Real ARNs are lower-cased by SageMaker in their name; this one keeps the name as it is, and a pipeline's
    /// execution stands under `pipeline/`, as in AWS.
    pub fn usual_arn(&self) -> String {
        let partition = match self.region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        let kind = self.kind.arn_type();
        format!("arn:{partition}:sagemaker:{}:{}:{kind}/{}", self.region, self.account, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_ids_have_twelve_digits() {
        assert_eq!("000000000123".parse::<AccountId>().unwrap().to_string(), "000000000123");
        for bad in ["", "1", "1234567890123", "12345678901a", "+12345678901", "１２３４"] {
            assert!(bad.parse::<AccountId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn partition_key_round_trips_names_with_separators() {
        let id = WorkloadId {
            account: "111122223333".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
            kind: WorkloadKind::PipelineExecution,
            name: "abalone/execution/a#1".into(),
        };
        assert_eq!(WorkloadId::from_partition_key(&id.partition_key()).unwrap(), id);
        assert_eq!(id.usual_arn(), "arn:aws:sagemaker:us-east-1:111122223333:pipeline/abalone/execution/a#1");
    }
}
