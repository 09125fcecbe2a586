//! The pages, by the names people call them.

mod gallery;
mod jobs;
mod metrics;
mod not_found;
mod overview;
mod security;
mod series;
mod workload;

pub(crate) use gallery::GalleryPage;
pub(crate) use jobs::JobsPage;
pub(crate) use metrics::MetricsPage;
pub(crate) use not_found::NotFoundPage;
pub(crate) use overview::OverviewPage;
pub(crate) use security::SecurityPage;
pub(crate) use series::SeriesPage;
pub(crate) use workload::WorkloadPage;
