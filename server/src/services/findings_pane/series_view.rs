//! The view of one series, made on a thread that may take its time.

use super::FindingsPaneService;
use onepane_domain::{PortResult, SeriesView, SeriesViewRequest};

impl FindingsPaneService {
    pub(super) async fn drawn(&self, _request: SeriesViewRequest, _pictures: bool) -> PortResult<SeriesView> {
        // Until crates/series-view draws.
        Ok(SeriesView::default())
    }
}
