//! What stands before any source of findings: where each version of OCSF keeps what pages group and filter by.

mod ocsf;

pub use ocsf::{Field, Layout, OPEN_STATUS_IDS, Place, layout};
