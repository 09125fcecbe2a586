//! Phases: what SageMaker's many status words come down to.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Where a workload stands. SageMaker's own word is its *status*; this is ours, the same for all kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Asked for, not yet at work.
    Pending,
    /// At work, or a lasting thing that is being changed.
    Running,
    /// Asked to stop or to be deleted.
    Stopping,
    /// A job that ended well, or a lasting thing that is in service.
    Succeeded,
    /// Ended badly, wholly or in part.
    Failed,
    /// Stopped on request.
    Stopped,
    /// Gone.
    Deleted,
    /// A status word that is not known here (kept as it came).
    Unknown,
}

impl Phase {
    /// All phases, in the order in which they are shown and stored in counts.
    pub const ALL: [Self; 8] = [
        Self::Running,
        Self::Pending,
        Self::Stopping,
        Self::Succeeded,
        Self::Failed,
        Self::Stopped,
        Self::Deleted,
        Self::Unknown,
    ];

    /// The word, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Deleted => "deleted",
            Self::Unknown => "unknown",
        }
    }

    /// The position in [`Self::ALL`].
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|phase| *phase == self).unwrap_or(7)
    }

    /// Among events of one instant, the one of higher rank is the later: a terminal phase outranks a running one.
    pub fn rank(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Pending => 1,
            Self::Running => 2,
            Self::Stopping => 3,
            Self::Succeeded => 4,
            Self::Stopped => 5,
            Self::Failed => 6,
            Self::Deleted => 7,
        }
    }

    /// True where nothing more is expected of a job: succeeded, failed, stopped, deleted.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Stopped | Self::Deleted)
    }

    /// True while something is under way: pending, running, stopping.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Running | Self::Stopping)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Phase {
    type Err = crate::InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == text).ok_or_else(|| {
            crate::InvalidIdentity::new(
                "phase",
                text,
                "pending, running, stopping, succeeded, failed, stopped, deleted or unknown",
            )
        })
    }
}
