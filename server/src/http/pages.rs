//! The pages: rendered on the server, taken over in the browser.

use super::{Manifest, Services, SiteDir};
use crate::clock::Clock;
use app::api::{FindingsContext, FirstPaint, GalleryContext, MetricsContext, PaneContext};
use app::{RequestInfo, Site, shell};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use onepane_domain::{FindingsPane, Gallery};
use std::sync::Arc;

/// The routes of the pages and of their server functions.
pub(super) fn routes(services: &Services, gallery: Arc<dyn Gallery>, site: &SiteDir) -> Router {
    // Pages wait for their data on Tokio; a second router in one process finds that set up already.
    let _ = any_spawner::Executor::init_tokio();
    let (pane, metric_pane, clock) = (services.pane.clone(), services.metric_pane.clone(), services.clock.clone());
    let findings: Arc<dyn FindingsPane> = Arc::new(services.findings_pane.clone());
    let context = move || {
        provide_context(PaneContext(pane.clone()));
        provide_context(MetricsContext(metric_pane.clone()));
        provide_context(FindingsContext(findings.clone()));
        provide_context(GalleryContext(gallery.clone()));
    };
    let functions = {
        let context = context.clone();
        any(move |request: Request<Body>| leptos_axum::handle_server_fns_with_context(context.clone(), request))
    };
    let pages = match site.manifest() {
        Ok(manifest) => {
            let Manifest { js, wasm, pages, loader, css, echarts, mut modules } = manifest.clone();
            let site = Site { js, wasm, pages, loader, css, echarts, series_module: modules.remove("series") };
            let context = move || {
                context();
                provide_context(FirstPaint);
            };
            get(leptos_axum::render_app_async_with_context(context, move || {
                set_content_security_policy();
                shell(site.clone(), request_info(&clock))
            }))
        }
        Err(why) => {
            let why = format!("The pages are not built: {why}\n");
            get(move || async move { (StatusCode::SERVICE_UNAVAILABLE, why).into_response() })
        }
    };
    Router::new().route("/fn/{*name}", functions).fallback_service(pages)
}

fn request_info(clock: &Clock) -> RequestInfo {
    let parts = use_context::<Parts>();
    let path = parts.as_ref().map(|parts| parts.uri.path().to_owned()).unwrap_or_default();
    let theme = parts.and_then(|parts| chosen_theme(&parts.headers));
    RequestInfo { path, now: clock.now(), theme }
}

/// The theme that the reader's cookie names, if it names one.
fn chosen_theme(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix("theme="))
        .find(|theme| matches!(*theme, "light" | "dark"))
        .map(ToOwned::to_owned)
}

/// Scripts run only with this answer's nonce. Styles may stand in attributes: bars and spacers have computed sizes.
fn set_content_security_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'; object-src 'none'"
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_themes_are_taken_from_the_cookie() {
        let theme = |cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
            chosen_theme(&headers)
        };
        assert_eq!(theme("a=b; theme=dark").as_deref(), Some("dark"));
        assert_eq!(theme("theme=\"><script>"), None);
        assert_eq!(theme("mytheme=dark"), None);
    }
}
