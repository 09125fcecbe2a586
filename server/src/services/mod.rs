//! What stands between the ports and the pages: the door for events, the read model, and who keeps it fresh.

mod changes;
mod charts;
mod demo;
mod door;
mod findings_pane;
mod follower;
mod gallery;
mod ingest;
mod metric_ingest;
mod metric_pane;
mod overview;
mod pane;
mod read_model;

pub use changes::Changes;
pub use charts::ChartService;
pub use demo::{DemoFeeder, DemoState, fresh_state, state_file};
pub use door::{Counts, Outcome, keep};
pub use findings_pane::{FindingsPaneService, InsightSchedule};
pub use follower::{FeedFollower, FollowerTimes};
pub use gallery::GalleryService;
pub use ingest::{EventFault, IngestReport, IngestService};
pub(crate) use metric_ingest::{METRIC_BATCH, keep_metrics, keep_records};
pub use metric_ingest::{MetricCounts, MetricIngestService};
pub use metric_pane::{MetricPaneService, PageData, PanelData, Picture};
pub use pane::PaneService;
pub use read_model::ReadModel;
