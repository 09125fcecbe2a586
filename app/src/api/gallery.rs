//! The gallery of charts.

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use onepane_domain::{ChartView, GalleryChart};

/// What answers the gallery; the server puts it in place for every request.
#[cfg(feature = "ssr")]
#[derive(Clone)]
pub struct GalleryContext(pub std::sync::Arc<dyn onepane_domain::Gallery>);

#[cfg(feature = "ssr")]
fn gallery() -> Result<std::sync::Arc<dyn onepane_domain::Gallery>, ApiError> {
    use_context::<GalleryContext>()
        .map(|context| context.0)
        .ok_or_else(|| ApiError::Unavailable("the server is starting".to_owned()))
}

/// Every chart with its example data.
#[server(prefix = "/fn", endpoint = "gallery", input = GetUrl, output = super::Answer)]
pub async fn get_gallery() -> Result<Vec<GalleryChart>, ApiError> {
    Ok(gallery()?.charts(super::is_first_paint()).await?)
}

/// A chart of 50,000 values.
#[server(prefix = "/fn", endpoint = "large-chart", input = GetUrl, output = super::Answer)]
pub async fn get_large_chart() -> Result<ChartView, ApiError> {
    Ok(gallery()?.large().await?)
}
