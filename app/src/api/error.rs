//! What a server function answers when it cannot answer.

use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A failure as a page shows it: never an SDK's words, never a path or a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiError {
    /// Nothing is known of what was asked for.
    NotFound,
    /// The question cannot be read; says which part of it.
    Invalid(String),
    /// It cannot be answered now; says why and whether to come again.
    Unavailable(String),
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("Nothing is known of this here."),
            Self::Invalid(what) => write!(f, "The address cannot be read: {what}."),
            Self::Unavailable(why) => write!(f, "No answer just now: {why}."),
        }
    }
}

impl FromServerFnError for ApiError {
    type Encoder = super::TextJson;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(what) | ServerFnErrorErr::MissingArg(what) => Self::Invalid(what),
            ServerFnErrorErr::Request(_) => Self::Unavailable("the server cannot be reached".to_owned()),
            _ => Self::Unavailable("the server could not answer".to_owned()),
        }
    }
}

/// The pane that answers; the server puts it in place for every request.
#[cfg(feature = "ssr")]
#[derive(Clone)]
pub struct PaneContext(pub std::sync::Arc<dyn onepane_domain::Pane>);

/// Says that a whole page is being rendered, whose charts need pictures that show before any script runs; the server
/// puts it in place. Later the browser draws by itself.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy)]
pub struct FirstPaint;

#[cfg(feature = "ssr")]
pub(crate) fn is_first_paint() -> bool {
    leptos::prelude::use_context::<FirstPaint>().is_some()
}

#[cfg(feature = "ssr")]
pub(crate) fn pane() -> Result<std::sync::Arc<dyn onepane_domain::Pane>, ApiError> {
    leptos::prelude::use_context::<PaneContext>()
        .map(|context| context.0)
        .ok_or_else(|| ApiError::Unavailable("the server is starting".to_owned()))
}

/// What answers the *Metrics* page; the server puts it in place for every request.
#[cfg(feature = "ssr")]
#[derive(Clone)]
pub struct MetricsContext(pub std::sync::Arc<dyn onepane_domain::MetricsPane>);

#[cfg(feature = "ssr")]
pub(crate) fn metrics_pane() -> Result<std::sync::Arc<dyn onepane_domain::MetricsPane>, ApiError> {
    leptos::prelude::use_context::<MetricsContext>()
        .map(|context| context.0)
        .ok_or_else(|| ApiError::Unavailable("the server is starting".to_owned()))
}

#[cfg(feature = "ssr")]
impl From<onepane_domain::PortError> for ApiError {
    fn from(error: onepane_domain::PortError) -> Self {
        use onepane_domain::ErrorKind;
        match error.kind {
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::Invalid => Self::Invalid(error.context),
            kind => Self::Unavailable(kind.to_string()),
        }
    }
}
