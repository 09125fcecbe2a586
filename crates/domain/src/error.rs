//! Errors that cross a port: what kind, from where, and when to come again.

use std::fmt;
use std::time::Duration;

/// The kinds of failure that a caller can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The thing asked for is not there.
    NotFound,
    /// The other side refuses us: credentials, permission.
    Forbidden,
    /// The other side asks for patience.
    Throttled,
    /// It took too long.
    TimedOut,
    /// The other side cannot be reached or is broken.
    Unavailable,
    /// What we sent is wrong, and will be wrong again.
    Invalid,
    /// What came back could not be read.
    Corrupt,
    /// The store is not set up as expected (no table, another schema).
    Misconfigured,
}

impl ErrorKind {
    /// True where the same call may succeed later.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::TimedOut | Self::Unavailable)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::Forbidden => "forbidden",
            Self::Throttled => "throttled",
            Self::TimedOut => "timed out",
            Self::Unavailable => "unavailable",
            Self::Invalid => "invalid request",
            Self::Corrupt => "unreadable answer",
            Self::Misconfigured => "misconfigured",
        })
    }
}

/// A failure of an adapter, free of any vendor's type. `Display` names what was tried; the source is for logs.
#[derive(Debug, thiserror::Error)]
#[error("{context}: {kind}")]
pub struct PortError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// What was being done, such as "put event into table onepane".
    pub context: String,
    /// How long the other side asked us to wait.
    pub retry_after: Option<Duration>,
    /// The cause, for logs; never shown to a user of the page.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A port's answer.
pub type PortResult<T> = Result<T, PortError>;

impl PortError {
    /// A failure without a cause to tell.
    pub fn new(kind: ErrorKind, context: impl Into<String>) -> Self {
        Self { kind, context: context.into(), retry_after: None, source: None }
    }

    /// A failure with its cause.
    pub fn with_source(
        kind: ErrorKind,
        context: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { kind, context: context.into(), retry_after: None, source: Some(source.into()) }
    }
}
