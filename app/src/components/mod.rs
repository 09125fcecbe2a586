//! What several pages are made of. One component a file.

mod account;
mod bars;
mod chart;
mod copy;
mod header;
mod help;
mod instant;
mod message;
mod panels;
mod phase;
mod select;
mod triage;
mod workload_link;

pub(crate) use account::AccountName;
pub(crate) use bars::Bars;
pub(crate) use chart::Chart;
pub(crate) use copy::{CopyButton, CopyText};
pub(crate) use header::Header;
pub(crate) use help::HelpDialog;
pub(crate) use instant::Instant;
pub(crate) use message::{Empty, Notes, error_note};
pub(crate) use panels::Panels;
pub(crate) use phase::{PhaseDot, PhaseMark, status_text};
pub(crate) use select::{Choice, Select};
pub(crate) use triage::{ToDecide, TriageDialog};
pub(crate) use workload_link::{WorkloadLink, workload_path};
