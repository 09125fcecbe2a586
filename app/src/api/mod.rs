//! Server functions: the only way by which a page asks the server. One a file; each parses its arguments at this edge
//! and hands them to the [`Pane`](onepane_domain::Pane) that the server provides.

mod error;
mod gallery;
mod metrics;
mod organization;
mod overview;
mod search;
mod security;
mod text_json;
mod views;
mod workload;

pub use error::ApiError;
pub use gallery::{get_gallery, get_large_chart};
pub use metrics::{get_metrics, get_workload_metrics};
pub use organization::get_organization;
pub use overview::get_overview;
pub use search::{MOST_ROWS, search};
pub use security::{Behind, delete_triage, get_investigation, get_security, get_series, put_triage};
pub use text_json::{Answer, TextJson};
pub use views::{delete_view, save_view, views};
pub use workload::get_workload;

#[cfg(feature = "ssr")]
pub use error::{FirstPaint, MetricsContext, PaneContext};
#[cfg(feature = "ssr")]
pub(crate) use error::{is_first_paint, metrics_pane, pane};
#[cfg(feature = "ssr")]
pub use gallery::GalleryContext;
#[cfg(feature = "ssr")]
pub use security::FindingsContext;
