//! The pages: rendered on the server, taken over in the browser.

use super::SiteDir;
use axum::Router;
use onepane_domain::Pane;
use std::sync::Arc;

/// The routes of the pages and of their server functions.
#[allow(clippy::needless_pass_by_value)]
pub(crate) fn routes(_pane: Arc<dyn Pane>, _site: SiteDir) -> Router {
    Router::new()
}
