//! The pages, by the names people call them.

mod chunks;
mod gallery;
mod jobs;
mod metrics;
mod not_found;
mod overview;
mod security;
mod series;
mod workload;

#[cfg(feature = "ssr")]
pub(crate) use chunks::chunk_of;
pub use chunks::fetch_page;
pub(crate) use chunks::{
    GalleryRoute, JobsRoute, MetricsRoute, OverviewRoute, SecurityRoute, SeriesRoute, WorkloadRoute,
};
use gallery::GalleryPage;
use jobs::JobsPage;
use metrics::MetricsPage;
pub(crate) use not_found::NotFoundPage;
use overview::OverviewPage;
use security::SecurityPage;
use series::SeriesPage;
#[cfg(feature = "ssr")]
pub(crate) use series::behind;
use workload::WorkloadPage;
