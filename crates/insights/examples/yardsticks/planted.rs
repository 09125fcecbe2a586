//! Findings against what was planted.

/// Prints how much of what was planted is found, and how much else.
pub(crate) fn report() {}
