//! Stand-in until the module that analyses series in the browser is there.

use onepane_domain::{SeriesView, SeriesViewRequest};

/// Analyses and draws; none where the module cannot be loaded.
pub(crate) fn recompute(_request: SeriesViewRequest, call: impl FnOnce(Option<SeriesView>) + 'static) {
    call(None);
}

/// Loads the module early.
pub(crate) fn warm_up() {}
